import CPython
import NecroOctets
import NecroPostgresWire

// Lists, tuples and Ranges in the binary formats of arrays, composites and ranges.
extension PostgresPython {
  /// Appends a part with its length before it, or NULL.
  func part(
    _ given: Object, _ type: PostgresType, _ depth: Int, into output: inout OctetBuffer
  ) -> Fit {
    let object = unwrapped(given, state)
    if object == necro_none() {
      output.appendNull()
      return .fits
    }
    if !necro_is_exact_int(object) && !necro_is_exact_str(object), let plain = plain(object) {
      defer { release(plain) }
      return part(plain, type, depth, into: &output)
    }
    let begin = output.beginValue()
    let fit = append(object, type, depth: depth + 1, into: &output)
    if fit == .fits { output.endValue(begin) }
    return fit
  }

  /// A list or tuple; of lists, as many dimensions as they are deep, all of one length.
  func array(
    _ object: Object, _ type: PostgresType, _ depth: Int, into output: inout OctetBuffer
  ) -> Fit {
    let element = catalog.type(type.element)
    // A type that is known as text alone may have no binary form at the server either.
    guard depth < PostgresTypeCatalog.depthMax, element.kind != .textOnly,
      let sizes = dimensions(of: object, element)
    else { return .misfits }
    do throws(PostgresValueMisuse) {
      // Whether there are NULLs is known behind the last element; saying so when there are none is
      // allowed.
      ArrayValue.appendHead(
        elementType: element.oid, hasNulls: true,
        dimensionCount: sizes[0] == 0 ? 0 : sizes.count, into: &output)
      if sizes[0] == 0 { return .fits }
      for size in sizes { try ArrayValue.appendDimension(size: size, into: &output) }
    } catch {
      return .misfits
    }
    return elements(object, element, sizes, 0, depth, into: &output)
  }

  /// The sizes of a list's dimensions, by the first items; nil where they cannot be an array's.
  func dimensions(of object: Object, _ element: PostgresType) -> [Int]? {
    guard isSequence(object) else { return nil }
    var sizes: [Int] = []
    var level: Object = object
    while true {
      sizes.append(count(level))
      guard sizes.count <= ArrayValue.dimensionsMax else { return nil }
      guard count(level) > 0, nests(item(level, 0), element) else { break }
      level = item(level, 0)
    }
    return sizes.count == 1 || !sizes.contains(0) ? sizes : nil
  }

  /// Whether an item of a list is a further dimension, and not a value that may be a list or tuple itself.
  private func nests(_ item: Object, _ element: PostgresType) -> Bool {
    switch element.kind {
    case .vector, .json, .jsonb, .point, .lseg, .path, .box, .polygon, .line, .circle: false
    case .composite, .tid: necro_is_list(item)
    case .multirange: isSequence(item) && count(item) > 0 && isSequence(self.item(item, 0))
    // What a codec of the user's takes may be a tuple.
    case .textOnly: necro_is_list(item) || necro_is_tuple(item) && !hasCodec(element)
    default: isSequence(item)
    }
  }

  private func elements(
    _ object: Object, _ type: PostgresType, _ sizes: [Int], _ dimension: Int, _ depth: Int,
    into output: inout OctetBuffer
  ) -> Fit {
    guard isSequence(object), count(object) == sizes[dimension] else { return .misfits }
    for index in 0..<sizes[dimension] {
      // A value's own code may change the list.
      guard index < count(object) else { return .misfits }
      let value = retained(item(object, index))
      defer { release(value) }
      let fit =
        dimension == sizes.count - 1
        ? part(value, type, depth, into: &output)
        : elements(value, type, sizes, dimension + 1, depth, into: &output)
      if fit != .fits { return fit }
    }
    return .fits
  }

  func isSequence(_ object: Object) -> Bool {
    necro_is_list(object) || necro_is_tuple(object)
  }

