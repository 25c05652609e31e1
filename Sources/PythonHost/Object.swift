import CPython
import NecroOctets

/// A Python object. Whether a reference is owned or borrowed is said where it is kept or passed.
typealias Object = UnsafeMutablePointer<PyObject>

/// A new reference to an object that is held elsewhere.
@inline(__always)
func retained(_ object: Object) -> Object {
  Py_INCREF(object)
  return object
}

/// Gives up a reference, where there is one. A call is a third of the code that does it in place.
@inline(__always)
func release(_ object: Object?) { necro_release(object) }

/// A new reference to None.
func none() -> Object { retained(necro_none()!) }

/// A new str of octets that are UTF-8; nil with UnicodeDecodeError when they are not.
func makeString(_ octets: Span<UInt8>) -> Object? {
  octets.withUnsafeBytes { bytes in
    PyUnicode_DecodeUTF8(
      bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count, nil)
  }
}

/// A new str of a literal.
func makeString(_ text: StaticString) -> Object? { makeString(text.octets) }

/// A new str in which each octet is the character of that number, as header fields are read.
func makeLatin1String(_ octets: Span<UInt8>) -> Object? {
  octets.withUnsafeBytes { bytes in
    PyUnicode_DecodeLatin1(
      bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count, nil)
  }
}

/// A new str of UTF-8 octets, others kept as lone surrogates, so that the octets can be had back.
func makeEscapedString(_ octets: Span<UInt8>) -> Object? {
  octets.withUnsafeBytes { bytes in
    PyUnicode_DecodeUTF8(
      bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count,
      cString("surrogateescape"))
  }
}

/// A new bytes object.
func makeBytes(_ octets: Span<UInt8>) -> Object? {
  octets.withUnsafeBytes { bytes in
    PyBytes_FromStringAndSize(
      bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
  }
}

/// Calls `body` with the octets of a bytes object.
func withOctets<Result>(ofBytes bytes: Object, _ body: (Span<UInt8>) -> Result) -> Result {
  let start = UnsafeRawPointer(necro_bytes(bytes)!).assumingMemoryBound(to: UInt8.self)
  return body(Span(_unsafeStart: start, count: necro_size(bytes)))
}

/// Calls `body` with the UTF-8 octets of a str; nil with an error when it has lone surrogates.
func withOctets<Result>(ofString string: Object, _ body: (Span<UInt8>) -> Result) -> Result? {
  var count: Py_ssize_t = 0
  let text = necro_ascii(string, &count) ?? PyUnicode_AsUTF8AndSize(string, &count)
  guard let text else { return nil }
  let start = UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self)
  return body(Span(_unsafeStart: start, count: count))
}

/// A literal as C takes it. One that C takes as a String brings what turns strings into UTF-16.
func cString(_ text: StaticString) -> UnsafePointer<CChar> {
  UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
}

/// Sets an exception of a built-in type.
func raise(_ type: Object, _ message: StaticString) {
  PyErr_SetString(type, cString(message))
}

/// Sets an exception whose message is the octets of a buffer.
func raise(_ type: Object, _ message: borrowing OctetBuffer) {
  guard let text = makeEscapedString(message.octets) else { return }
  PyErr_SetObject(type, text)
  release(text)
}

/// An attribute's value, a new reference; nil with an error.
func attribute(_ object: Object, _ name: StaticString) -> Object? {
  PyObject_GetAttrString(object, cString(name))
}

/// An attribute of a module, which is imported when it is not yet; a new reference, or nil with an
/// error.
func imported(_ module: StaticString, _ name: StaticString) -> Object? {
  guard let module = PyImport_ImportModule(cString(module)) else { return nil }
  defer { release(module) }
  return attribute(module, name)
}

/// An interned str, a new reference.
func interned(_ text: StaticString) -> Object {
  let string = PyUnicode_InternFromString(cString(text))
  precondition(string != nil, "memory for a name")
  return string!
}

/// Calls with one argument; a new reference, or nil with an error.
func call(_ callable: Object, _ first: Object) -> Object? {
  PyObject_CallOneArg(callable, first)
}

/// Calls with two arguments; a new reference, or nil with an error.
func call(_ callable: Object, _ first: Object, _ second: Object) -> Object? {
  var arguments: (Object?, Object?, Object?) = (nil, first, second)
  return withUnsafePointer(to: &arguments) { tuple in
    tuple.withMemoryRebound(to: Object?.self, capacity: 3) { places in
      necro_vectorcall(callable, places + 1, 2, nil)
    }
  }
}

/// Calls with three arguments; a new reference, or nil with an error.
func call(_ callable: Object, _ first: Object, _ second: Object, _ third: Object) -> Object? {
  var arguments: (Object?, Object?, Object?, Object?) = (nil, first, second, third)
  return withUnsafePointer(to: &arguments) { tuple in
    tuple.withMemoryRebound(to: Object?.self, capacity: 4) { places in
      necro_vectorcall(callable, places + 1, 3, nil)
    }
  }
}

/// The payload of an instance: the Swift object behind a Python object of one of our types.
func payload<Payload: AnyObject>(of object: Object, as type: Payload.Type) -> Payload? {
  let pointer = UnsafeMutableRawPointer(object).assumingMemoryBound(to: NecroObject.self)
  guard let raw = pointer.pointee.payload else { return nil }
  return Unmanaged<Payload>.fromOpaque(raw).takeUnretainedValue()
}

/// Stores the payload of an instance, which keeps it alive.
func setPayload<Payload: AnyObject>(of object: Object, to value: Payload) {
  let pointer = UnsafeMutableRawPointer(object).assumingMemoryBound(to: NecroObject.self)
  pointer.pointee.payload = Unmanaged.passRetained(value).toOpaque()
}

/// Frees an instance of one of our types and its payload.
func deallocate<Payload: AnyObject>(_ object: Object, payload type: Payload.Type) {
  let pointer = UnsafeMutableRawPointer(object).assumingMemoryBound(to: NecroObject.self)
  if let raw = pointer.pointee.payload {
    pointer.pointee.payload = nil
    Unmanaged<Payload>.fromOpaque(raw).release()
  }
  let type = necro_type(object)!
  type.pointee.tp_free(object)
  // An instance of a heap type holds a reference to it.
  UnsafeMutableRawPointer(type).withMemoryRebound(to: PyObject.self, capacity: 1) { release($0) }
}

/// A new, empty instance of a type; nil with an error.
func allocateInstance(of type: UnsafeMutablePointer<PyTypeObject>) -> Object? {
  type.pointee.tp_alloc(type, 0)
}
