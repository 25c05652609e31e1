import CPython
import NecroOctets
import NecroPostgresWire

// Arrays, composites and ranges as text: for what has no binary form here, or strings in it that the
// server is to read.

extension PostgresPython {
  /// Whether a value of a kind has others in it that may be strings.
  static func hasParts(_ kind: PostgresValueKind) -> Bool {
    switch kind {
    case .array, .composite, .range, .multirange: true
    default: false
    }
  }

  /// Appends the text that the server reads as an object; the same objects fit as in binary format, and
  /// in any place a str.
  ///
  /// PG arrays-io, rowtypes-io-syntax, rangetypes-io
  func appendLiteral(
    _ object: Object, _ type: PostgresType, depth: Int, into output: inout OctetBuffer
  ) -> Fit {
    guard depth < PostgresTypeCatalog.depthMax else { return .misfits }
    let isJSON = type.kind == .json || type.kind == .jsonb
    // As in binary format, a str is a string of JSON there.
    if necro_is_exact_str(object) && !isJSON {
      return appendCharacters(object, into: &output) ? .fits : .failed
    }
    switch type.kind {
    case .array:
      let element = catalog.type(type.element)
      guard let sizes = dimensions(of: object, element) else { return .misfits }
      return rows(object, element, sizes, 0, type.delimiter, depth, into: &output)
    case .composite: return compositeLiteral(object, type, depth, into: &output)
    case .range: return rangeLiteral(object, type, depth, into: &output)
    case .multirange:
      guard isSequence(object) else { return .misfits }
      let range = catalog.type(type.element)
      return rows(object, range, [count(object)], 0, 0x2C, depth, into: &output, quotes: false)
    default: return leaf(object, type, depth, into: &output)
    }
  }

  private func rows(
    _ object: Object, _ type: PostgresType, _ sizes: [Int], _ dimension: Int, _ delimiter: UInt8,
    _ depth: Int, into output: inout OctetBuffer, quotes: Bool = true
  ) -> Fit {
    guard isSequence(object), count(object) == sizes[dimension] else { return .misfits }
    output.append(0x7B)
    for index in 0..<sizes[dimension] {
      // A value's own code may change the list.
      guard index < count(object) else { return .misfits }
      if index > 0 { output.append(delimiter) }
      let value = retained(item(object, index))
      defer { release(value) }
      let fit =
        dimension < sizes.count - 1
        ? rows(value, type, sizes, dimension + 1, delimiter, depth, into: &output)
        : quotes
          ? quoted(value, type, depth, null: "NULL", into: &output)
          : appendLiteral(unwrapped(value, state), type, depth: depth + 1, into: &output)
      if fit != .fits { return fit }
    }
    output.append(0x7D)
    return .fits
  }

  /// Appends a part in quotes, in which a backslash stands before each quote and backslash.
  private func quoted(
    _ given: Object, _ type: PostgresType, _ depth: Int, null: StaticString,
    into output: inout OctetBuffer
  ) -> Fit {
    let object = unwrapped(given, state)
    if object == necro_none() {
      output.append(null)
      return .fits
    }
    var text = OctetBuffer()
    let fit = appendLiteral(object, type, depth: depth + 1, into: &text)
    if fit != .fits { return fit }
    output.append(0x22)
    let octets = text.octets
    for index in octets.indices {
      if octets[index] == 0x22 || octets[index] == 0x5C { output.append(0x5C) }
      output.append(octets[index])
    }
    output.append(0x22)
    return .fits
  }

  private func compositeLiteral(
    _ object: Object, _ type: PostgresType, _ depth: Int, into output: inout OctetBuffer
  ) -> Fit {
    guard let fields = catalog.fields(type.oid) else { return .misfits }
    guard let values = fieldValues(object, count: fields.count) else {
      return PyErr_Occurred() == nil ? .misfits : .failed
    }
    defer { release(values) }
    output.append(0x28)
    for index in 0..<fields.count {
      if index > 0 { output.append(0x2C) }
      let fit = quoted(
        necro_tuple_item(values, index), catalog.type(fields[index].type), depth, null: "",
        into: &output)
      if fit != .fits { return fit }
    }
    output.append(0x29)
    return .fits
  }

