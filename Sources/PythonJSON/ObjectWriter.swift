import CPython
import NecroJSON
import NecroOctets

/// A Python object; references are borrowed unless it is said otherwise.
typealias Object = UnsafeMutablePointer<PyObject>

/// Writes Python's own types as JSON, straight from their memory. What it does not know is its
/// subclass's business.
///
/// One belongs to one interpreter, and is used again and again: it knows the names written before.
open class ObjectWriter {
  private let names = NameTable()

  /// Whether names are looked up among those written before. A benchmark turns it off, to show what
  /// that is worth.
  public var speculates = true

  /// The most octets that the output may have.
  public final var octetsMax = Int.max

  public init() {}

  /// Sets the error for an output that has more octets than it may.
  open func raiseTooLong() {}

  @inline(__always)
  private func isTooLong(_ output: borrowing OctetBuffer) -> Bool {
    if output.count <= octetsMax { return false }
    raiseTooLong()
    return true
  }

  /// Writes a value of another type; false with an error.
  ///
  /// - Parameter fallback: what `write` was given.
  open func writeOther(
    _ value: UnsafeMutablePointer<PyObject>, _ fallback: UnsafeMutablePointer<PyObject>?,
    into output: inout OctetBuffer, depth: Int
  ) -> Bool { false }

  /// Takes down that the error which is set arose in the member of that name.
  open func failed(in name: UnsafeMutablePointer<PyObject>) {}

  /// Takes down that the error which is set arose in the item of that index.
  open func failed(at index: Int) {}

  /// Appends a value; false with an error, having appended a part.
  ///
  /// - Parameters:
  ///   - fallback: for `writeOther`.
  ///   - depth: how many values it lies in.
  public final func write(
    _ value: UnsafeMutablePointer<PyObject>, _ fallback: UnsafeMutablePointer<PyObject>?,
    into output: inout OctetBuffer, depth: Int
  ) -> Bool {
    switch writeScalar(value, into: &output) {
    case .written: return true
    case .failed: return false
    case .notScalar: break
    }
    switch Int(necro_json_kind(value)) {
    case NECRO_DICT: return writeObject(value, fallback, into: &output, depth: depth)
    case NECRO_LIST: return writeArray(value, fallback, into: &output, depth: depth, isList: true)
    case NECRO_TUPLE: return writeArray(value, fallback, into: &output, depth: depth, isList: false)
    default: return writeOther(value, fallback, into: &output, depth: depth)
    }
  }

  /// The depth of values in values, against a value that contains itself.
  private static var depthMax: Int { 1_000 }

  /// Whether a value lies deeper than it may; then the error is set.
  public static func isTooDeep(_ depth: Int) -> Bool {
    if depth < depthMax { return false }
    PyErr_SetString(
      necro_value_error(),
      "the value is nested more than 1000 deep, or contains itself, and has no JSON form")
    return true
  }

