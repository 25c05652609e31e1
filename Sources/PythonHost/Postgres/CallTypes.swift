import CPython

/// What calls of databases need of asyncio: the type of their futures, and the parts of its base.
final class CallTypes {
  /// `PostgresCall`, a subclass of asyncio.Future.
  let call: UnsafeMutablePointer<PyTypeObject>
  /// `RedictCall`, another.
  let redictCall: UnsafeMutablePointer<PyTypeObject>
  /// `asyncio.Future.cancel`
  let futureCancel: Object
  /// `asyncio.Future.add_done_callback` and `remove_done_callback`, and what wakes tasks: `asyncio.Task`.
  let futureAddCallback: Object
  let futureRemoveCallback: Object
  let task: UnsafeMutablePointer<PyTypeObject>
  /// `("context",)`
  let contextKeyword: Object
  /// `("loop",)`, the keywords that a future is made with.
  let loopKeyword: Object

  /// Nil with a Python error.
  init?(module: Object) {
    guard let future = imported("asyncio", "Future"), let cancel = attribute(future, "cancel"),
      let type = PyType_FromModuleAndSpec(module, necro_call_spec(), future),
      let redictType = PyType_FromModuleAndSpec(module, necro_redict_call_spec(), future),
      let add = attribute(future, "add_done_callback"),
      let remove = attribute(future, "remove_done_callback"),
      let task = imported("asyncio", "Task"), let contextKeyword = PyTuple_New(1),
      let keyword = PyTuple_New(1)
    else { return nil }
    release(future)
    necro_tuple_set(keyword, 0, interned("loop"))
    call = UnsafeMutableRawPointer(type).assumingMemoryBound(to: PyTypeObject.self)
    redictCall = UnsafeMutableRawPointer(redictType).assumingMemoryBound(to: PyTypeObject.self)
    necro_tuple_set(contextKeyword, 0, interned("context"))
    self.contextKeyword = contextKeyword
    self.task = UnsafeMutableRawPointer(task).assumingMemoryBound(to: PyTypeObject.self)
    futureAddCallback = add
    futureRemoveCallback = remove
    futureCancel = cancel
    loopKeyword = keyword
  }
}
