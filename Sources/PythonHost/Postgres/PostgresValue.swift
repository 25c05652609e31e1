import CPython
import NecroOctets
import NecroPostgresJSON
import NecroPostgresWire

// How values of Postgres become Python's. The types and what they become are listed in
// Docs/postgres.md.

/// A column of a result.
struct RowColumn {
  /// Of a column whose values are text, `textOnly`; with an element where they are arrays.
  let type: PostgresType

  static var text: RowColumn { RowColumn(type: PostgresType(oid: 25, kind: .textOnly)) }
}

extension PostgresPython {
  /// The value of a column's octets, a new reference; nil with an error.
  ///
  /// - Parameter name: of the column, a str, for errors.
  func value(_ octets: Span<UInt8>, _ type: PostgresType, of name: Object) -> Object? {
    do throws(PostgresValueError) {
      if let made = try value(octets, type, depth: 0) { return made }
      // What a codec of the user's raises is the user's business.
      if type.kind != .textOnly { explain(type, name) }
    } catch {
      raiseUnreadable(type, name) { $0.append(error.message) }
    }
    return nil
  }

  /// Nil with a Python error.
  private func value(
    _ octets: Span<UInt8>, _ type: PostgresType, depth: Int
  ) throws(PostgresValueError) -> Object? {
    switch type.kind {
    case .int4:
      return PyLong_FromLong(Int(try PostgresScalar.integer(octets, as: Int32.self)))
    case .int8:
      return PyLong_FromLongLong(try PostgresScalar.integer(octets, as: Int64.self))
    case .int2:
      return PyLong_FromLong(Int(try PostgresScalar.integer(octets, as: Int16.self)))
    case .text: return makeString(octets)
    case .textOnly:
      if type.element == 0 { return textual(octets, type) }
      var reader = ArrayLiteralReader(octets, type, self)
      return try reader.read()
    case .boolean:
      return retained(try PostgresScalar.boolean(octets) ? necro_true() : necro_false())
    case .float8: return PyFloat_FromDouble(try PostgresScalar.double(octets))
    case .float4: return PyFloat_FromDouble(Double(try PostgresScalar.float(octets)))
    case .unsigned4:
      return PyLong_FromLongLong(Int64(try PostgresScalar.integer(octets, as: UInt32.self)))
    case .unsigned8:
      return PyLong_FromUnsignedLongLong(try PostgresScalar.integer(octets, as: UInt64.self))
    case .bytea: return makeBytes(octets)
    case .json: return reader.read(octets, state)
    case .jsonb: return reader.read(octets.octets(try PostgresScalar.versioned(octets)), state)
    case .jsonpath: return makeString(octets.octets(try PostgresScalar.versioned(octets)))
    case .uuid: return try uuid(octets)
    case .numeric: return try numeric(octets)
    case .date: return try date(octets)
    case .timestamp: return try timestamp(octets, isUTC: false)
    case .timestamptz: return try timestamp(octets, isUTC: true)
    case .time: return try time(try TimeValue(octets), zone: necro_none())
    case .timetz: return try timeWithZone(octets)
    case .interval: return try interval(octets)
    case .array: return try array(octets, depth: depth)
    case .range: return try range(octets, type, depth: depth)
    case .multirange: return try multirange(octets, type, depth: depth)
    case .composite: return try composite(octets, type, depth: depth)
    case .hstore: return try hstore(octets)
    case .vector, .halfvec, .sparsevec: return try vector(octets, type.kind)
    case .point, .lseg, .path, .box, .polygon, .line, .circle:
      return try geometric(octets, type.kind)
    case .inet, .cidr: return try network(octets)
    case .char, .macaddr, .macaddr8, .lsn, .bits, .money, .tid, .void:
      return try rare(octets, type.kind)
    }
  }

  /// A value in text format: what the user's own codec makes of it, else the text.
  func textual(_ octets: Span<UInt8>, _ type: PostgresType) -> Object? {
    guard let text = makeString(octets) else { return nil }
    if PyDict_Size(codecs) == 0 { return text }
    defer { release(text) }
    guard let oid = PyLong_FromLongLong(Int64(type.oid)) else { return nil }
    defer { release(oid) }
    guard let codec = PyDict_GetItemWithError(codecs, oid) else {
      return PyErr_Occurred() == nil ? retained(text) : nil
    }
    return call(necro_tuple_item(codec, 1), text)
  }