  private func rangeLiteral(
    _ object: Object, _ type: PostgresType, _ depth: Int, into output: inout OctetBuffer
  ) -> Fit {
    guard isInstance(object, of: rangeType) else { return .misfits }
    guard let parts = rangeParts(object) else { return .failed }
    defer { parts.release() }
    if parts.isEmpty {
      output.append("empty")
      return .fits
    }
    let bound = catalog.type(type.element)
    output.append(parts.includesLower ? 0x5B : 0x28)
    var fit = quoted(parts.lower, bound, depth, null: "", into: &output)
    if fit != .fits { return fit }
    output.append(0x2C)
    fit = quoted(parts.upper, bound, depth, null: "", into: &output)
    output.append(parts.includesUpper ? 0x5D : 0x29)
    return fit
  }

  /// A value with no others in it.
  private func leaf(
    _ object: Object, _ type: PostgresType, _ depth: Int, into output: inout OctetBuffer
  ) -> Fit {
    if !necro_is_exact_int(object), let plain = plain(object) {
      defer { release(plain) }
      return appendLiteral(plain, type, depth: depth + 1, into: &output)
    }
    if hasCodec(type) {
      guard let text = encodedByCodec(object, type) else { return .failed }
      defer { release(text) }
      return appendCharacters(text, into: &output) ? .fits : .failed
    }
    // What fits is what fits in binary format.
    var binary = OctetBuffer()
    let fit = append(object, type, depth: depth, into: &binary)
    if fit != .fits { return fit }
    if type.kind == .json || type.kind == .jsonb {
      let octets = binary.octets
      // jsonb has the version of its format before it.
      output.append(octets.extracting((type.kind == .jsonb ? 1 : 0)..<octets.count))
      return .fits
    }
    guard let function = function("literal_text") else { return .failed }
    defer { release(function) }
    guard let text = call(function, object) else { return .failed }
    defer { release(text) }
    guard necro_is_str(text) else { return .misfits }
    return appendCharacters(text, into: &output) ? .fits : .failed
  }
}

/// Reads the text of an array whose elements are known as text alone.
///
/// PG arrays-io
struct ArrayLiteralReader: ~Escapable {
  private let text: Span<UInt8>
  private let element: PostgresType
  private let delimiter: UInt8
  private let python: PostgresPython
  private var position = 0

  @_lifetime(copy text)
  init(_ text: Span<UInt8>, _ type: PostgresType, _ python: PostgresPython) {
    self.text = text
    element = PostgresType(oid: type.element, kind: .textOnly)
    delimiter = type.delimiter
    self.python = python
  }

  /// A list, of lists where there are several dimensions; nil with a Python error.
  mutating func read() throws(PostgresValueError) -> Object? {
    // `[2:3]={…}`: a list has no lower bounds.
    if position < text.count, text[position] == 0x5B {
      while position < text.count, text[position] != 0x7B { position += 1 }
    }
    guard let list = try dimension(0) else { return nil }
    if position == text.count { return list }
    release(list)
    throw fault()
  }

  private func fault() -> PostgresValueError { PostgresValueError(.valueInvalid, at: position) }

  private mutating func take(_ octet: UInt8) -> Bool {
    guard position < text.count, text[position] == octet else { return false }
    position += 1
    return true
  }

  private mutating func dimension(_ depth: Int) throws(PostgresValueError) -> Object? {
    guard depth < ArrayValue.dimensionsMax, take(0x7B) else { throw fault() }
    guard let list = PyList_New(0) else { return nil }
    if take(0x7D) { return list }
    do throws(PostgresValueError) {
      while true {
        let isInner = position < text.count && text[position] == 0x7B
        let item = isInner ? try dimension(depth + 1) : try value()
        guard let item else {
          release(list)
          return nil
        }
        defer { release(item) }
        guard PyList_Append(list, item) == 0 else {
          release(list)
          return nil
        }
        if take(0x7D) { return list }
        guard take(delimiter) else { throw fault() }
      }
    } catch {
      release(list)
      throw error
    }
  }

  private mutating func value() throws(PostgresValueError) -> Object? {
    var octets = OctetBuffer()
    let isQuoted = take(0x22)
    while true {
      guard position < text.count else { throw fault() }
      var octet = text[position]
      if isQuoted ? octet == 0x22 : octet == delimiter || octet == 0x7D { break }
      if octet == 0x5C {
        position += 1
        guard position < text.count else { throw fault() }
        octet = text[position]
      }
      octets.append(octet)
      position += 1
    }
    if isQuoted {
      position += 1
    } else if octets.octets.equals("NULL") {
      return none()
    }
    return python.textual(octets.octets, element)
  }
}
