import CPython
import NecroOctets
import NecroPostgresWire

// How Python's objects become parameters of Postgres. The types and what they take are listed in
// Docs/postgres.md.

extension PostgresPython {
  /// What became of an object that was to be written as a value of a type.
  enum Fit {
    case fits
    /// It is of no type that the value may have, or out of its range.
    case misfits
    /// A Python error is set.
    case failed
  }

  /// Appends an argument as the next parameter of a Bind.
  ///
  /// A str goes out as text whatever the parameter's type, for the server to read; anything else in
  /// binary form. False with a Python error.
  ///
  /// - Parameter number: of the parameter, counted from 1.
  func append(
    _ given: Object, _ oid: UInt32, number: Int, _ bind: inout Bind,
    into output: inout OctetBuffer
  ) -> Bool {
    // An object or array of a body is what it holds.
    let argument = unwrapped(given, state)
    do throws(FrontendMisuse) {
      if argument == necro_none() {
        try bind.null(into: &output)
        return true
      }
      if necro_is_exact_str(argument) {
        return try appendText(argument, number, oid, &bind, into: &output)
      }
      if !necro_is_exact_int(argument), let plain = plain(argument) {
        defer { release(plain) }
        return append(plain, oid, number: number, &bind, into: &output)
      }
      let type = catalog.type(oid)
      if type.kind == .textOnly {
        return try appendByCodec(argument, type, number, &bind, into: &output)
      }
      try bind.beginValue(.binary, into: &output)
      var fit = append(argument, type, depth: 0, into: &output)
      if fit == .misfits && Self.hasParts(type.kind) {
        bind.restartValue(.text, into: &output)
        fit = appendLiteral(argument, type, depth: 0, into: &output)
      }
      switch fit {
      case .fits:
        try bind.endValue(into: &output)
        return true
      case .failed: return describe(argument, oid, number)
      case .misfits: return misfit(argument, oid, number)
      }
    } catch {
      return misuse(error, argument, oid, number)
    }
  }

  private func appendText(
    _ text: Object, _ number: Int, _ oid: UInt32, _ bind: inout Bind,
    into output: inout OctetBuffer
  ) throws(FrontendMisuse) -> Bool {
    try bind.beginValue(.text, into: &output)
    guard appendCharacters(text, into: &output) else { return describe(text, oid, number) }
    try bind.endValue(into: &output)
    return true
  }

  /// Appends a str's UTF-8; false with an error, also for a zero octet, which Postgres' text cannot
  /// hold.
  func appendCharacters(_ text: Object, into output: inout OctetBuffer) -> Bool {
    let hasZero = withOctets(ofString: text) { octets in
      output.append(octets)
      for index in octets.indices where octets[index] == 0 { return true }
      return false
    }
    guard let hasZero else { return false }
    if hasZero { raise(necro_value_error()!, "Postgres' text cannot hold a zero character") }
    return !hasZero
  }

  /// A parameter of a type that has no binary form here, by the user's codec if there is one.
  private func appendByCodec(
    _ argument: Object, _ type: PostgresType, _ number: Int, _ bind: inout Bind,
    into output: inout OctetBuffer
  ) throws(FrontendMisuse) -> Bool {
    guard hasCodec(type) else { return misfit(argument, type.oid, number) }
    guard let text = encodedByCodec(argument, type) else { return false }
    defer { release(text) }
    return try appendText(text, number, type.oid, &bind, into: &output)
  }

  /// The str that the user's codec makes of an object; nil with an error.
  func encodedByCodec(_ argument: Object, _ type: PostgresType) -> Object? {
    guard let oid = PyLong_FromLongLong(Int64(type.oid)) else { return nil }
    defer { release(oid) }
    guard let codec = PyDict_GetItemWithError(codecs, oid),
      let text = call(necro_tuple_item(codec, 0), argument)
    else { return nil }
    if necro_is_str(text) { return text }
    release(text)
    raise(necro_type_error()!, "the encoder of a codec returns a str")
    return nil
  }

  /// What a member of an Enum stands for, or a str of a subclass; a new reference, nil for anything
  /// else.
  func plain(_ object: Object) -> Object? {
    guard isInstance(object, of: enumType) else {
      return necro_is_str(object) ? PyUnicode_FromObject(object) : nil
    }
    let value = attribute(object, "value")
    if value == nil { PyErr_Clear() }
    return value
  }

  // MARK: Errors

