import CPython
import NecroServer

/// The limits that a dict of Python names by their properties; times in milliseconds. What it does
/// not name has its default, so that the Python side may know fewer. Nil with a Python error.
func serverLimits(_ given: Object) -> ServerLimits? {
  var limits = ServerLimits()
  let isRead =
    read(given, "startLineOctetsMax") { limits.http.startLineOctetsMax = $0 }
    && read(given, "fieldSectionOctetsMax") { limits.http.fieldSectionOctetsMax = $0 }
    && read(given, "fieldLinesMax") { limits.http.fieldLinesMax = $0 }
    && read(given, "contentOctetsMax") { limits.http.contentOctetsMax = UInt64($0) }
    && read(given, "contentOctetsInAllMax") { limits.contentOctetsInAllMax = $0 }
    && read(given, "connectionsMax") { limits.connectionsMax = $0 }
    && read(given, "requestsPerConnectionMax") { limits.requestsPerConnectionMax = UInt64($0) }
    && read(given, "pipelinedOctetsMax") { limits.pipelinedOctetsMax = $0 }
    && read(given, "outputOctetsMax") { limits.outputOctetsMax = $0 }
    && read(given, "responseOctetsMax") { limits.responseOctetsMax = $0 }
    && read(given, "contentWindowOctets") { limits.contentWindowOctets = $0 }
    && read(given, "headMilliseconds") { limits.headMilliseconds = UInt64($0) }
    && read(given, "contentMilliseconds") { limits.contentMilliseconds = UInt64($0) }
    && read(given, "contentOctetsPerSecondMin") {
      limits.contentOctetsPerSecondMin = UInt64($0)
    }
    && read(given, "keepAliveMilliseconds") { limits.keepAliveMilliseconds = UInt64($0) }
    && read(given, "sendMilliseconds") { limits.sendMilliseconds = UInt64($0) }
    && read(given, "sendOctetsPerSecondMin") { limits.sendOctetsPerSecondMin = UInt64($0) }
    && read(given, "drainMilliseconds") { limits.drainMilliseconds = UInt64($0) }
  // One request that is allowed always has room.
  limits.contentOctetsInAllMax = max(
    limits.contentOctetsInAllMax, Int(clamping: limits.http.contentOctetsMax))
  return isRead ? limits : nil
}

/// Calls `take` with the positive int under a name, if there is one. False with a Python error.
private func read(_ given: Object, _ name: StaticString, _ take: (Int) -> Void) -> Bool {
  let key = interned(name)
  defer { release(key) }
  guard let found = PyDict_GetItemWithError(given, key) else { return PyErr_Occurred() == nil }
  let value = PyLong_AsLong(found)
  if value == -1 && PyErr_Occurred() != nil { return false }
  guard value >= 1 else {
    PyErr_SetObject(necro_value_error(), key)
    return false
  }
  take(value)
  return true
}
