import CPython
import NecroJSON
import NecroOctets
import NecroPostgresWire

// Python's objects in the binary formats of Postgres' types.
extension PostgresPython {
  /// Appends an object that is neither None nor, on the outermost level, a str.
  func append(
    _ object: Object, _ type: PostgresType, depth: Int, into output: inout OctetBuffer
  ) -> Fit {
    switch type.kind {
    case .int4: return integer(object, Int32.self, into: &output)
    case .int8: return integer(object, Int64.self, into: &output)
    case .int2: return integer(object, Int16.self, into: &output)
    case .unsigned4: return integer(object, UInt32.self, into: &output)
    case .unsigned8: return unsigned8(object, into: &output)
    case .boolean:
      guard object == necro_true() || object == necro_false() else { return .misfits }
      output.append(object == necro_true() ? 1 : 0)
      return .fits
    case .float8:
      return double(object) { output.append(bigEndian: $0) }
    case .float4:
      return double(object) { output.append(bigEndian: Float($0)) }
    case .numeric: return numeric(object, into: &output)
    case .text: return text(object, into: &output)
    case .bytea: return octets(object, into: &output)
    case .uuid: return uuid(object, into: &output)
    case .json, .jsonb: return json(object, type.kind, into: &output)
    case .date, .time, .timetz, .timestamp, .timestamptz, .interval:
      return temporal(object, type.kind, into: &output)
    case .inet, .cidr: return network(object, isNetwork: type.kind == .cidr, into: &output)
    case .array: return array(object, type, depth, into: &output)
    case .range: return range(object, type, depth, into: &output)
    case .multirange: return multirange(object, type, depth, into: &output)
    case .composite: return composite(object, type, depth, into: &output)
    case .hstore: return hstore(object, into: &output)
    case .vector: return vector(object, into: &output)
    case .point, .lseg, .path, .box, .polygon, .line, .circle:
      return shape(object, type.kind, into: &output)
    case .tid:
      guard necro_is_tuple(object), necro_tuple_size(object) == 2 else { return .misfits }
      let fit = integer(necro_tuple_item(object, 0), UInt32.self, into: &output)
      return fit == .fits
        ? integer(necro_tuple_item(object, 1), UInt16.self, into: &output) : fit
    case .textOnly, .char, .jsonpath, .macaddr, .macaddr8, .bits, .lsn, .void, .money, .halfvec,
      .sparsevec:
      return .misfits
    }
  }

  // MARK: Numbers

  private func integer<Number: FixedWidthInteger & BitwiseCopyable>(
    _ object: Object, _ type: Number.Type, into output: inout OctetBuffer
  ) -> Fit {
    // A bool is an int to Python, and to nobody who means a number.
    guard necro_is_int(object), object != necro_true(), object != necro_false() else {
      return .misfits
    }
    var overflow: CInt = 0
    let value = PyLong_AsLongLongAndOverflow(object, &overflow)
    guard overflow == 0, let number = Number(exactly: value) else { return .misfits }
    output.append(bigEndian: number)
    return .fits
  }

  private func unsigned8(_ object: Object, into output: inout OctetBuffer) -> Fit {
    guard necro_is_int(object), object != necro_true(), object != necro_false() else {
      return .misfits
    }
    let value = PyLong_AsUnsignedLongLong(object)
    if PyErr_Occurred() != nil {
      PyErr_Clear()
      return .misfits
    }
    output.append(bigEndian: UInt64(value))
    return .fits
  }

  private func double(_ object: Object, _ body: (Double) -> Void) -> Fit {
    if necro_is_float(object) {
      body(necro_float_value(object))
      return .fits
    }
    guard necro_is_int(object), object != necro_true(), object != necro_false() else {
      return .misfits
    }
    let value = PyLong_AsDouble(object)
    if value == -1 && PyErr_Occurred() != nil { return .failed }
    body(value)
    return .fits
  }