  func count(_ sequence: Object) -> Int { necro_size(sequence) }

  /// Borrowed.
  func item(_ sequence: Object, _ index: Int) -> Object {
    necro_is_list(sequence) ? necro_list_item(sequence, index) : necro_tuple_item(sequence, index)
  }

  func range(
    _ object: Object, _ type: PostgresType, _ depth: Int, into output: inout OctetBuffer
  ) -> Fit {
    guard depth < PostgresTypeCatalog.depthMax, isInstance(object, of: rangeType) else {
      return .misfits
    }
    guard let parts = rangeParts(object) else { return .failed }
    defer { parts.release() }
    RangeValue.appendFlags(
      isEmpty: parts.isEmpty, includesLower: parts.includesLower,
      includesUpper: parts.includesUpper, hasLower: parts.lower != necro_none(),
      hasUpper: parts.upper != necro_none(), into: &output)
    if parts.isEmpty { return .fits }
    let bound = catalog.type(type.element)
    if parts.lower != necro_none() {
      let fit = part(parts.lower, bound, depth, into: &output)
      if fit != .fits { return fit }
    }
    return parts.upper == necro_none() ? .fits : part(parts.upper, bound, depth, into: &output)
  }

  /// What a Range is made of: both bounds are owned, and None where there is none.
  struct RangeParts {
    let lower: Object
    let upper: Object
    let isEmpty: Bool
    let includesLower: Bool
    let includesUpper: Bool

    func release() {
      NecroPythonHost.release(lower)
      NecroPythonHost.release(upper)
    }
  }

  /// Nil with a Python error.
  func rangeParts(_ range: Object) -> RangeParts? {
    guard let bounds = attribute(range, "bounds") else { return nil }
    defer { release(bounds) }
    let (isEmpty, opens, closes) =
      withOctets(ofString: bounds) {
        ($0.equals("empty"), $0[0] == UInt8(ascii: "["), $0[$0.count - 1] == UInt8(ascii: "]"))
      } ?? (true, false, false)
    guard let lower = attribute(range, "lower") else { return nil }
    guard let upper = attribute(range, "upper") else {
      release(lower)
      return nil
    }
    return RangeParts(
      lower: lower, upper: upper, isEmpty: isEmpty, includesLower: opens, includesUpper: closes)
  }

  func multirange(
    _ object: Object, _ type: PostgresType, _ depth: Int, into output: inout OctetBuffer
  ) -> Fit {
    guard depth < PostgresTypeCatalog.depthMax, isSequence(object) else { return .misfits }
    MultirangeValue.appendHead(rangeCount: count(object), into: &output)
    let range = catalog.type(type.element)
    return elements(object, range, [count(object)], 0, depth, into: &output)
  }

  func composite(
    _ object: Object, _ type: PostgresType, _ depth: Int, into output: inout OctetBuffer
  ) -> Fit {
    guard depth < PostgresTypeCatalog.depthMax, let fields = catalog.fields(type.oid) else {
      return .misfits
    }
    guard let values = fieldValues(object, count: fields.count) else {
      return PyErr_Occurred() == nil ? .misfits : .failed
    }
    defer { release(values) }
    CompositeValue.appendHead(fieldCount: fields.count, into: &output)
    for index in 0..<fields.count {
      output.append(bigEndian: fields[index].type)
      let fit = part(
        necro_tuple_item(values, index), catalog.type(fields[index].type), depth, into: &output)
      if fit != .fits { return fit }
    }
    return .fits
  }

  /// The values of a Row or tuple, a tuple that is owned; nil with a Python error, or without one where
  /// they are not so many.
  func fieldValues(_ object: Object, count: Int) -> Object? {
    let values =
      isRow(object, state)
      ? RowSet.of(object).tuple(of: object) : necro_is_tuple(object) ? retained(object) : nil
    guard let values else { return nil }
    if necro_tuple_size(values) == count { return values }
    release(values)
    return nil
  }
}
