import CPython
import NecroJSON
import NecroOctets
import NecroPythonJSON

/// Writes Python values as JSON.
struct JSONWriter {
  let state: ModuleState
  /// What makes values of other types into values of these, or nil; borrowed.
  let fallback: Object?
  /// The most octets that the output may have.
  var octetsMax = Int.max

  /// Appends a value; false with an error, having appended a part. The error has a note that says
  /// where in the value it arose.
  func write(_ value: Object, into output: inout OctetBuffer) -> Bool {
    if write(value, into: &output, depth: 0) { return true }
    noteTrail()
    return false
  }

  func write(_ value: Object, into output: inout OctetBuffer, depth: Int) -> Bool {
    let writer = state.jsonWriter
    let outer = writer.octetsMax
    writer.octetsMax = octetsMax
    defer { writer.octetsMax = outer }
    return writer.write(value, fallback, into: &output, depth: depth)
  }

  /// Writes a value that is not of one of Python's own types; the subclasses of these are.
  func writeOther(_ value: Object, into output: inout OctetBuffer, depth: Int) -> Bool {
    if necro_is_str(value) { return writeString(value, into: &output) }
    if necro_is_dict(value) { return writeObject(value, into: &output, depth: depth) }
    if necro_is_list(value) || necro_is_tuple(value) {
      return writeArray(value, into: &output, depth: depth)
    }
    if necro_is_float(value) { return writeFloat(value, into: &output) }
    if necro_is_type(value, state.bodyType) {
      return write(unwrapped(value, state), into: &output, depth: depth)
    }
    if isRow(value, state) {
      return !ObjectWriter.isTooDeep(depth) && writeRow(value, into: &output, depth: depth)
    }
    // An int of a subclass, such as an IntEnum's member, is the number that it is.
    if necro_is_int(value) { return writeInteger(value, into: &output) }
    return writeReplacement(of: value, into: &output, depth: depth)
  }

  private func isTooLong(_ output: borrowing OctetBuffer) -> Bool {
    if output.count <= octetsMax { return false }
    raiseTooLong(octetsMax)
    return true
  }

  private func writeString(_ string: Object, into output: inout OctetBuffer) -> Bool {
    withOctets(ofString: string) { JSONSerializer.string($0, into: &output) } != nil
  }

  private func writeInteger(_ value: Object, into output: inout OctetBuffer) -> Bool {
    var compact: Py_ssize_t = 0
    if necro_compact_int(value, &compact) {
      JSONSerializer.integer(Int64(compact), into: &output)
      return true
    }
    var overflow: CInt = 0
    let long = PyLong_AsLongLongAndOverflow(value, &overflow)
    if overflow == 0 {
      if long == -1 && PyErr_Occurred() != nil { return false }
      JSONSerializer.integer(long, into: &output)
      return true
    }
    guard let digits = PyNumber_ToBase(value, 10) else { return false }
    defer { release(digits) }
    return withOctets(ofString: digits) { output.append($0) } != nil
  }

  private func writeFloat(_ value: Object, into output: inout OctetBuffer) -> Bool {
    do throws(JSONMisuse) {
      try JSONSerializer.double(necro_float_value(value), into: &output)
    } catch {
      raise(necro_value_error()!, "NaN and infinities have no JSON form")
      return false
    }
    return true
  }

  private func writeObject(
    _ dict: Object, into output: inout OctetBuffer, depth: Int
  ) -> Bool {
    if ObjectWriter.isTooDeep(depth) { return false }
    output.append(UInt8(ascii: "{"))
    var position: Py_ssize_t = 0
    var key: Object?
    var value: Object?
    var isFirst = true
    let count = PyDict_Size(dict)
    while PyDict_Next(dict, &position, &key, &value) != 0 {
      // A fallback is the user's code, which may change the dict.
      let name = retained(key!)
      let item = retained(value!)
      defer {
        release(name)
        release(item)
      }
      guard necro_is_str(name) else {
        raise(necro_type_error()!, "the keys of a JSON object are str")
        return false
      }
      if !isFirst { output.append(UInt8(ascii: ",")) }
      isFirst = false
      guard writeString(name, into: &output) else { return false }
      output.append(UInt8(ascii: ":"))
      guard write(item, into: &output, depth: depth + 1) else {
        note(retained(name))
        return false
      }
      if isTooLong(output) { return false }
      guard PyDict_Size(dict) == count else {
        raise(necro_runtime_error()!, "a dict changed its size while it was written as JSON")
        return false
      }
    }
    output.append(UInt8(ascii: "}"))
    return true
  }

  private func writeArray(
    _ array: Object, into output: inout OctetBuffer, depth: Int
  ) -> Bool {
    if ObjectWriter.isTooDeep(depth) { return false }
    output.append(UInt8(ascii: "["))
    let isList = necro_is_list(array)
    var index = 0
    // A fallback is the user's code, which may change a list: its size is asked for each time.
    while index < necro_size(array) {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      let item = retained(
        isList ? necro_list_item(array, index) : necro_tuple_item(array, index))
      let isWritten = write(item, into: &output, depth: depth + 1)
      release(item)
      guard isWritten else {
        note(PyLong_FromLong(index))
        return false
      }
      if isTooLong(output) { return false }
      index += 1
    }
    output.append(UInt8(ascii: "]"))
    return true
  }

  private func writeReplacement(
    of value: Object, into output: inout OctetBuffer, depth: Int
  ) -> Bool {
    if ObjectWriter.isTooDeep(depth) { return false }
    guard let fallback else {
      var message = OctetBuffer()
      message.append("a value of type ")
      if let name = PyType_GetQualName(necro_type(value)) {
        _ = withOctets(ofString: name) { message.append($0) }
        release(name)
      }
      message.append(" has no JSON form")
      raise(necro_type_error()!, message)
      return false
    }
    guard let replacement = call(fallback, value) else { return false }
    defer { release(replacement) }
    return write(replacement, into: &output, depth: depth + 1)
  }

  /// Has the error that is set say where the value at fault lies.
  func noteTrail() {
    guard let trail = state.jsonTrail else { return }
    state.jsonTrail = nil
    let error = PyErr_GetRaisedException()
    if let error, let note = imported("necro._results", "note_place") {
      release(call(note, error, trail))
      release(note)
    }
    release(trail)
    // The note is not worth another error.
    PyErr_Clear()
    PyErr_SetRaisedException(error)
  }

  /// Notes, while an error makes its way out, the key or index that it comes from; takes that over.
  func note(_ key: Object?) {
    if state.jsonTrail == nil { state.jsonTrail = PyList_New(0) }
    if let key, let trail = state.jsonTrail { PyList_Append(trail, key) }
    release(key)
  }
}

/// Sets the error for a response that is larger than it may be.
func raiseTooLong(_ octetsMax: Int) {
  necro_raise_number(
    necro_value_error(),
    cString("the response has more octets than response-octets-max allows"), octetsMax)
}
