import CLinux
import CPython
import NecroHTTPSemantics
import NecroOctets
import NecroReactor
import NecroRouter
import NecroServer

/// What a `Worker` of Python holds: the server of one sub-interpreter.
final class WorkerPayload {
  /// What its thread was started with; nil of one that listens to nothing.
  let start: WorkerStart?
  let application: PythonApplication
  /// Nil once closed.
  var worker: Worker<PythonApplication>!
  /// A call of `serve` or `turn` is under way.
  var isServing = false

  init(
    _ start: WorkerStart?, _ application: PythonApplication, _ limits: ServerLimits,
    _ logFormat: AccessLogFormat
  ) throws(SystemError) {
    self.start = start
    self.application = application
    worker = try Worker(
      application: application, limits: limits,
      accessLog: start.flatMap { start in
        start.logDescriptor < 0
          ? nil : AccessLog(descriptor: start.logDescriptor, format: logFormat)
      })
    application.worker = worker
    if let start { try worker.drain(on: start.wakeUp) }
  }
}

/// Sets OSError; always false.
func raiseSystemError(_ error: SystemError) -> Bool {
  var message = OctetBuffer()
  error.message(into: &message)
  raise(necro_os_error()!, message)
  return false
}

private func payload(_ object: Object?) -> WorkerPayload {
  payload(of: object!, as: WorkerPayload.self)!
}

/// `Worker(start, limits, logs_json)`: the capsule that the worker's thread gives to Python, or None
/// for a worker that listens to nothing, a dict, and whether the access log is JSON.
@c(necro_worker_new)
func workerNew(
  _ type: UnsafeMutablePointer<PyTypeObject>?, _ arguments: Object?, _ keywords: Object?
) -> Object? {
  guard necro_tuple_size(arguments!) == 3,
    let capsule = necro_tuple_item(arguments!, 0),
    let given = necro_tuple_item(arguments!, 1), necro_is_dict(given)
  else {
    raise(necro_type_error()!, "Worker() takes what starts it, a dict of limits and a bool")
    return nil
  }
  var start: WorkerStart?
  if capsule != necro_none() {
    guard let raw = PyCapsule_GetPointer(capsule, "necro.start") else { return nil }
    start = raw.assumingMemoryBound(to: WorkerStart.self).pointee
  }
  guard let limits = serverLimits(given), let object = allocateInstance(of: type!) else {
    return nil
  }
  guard
    let application = PythonApplication(
      ModuleState.of(instance: object), responseOctetsMax: limits.responseOctetsMax)
  else {
    release(object)
    return nil
  }
  do throws(SystemError) {
    let format: AccessLogFormat =
      necro_tuple_item(arguments!, 2) == necro_true() ? .json : .text
    setPayload(of: object, to: try WorkerPayload(start, application, limits, format))
  } catch {
    release(object)
    _ = raiseSystemError(error)
    return nil
  }
  return object
}

@c(necro_worker_dealloc)
func workerDealloc(_ object: Object?) {
  // One that was not closed lives on: it and its application hold each other.
  deallocate(object!, payload: WorkerPayload.self)
}

@c(necro_worker_add_route)
func workerAddRoute(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t
) -> Object? {
  guard count == 1, let route = arguments![0] else {
    raise(necro_type_error()!, "add_route() takes a CompiledRoute")
    return nil
  }
  guard let worker = openWorker(object) else { return nil }
  guard let plan = RoutePlan(route), let template = attribute(route, "template"),
    let methods = attribute(route, "methods")
  else { return nil }
  defer {
    release(template)
    release(methods)
  }
  var set: MethodSet = []
  for index in 0..<necro_tuple_size(methods) {
    let name = necro_tuple_item(methods, index)!
    guard let method = withOctets(ofString: name, { Method(token: $0) }) else { return nil }
    guard method != .other else {
      PyErr_SetObject(necro_value_error(), name)
      return nil
    }
    set.formUnion(MethodSet(index: method.rawValue))
  }
  let number = worker.application.add(plan)
  if set.isEmpty {
    worker.worker.fallbackRoute = number
    return none()
  }
  let isAdded = withOctets(ofString: template) { octets in
    do throws(RouteError) {
      try worker.worker.add(octets, methods: set, route: number)
      return true
    } catch {
      return false
    }
  }
  guard let isAdded else { return nil }
  if isAdded { return none() }
  // The Python side has judged templates and duplicates already, with better words.
  PyErr_SetObject(necro_value_error(), template)
  return nil
}

@c(necro_worker_attach)
func workerAttach(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t
) -> Object? {
  guard count == 4 else {
    raise(necro_type_error()!, "attach() takes a loop, its queue, a task type and a callable")
    return nil
  }
  payload(object).application.attach(
    loop: arguments![0]!, ready: arguments![1]!, taskType: arguments![2]!,
    drained: arguments![3]!)
  return none()
}