  // MARK: Numbers and identifiers

  private func numeric(_ octets: Span<UInt8>) throws(PostgresValueError) -> Object? {
    let value = try NumericValue(octets)
    var text = OctetBuffer(capacity: 64)
    value.append(into: &text)
    guard let digits = makeString(text.octets) else { return nil }
    defer { release(digits) }
    return call(decimalType, digits)
  }

  /// Made without the class's own initialiser, which takes longer than all else of a query's row: a
  /// UUID has two attributes, an int and what is known of how it was made.
  private func uuid(_ octets: Span<UInt8>) throws(PostgresValueError) -> Object? {
    guard octets.count == 16 else { throw PostgresValueError(.lengthInvalid) }
    let type = UnsafeMutableRawPointer(uuidType).assumingMemoryBound(to: PyTypeObject.self)
    guard
      let number = octets.withUnsafeBytes({ necro_int_from_octets($0.baseAddress, 16) }),
      let uuid = type.pointee.tp_alloc(type, 0)
    else {
      return nil
    }
    defer { release(number) }
    guard PyObject_GenericSetAttr(uuid, state.nameInt, number) == 0,
      PyObject_GenericSetAttr(uuid, state.nameIsSafe, uuidUnknown) == 0
    else {
      release(uuid)
      return nil
    }
    return uuid
  }

  // MARK: Dates and times

  private func date(_ octets: Span<UInt8>) throws(PostgresValueError) -> Object? {
    let value = try DateValue(octets)
    var civil = value.civil
    if value.isInfinite { civil = value.days > 0 ? Self.lastDay : Self.firstDay }
    guard (1...9999).contains(civil.year) else { throw PostgresValueError(.outOfRange) }
    return necro_date_new(datetime, Int32(civil.year), Int32(civil.month), Int32(civil.day))
  }

  private static var firstDay: CivilDate { CivilDate(year: 1, month: 1, day: 1) }
  private static var lastDay: CivilDate { CivilDate(year: 9999, month: 12, day: 31) }

  private func timestamp(_ octets: Span<UInt8>, isUTC: Bool) throws(PostgresValueError) -> Object? {
    let value = try TimestampValue(octets)
    var (date, time) = value.civil
    if value.isInfinite {
      let isLast = value.microseconds > 0
      date = isLast ? Self.lastDay : Self.firstDay
      time = ClockTime(microseconds: isLast ? 86_399_999_999 : 0)
    }
    guard (1...9999).contains(date.year) else { throw PostgresValueError(.outOfRange) }
    return necro_datetime_new(
      datetime, Int32(date.year), Int32(date.month), Int32(date.day), Int32(time.hour),
      Int32(time.minute), Int32(time.second), Int32(time.microsecond), isUTC)
  }

  private func time(_ value: TimeValue, zone: Object) throws(PostgresValueError) -> Object? {
    let clock = value.clock
    // Postgres' day has a last moment of its own, 24:00.
    guard clock.hour < 24 else { throw PostgresValueError(.outOfRange) }
    return necro_time_new(
      datetime, Int32(clock.hour), Int32(clock.minute), Int32(clock.second),
      Int32(clock.microsecond), zone)
  }

  private func timeWithZone(_ octets: Span<UInt8>) throws(PostgresValueError) -> Object? {
    let value = try TimeWithZoneValue(octets)
    guard let zone = necro_timezone_new(datetime, Int32(value.offset)) else { return nil }
    defer { release(zone) }
    return try time(value.time, zone: zone)
  }

  private func interval(_ octets: Span<UInt8>) throws(PostgresValueError) -> Object? {
    let (days, microseconds) = try IntervalValue(octets).duration()
    return necro_timedelta_new(
      datetime, Int32(truncatingIfNeeded: days), Int32(microseconds / 1_000_000),
      Int32(microseconds % 1_000_000))
  }

  // MARK: Values of values

  private func checked(_ depth: Int) throws(PostgresValueError) {
    if depth >= PostgresTypeCatalog.depthMax { throw PostgresValueError(.nestedTooDeep) }
  }

  /// The value of a part; None for NULL.
  private func part(
    _ octets: Span<UInt8>, _ slice: Slice?, _ type: PostgresType, depth: Int
  ) throws(PostgresValueError) -> Object? {
    guard let slice else { return none() }
    return try value(octets.octets(slice), type, depth: depth + 1)
  }

