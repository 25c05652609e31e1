import CPython

// How Python sees a worker being watched; see HandlerWatch.

private func payload(_ object: Object?) -> WorkerPayload {
  payload(of: object!, as: WorkerPayload.self)!
}

@c(necro_worker_set_debug)
func workerSetDebug(_ object: Object?, _ argument: Object?) -> Object? {
  let isEnabled = PyObject_IsTrue(argument!)
  guard isEnabled >= 0 else { return nil }
  payload(object).application.isDebugging = isEnabled == 1
  return none()
}

@c(necro_worker_set_task_per_request)
func workerSetTaskPerRequest(_ object: Object?, _ argument: Object?) -> Object? {
  let isEnabled = PyObject_IsTrue(argument!)
  guard isEnabled >= 0 else { return nil }
  payload(object).application.hasTaskPerRequest = isEnabled == 1
  return none()
}

/// `watch(seconds)`: a tuple of the route or None, seconds, and the frame or None.
@c(necro_worker_watch)
func workerWatch(_ object: Object?, _ argument: Object?) -> Object? {
  let seconds = PyFloat_AsDouble(argument!)
  if seconds == -1 && PyErr_Occurred() != nil { return nil }
  guard seconds >= 0.001 && seconds <= 86_400 else {
    raise(necro_value_error()!, "from 0.001 to 86400 seconds can be watched for")
    return nil
  }
  let application = payload(object).application
  // The caller holds the worker, and this the application, while the lock is given up.
  let thread = PyEval_SaveThread()
  let stall = application.watch.wait(milliseconds: UInt64(seconds * 1_000))
  PyEval_RestoreThread(thread)
  guard let result = PyTuple_New(3) else { return nil }
  guard let took = PyFloat_FromDouble(Double(stall.milliseconds) / 1_000) else {
    release(result)
    return nil
  }
  let plans = application.plans
  let route = stall.route.flatMap { $0 < plans.count ? plans[$0].route : nil }
  necro_tuple_set(result, 0, route.map { retained($0) } ?? none())
  necro_tuple_set(result, 1, took)
  // `sys._current_frames` would touch the frames of other interpreters, which run meanwhile.
  let frame = application.watch.isIn(stall) ? necro_frame(application.ownThread) : nil
  necro_tuple_set(result, 2, frame ?? none())
  return result
}
