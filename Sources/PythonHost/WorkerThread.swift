import CLinux
import CPython
import NecroOctets

// A worker's thread: a sub-interpreter with its own GIL, in which `necro._worker.main` runs.
//
// Interpreters are never ended: ending two at once, or finalising the main one afterwards, crashes
// CPython 3.13.0. A worker that has finished says so and sleeps until the process exits.

/// Starts the thread. False when there is none to be had.
func startThread(_ start: WorkerStart) -> Bool {
  var thread = pthread_t()
  let argument = UnsafeMutablePointer<WorkerStart>.allocate(capacity: 1)
  argument.initialize(to: start)
  let failed = pthread_create(
    &thread, nil,
    { argument in
      runWorker(argument!.assumingMemoryBound(to: WorkerStart.self))
      return nil
    }, argument)
  if failed != 0 {
    argument.deallocate()
    return false
  }
  pthread_detach(thread)
  return true
}

private func runWorker(_ start: UnsafeMutablePointer<WorkerStart>) {
  if let reason = necro_new_interpreter() {
    writeToStandardError("necro: no sub-interpreter: ")
    _ = write(2, reason, strlen(reason))
    writeToStandardError("\n")
    start.pointee.report(.failed)
    return
  }
  start.pointee.report(.hasInterpreter)
  let isFine = runMain(start)
  if !isFine && PyErr_Occurred() != nil { PyErr_Print() }
  // Threads of the app's go on while the process ends.
  _ = PyEval_SaveThread()
  start.pointee.report(isFine ? .finished : .failed)
  while true { pause() }
}

/// Runs `necro._worker.main(start, settings)` to its end. False when the worker failed; an error is
/// set when it could not say why.
private func runMain(_ start: UnsafeMutablePointer<WorkerStart>) -> Bool {
  guard let text = makeString(Span(_unsafeElements: start.pointee.settings)) else { return false }
  defer { release(text) }
  guard let module = PyImport_ImportModule(cString("json")) else { return false }
  defer { release(module) }
  guard let loads = attribute(module, "loads") else { return false }
  defer { release(loads) }
  guard let settings = call(loads, text) else { return false }
  defer { release(settings) }
  guard take("path", of: settings), take("argv", of: settings) else { return false }
  guard let main = imported("necro._worker", "main") else { return false }
  defer { release(main) }
  guard let capsule = PyCapsule_New(start, cString("necro.start"), nil) else { return false }
  defer { release(capsule) }
  guard let result = call(main, capsule, settings) else { return false }
  defer { release(result) }
  return PyObject_IsTrue(result) == 1
}

/// Gives `sys` what the settings have under a name.
private func take(_ name: StaticString, of settings: Object) -> Bool {
  guard let value = PyDict_GetItemString(settings, cString(name)) else { return false }
  return PySys_SetObject(cString(name), value) == 0
}

private func writeToStandardError(_ text: StaticString) {
  _ = write(2, text.utf8Start, text.utf8CodeUnitCount)
}
