import CPython
import NecroRedict

// What the type `RedictCall` has of its own beside `cancel`: a Task that waits is woken where the reply is
// read, and not by a callback that the loop is asked to call later, which costs as much as all the rest.

private func pending(
  _ future: Object?, _ defining: UnsafeMutablePointer<PyTypeObject>?
) -> RedictPending? {
  guard let raw = necro_call_record(future, defining)!.pointee else { return nil }
  return Unmanaged<RedictPending>.fromOpaque(raw).takeUnretainedValue()
}

/// `add_done_callback(fn, /, *, context=None)`
@c(necro_redict_add_callback)
func redictAddCallback(
  _ future: Object?, _ defining: UnsafeMutablePointer<PyTypeObject>?,
  _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t, _ names: Object?
) -> Object? {
  let calls = ModuleState.of(instance: future!).calls!
  let keywordCount = names.map { necro_tuple_size($0) } ?? 0
  guard count == 1, keywordCount <= 1, let arguments else {
    raise(necro_type_error()!, "add_done_callback() takes a callback and a context")
    return nil
  }
  if keywordCount == 1, let context = arguments[1], context != necro_none(),
    necro_wakes_task(arguments[0], calls.task), let pending = pending(future, defining),
    pending.setWaker(arguments[0]!, context)
  {
    return none()
  }
  var places: (Object?, Object?, Object?, Object?) = (
    nil, future, arguments[0], keywordCount == 1 ? arguments[1] : nil
  )
  return withUnsafePointer(to: &places) { tuple in
    tuple.withMemoryRebound(to: Object?.self, capacity: 4) { places in
      necro_vectorcall(calls.futureAddCallback, places + 1, 2, names)
    }
  }
}

/// `remove_done_callback(fn, /)`
@c(necro_redict_remove_callback)
func redictRemoveCallback(
  _ future: Object?, _ defining: UnsafeMutablePointer<PyTypeObject>?,
  _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t, _ names: Object?
) -> Object? {
  guard count == 1, names == nil, let callback = arguments?[0] else {
    raise(necro_type_error()!, "remove_done_callback() takes a callback")
    return nil
  }
  if let pending = pending(future, defining), let waker = pending.waker, waker == callback {
    release(pending.takeWaker())
    return PyLong_FromLong(1)
  }
  return call(ModuleState.of(instance: future!).calls!.futureRemoveCallback, future!, callback)
}

extension RedictPool {
  /// Has a Task go on whose future is done.
  func wake(_ pending: RedictPending, _ future: Object) {
    guard let context = pending.wakerContext, let waker = pending.takeWaker() else { return }
    defer { release(waker) }
    // A Task can go on where no other is under way: that is sure where the loop has called `turn`.
    guard isTurning, PyContext_Enter(context) == 0 else {
      PyErr_Clear()
      return schedule(waker, future, context)
    }
    let result = NecroPythonHost.call(waker, future)
    release(result)
    let error = PyErr_GetRaisedException()
    if PyContext_Exit(context) != 0 { PyErr_WriteUnraisable(future) }
    // KeyboardInterrupt and SystemExit, which end the loop.
    if let error { keepError(error) }
  }

  /// Has the loop wake a Task.
  func schedule(_ waker: Object, _ future: Object, _ context: Object) {
    var places: (Object?, Object?, Object?, Object?) = (nil, waker, future, context)
    let handle = withUnsafePointer(to: &places) { tuple in
      tuple.withMemoryRebound(to: Object?.self, capacity: 4) { places in
        necro_vectorcall(callSoon, places + 1, 2, calls.contextKeyword)
      }
    }
    if handle == nil { PyErr_WriteUnraisable(future) }
    release(handle)
  }
}