  private func numeric(_ object: Object, into output: inout OctetBuffer) -> Fit {
    guard
      isInstance(object, of: decimalType) || necro_is_float(object)
        || (necro_is_int(object) && object != necro_true() && object != necro_false())
    else { return .misfits }
    guard let text = PyObject_Str(object) else { return .failed }
    defer { release(text) }
    let isWritten = withOctets(ofString: text) { octets in
      do throws(PostgresValueMisuse) {
        try NumericValue.append(text: octets, into: &output)
        return true
      } catch {
        return false
      }
    }
    guard let isWritten else { return .failed }
    return isWritten ? .fits : .misfits
  }

  // MARK: Text and octets

  private func text(_ object: Object, into output: inout OctetBuffer) -> Fit {
    guard necro_is_str(object) else { return .misfits }
    let hasZero = withOctets(ofString: object) { octets in
      output.append(octets)
      for index in octets.indices where octets[index] == 0 { return true }
      return false
    }
    guard let hasZero else { return .failed }
    return hasZero ? .misfits : .fits
  }

  private func octets(_ object: Object, into output: inout OctetBuffer) -> Fit {
    if necro_is_bytes(object) {
      withOctets(ofBytes: object) { output.append($0) }
      return .fits
    }
    guard PyObject_CheckBuffer(object) != 0 else { return .misfits }
    guard let bytes = PyBytes_FromObject(object) else { return .failed }
    defer { release(bytes) }
    withOctets(ofBytes: bytes) { output.append($0) }
    return .fits
  }

  private func uuid(_ object: Object, into output: inout OctetBuffer) -> Fit {
    if necro_is_str(object) {
      return withOctets(ofString: object) { IdentifierText.appendUUID($0, into: &output) } == true
        ? .fits : .misfits
    }
    guard isInstance(object, of: uuidType) else { return .misfits }
    guard let octets = attribute(object, "bytes") else { return .failed }
    defer { release(octets) }
    return self.octets(octets, into: &output)
  }

  private func json(
    _ object: Object, _ kind: PostgresValueKind, into output: inout OctetBuffer
  ) -> Fit {
    if kind == .jsonb { output.append(1) }
    let isWritten = JSONWriter.write(state, fallback: jsonDefault) {
      $0.write(object, into: &output)
    }
    return isWritten ? .fits : .failed
  }

  // MARK: Dates and times

  private func temporal(
    _ object: Object, _ kind: PostgresValueKind, into output: inout OctetBuffer
  ) -> Fit {
    do throws(PostgresValueMisuse) {
      switch kind {
      case .date:
        guard necro_is_date(datetime, object) else { return .misfits }
        let civil = necro_civil_date(object)
        output.append(bigEndian: try DateValue(date(civil)).days)
      case .timestamp, .timestamptz:
        guard necro_is_datetime(datetime, object) else { return .misfits }
        let civil = necro_civil_datetime(object)
        guard (civil.zone != nil) == (kind == .timestamptz) else { return .misfits }
        let local = try TimestampValue(date(civil), time(civil)).microseconds
        guard let offset = offset(of: object, civil.zone) else { return .failed }
        output.append(bigEndian: local - offset)
      case .time, .timetz:
        guard necro_is_time(datetime, object) else { return .misfits }
        let civil = necro_civil_time(object)
        guard (civil.zone != nil) == (kind == .timetz) else { return .misfits }
        output.append(bigEndian: time(civil).microseconds)
        if kind == .time { return .fits }
        guard let offset = offset(of: object, civil.zone) else { return .failed }
        // Postgres counts to the west.
        output.append(bigEndian: Int32(-offset / 1_000_000))
      default:
        guard necro_is_timedelta(datetime, object) else { return .misfits }
        var (days, seconds, microseconds): (Int32, Int32, Int32) = (0, 0, 0)
        necro_timedelta_parts(object, &days, &seconds, &microseconds)
        IntervalValue(
          days: days, microseconds: Int64(seconds) * 1_000_000 + Int64(microseconds)
        ).append(into: &output)
      }
    } catch {
      return .misfits
    }
    return .fits
  }

  private func date(_ civil: NecroCivil) -> CivilDate {
    CivilDate(year: Int(civil.year), month: Int(civil.month), day: Int(civil.day))
  }

