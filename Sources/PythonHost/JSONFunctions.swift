import CPython
import NecroJSON
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
  /// What becomes of integers that no double holds exactly, and so not every reader.
  var bigIntegers = BigIntegers.number

  enum BigIntegers {
    case number, string, error
  }

  var isPlain: Bool {
    !sortsKeys && indent == nil && !convertsKeys && !nanIsNull && bigIntegers == .number
  }

  /// The most spaces of a level.
  static var indentMax: Int { 32 }
}

/// `dumps(value, fallback=None, /, *, default=None, sort_keys=False, indent=None, non_str_keys=False,
/// nan="error", decimal="string", big_int="number")`.
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
  var fallback = count == 2 && arguments[1] != necro_none() ? arguments[1] : nil
  // Owned: what a `default` and numbers for decimals are joined to.
  var joined: Object?
  defer { release(joined) }
  if let names, necro_tuple_size(names) > 0 {
    var own: Object?
    var decimalsAreNumbers = false
    for index in 0..<necro_tuple_size(names) {
      let value = arguments[count + index]!
      let name = necro_tuple_item(names, index)!
      if isNamed(name, "default") {
        own = value == necro_none() ? nil : value
      } else if isNamed(name, "decimal") {
        let isRight = choice(
          value, "string", "number", "decimal is 'string' or 'number'", &decimalsAreNumbers)
        guard isRight else { return nil }
      } else if !style.set(name, value) {
        return nil
      }
    }
    if own != nil || decimalsAreNumbers {
      guard let join = imported("necro._results", "joined_default") else { return nil }
      defer { release(join) }
      joined = call(join, own ?? necro_none()!, decimalsAreNumbers ? necro_true()! : necro_false()!)
      guard joined != nil else { return nil }
      fallback = joined
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
      return choice(value, "error", "null", "nan is 'error' or 'null'", &nanIsNull)
    }
    if isNamed(name, "big_int") {
      if necro_is_str(value), isNamed(value, "error") {
        bigIntegers = .error
        return true
      }
      var isString = false
      bigIntegers = .number
      guard
        choice(
          value, "number", "string", "big_int is 'number', 'string' or 'error'", &isString)
      else { return false }
      if isString { bigIntegers = .string }
      return true
    }
    return raiseUnexpected("dumps", name)
  }
}

/// Takes an option that is true or false; false with an error.
private func truth(_ value: Object, _ option: inout Bool) -> Bool {
  let truth = PyObject_IsTrue(value)
  if truth < 0 { return false }
  option = truth != 0
  return true
}

/// Takes an option of two names, which is true for the second; false with an error.
private func choice(
  _ value: Object, _ first: StaticString, _ second: StaticString, _ message: StaticString,
  _ option: inout Bool
) -> Bool {
  guard necro_is_str(value) else {
    raise(necro_type_error()!, message)
    return false
  }
  option = isNamed(value, second)
  if option || isNamed(value, first) { return true }
  raise(necro_value_error()!, message)
  return false
}

/// Raises for an option that there is not; false.
private func raiseUnexpected(_ function: StaticString, _ name: Object) -> Bool {
  var message = OctetBuffer()
  message.append(function)
  message.append("() got an unexpected keyword argument '")
  _ = withOctets(ofString: name) { message.append($0) }
  message.append("'")
  raise(necro_type_error()!, message)
  return false
}

/// How a text is read, where that differs from the usual.
struct JSONChoices {
  /// What is refused beyond the grammar.
  var rules: JSONRules = []
  /// Makes values of the texts of numbers with fraction or exponent; borrowed.
  var floatHook: Object?
  /// What the value is to be: a class of models, or an annotation; borrowed.
  var type: Object?
  /// Whether no value is made.
  var isCheckOnly = false

  /// Takes an option; false with an error.
  fileprivate mutating func set(_ name: Object, _ value: Object) -> Bool {
    if isNamed(name, "type") {
      type = value
      return true
    }
    if isNamed(name, "float_hook") {
      floatHook = value == necro_none() ? nil : value
      return true
    }
    if isNamed(name, "i_json") {
      var isStrict = false
      guard truth(value, &isStrict) else { return false }
      if isStrict { rules = .iJSON }
      return true
    }
    guard isNamed(name, "duplicates") else { return raiseUnexpected("loads", name) }
    var refuses = false
    guard choice(value, "last", "error", "duplicates is 'last' or 'error'", &refuses) else {
      return false
    }
    if refuses { rules.insert(.uniqueNames) }
    return true
  }
}

/// `loads(data, /, *, type=None, duplicates="last", float_hook=None, i_json=False)`.
@c(necro_loads)
func loads(
  _ module: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t, _ names: Object?
) -> Object? {
  guard count == 1, let arguments else {
    raise(necro_type_error()!, "loads() takes one text by position")
    return nil
  }
  var choices = JSONChoices()
  if let names {
    for index in 0..<necro_tuple_size(names) {
      guard choices.set(necro_tuple_item(names, index)!, arguments[1 + index]!) else { return nil }
    }
  }
  let state = ModuleState.of(module: module!)
  guard let type = choices.type else { return read(arguments[0]!, state, choices) }
  guard choices.floatHook == nil else {
    raise(necro_type_error()!, "loads() takes a float_hook or a type, not both")
    return nil
  }
  if isTarget(type, state) { return readAs(type, arguments[0]!, state, choices) }
  guard let ruleFor = imported("necro._rules", "rule_for") else { return nil }
  defer { release(ruleFor) }
  guard let rule = call(ruleFor, type) else { return nil }
  defer { release(rule) }
  return readAs(rule, arguments[0]!, state, choices)
}

/// `check(data)`: raises what `loads` would, and makes no value.
@c(necro_json_check)
func check(_ module: Object?, _ argument: Object?) -> Object? {
  var choices = JSONChoices()
  choices.isCheckOnly = true
  return read(argument!, ModuleState.of(module: module!), choices)
}

private func read(_ argument: Object, _ state: ModuleState, _ choices: JSONChoices) -> Object? {
  let reader = state.jsonReader
  if necro_is_str(argument) {
    return withOctets(ofString: argument) { reader.read($0, state, choices) } ?? nil
  }
  if necro_is_bytes(argument) {
    return withOctets(ofBytes: argument) { reader.read($0, state, choices) }
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
  return reader.read(Span(_unsafeElements: octets), state, choices)
}
