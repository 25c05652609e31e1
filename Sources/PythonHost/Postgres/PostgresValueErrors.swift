import CPython
import NecroOctets
import NecroPostgresWire

// What is said of a value that Python cannot hold.
extension PostgresPython {
  /// Raises ResultError.
  func raiseUnreadable(
    _ type: PostgresType, _ name: Object, reason: (inout OctetBuffer) -> Void
  ) {
    var message = OctetBuffer()
    message.append("the value of column ")
    if withOctets(ofString: name, { message.append($0) }) == nil { return }
    message.append(" (")
    appendName(of: type.oid, into: &message)
    message.append(") cannot be made into a Python object: ")
    reason(&message)
    raise(resultError, message)
  }

  /// Raises ResultError because of the ValueError or OverflowError that is set, if it is one.
  func explain(_ type: PostgresType, _ name: Object) {
    guard
      PyErr_ExceptionMatches(necro_value_error()) != 0
        || PyErr_ExceptionMatches(necro_overflow_error()) != 0
    else { return }
    guard let cause = PyErr_GetRaisedException() else { return }
    let text = PyObject_Str(cause)
    PyErr_Clear()
    defer { release(text) }
    raiseUnreadable(type, name) { message in
      if let text { _ = withOctets(ofString: text) { message.append($0) } }
    }
    guard let error = PyErr_GetRaisedException() else { return release(cause) }
    // Takes the reference over.
    PyException_SetCause(error, cause)
    PyErr_SetRaisedException(error)
  }

  /// Appends a type's name, or its OID where the name is not known here.
  func appendName(of oid: UInt32, into output: inout OctetBuffer) {
    if let index = BuiltInTypes.index(oid) {
      let names = BuiltInTypes.names.octets
      var (start, commas) = (0, 0)
      while commas < index {
        if names[start] == UInt8(ascii: ",") { commas += 1 }
        start += 1
      }
      var end = start
      while end < names.count && names[end] != UInt8(ascii: ",") { end += 1 }
      if end > start {
        output.append(names.extracting(start..<end))
        return
      }
      if let type = BuiltInTypes.type(oid), type.kind == .array {
        appendName(of: type.element, into: &output)
        output.append("[]")
        return
      }
    }
    if let key = PyLong_FromLongLong(Int64(oid)) {
      defer { release(key) }
      // This goes into the message of an error, which is not set yet.
      if let name = PyDict_GetItemWithError(names, key),
        withOctets(ofString: name, { output.append($0) }) != nil
      {
        return
      }
    }
    output.append("the type with OID ")
    output.append(decimal: UInt64(oid))
  }
}