  private func time(_ civil: NecroCivil) -> ClockTime {
    var clock = ClockTime(microseconds: 0)
    clock.hour = Int(civil.hour)
    clock.minute = Int(civil.minute)
    clock.second = Int(civil.second)
    clock.microsecond = Int(civil.microsecond)
    return clock
  }

  /// Microseconds that a time or datetime is ahead of UTC; nil with an error.
  private func offset(of object: Object, _ zone: Object?) -> Int64? {
    guard zone != nil else { return 0 }
    if zone == datetime.pointee.TimeZone_UTC { return 0 }
    guard let offset = PyObject_CallMethodNoArgs(object, state.nameUTCOffset) else { return nil }
    defer { release(offset) }
    guard necro_is_timedelta(datetime, offset) else {
      raise(necro_value_error()!, "the time has a zone that does not tell its offset from UTC")
      return nil
    }
    var (days, seconds, microseconds): (Int32, Int32, Int32) = (0, 0, 0)
    necro_timedelta_parts(offset, &days, &seconds, &microseconds)
    return (Int64(days) * 86_400 + Int64(seconds)) * 1_000_000 + Int64(microseconds)
  }

  // MARK: Addresses

  private func network(
    _ object: Object, isNetwork: Bool, into output: inout OctetBuffer
  ) -> Fit {
    guard let parts = function("network_parts") else { return .failed }
    defer { release(parts) }
    guard let pair = call(parts, object) else { return .failed }
    defer { release(pair) }
    guard necro_is_tuple(pair) else { return .misfits }
    let prefix = PyLong_AsLong(necro_tuple_item(pair, 1))
    return withOctets(ofBytes: necro_tuple_item(pair, 0)) { address in
      do throws(PostgresValueMisuse) {
        try NetworkValue.append(
          address: address, prefix: prefix, isNetwork: isNetwork, into: &output)
        return .fits
      } catch {
        return .misfits
      }
    }
  }

  private func hstore(_ object: Object, into output: inout OctetBuffer) -> Fit {
    guard necro_is_dict(object) else { return .misfits }
    HstoreValue.appendHead(pairCount: Int(PyDict_Size(object)), into: &output)
    let text = PostgresType(oid: 25, kind: .text)
    var position: Py_ssize_t = 0
    var key: Object?
    var value: Object?
    while PyDict_Next(object, &position, &key, &value) != 0 {
      guard key != necro_none() else { return .misfits }
      for each in [key!, value!] {
        let fit = part(each, text, 0, into: &output)
        if fit != .fits { return fit }
      }
    }
    return .fits
  }

  private func vector(_ object: Object, into output: inout OctetBuffer) -> Fit {
    guard isSequence(object) else { return .misfits }
    do throws(PostgresValueMisuse) {
      try VectorValue.appendHead(count: count(object), into: &output)
    } catch {
      return .misfits
    }
    for index in 0..<count(object) {
      let fit = double(item(object, index)) { output.append(bigEndian: Float($0)) }
      if fit != .fits { return fit }
    }
    return .fits
  }

  /// A shape as the flat tuple of floats that `necro.postgres._value_types` makes of it; with
  /// `isClosed` of a
  /// path.
  private func shape(
    _ object: Object, _ kind: PostgresValueKind, into output: inout OctetBuffer
  ) -> Fit {
    guard let flatten = function("flat_numbers") else { return .failed }
    defer { release(flatten) }
    guard let name = makeString(PostgresPython.shapeFunction(kind).octets) else { return .failed }
    defer { release(name) }
    guard let numbers = call(flatten, object, name) else { return .failed }
    defer { release(numbers) }
    guard necro_is_tuple(numbers) else { return .misfits }
    var first = 0
    if kind == .path {
      output.append(necro_tuple_item(numbers, 0) == necro_true() ? 1 : 0)
      first = 1
    }
    if kind == .path || kind == .polygon {
      output.append(bigEndian: Int32((necro_tuple_size(numbers) - first) / 2))
    }
    for index in first..<necro_tuple_size(numbers) {
      let fit = double(necro_tuple_item(numbers, index)) { output.append(bigEndian: $0) }
      if fit != .fits { return fit }
    }
    return .fits
  }
}
