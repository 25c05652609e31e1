import CPython
import NecroReactor
import NecroServer

/// What a call of `serve` waits for beside requests: that the event loop has something to do.
struct LoopPause {
  /// The loop's list of timers, borrowed; a handler that adds one changes how long to wait.
  var timers: Object?
  var timerCount = 0
  /// When to return at the latest, in milliseconds of the monotonic clock; nil: no such time.
  var deadline: UInt64?

  /// The longest to wait now, in milliseconds: -1 without end.
  var timeoutMilliseconds: Int32 {
    guard let deadline else { return -1 }
    let now = Clock.monotonicMilliseconds()
    return now >= deadline ? 0 : Int32(min(deadline - now, 86_400_000))
  }
}

// How a worker's turns and the event loop's take turns. See Dispatcher.swift for what runs in which
// Task.
extension PythonApplication {
  /// Serves until the loop has something to do. False with a Python error.
  ///
  /// - Parameters:
  ///   - timeoutMilliseconds: the longest to wait; -1 without end.
  ///   - timers: the loop's list of timers.
  func serve(timeoutMilliseconds: Int32, timers: Object) -> Bool {
    pause = LoopPause(
      timers: timers, timerCount: necro_size(timers),
      deadline: timeoutMilliseconds < 0
        ? nil : Clock.monotonicMilliseconds() + UInt64(timeoutMilliseconds))
    var timeout = timeoutMilliseconds
    repeat {
      do throws(SystemError) {
        try worker.poll(timeoutMilliseconds: timeout)
      } catch {
        return raiseSystemError(error)
      }
      watch.turns(at: worker.now)
      guard process(), reportDrain() else { return false }
      // In the main interpreter a Python handler of a signal runs here, such as Ctrl-C's.
      if worker.wasInterrupted && PyErr_CheckSignals() != 0 { return false }
      timeout = pause.timeoutMilliseconds
    } while loopIsIdle && timeout != 0
    return true
  }

  /// Whether asyncio has nothing to do.
  private var loopIsIdle: Bool {
    guard let ready, let timers = pause.timers else { return false }
    return necro_size(ready) == 0 && necro_size(timers) == pause.timerCount
      && readyDescriptors.isEmpty
  }

  /// Waits for the next turn within the Task, which is spared making when no handler has used it.
  /// False when `serve` has something else to do, also when waiting failed: it then fails there
  /// too.
  private var goesOnWaiting: Bool {
    guard loopIsIdle, worker.turnIsComplete, !worker.isDrained else { return false }
    let timeout = pause.timeoutMilliseconds
    if timeout == 0 { return false }
    do throws(SystemError) {
      try worker.poll(timeoutMilliseconds: timeout)
      watch.turns(at: worker.now)
      return !worker.wasInterrupted
    } catch {
      return false
    }
  }

  /// Tells the Python side once that the drain has ended. False with a Python error.
  func reportDrain() -> Bool {
    guard worker.isDrained, let drained else { return true }
    self.drained = nil
    defer { release(drained) }
    worker.finishAccessLog()
    guard let called = PyObject_CallNoArgs(drained) else { return false }
    release(called)
    return true
  }

  /// Does what is ready in the worker, each handler inside a Task. False with a Python error.
  func process() -> Bool {
    // Most of what asyncio waits for is no request: then there is no need of a Task.
    worker.handOverDescriptors()
    if worker.turnIsComplete {
      mustLeaveTask = false
      worker.process()
      return true
    }
    repeat {
      guard let dispatcher = makeDispatcher(self) else { return false }
      defer { release(dispatcher) }
      guard let context = PyContext_New() else { return false }
      self.context = context
      defer {
        self.context = nil
        release(context)
      }
      var places: (Object?, Object?, Object?, Object?, Object?) = (
        nil, dispatcher, loop, context, necro_true()
      )
      let task = withUnsafePointer(to: &places) { tuple in
        tuple.withMemoryRebound(to: Object?.self, capacity: 5) { places in
          necro_vectorcall(taskType, places + 1, 1, taskKeywords)
        }
      }
      guard let task else { return false }
      let payload = payload(of: dispatcher, as: Dispatcher.self)!
      if payload.phase == .attached {
        payload.task = task
      } else {
        release(task)
      }
    } while !worker.turnIsComplete && mustLeaveTask
    return true
  }

  /// The first step of a Dispatcher: the worker's turns, until a handler needs the Task for itself
  /// or the loop has something to do.
  func serveInTask(_ dispatcher: Dispatcher, _ result: inout Object?) -> PySendResult {
    guard let task = call(currentTask, loop!) else { return PYGEN_ERROR }
    release(task)
    self.task = task
    taskReferences = necro_refcount(task)
    taskIsTouched = hasTaskPerRequest
    mustLeaveTask = false
    repeat {
      worker.process()
    } while !mustLeaveTask && goesOnWaiting
    self.task = nil
    if let (handler, awaited) = suspended {
      suspended = nil
      // The pending table refers to the handler by this Dispatcher from now on.
      dispatcher.phase = .attached
      dispatcher.coroutine = handler.coroutine
      handler.coroutine = nil
      dispatcher.exchange = handler.exchange
      dispatcher.plan = handler.plan
      dispatcher.request = handler.request
      handler.request = nil
      pending[Int(dispatcher.exchange!.applicationToken)] = dispatcher
      result = awaited
      return PYGEN_NEXT
    }
    dispatcher.phase = .finished
    result = lastResult ?? none()
    lastResult = nil
    return PYGEN_RETURN
  }
}
