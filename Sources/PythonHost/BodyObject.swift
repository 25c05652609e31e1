import CPython
import NecroOctets

// The type `Body`: a JSON document with attribute access, whose attributes are the document's keys
// alone, so that no key can be hidden by a method.

private func fields(of body: Object) -> UnsafeMutablePointer<NecroBody> {
  UnsafeMutableRawPointer(body).assumingMemoryBound(to: NecroBody.self)
}

/// The value in a Body; borrowed.
private func value(of body: Object) -> Object {
  fields(of: body).pointee.value
}

/// The plain value of a Body, or the object itself; borrowed.
func unwrapped(_ object: Object, _ state: ModuleState) -> Object {
  necro_is_type(object, state.bodyType) ? value(of: object) : object
}

/// A Body around a whole document, whose reference it takes over.
func makeBody(_ document: Object, _ state: ModuleState) -> Object? {
  guard let body = allocateInstance(of: state.bodyType) else {
    release(document)
    return nil
  }
  fields(of: body).pointee.value = document
  return body
}

/// A Body around an object or array found in another under a key, and any other value as it is.
/// Takes over the reference to the value.
private func wrapped(_ found: Object, in body: Object, under key: Object) -> Object? {
  guard necro_is_dict(found) || necro_is_list(found) else { return found }
  let state = ModuleState.of(instance: body)
  guard let path = extendedPath(of: body, by: key) else {
    release(found)
    return nil
  }
  guard let inner = makeBody(found, state) else {
    release(path)
    return nil
  }
  fields(of: inner).pointee.path = path
  return inner
}

/// The path of a Body with one more key, a new tuple.
private func extendedPath(of body: Object, by key: Object) -> Object? {
  let path = fields(of: body).pointee.path
  let count = path.map { necro_tuple_size($0) } ?? 0
  guard let extended = PyTuple_New(count + 1) else { return nil }
  for index in 0..<count {
    necro_tuple_set(extended, index, retained(necro_tuple_item(path, index)))
  }
  necro_tuple_set(extended, count, retained(key))
  return extended
}

/// Raises MissingField for a key that the document should have; always nil.
private func raiseMissing(_ key: Object, in body: Object) -> Object? {
  guard let type = ModuleState.of(instance: body).missingFieldType() else { return nil }
  let path = fields(of: body).pointee.path
  guard let error = path.map({ call(type, key, $0) }) ?? call(type, key) else { return nil }
  defer { release(error) }
  PyErr_SetObject(type, error)
  return nil
}

@c(necro_to_dict)
func toDict(_ module: Object?, _ argument: Object?) -> Object? {
  let state = ModuleState.of(module: module!)
  if isRow(argument!, state) { return RowSet.of(argument!).dict(of: argument!) }
  if necro_is_model(argument!) {
    guard let plain = imported("necro._models", "plain") else { return nil }
    defer { release(plain) }
    return call(plain, argument!)
  }
  return retained(unwrapped(argument!, state))
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
  fields(of: body).pointee.value = retained(
    unwrappedArgument(necro_tuple_item(arguments!, 0)!, type!))
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
      return wrapped(retained(item), in: body, under: name)
    }
    if PyErr_Occurred() != nil { return nil }
  }
  // `__class__` and its like are Python's own, which keeps isinstance, copy and debuggers working.
  if isDunder(name) { return PyObject_GenericGetAttr(body, name) }
  return raiseMissing(name, in: body)
}

private func isDunder(_ name: Object) -> Bool {
  withOctets(ofString: name) { octets in
    octets.count > 4 && octets[0] == 0x5F && octets[1] == 0x5F
      && octets[octets.count - 1] == 0x5F && octets[octets.count - 2] == 0x5F
  } ?? false
}

@c(necro_body_subscript)
func bodySubscript(_ body: Object?, _ key: Object?) -> Object? {
  let body = body!
  let key = key!
  if let item = PyObject_GetItem(value(of: body), key) {
    return wrapped(item, in: body, under: key)
  }
  // A name in an array, or a number in an object: the document has not the form that the handler
  // expects, as when the key is missing.
  guard necro_is_str(key) || necro_is_int(key), necro_is_lookup_error() else { return nil }
  PyErr_Clear()
  return raiseMissing(key, in: body)
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
  let count = necro_size(value)
  guard let elements = PyTuple_New(count) else { return nil }
  for index in 0..<count {
    guard let key = PyLong_FromLong(index) else {
      release(elements)
      return nil
    }
    let element = wrapped(retained(necro_list_item(value, index)), in: body!, under: key)
    release(key)
    guard let element else {
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
