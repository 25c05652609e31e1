import CPython
import NecroJSON
import NecroOctets

/// Makes Python values of JSON texts.
final class JSONReader {
  private var parser = JSONParser()

  /// The value of a text, a new reference; nil with an error.
  func read(_ text: Span<UInt8>, _ state: ModuleState) -> Object? {
    do throws(JSONError) {
      try parser.parse(text)
    } catch {
      raiseDecodeError(error, error.message, text, state)
      return nil
    }
    var position = 0
    if let value = JSONReader.value(parser, text, &position) { return value }
    locateInteger(position - 1, text, state)
    return nil
  }

  /// Has the error for an integer that has more digits than Python converts say where it lies.
  ///
  /// - Parameter position: the place on the tape of what was read last.
  private func locateInteger(_ position: Int, _ text: Span<UInt8>, _ state: ModuleState) {
    guard PyErr_ExceptionMatches(necro_value_error()) != 0,
      case .bigInteger(let digits) = parser.tape[position]
    else { return }
    // Once more, up to the integer: the parser then lacks it, and knows where it should be.
    let before = text.octets(Slice(offset: 0, count: digits.offset))
    do throws(JSONError) {
      try parser.parse(before)
    } catch {
      PyErr_Clear()
      raiseDecodeError(error, "an integer has too many digits", before, state)
    }
  }

  /// The value that begins at `position` of the tape, which is left behind it.
  ///
  /// The recursion is as deep as the document, and the parser limits that.
  private static func value(
    _ parser: borrowing JSONParser, _ text: Span<UInt8>, _ position: inout Int
  ) -> Object? {
    let element = parser.tape[position]
    position += 1
    switch element {
    case .null: return none()
    case .true: return retained(necro_true())
    case .false: return retained(necro_false())
    case .integer(let value): return PyLong_FromLongLong(value)
    case .double(let value): return PyFloat_FromDouble(value)
    case .bigInteger(let slice): return bigInteger(text.octets(slice))
    case .string(let slice, let isASCII): return string(text.octets(slice), isASCII)
    case .escapedString(let slice, let isASCII):
      return string(parser.unescaped.octets(slice), isASCII)
    case .beginArray(let count, _):
      guard let list = PyList_New(count) else { return nil }
      for index in 0..<count {
        guard let item = value(parser, text, &position) else {
          release(list)
          return nil
        }
        necro_list_set(list, index, item)
      }
      position += 1
      return list
    case .beginObject(let count, _):
      guard let dict = PyDict_New() else { return nil }
      for _ in 0..<count {
        guard member(parser, text, &position, of: dict) else {
          release(dict)
          return nil
        }
      }
      position += 1
      return dict
    case .endArray, .endObject:
      preconditionFailure("a value begins here")
    }
  }

  private static func member(
    _ parser: borrowing JSONParser, _ text: Span<UInt8>, _ position: inout Int, of dict: Object
  ) -> Bool {
    guard let name = value(parser, text, &position) else { return false }
    defer { release(name) }
    guard let item = value(parser, text, &position) else { return false }
    defer { release(item) }
    // Of duplicate names the last wins.
    return PyDict_SetItem(dict, name, item) == 0
  }

  private static func string(_ octets: Span<UInt8>, _ isASCII: Bool) -> Object? {
    if !isASCII { return makeString(octets) }
    guard let string = PyUnicode_New(octets.count, 127) else { return nil }
    octets.withUnsafeBytes { source in
      if source.count > 0 {
        necro_string_octets(string).copyMemory(
          from: source.baseAddress!, byteCount: source.count)
      }
    }
    return string
  }

  private static func bigInteger(_ octets: Span<UInt8>) -> Object? {
    guard let text = string(octets, true) else { return nil }
    defer { release(text) }
    return PyLong_FromUnicodeObject(text, 10)
  }

  private func raiseDecodeError(
    _ error: JSONError, _ message: StaticString, _ text: Span<UInt8>, _ state: ModuleState
  ) {
    var pointer = OctetBuffer()
    parser.appendPointer(in: text, into: &pointer)
    necro_raise_decode_error(
      state.decodeError, cString(message), error.offset, error.line, error.column,
      makeString(pointer.octets))
  }
}

/// `loads(data)`.
@c(necro_loads)
func loads(_ module: Object?, _ argument: Object?) -> Object? {
  let state = ModuleState.of(module: module!)
  let argument = argument!
  let reader = JSONReader()
  if necro_is_str(argument) {
    return withOctets(ofString: argument) { reader.read($0, state) } ?? nil
  }
  if necro_is_bytes(argument) {
    return withOctets(ofBytes: argument) { reader.read($0, state) }
  }
  var view = Py_buffer()
  guard PyObject_GetBuffer(argument, &view, PyBUF_SIMPLE) == 0 else {
    PyErr_Clear()
    raise(necro_type_error()!, "JSON is read from str, bytes, bytearray or memoryview")
    return nil
  }
  defer { PyBuffer_Release(&view) }
  let octets = UnsafeBufferPointer(
    start: view.buf?.assumingMemoryBound(to: UInt8.self), count: view.len)
  return reader.read(Span(_unsafeElements: octets), state)
}
