import CPython
import NecroJSON
import NecroOctets
import NecroPythonJSON

/// Writes Python values as JSON: a call of the writer in C, which hands over here what is of none of
/// Python's own types.
struct JSONWriter {
  let call: UnsafeMutablePointer<NecroJSONCall>

  var state: ModuleState {
    Unmanaged<ModuleState>.fromOpaque(call.pointee.state).takeUnretainedValue()
  }

  /// What makes values of other types into values of these, or nil; borrowed.
  var fallback: Object? { call.pointee.fallback }

  /// Has `body` write, and an error have a note that says where in the value it arose.
  ///
  /// - Parameters:
  ///   - fallback: borrowed.
  ///   - octetsMax: the most octets that the output may have.
  /// - Returns: what `body` does, which is false with an error.
  static func write(
    _ state: ModuleState, fallback: Object?, octetsMax: Int = .max,
    _ body: (JSONWriter) -> Bool
  ) -> Bool {
    var call = NecroJSONCall()
    call.state = Unmanaged.passUnretained(state).toOpaque()
    call.names = state.jsonNames
    call.fallback = fallback
    call.octets_max = octetsMax
    return withUnsafeMutablePointer(to: &call) { call in
      let writer = JSONWriter(call: call)
      if body(writer) { return true }
      writer.noteTrail()
      return false
    }
  }

  /// Appends a value; false with an error, having appended a part.
  func write(_ value: Object, into output: inout OctetBuffer, depth: Int = 0) -> Bool {
    let outer = call.pointee
    defer {
      call.pointee.buffer = outer.buffer
      call.pointee.out = outer.out
      call.pointee.limit = outer.limit
    }
    return withUnsafeMutablePointer(to: &output) { buffer in
      call.pointee.buffer = UnsafeMutableRawPointer(buffer)
      takeRoom(0)
      let isWritten = necro_json_write(call, value, depth)
      keep()
      return isWritten && !isTooLong(buffer.pointee)
    }
  }

  private var buffer: UnsafeMutablePointer<OctetBuffer> {
    call.pointee.buffer.assumingMemoryBound(to: OctetBuffer.self)
  }

  /// Counts what was written to the room.
  private func keep() {
    let room = buffer.pointee.reserve(0)
    let start = room.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self)
    buffer.pointee.advance(call.pointee.out - start)
  }

  /// Gives the writer in C room for `octetCount` octets and some more, and little beyond what the
  /// output may have.
  private func takeRoom(_ octetCount: Int) {
    let slack = Int(NECRO_JSON_ROOM)
    let room = buffer.pointee.reserve(octetCount + slack)
    let allowed = max(call.pointee.octets_max - buffer.pointee.count, octetCount)
    let start = room.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self)
    call.pointee.out = start
    call.pointee.limit = start + min(room.count - slack, allowed) + slack
  }

  /// Takes `takeRoom`'s octets where a value begins; false with an error.
  fileprivate func makeRoom(_ octetCount: Int) -> Bool {
    keep()
    if isTooLong(buffer.pointee) { return false }
    takeRoom(octetCount)
    return true
  }

  fileprivate func writeOther(_ value: Object, depth: Int) -> Bool {
    keep()
    defer { takeRoom(0) }
    return writeOther(value, into: &buffer.pointee, depth: depth)
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
    if isRaw(value, state) {
      withOctets(ofBytes: value) { output.append($0) }
      return true
    }
    if isRow(value, state) {
      return !necro_json_is_too_deep(depth) && writeRow(value, into: &output, depth: depth)
    }
    // An int of a subclass, such as an IntEnum's member, is the number that it is.
    if necro_is_int(value) { return writeInteger(value, into: &output) }
    return writeReplacement(of: value, into: &output, depth: depth)
  }

  private func isTooLong(_ output: borrowing OctetBuffer) -> Bool {
    if output.count <= call.pointee.octets_max { return false }
    raiseTooLong(call.pointee.octets_max)
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
    if necro_json_is_too_deep(depth) { return false }
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
        necro_json_failed_in(call, name)
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
    if necro_json_is_too_deep(depth) { return false }
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
        necro_json_failed_at(call, index)
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
    if necro_json_is_too_deep(depth) { return false }
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
    guard let replacement = NecroPythonHost.call(fallback, value) else { return false }
    defer { release(replacement) }
    return write(replacement, into: &output, depth: depth + 1)
  }

  /// Has the error that is set say where the value at fault lies.
  private func noteTrail() {
    guard let trail = call.pointee.trail else { return }
    call.pointee.trail = nil
    let error = PyErr_GetRaisedException()
    if let error, let note = imported("necro._results", "note_place") {
      release(NecroPythonHost.call(note, error, trail))
      release(note)
    }
    release(trail)
    // The note is not worth another error.
    PyErr_Clear()
    PyErr_SetRaisedException(error)
  }
}

@c(necro_json_make_room)
func makeRoom(_ call: UnsafeMutablePointer<NecroJSONCall>?, _ octetCount: Int) -> Bool {
  JSONWriter(call: call!).makeRoom(octetCount)
}

@c(necro_json_write_other)
func writeOther(
  _ call: UnsafeMutablePointer<NecroJSONCall>?, _ value: Object?, _ depth: Py_ssize_t
) -> Bool {
  JSONWriter(call: call!).writeOther(value!, depth: depth)
}

/// Whether an object is a `necro.json.Raw`, whose octets are JSON.
func isRaw(_ object: Object, _ state: ModuleState) -> Bool {
  guard necro_is_bytes(object), !necro_is_exact_bytes(object), let raw = state.rawType() else {
    return false
  }
  return necro_is_instance(
    object, UnsafeMutableRawPointer(raw).assumingMemoryBound(to: PyTypeObject.self))
}

/// Sets the error for a response that is larger than it may be.
func raiseTooLong(_ octetsMax: Int) {
  necro_raise_number(
    necro_value_error(),
    cString("the response has more octets than response-octets-max allows"), octetsMax)
}
