import CPython
import NecroOctets
import NecroPythonJSON

// `necro.json.dumps` and `loads`.

/// How a value is written, where that differs from what a response has.
struct JSONStyle {
  var sortsKeys = false
  /// The spaces of each level; nil for no white space at all.
  var indent: Int?
  /// Whether keys that are no str are written as one, as CPython's json does.
  var convertsKeys = false
  /// Whether NaN and the infinities are written as null.
  var nanIsNull = false

  var isPlain: Bool { !sortsKeys && indent == nil && !convertsKeys && !nanIsNull }

  /// The most spaces of a level.
  static var indentMax: Int { 32 }
}

/// `dumps(value, fallback=None, /, *, default=None, sort_keys=False, indent=None, non_str_keys=False,
/// nan="error")`.
@c(necro_dumps)
func dumps(
  _ module: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t, _ names: Object?
) -> Object? {
  guard count == 1 || count == 2, let arguments else {
    raise(necro_type_error()!, "dumps() takes a value and a fallback by position")
    return nil
  }
  let state = ModuleState.of(module: module!)
  var style = JSONStyle()
  // Owned where a `default` is joined to it.
  var fallback = count == 2 && arguments[1] != necro_none() ? arguments[1] : nil
  var joined: Object?
  defer { release(joined) }
  if let names, necro_tuple_size(names) > 0 {
    for index in 0..<necro_tuple_size(names) {
      let value = arguments[count + index]!
      if isNamed(necro_tuple_item(names, index)!, "default") {
        if value == necro_none() { continue }
        guard let join = imported("necro._results", "joined_default") else { return nil }
        defer { release(join) }
        release(joined)
        joined = call(join, value)
        guard joined != nil else { return nil }
        fallback = joined
      } else if !style.set(necro_tuple_item(names, index)!, value) {
        return nil
      }
    }
  }
  if fallback == nil {
    fallback = state.jsonDefault()
    if fallback == nil { return nil }
  }
  return dumps(arguments[0]!, fallback, style, state)
}

func dumps(
  _ value: Object, _ fallback: Object?, _ style: JSONStyle, _ state: ModuleState
) -> Object? {
  // A fallback may call `dumps` again, which then finds no storage here.
  var output = OctetBuffer()
  swap(&output, &state.jsonOutput)
  output.removeAll()
  defer {
    if output.capacity <= ModuleState.jsonOutputKept { swap(&output, &state.jsonOutput) }
  }
  let isWritten = JSONWriter.write(state, fallback: fallback) { writer in
    if style.isPlain { return writer.write(value, into: &output) }
    return StyledJSONWriter(writer: writer, style: style).write(value, into: &output, depth: 0)
  }
  return isWritten ? makeBytes(output.octets) : nil
}

private func isNamed(_ name: Object, _ text: StaticString) -> Bool {
  PyUnicode_CompareWithASCIIString(
    name, UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)) == 0
}

extension JSONStyle {
  /// Takes an option; false with an error.
  mutating func set(_ name: Object, _ value: Object) -> Bool {
    if isNamed(name, "sort_keys") { return truth(value, &sortsKeys) }
    if isNamed(name, "non_str_keys") { return truth(value, &convertsKeys) }
    if isNamed(name, "indent") {
      if value == necro_none() { return true }
      let spaces = PyLong_AsLong(value)
      if spaces == -1 && PyErr_Occurred() != nil { return false }
      guard spaces >= 0 && spaces <= JSONStyle.indentMax else {
        raise(necro_value_error()!, "indent is a number of spaces from 0 to 32")
        return false
      }
      indent = spaces
      return true
    }
    if isNamed(name, "nan") {
      guard necro_is_str(value) else {
        raise(necro_type_error()!, "nan is 'error' or 'null'")
        return false
      }
      nanIsNull = isNamed(value, "null")
      if nanIsNull || isNamed(value, "error") { return true }
      raise(necro_value_error()!, "nan is 'error' or 'null'")
      return false
    }
    var message = OctetBuffer()
    message.append("dumps() got an unexpected keyword argument '")
    _ = withOctets(ofString: name) { message.append($0) }
    message.append("'")
    raise(necro_type_error()!, message)
    return false
  }

  private func truth(_ value: Object, _ option: inout Bool) -> Bool {
    let truth = PyObject_IsTrue(value)
    if truth < 0 { return false }
    option = truth != 0
    return true
  }
}

/// `loads(data)`.
@c(necro_loads)
func loads(_ module: Object?, _ argument: Object?) -> Object? {
  let state = ModuleState.of(module: module!)
  let argument = argument!
  let reader = state.jsonReader
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