  private func writeString(_ string: Object, into output: inout OctetBuffer) -> Bool {
    var count: Py_ssize_t = 0
    // Cached in the str by CPython when it is not ASCII; an error for lone surrogates.
    guard let text = necro_ascii(string, &count) ?? PyUnicode_AsUTF8AndSize(string, &count) else {
      return false
    }
    let octets = UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self)
    JSONSerializer.string(Span(_unsafeStart: octets, count: count), into: &output)
    return true
  }

  @inline(__always)
  private func writeInteger(_ value: Object, into output: inout OctetBuffer) -> Bool {
    var compact: Py_ssize_t = 0
    if necro_compact_int(value, &compact) {
      JSONSerializer.integer(Int64(compact), into: &output)
      return true
    }
    return writeLongInteger(value, into: &output)
  }

  private func writeLongInteger(_ value: Object, into output: inout OctetBuffer) -> Bool {
    var overflow: CInt = 0
    let long = PyLong_AsLongLongAndOverflow(value, &overflow)
    if overflow == 0 {
      if long == -1 && PyErr_Occurred() != nil { return false }
      JSONSerializer.integer(long, into: &output)
      return true
    }
    guard let digits = PyNumber_ToBase(value, 10) else { return false }
    defer { Py_DECREF(digits) }
    var count: Py_ssize_t = 0
    guard let text = necro_ascii(digits, &count) else { return false }
    output.append(
      Span(_unsafeStart: UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self), count: count))
    return true
  }

  @inline(__always)
  private func writeFloat(_ value: Object, into output: inout OctetBuffer) -> Bool {
    do throws(JSONMisuse) {
      try JSONSerializer.double(necro_float_value(value), into: &output)
    } catch {
      PyErr_SetString(necro_value_error(), "NaN and infinities have no JSON form")
      return false
    }
    return true
  }

  /// Writes a name and its colon.
  ///
  /// - Parameter isFirst: whether no comma is written before it.
  @inline(__always)
  private func writeName(_ name: Object, _ isFirst: Bool, into output: inout OctetBuffer) -> Bool {
    if speculates && names.append(name, isFirst ? 1 : 0, into: &output) { return true }
    return writeUnknownName(name, isFirst, into: &output)
  }

  private func writeUnknownName(
    _ name: Object, _ isFirst: Bool, into output: inout OctetBuffer
  ) -> Bool {
    guard necro_is_str(name) else {
      PyErr_SetString(necro_type_error(), "the keys of a JSON object are str")
      return false
    }
    if !isFirst { output.append(0x2C) }
    let start = output.count
    guard writeString(name, into: &output) else { return false }
    output.append(0x3A)
    // A subclass has code of its own that its end may run.
    if speculates && necro_is_exact_str(name) {
      names.learn(name, output.octets.extracting(start..<output.count))
    }
    return true
  }

  private func writeObject(
    _ dict: Object, _ fallback: Object?, into output: inout OctetBuffer, depth: Int
  ) -> Bool {
    if Self.isTooDeep(depth) { return false }
    output.append(0x7B)
    var position: Py_ssize_t = 0
    var key: Object?
    var value: Object?
    let count = PyDict_Size(dict)
    var isFirst = true
    while PyDict_Next(dict, &position, &key, &value) != 0 {
      let name = key.unsafelyUnwrapped
      let item = value.unsafelyUnwrapped
      guard writeName(name, isFirst, into: &output) else { return false }
      isFirst = false
      switch writeScalar(item, into: &output) {
      case .written:
        if isTooLong(output) { return false }
        continue
      case .failed:
        failed(in: name)
        return false
      case .notScalar: break
      }
      Py_INCREF(name)
      Py_INCREF(item)
      let isWritten = write(item, fallback, into: &output, depth: depth &+ 1)
      if !isWritten { failed(in: name) }
      Py_DECREF(item)
      Py_DECREF(name)
      if !isWritten || isTooLong(output) { return false }
      if PyDict_Size(dict) != count {
        PyErr_SetString(
          necro_runtime_error(), "a dict changed its size while it was written as JSON")
        return false
      }
    }
    output.append(0x7D)
    return true
  }

  private enum Outcome {
    case written, failed, notScalar
  }

  /// Writes a value that has no values in it; no code of a user's runs for these.
  @inline(__always)
  private func writeScalar(_ value: Object, into output: inout OctetBuffer) -> Outcome {
    switch Int(necro_json_kind(value)) {
    case NECRO_STRING: return writeString(value, into: &output) ? .written : .failed
    case NECRO_INTEGER: return writeInteger(value, into: &output) ? .written : .failed
    case NECRO_FLOAT: return writeFloat(value, into: &output) ? .written : .failed
    case NECRO_TRUE: output.append("true")
    case NECRO_FALSE: output.append("false")
    case NECRO_NONE: output.append("null")
    default: return .notScalar
    }
    return .written
  }

  private func writeArray(
    _ array: Object, _ fallback: Object?, into output: inout OctetBuffer, depth: Int, isList: Bool
  ) -> Bool {
    if Self.isTooDeep(depth) { return false }
    output.append(0x5B)
    var index = 0
    // A fallback is the user's code, which may change a list: its size is asked for each time.
    while index < necro_size(array) {
      if index > 0 { output.append(0x2C) }
      let item = (isList ? necro_list_item(array, index) : necro_tuple_item(array, index))!
      var outcome = writeScalar(item, into: &output)
      if case .notScalar = outcome {
        Py_INCREF(item)
        let isWritten = write(item, fallback, into: &output, depth: depth &+ 1)
        outcome = isWritten ? .written : .failed
        Py_DECREF(item)
      }
      guard case .written = outcome else {
        failed(at: index)
        return false
      }
      if isTooLong(output) { return false }
      index &+= 1
    }
    output.append(0x5D)
    return true
  }
}