  /// A list, of lists where there are several dimensions.
  private func array(_ octets: Span<UInt8>, depth: Int) throws(PostgresValueError) -> Object? {
    try checked(depth)
    let array = try ArrayValue(octets)
    let type = catalog.type(array.elementType)
    var elements = array.elements
    guard array.dimensionCount > 0 else { return PyList_New(0) }
    let list = try dimension(0, of: array, &elements, octets, type, depth)
    do throws(PostgresValueError) {
      if list != nil { try elements.finish() }
    } catch {
      release(list)
      throw error
    }
    return list
  }

  private func dimension(
    _ index: Int, of array: borrowing ArrayValue, _ elements: inout ValueCursor,
    _ octets: Span<UInt8>, _ type: PostgresType, _ depth: Int
  ) throws(PostgresValueError) -> Object? {
    let count = array.size(index)
    guard let list = PyList_New(count) else { return nil }
    let isInnermost = index == array.dimensionCount - 1
    for place in 0..<count {
      do throws(PostgresValueError) {
        let item =
          isInnermost
          ? try part(octets, try elements.value(), type, depth: depth)
          : try dimension(index + 1, of: array, &elements, octets, type, depth)
        guard let item else {
          release(list)
          return nil
        }
        necro_list_set(list, place, item)
      } catch {
        release(list)
        throw error
      }
    }
    return list
  }

  private func range(
    _ octets: Span<UInt8>, _ type: PostgresType, depth: Int
  ) throws(PostgresValueError) -> Object? {
    try checked(depth)
    let range = try RangeValue(octets)
    let bound = catalog.type(type.element)
    guard let lower = try part(octets, range.lower, bound, depth: depth) else { return nil }
    defer { release(lower) }
    guard let upper = try part(octets, range.upper, bound, depth: depth) else { return nil }
    defer { release(upper) }
    guard
      let bounds = makeString(Self.bounds(range))
    else { return nil }
    defer { release(bounds) }
    return call(rangeType, lower, upper, bounds)
  }

  private static func bounds(_ range: RangeValue) -> StaticString {
    if range.isEmpty { return "empty" }
    if range.includesLower { return range.includesUpper ? "[]" : "[)" }
    return range.includesUpper ? "(]" : "()"
  }

  private func multirange(
    _ octets: Span<UInt8>, _ type: PostgresType, depth: Int
  ) throws(PostgresValueError) -> Object? {
    try checked(depth)
    var ranges = try MultirangeValue(octets)
    let range = catalog.type(type.element)
    guard let list = PyList_New(0) else { return nil }
    do throws(PostgresValueError) {
      while let slice = try ranges.next() {
        guard try append(try part(octets, slice, range, depth: depth), to: list) else { return nil }
      }
    } catch {
      release(list)
      throw error
    }
    return list
  }

  /// Appends a new reference, which it takes over; false with an error, the list given up.
  private func append(_ item: Object?, to list: Object) throws(PostgresValueError) -> Bool {
    guard let item else {
      release(list)
      return false
    }
    defer { release(item) }
    if PyList_Append(list, item) == 0 { return true }
    release(list)
    return false
  }

  /// A Row where the fields have names, else a tuple.
  private func composite(
    _ octets: Span<UInt8>, _ type: PostgresType, depth: Int
  ) throws(PostgresValueError) -> Object? {
    try checked(depth)
    var fields = try CompositeValue(octets)
    guard let list = PyList_New(0) else { return nil }
    do throws(PostgresValueError) {
      while let (oid, slice) = try fields.next() {
        // A type that the catalog does not know has a binary form that nobody here can read.
        if slice != nil && !catalog.knows(oid) { throw PostgresValueError(.valueInvalid) }
        let item = try part(octets, slice, catalog.type(oid), depth: depth)
        guard try append(item, to: list) else { return nil }
      }
    } catch {
      release(list)
      throw error
    }
    defer { release(list) }
    guard let values = PyList_AsTuple(list) else { return nil }
    guard let known = catalog.fields(type.oid), known.count == necro_tuple_size(values) else {
      return values
    }
    defer { release(values) }
    guard let names = PyTuple_New(known.count) else { return nil }
    defer { release(names) }
    for index in 0..<known.count {
      let name = known[index].name
      guard let text = makeString(name.span) else { return nil }
      necro_tuple_set(names, index, text)
    }
    let rowType = UnsafeMutableRawPointer(state.rowType).assumingMemoryBound(to: PyObject.self)
    return call(rowType, names, values)
  }

