import CPython
import NecroOctets

// The type `Body`: a JSON document with attribute access, whose attributes are the document's keys
// alone, so that no key can be hidden by a method.

/// The value in a Body; borrowed.
private func value(of body: Object) -> Object {
  UnsafeMutableRawPointer(body).assumingMemoryBound(to: NecroBody.self).pointee.value
}

/// The plain value of a Body, or the object itself; borrowed.
func unwrapped(_ object: Object, _ state: ModuleState) -> Object {
  necro_is_type(object, state.bodyType) ? value(of: object) : object
}

/// A Body around an object or an array, and any other value as it is. Takes over the reference.
func wrapped(_ object: Object, _ state: ModuleState) -> Object? {
  guard necro_is_dict(object) || necro_is_list(object) else { return object }
  return makeBody(object, state)
}

/// A Body around any value, taking over the reference.
func makeBody(_ object: Object, _ state: ModuleState) -> Object? {
  guard let body = allocateInstance(of: state.bodyType) else {
    release(object)
    return nil
  }
  UnsafeMutableRawPointer(body).assumingMemoryBound(to: NecroBody.self).pointee.value = object
  return body
}

@c(necro_to_dict)
func toDict(_ module: Object?, _ argument: Object?) -> Object? {
  retained(unwrapped(argument!, ModuleState.of(module: module!)))
}

@c(necro_body_new)
func bodyNew(
  _ type: UnsafeMutablePointer<PyTypeObject>?, _ arguments: Object?, _ keywords: Object?
) -> Object? {
  guard keywords == nil || PyDict_Size(keywords) == 0, necro_tuple_size(arguments!) == 1 else {
    raise(necro_type_error()!, "Body() takes the value to wrap")
    return nil
  }
  guard let body = allocateInstance(of: type!) else { return nil }
  UnsafeMutableRawPointer(body).assumingMemoryBound(to: NecroBody.self).pointee.value =
    retained(unwrappedArgument(necro_tuple_item(arguments!, 0)!, type!))
  return body
}

private func unwrappedArgument(
  _ object: Object, _ type: UnsafeMutablePointer<PyTypeObject>
) -> Object {
  necro_is_type(object, type) ? value(of: object) : object
}

@c(necro_body_dealloc)
func bodyDealloc(_ body: Object?) {
  let body = body!
  PyObject_GC_UnTrack(body)
  _ = necro_body_clear(body)
  let type = necro_type(body)!
  type.pointee.tp_free(body)
  UnsafeMutableRawPointer(type).withMemoryRebound(to: PyObject.self, capacity: 1) { release($0) }
}

@c(necro_body_getattro)
func bodyGetAttribute(_ body: Object?, _ name: Object?) -> Object? {
  let body = body!
  let name = name!
  let value = value(of: body)
  if necro_is_dict(value) {
    if let item = PyDict_GetItemWithError(value, name) {
      return wrapped(retained(item), ModuleState.of(instance: body))
    }
    if PyErr_Occurred() != nil { return nil }
  }
  // `__class__` and its like are Python's own, which keeps isinstance, copy and debuggers working.
  if isDunder(name) { return PyObject_GenericGetAttr(body, name) }
  guard let missing = ModuleState.of(instance: body).missingFieldType() else { return nil }
  PyErr_SetObject(missing, name)
  return nil
}

private func isDunder(_ name: Object) -> Bool {
  withOctets(ofString: name) { octets in
    octets.count > 4 && octets[0] == 0x5F && octets[1] == 0x5F
      && octets[octets.count - 1] == 0x5F && octets[octets.count - 2] == 0x5F
  } ?? false
}

@c(necro_body_subscript)
func bodySubscript(_ body: Object?, _ key: Object?) -> Object? {
  guard let item = PyObject_GetItem(value(of: body!), key) else { return nil }
  return wrapped(item, ModuleState.of(instance: body!))
}

@c(necro_body_contains)
func bodyContains(_ body: Object?, _ key: Object?) -> CInt {
  PySequence_Contains(value(of: body!), key)
}

@c(necro_body_length)
func bodyLength(_ body: Object?) -> Py_ssize_t {
  PyObject_Size(value(of: body!))
}

@c(necro_body_bool)
func bodyBool(_ body: Object?) -> CInt {
  PyObject_IsTrue(value(of: body!))
}

/// Keys of an object; elements of an array, wrapped like those that an index gives.
@c(necro_body_iter)
func bodyIter(_ body: Object?) -> Object? {
  let value = value(of: body!)
  guard necro_is_list(value) else { return PyObject_GetIter(value) }
  let state = ModuleState.of(instance: body!)
  let count = necro_size(value)
  guard let elements = PyTuple_New(count) else { return nil }
  for index in 0..<count {
    guard let element = wrapped(retained(necro_list_item(value, index)), state) else {
      release(elements)
      return nil
    }
    necro_tuple_set(elements, index, element)
  }
  defer { release(elements) }
  return PyObject_GetIter(elements)
}

@c(necro_body_repr)
func bodyRepr(_ body: Object?) -> Object? {
  guard let inner = PyObject_Repr(value(of: body!)) else { return nil }
  defer { release(inner) }
  var text = OctetBuffer()
  text.append("Body(")
  guard withOctets(ofString: inner, { text.append($0) }) != nil else { return nil }
  text.append(")")
  return makeString(text.octets)
}

@c(necro_body_compare)
func bodyCompare(_ body: Object?, _ other: Object?, _ operation: CInt) -> Object? {
  let type = necro_type(body!)!
  return PyObject_RichCompare(
    unwrappedArgument(body!, type), unwrappedArgument(other!, type), operation)
}
