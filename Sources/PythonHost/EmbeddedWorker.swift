import CPython
import NecroReactor
import NecroServer

// A worker on an event loop that is not its own: any asyncio loop, of which nothing is known but
// `call_soon`. The loop has the worker take a turn when it asks for one, when its poller's descriptor
// is readable, and when the time has come that its last turn gave; a turn never waits.

extension PythonApplication {
  /// Takes the objects of a loop that has the worker take turns.
  func embed(loop: Object, taskType: Object, wake: Object) {
    attach(loop: loop, taskType: taskType)
    self.wake = retained(wake)
  }

  /// Does what is there to do, without waiting. False with a Python error.
  func turn() -> Bool {
    wakeIsAsked = true
    defer { wakeIsAsked = false }
    // In the past, so that no Task is kept to wait in.
    pause = LoopPause(timers: nil, timerCount: 0, deadline: 0)
    do throws(SystemError) {
      try worker.poll(timeoutMilliseconds: 0)
    } catch {
      return raiseSystemError(error)
    }
    return process() && reportDrain()
  }

  func workScheduled() {
    guard let wake, !wakeIsAsked else { return }
    wakeIsAsked = true
    callBack(wake)
  }

  /// Gives up the worker and all that belongs to the loop. What handlers have not answered stays
  /// unanswered.
  func close() {
    worker = nil
    release(loop)
    release(ready)
    release(taskType)
    release(drained)
    release(wake)
    loop = nil
    ready = nil
    taskType = nil
    drained = nil
    wake = nil
    plans.removeAll()
  }
}

/// The payload of a worker that is open; nil with an error.
func openWorker(_ object: Object?) -> WorkerPayload? {
  let worker = payload(of: object!, as: WorkerPayload.self)!
  if worker.worker != nil { return worker }
  raise(necro_runtime_error()!, "the worker is closed")
  return nil
}

@c(necro_worker_embed)
func workerEmbed(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t
) -> Object? {
  guard count == 3, let worker = openWorker(object) else {
    if PyErr_Occurred() == nil {
      raise(necro_type_error()!, "embed() takes a loop, a task type and a callable")
    }
    return nil
  }
  worker.application.embed(
    loop: arguments![0]!, taskType: arguments![1]!, wake: arguments![2]!)
  return none()
}

@c(necro_worker_turn)
func workerTurn(_ object: Object?, _ ignored: Object?) -> Object? {
  guard let worker = openWorker(object) else { return nil }
  guard !worker.isServing else {
    raise(necro_runtime_error()!, "the worker is in a turn already")
    return nil
  }
  worker.isServing = true
  let isFine = worker.application.turn()
  worker.isServing = false
  guard isFine else { return nil }
  let idle = worker.worker.idleMilliseconds
  return idle < 0 ? none() : PyFloat_FromDouble(Double(idle) / 1_000)
}

@c(necro_worker_fileno)
func workerFileno(_ object: Object?, _ ignored: Object?) -> Object? {
  guard let worker = openWorker(object) else { return nil }
  return PyLong_FromLong(Int(worker.worker.pollDescriptor))
}

@c(necro_worker_connect)
func workerConnect(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t
) -> Object? {
  guard count == 3, let worker = openWorker(object) else {
    if PyErr_Occurred() == nil {
      raise(necro_type_error()!, "connect() takes the client's address and port and a callable")
    }
    return nil
  }
  return makeConnection(worker.application, arguments![0]!, arguments![1]!, arguments![2]!)
}

@c(necro_worker_remove_routes)
func workerRemoveRoutes(_ object: Object?, _ ignored: Object?) -> Object? {
  guard let worker = openWorker(object) else { return nil }
  worker.worker.removeRoutes()
  return none()
}

@c(necro_worker_close)
func workerClose(_ object: Object?, _ ignored: Object?) -> Object? {
  let worker = payload(of: object!, as: WorkerPayload.self)!
  guard !worker.isServing else {
    raise(necro_runtime_error()!, "a worker cannot be closed within its own turn")
    return nil
  }
  if worker.worker == nil { return none() }
  worker.worker = nil
  worker.application.close()
  return none()
}
