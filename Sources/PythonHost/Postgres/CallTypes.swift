import CPython

/// What calls of databases need of asyncio: the type of their futures, and the parts of its base.
final class CallTypes {
  /// `PostgresCall`, a subclass of asyncio.Future.
  let call: UnsafeMutablePointer<PyTypeObject>
  /// `RedictCall`, another.
  let redictCall: UnsafeMutablePointer<PyTypeObject>
  /// `asyncio.Future.cancel`
  let futureCancel: Object
  /// `("loop",)`, the keywords that a future is made with.
  let loopKeyword: Object

  /// Nil with a Python error.
  init?(module: Object) {
    guard let future = imported("asyncio", "Future"), let cancel = attribute(future, "cancel"),
      let type = PyType_FromModuleAndSpec(module, necro_call_spec(), future),
      let redictType = PyType_FromModuleAndSpec(module, necro_redict_call_spec(), future),
      let keyword = PyTuple_New(1)
    else { return nil }
    release(future)
    necro_tuple_set(keyword, 0, interned("loop"))
    call = UnsafeMutableRawPointer(type).assumingMemoryBound(to: PyTypeObject.self)
    redictCall = UnsafeMutableRawPointer(redictType).assumingMemoryBound(to: PyTypeObject.self)
    futureCancel = cancel
    loopKeyword = keyword
  }
}
