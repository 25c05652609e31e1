import CPython
import NecroJSON
import NecroOctets

/// Makes Python's own types of JSON texts.
///
/// One belongs to one interpreter, and is used again and again: it keeps its storage and the names it
/// has read.
public final class ObjectReader {
  /// What reads the text; after an error it knows where.
  public private(set) var parser = JSONParser()
  private let names = NameCache()

  /// What a reader keeps from one text to the next, in octets.
  private static var storageOctetsMax: Int { 1 << 24 }

  public init() {}

  /// Reads a text, so that its value can be made.
  public func parse(_ text: Span<UInt8>) throws(JSONError) {
    try parser.parse(text)
  }

  /// The value that `parse` has read, a new reference.
  ///
  /// - Parameters:
  ///   - text: what was given to `parse`.
  ///   - last: the place on the tape of what was made last.
  /// - Returns: nil with an error.
  public func value(_ text: Span<UInt8>, last: inout Int) -> UnsafeMutablePointer<PyObject>? {
    var position = 0
    let value = value(parser, text, &position)
    last = position - 1
    return value
  }

  private func value(
    _ parser: borrowing JSONParser, _ text: Span<UInt8>, _ position: inout Int
  ) -> Object? {
    text.withUnsafeBufferPointer { octets -> Object? in
      parser.unescaped.octets.withUnsafeBufferPointer { unescaped -> Object? in
        make(parser, octets.baseAddress.unsafelyUnwrapped, unescaped.baseAddress, &position)
      }
    }
  }

  /// Gives up the storage of a large text, once it and its error are done with.
  public func shrink() {
    if parser.storageOctets > Self.storageOctetsMax { parser = JSONParser() }
  }

  /// The value that begins at `position` of the tape, which is left behind it.
  ///
  /// The recursion is as deep as the document, and the parser limits that.
  private func make(
    _ parser: borrowing JSONParser, _ text: UnsafePointer<UInt8>,
    _ unescaped: UnsafePointer<UInt8>?, _ position: inout Int
  ) -> Object? {
    let element = parser.tape[position]
    position &+= 1
    switch element {
    case .null: return Py_NewRef(necro_none())
    case .true: return Py_NewRef(necro_true())
    case .false: return Py_NewRef(necro_false())
    case .integer(let value): return PyLong_FromLongLong(value)
    case .double(let value): return PyFloat_FromDouble(value)
    case .bigInteger(let slice): return bigInteger(text + slice.offset, slice.count)
    case .string(let slice, let isASCII):
      let octets = text + slice.offset
      return isASCII
        ? necro_ascii_string(octets, slice.count) : necro_utf8_string(octets, slice.count)
    case .escapedString(let slice, let isASCII):
      guard let unescaped else { return PyUnicode_New(0, 0) }
      let octets = unescaped + slice.offset
      return isASCII
        ? necro_ascii_string(octets, slice.count) : necro_utf8_string(octets, slice.count)
    case .beginArray(let count, _):
      return list(parser, count, text, unescaped, &position)
    case .beginObject(let count, _):
      return dict(parser, count, text, unescaped, &position)
    case .endArray, .endObject:
      preconditionFailure("a value begins here")
    }
  }

  private func list(
    _ parser: borrowing JSONParser, _ count: Int, _ text: UnsafePointer<UInt8>,
    _ unescaped: UnsafePointer<UInt8>?, _ position: inout Int
  ) -> Object? {
    guard let list = PyList_New(count) else { return nil }
    for index in 0..<count {
      guard let item = make(parser, text, unescaped, &position) else {
        Py_DECREF(list)
        return nil
      }
      necro_list_set(list, index, item)
    }
    position &+= 1
    return list
  }

  private func dict(
    _ parser: borrowing JSONParser, _ count: Int, _ text: UnsafePointer<UInt8>,
    _ unescaped: UnsafePointer<UInt8>?, _ position: inout Int
  ) -> Object? {
    guard let dict = necro_dict_for(count) else { return nil }
    for _ in 0..<count {
      guard let name = name(parser, text, unescaped, &position) else { break }
      guard let item = make(parser, text, unescaped, &position) else {
        Py_DECREF(name)
        break
      }
      // Of duplicate names the last wins.
      let status = PyDict_SetItem(dict, name, item)
      Py_DECREF(name)
      Py_DECREF(item)
      if status != 0 { break }
    }
    if PyErr_Occurred() != nil {
      Py_DECREF(dict)
      return nil
    }
    position &+= 1
    return dict
  }

  @inline(__always)
  private func name(
    _ parser: borrowing JSONParser, _ text: UnsafePointer<UInt8>,
    _ unescaped: UnsafePointer<UInt8>?, _ position: inout Int
  ) -> Object? {
    if case .string(let slice, true) = parser.tape[position] {
      position &+= 1
      return names.string(text + slice.offset, slice.count)
    }
    return make(parser, text, unescaped, &position)
  }

  private func bigInteger(_ octets: UnsafePointer<UInt8>, _ count: Int) -> Object? {
    guard let text = necro_ascii_string(octets, count) else { return nil }
    defer { Py_DECREF(text) }
    return PyLong_FromUnicodeObject(text, 10)
  }
}