  /// Raises ParameterError; always false.
  private func misfit(_ argument: Object, _ oid: UInt32, _ number: Int) -> Bool {
    var message = OctetBuffer()
    begin(&message, oid, number)
    message.append(", which takes ")
    message.append(expected(catalog.type(oid)))
    message.append("; it got ")
    if let shown = PyObject_Repr(argument) {
      _ = withOctets(ofString: shown) { octets in
        message.append(octets.extracting(0..<min(octets.count, 80)))
        if octets.count > 80 { message.append("…") }
      }
      release(shown)
    } else {
      PyErr_Clear()
    }
    message.append(" of type ")
    if let name = PyType_GetQualName(necro_type(argument)) {
      _ = withOctets(ofString: name) { message.append($0) }
      release(name)
    }
    return raiseParameterError(message, argument, oid, number)
  }

  /// Raises ParameterError with the message of the error that is set; always false.
  private func describe(_ argument: Object, _ oid: UInt32, _ number: Int) -> Bool {
    guard
      PyErr_ExceptionMatches(necro_value_error()) != 0
        || PyErr_ExceptionMatches(necro_type_error()) != 0
        || PyErr_ExceptionMatches(necro_overflow_error()) != 0
    else { return false }
    let error = PyErr_GetRaisedException()!
    defer { release(error) }
    guard let text = PyObject_Str(error) else { return false }
    defer { release(text) }
    var message = OctetBuffer()
    begin(&message, oid, number)
    message.append(": ")
    _ = withOctets(ofString: text) { message.append($0) }
    return raiseParameterError(message, argument, oid, number)
  }

  private func misuse(
    _ misuse: FrontendMisuse, _ argument: Object, _ oid: UInt32, _ number: Int
  ) -> Bool {
    var message = OctetBuffer()
    begin(&message, oid, number)
    message.append(": the value is longer than the protocol can carry")
    return raiseParameterError(message, argument, oid, number)
  }

  private func begin(_ message: inout OctetBuffer, _ oid: UInt32, _ number: Int) {
    message.append("parameter $")
    message.append(decimal: UInt64(number))
    message.append(" is ")
    appendName(of: oid, into: &message)
  }

  private func raiseParameterError(
    _ message: borrowing OctetBuffer, _ argument: Object, _ oid: UInt32, _ number: Int
  ) -> Bool {
    var name = OctetBuffer()
    appendName(of: oid, into: &name)
    guard let text = makeEscapedString(message.octets), let place = PyLong_FromLong(number),
      let type = makeString(name.octets)
    else { return false }
    defer {
      release(text)
      release(place)
      release(type)
    }
    var places: (Object?, Object?, Object?, Object?, Object?) = (nil, text, place, argument, type)
    let error = withUnsafePointer(to: &places) { tuple in
      tuple.withMemoryRebound(to: Object?.self, capacity: 5) { places in
        necro_vectorcall(parameterError, places + 1, 4, nil)
      }
    }
    guard let error else { return false }
    PyErr_SetObject(parameterError, error)
    release(error)
    return false
  }

  /// What a parameter of a type takes, for messages.
  private func expected(_ type: PostgresType) -> StaticString {
    switch type.kind {
    case .boolean: "a bool"
    case .int2: "an int from -32768 to 32767"
    case .int4: "an int of 32 bits"
    case .int8: "an int of 64 bits"
    case .unsigned4, .unsigned8: "an int that is not negative"
    case .float4, .float8: "a float or an int"
    case .numeric: "a Decimal, an int or a float"
    case .bytea: "bytes"
    case .uuid: "a UUID"
    case .json, .jsonb: "what JSON can hold, or a str of JSON"
    case .date: "a date"
    case .time: "a time without a zone"
    case .timetz: "a time with a zone"
    case .timestamp: "a datetime without a zone"
    case .timestamptz: "a datetime with a zone"
    case .interval: "a timedelta"
    case .inet, .cidr: "an address, interface or network of ipaddress"
    case .array: "a list whose items fit or are str"
    case .vector: "a list of floats"
    case .range: "a Range whose bounds fit"
    case .multirange: "a list of Ranges"
    case .composite: "a tuple or a Row of as many values as it has fields"
    case .hstore: "a dict of str to str or None"
    case .point, .lseg, .path, .box, .polygon, .line, .circle:
      "a shape of necro.postgres or a tuple of numbers"
    case .tid: "a tuple of a block's number and the place in it"
    case .textOnly, .text, .char, .jsonpath, .macaddr, .macaddr8, .bits, .lsn, .void, .money,
      .halfvec, .sparsevec:
      "a str"
    }
  }
}
