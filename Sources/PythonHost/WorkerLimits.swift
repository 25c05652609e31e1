import CPython
import NecroServer

/// The limits that a dict of Python names by their properties; times in milliseconds. What it does
/// not name has its default, so that the Python side may know fewer. Nil with a Python error.
func serverLimits(_ given: Object) -> ServerLimits? {
  var limits = ServerLimits()
  let given = GivenLimits(object: given)
  let isRead =
    given.read("startLineOctetsMax", &limits.http.startLineOctetsMax)
    && given.read("fieldSectionOctetsMax", &limits.http.fieldSectionOctetsMax)
    && given.read("fieldLinesMax", &limits.http.fieldLinesMax)
    && given.read64("contentOctetsMax", &limits.http.contentOctetsMax)
    && given.read("contentOctetsInAllMax", &limits.contentOctetsInAllMax)
    && given.read("connectionsMax", &limits.connectionsMax)
    && given.read64("requestsPerConnectionMax", &limits.requestsPerConnectionMax)
    && given.read("pipelinedOctetsMax", &limits.pipelinedOctetsMax)
    && given.read("outputOctetsMax", &limits.outputOctetsMax)
    && given.read("responseOctetsMax", &limits.responseOctetsMax)
    && given.read("contentWindowOctets", &limits.contentWindowOctets)
    && given.read64("handshakeMilliseconds", &limits.handshakeMilliseconds)
    && given.read("handshakesMax", &limits.handshakesMax)
    && given.read64("headMilliseconds", &limits.headMilliseconds)
    && given.read64("contentMilliseconds", &limits.contentMilliseconds)
    && given.read64("contentOctetsPerSecondMin", &limits.contentOctetsPerSecondMin)
    && given.read64("keepAliveMilliseconds", &limits.keepAliveMilliseconds)
    && given.read64("sendMilliseconds", &limits.sendMilliseconds)
    && given.read64("sendOctetsPerSecondMin", &limits.sendOctetsPerSecondMin)
    && given.read64("drainMilliseconds", &limits.drainMilliseconds)
  // One request that is allowed always has room.
  limits.contentOctetsInAllMax = max(
    limits.contentOctetsInAllMax, Int(clamping: limits.http.contentOctetsMax))
  return isRead ? limits : nil
}

/// A dict of limits.
private struct GivenLimits {
  let object: Object

  /// Reads the positive int under a name, if there is one. False with a Python error.
  @inline(never)
  func read(_ name: StaticString, _ limit: inout Int) -> Bool {
    let key = interned(name)
    defer { release(key) }
    guard let found = PyDict_GetItemWithError(object, key) else { return PyErr_Occurred() == nil }
    let value = PyLong_AsLong(found)
    if value == -1 && PyErr_Occurred() != nil { return false }
    guard value >= 1 else {
      PyErr_SetObject(necro_value_error(), key)
      return false
    }
    limit = value
    return true
  }

  @inline(never)
  func read64(_ name: StaticString, _ limit: inout UInt64) -> Bool {
    var value = Int(clamping: limit)
    guard read(name, &value) else { return false }
    limit = UInt64(value)
    return true
  }
}
