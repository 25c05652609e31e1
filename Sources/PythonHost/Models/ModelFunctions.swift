import CPython
import NecroOctets

// What Python calls for models; the models themselves are in `Sources/CPython`.

/// `read_as(target, data)`.
@c(necro_read_as)
func readAs(
  _ module: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t
) -> Object? {
  let state = ModuleState.of(module: module!)
  guard count == 2, let arguments, isTarget(arguments[0]!, state) else {
    raise(necro_type_error()!, "read_as() takes a Rule or a class of models, and a text")
    return nil
  }
  return readAs(arguments[0]!, arguments[1]!, state)
}

/// Whether an object says how a value is read.
func isTarget(_ object: Object, _ state: ModuleState) -> Bool {
  necro_is_type(object, state.ruleType) || necro_is_model_class(object)
}

/// The value of a text as a Rule or a class of models has it, a new reference; nil with an error.
func readAs(
  _ target: Object, _ data: Object, _ state: ModuleState, _ choices: JSONChoices = JSONChoices()
) -> Object? {
  let reader = state.jsonReader
  if necro_is_str(data) {
    return withOctets(ofString: data) { reader.read($0, by: target, state, choices) } ?? nil
  }
  if necro_is_bytes(data) {
    return withOctets(ofBytes: data) { reader.read($0, by: target, state, choices) }
  }
  guard PyObject_CheckBuffer(data) != 0 else {
    raise(necro_type_error()!, "JSON is read from str, bytes, bytearray or memoryview")
    return nil
  }
  // A copy: users' code runs while the octets are read, and could change them.
  guard let octets = PyBytes_FromObject(data) else { return nil }
  defer { release(octets) }
  return withOctets(ofBytes: octets) { reader.read($0, by: target, state, choices) }
}

/// `model.to_json()`.
@c(necro_model_to_json)
func modelToJSON(_ model: Object?, _ ignored: Object?) -> Object? {
  let state = ModuleState.of(instance: model!)
  guard let fallback = state.jsonDefault() else { return nil }
  return dumps(model!, fallback, JSONStyle(), state)
}