@c(necro_worker_listen)
func workerListen(_ object: Object?, _ ignored: Object?) -> Object? {
  guard let worker = openWorker(object) else { return nil }
  guard let start = worker.start else {
    raise(necro_runtime_error()!, "a worker that no thread was started for has no listeners")
    return nil
  }
  do throws(SystemError) {
    for (index, listener) in start.listeners.enumerated() {
      let usual: ListenerRole = worker.worker.tls == nil ? .plain : .secure
      try worker.worker.listen(
        listener, role: index < start.redirectsFrom ? usual : .redirecting)
    }
  } catch {
    _ = raiseSystemError(error)
    return nil
  }
  start.report(.ready)
  return none()
}

@c(necro_worker_serve)
func workerServe(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t
) -> Object? {
  guard count == 2, let timeout = arguments![0], let scheduled = arguments![1] else {
    raise(necro_type_error()!, "serve() takes a timeout and the loop's timers")
    return nil
  }
  var milliseconds: Int32 = -1
  if timeout != necro_none() {
    let seconds = PyFloat_AsDouble(timeout)
    if seconds == -1 && PyErr_Occurred() != nil { return nil }
    // Rounded up, lest the loop find its timer not due and come back at once.
    milliseconds = seconds <= 0 ? 0 : Int32(min((seconds * 1_000).rounded(.up), 86_400_000))
  }
  guard let worker = openWorker(object) else { return nil }
  let application = worker.application
  worker.isServing = true
  let isFine = application.serve(timeoutMilliseconds: milliseconds, timers: scheduled)
  worker.isServing = false
  guard isFine else { return nil }
  return takeReadyDescriptors(application)
}

/// A list of (descriptor, mask) pairs.
private func takeReadyDescriptors(_ application: PythonApplication) -> Object? {
  guard let list = PyList_New(application.readyDescriptors.count) else { return nil }
  for (index, (descriptor, mask)) in application.readyDescriptors.enumerated() {
    guard let pair = PyTuple_New(2), let first = PyLong_FromLong(Int(descriptor)),
      let second = PyLong_FromLong(Int(mask))
    else {
      release(list)
      return nil
    }
    necro_tuple_set(pair, 0, first)
    necro_tuple_set(pair, 1, second)
    necro_list_set(list, index, pair)
  }
  application.readyDescriptors.removeAll(keepingCapacity: true)
  return list
}

/// The descriptor and epoll mask in a call's arguments; nil with an error.
private func watched(
  _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t
) -> (Int32, Interest)? {
  guard count == 2 else {
    raise(necro_type_error()!, "a descriptor and an epoll mask are expected")
    return nil
  }
  let descriptor = PyLong_AsLong(arguments![0])
  let mask = PyLong_AsLong(arguments![1])
  if PyErr_Occurred() != nil { return nil }
  return (
    Int32(truncatingIfNeeded: descriptor), Interest(rawValue: UInt32(truncatingIfNeeded: mask))
  )
}

/// Sets OSError with its number, which selectors' callers look at; always nil.
private func raiseErrno(_ error: SystemError) -> Object? {
  necro_raise_os_error(error.code)
  return nil
}

@c(necro_worker_add_descriptor)
func workerAddDescriptor(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t
) -> Object? {
  guard let worker = openWorker(object), let (descriptor, interest) = watched(arguments, count)
  else { return nil }
  do throws(SystemError) {
    try worker.worker.add(
      descriptor, token: UInt64(UInt32(bitPattern: descriptor)), interest: interest)
  } catch { return raiseErrno(error) }
  return none()
}

@c(necro_worker_modify_descriptor)
func workerModifyDescriptor(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t
) -> Object? {
  guard let worker = openWorker(object), let (descriptor, interest) = watched(arguments, count)
  else { return nil }
  do throws(SystemError) {
    try worker.worker.modify(
      descriptor, token: UInt64(UInt32(bitPattern: descriptor)), interest: interest)
  } catch { return raiseErrno(error) }
  return none()
}

@c(necro_worker_remove_descriptor)
func workerRemoveDescriptor(_ object: Object?, _ argument: Object?) -> Object? {
  guard let worker = openWorker(object) else { return nil }
  let descriptor = PyLong_AsLong(argument!)
  if PyErr_Occurred() != nil { return nil }
  do throws(SystemError) {
    try worker.worker.remove(Int32(truncatingIfNeeded: descriptor))
  } catch { return raiseErrno(error) }
  return none()
}

@c(necro_worker_task_touched)
func workerTaskTouched(_ object: Object?, _ ignored: Object?) -> Object? {
  payload(object).application.taskIsTouched = true
  return none()
}
