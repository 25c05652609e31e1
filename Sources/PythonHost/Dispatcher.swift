import CPython
import NecroServer

// How coroutines are driven.
//
// A request's handler runs inside an asyncio Task from its first instruction, so that `timeout`,
// TaskGroup, `current_task` and contextvars work; but a Task per request costs more than the rest
// of the request. So one eager Task is made, and the coroutine it runs is a Dispatcher, which serves
// request after request, turn after turn, by itself: the Task, its Context and its place as current
// task serve all handlers that end without suspending and without having changed them.
//
// A handler that suspends takes the Task with it: the Dispatcher yields what the handler awaits and
// from then on is that handler's coroutine. The worker goes on in a new Task. A handler that leaves
// traces (a reference to the Task, a change of it, a context variable) ends the Task too, so that
// no request ever sees another's.

/// The coroutine that a request's Task runs.
final class Dispatcher {
  enum Phase {
    /// Made, and not sent anything yet.
    case fresh
    /// Serving requests in its first step.
    case serving
    /// The coroutine of a handler that has suspended.
    case attached
    case finished
  }

  let application: PythonApplication
  var phase = Phase.fresh
  /// The handler's coroutine, once attached.
  var coroutine: Object?
  /// The exchange that the handler answers, once attached.
  var exchange: Exchange?
  var plan: RoutePlan?
  /// The Task that runs this, once attached: asyncio itself holds tasks weakly.
  var task: Object?
  /// The Request that was made for the handler, if any.
  var request: Object?

  init(_ application: PythonApplication) {
    self.application = application
  }

  deinit {
    release(coroutine)
    release(task)
    release(request)
  }

  /// One step. The result is a new reference: what is awaited, or the value returned.
  func send(_ value: Object, _ result: inout Object?) -> PySendResult {
    switch phase {
    case .fresh:
      phase = .serving
      return application.serveInTask(self, &result)
    case .attached:
      var output: Object?
      application.watch.enters(route: exchange!.route)
      let outcome = PyIter_Send(coroutine, value, &output)
      application.watch.leaves()
      return stepped(outcome, output, &result)
    case .serving, .finished:
      raise(necro_runtime_error()!, "cannot reuse a request's coroutine")
      result = nil
      return PYGEN_ERROR
    }
  }

  /// Follows a step of an attached handler, whose outcome it takes over.
  func stepped(
    _ outcome: PySendResult, _ output: Object?, _ result: inout Object?
  ) -> PySendResult {
    if outcome == PYGEN_NEXT {
      result = output
      return PYGEN_NEXT
    }
    phase = .finished
    return application.finishAttached(self, output, &result)
  }
}

private func dispatcher(_ object: Object?) -> Dispatcher {
  // Instances are made by `makeDispatcher` alone, which sets the payload.
  payload(of: object!, as: Dispatcher.self)!
}

/// A new Dispatcher object; nil with an error.
func makeDispatcher(_ application: PythonApplication) -> Object? {
  guard let object = allocateInstance(of: application.state.dispatcherType) else { return nil }
  setPayload(of: object, to: Dispatcher(application))
  return object
}

@c(necro_dispatcher_dealloc)
func dispatcherDealloc(_ object: Object?) {
  deallocate(object!, payload: Dispatcher.self)
}

/// The attributes of the handler's coroutine (`cr_frame`, `__qualname__`, …), so that a Task's repr
/// and stack show the handler.
@c(necro_dispatcher_getattro)
func dispatcherGetAttribute(_ object: Object?, _ name: Object?) -> Object? {
  if let found = PyObject_GenericGetAttr(object, name) { return found }
  guard let coroutine = dispatcher(object).coroutine,
    PyErr_ExceptionMatches(necro_attribute_error()) != 0
  else { return nil }
  PyErr_Clear()
  return PyObject_GetAttr(coroutine, name)
}

@c(necro_dispatcher_await)
func dispatcherAwait(_ object: Object?) -> Object? {
  retained(object!)
}

@c(necro_dispatcher_am_send)
func dispatcherSendSlot(
  _ object: Object?, _ value: Object?, _ result: UnsafeMutablePointer<Object?>?
) -> PySendResult {
  dispatcher(object).send(value!, &result!.pointee)
}

/// A step's outcome as Python code sees it: a value, or StopIteration.
private func asIteration(_ outcome: PySendResult, _ result: Object?) -> Object? {
  if outcome == PYGEN_RETURN {
    PyErr_SetObject(necro_stop_iteration(), result)
    release(result)
    return nil
  }
  return result
}

@c(necro_dispatcher_send)
func dispatcherSend(_ object: Object?, _ value: Object?) -> Object? {
  var result: Object?
  let outcome = dispatcher(object).send(value!, &result)
  return asIteration(outcome, result)
}

@c(necro_dispatcher_next)
func dispatcherNext(_ object: Object?) -> Object? {
  dispatcherSend(object, necro_none())
}

@c(necro_dispatcher_throw)
func dispatcherThrow(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t
) -> Object? {
  let dispatcher = dispatcher(object)
  guard dispatcher.phase == .attached, let coroutine = dispatcher.coroutine else {
    raise(necro_runtime_error()!, "a request's coroutine that has not suspended takes no exception")
    return nil
  }
  guard let method = PyObject_GetAttr(coroutine, dispatcher.application.state.nameThrow) else {
    return nil
  }
  let output = PyObject_Vectorcall(method, arguments, Int(count), nil)
  release(method)
  var result: Object?
  if let output {
    return asIteration(dispatcher.stepped(PYGEN_NEXT, output, &result), result)
  }
  var returned: Object?
  // A handler that ends has its value in StopIteration.
  let outcome = necro_fetch_stop_iteration(&returned) ? PYGEN_RETURN : PYGEN_ERROR
  return asIteration(dispatcher.stepped(outcome, returned, &result), result)
}

@c(necro_dispatcher_close)
func dispatcherClose(_ object: Object?, _ ignored: Object?) -> Object? {
  let dispatcher = dispatcher(object)
  guard dispatcher.phase == .attached, let coroutine = dispatcher.coroutine else { return none() }
  dispatcher.phase = .finished
  let closed = PyObject_CallMethodNoArgs(coroutine, dispatcher.application.state.nameClose)
  dispatcher.application.abandon(dispatcher)
  return closed
}