  private func hstore(_ octets: Span<UInt8>) throws(PostgresValueError) -> Object? {
    var pairs = try HstoreValue(octets)
    guard let dict = PyDict_New() else { return nil }
    do throws(PostgresValueError) {
      while let (key, slice) = try pairs.next() {
        let value = slice.map { makeString(octets.octets($0)) } ?? none()
        let name = makeString(octets.octets(key))
        defer {
          release(name)
          release(value)
        }
        guard let name, let value, PyDict_SetItem(dict, name, value) == 0 else {
          release(dict)
          return nil
        }
      }
    } catch {
      release(dict)
      throw error
    }
    return dict
  }

  private func vector(
    _ octets: Span<UInt8>, _ kind: PostgresValueKind
  ) throws(PostgresValueError) -> Object? {
    let vector = try VectorValue(octets, kind)
    guard kind != .sparsevec || vector.count <= PostgresJSONSerializer.denseMax else {
      throw PostgresValueError(.outOfRange)
    }
    guard let list = PyList_New(vector.count) else { return nil }
    var stored = 0
    for index in 0..<vector.count {
      var value: Float = 0
      if stored < vector.storedCount && vector.dimension(stored) == index {
        value = vector.stored(stored)
        stored += 1
      }
      guard let number = PyFloat_FromDouble(Double(value)) else {
        release(list)
        return nil
      }
      necro_list_set(list, index, number)
    }
    return list
  }

  /// What `necro.postgres._value_types` makes of a shape's doubles.
  private func geometric(
    _ octets: Span<UInt8>, _ kind: PostgresValueKind
  ) throws(PostgresValueError) -> Object? {
    let shape = try GeometricValue(octets, kind)
    guard let numbers = PyTuple_New(shape.count) else { return nil }
    defer { release(numbers) }
    for index in 0..<shape.count {
      guard let number = PyFloat_FromDouble(shape[index]) else { return nil }
      necro_tuple_set(numbers, index, number)
    }
    guard let make = function(Self.shapeFunction(kind)) else { return nil }
    defer { release(make) }
    guard kind == .path else { return call(make, numbers) }
    return call(make, numbers, shape.isClosed ? necro_true() : necro_false())
  }

  static func shapeFunction(_ kind: PostgresValueKind) -> StaticString {
    switch kind {
    case .point: "point"
    case .lseg: "segment"
    case .path: "path"
    case .box: "box"
    case .polygon: "polygon"
    case .line: "line"
    default: "circle"
    }
  }

  private func network(_ octets: Span<UInt8>) throws(PostgresValueError) -> Object? {
    let value = try NetworkValue(octets)
    var text = OctetBuffer(capacity: 64)
    value.append(into: &text)
    guard
      let make = function(
        value.isNetwork ? "network" : value.isHost ? "address" : "interface"),
      let string = makeString(text.octets)
    else { return nil }
    defer {
      release(make)
      release(string)
    }
    return call(make, string)
  }

  /// Types whose values are the text that the server would write; a tid is a pair.
  private func rare(
    _ octets: Span<UInt8>, _ kind: PostgresValueKind
  ) throws(PostgresValueError) -> Object? {
    var text = OctetBuffer(capacity: 64)
    switch kind {
    case .char: try IdentifierText.char(octets, into: &text)
    case .macaddr: try IdentifierText.mac(octets, octetCount: 6, into: &text)
    case .macaddr8: try IdentifierText.mac(octets, octetCount: 8, into: &text)
    case .lsn: try IdentifierText.lsn(octets, into: &text)
    case .bits: try BitStringValue(octets).append(into: &text)
    case .void: try PostgresScalar.void(octets)
    case .money: PostgresJSONSerializer.money(try PostgresScalar.integer(octets), into: &text)
    default:
      let (block, index) = try PostgresScalar.tid(octets)
      guard let pair = PyTuple_New(2), let first = PyLong_FromLongLong(Int64(block)),
        let second = PyLong_FromLong(Int(index))
      else { return nil }
      necro_tuple_set(pair, 0, first)
      necro_tuple_set(pair, 1, second)
      return pair
    }
    return makeString(text.octets)
  }
}
