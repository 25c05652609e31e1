import CPython
import NecroServer

extension PythonApplication {
  /// Logs, by the app's own logging, that lines of the access log are lost or no longer are.
  func reportAccessLog(_ event: AccessLog.Event) {
    let (errorNumber, lineCount): (Int32, Int) =
      switch event {
      case .droppingBegan(let errorNumber): (errorNumber, 0)
      case .droppingEnded(let lineCount): (0, lineCount)
      }
    guard let report = imported("necro._logs", "report_access_log"),
      let number = PyLong_FromLong(Int(errorNumber)), let count = PyLong_FromLong(lineCount)
    else {
      PyErr_WriteUnraisable(nil)
      return
    }
    if let result = call(report, number, count) {
      release(result)
    } else {
      PyErr_WriteUnraisable(report)
    }
    release(report)
    release(number)
    release(count)
  }
}
