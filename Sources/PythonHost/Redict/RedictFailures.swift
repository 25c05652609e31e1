import CPython
import NecroOctets
import NecroRESP
import NecroRedict
import NecroTLS

// The exceptions of what has failed, which `necro.redict._errors` makes.
extension RedictPool {
  /// The exception of a value that is an error, a new reference; nil with another error.
  func exception(_ octets: Span<UInt8>) -> Object? {
    var reader = RESPReader(octets)
    switch reader.next() {
    case .simpleError(let slice), .bulkError(let slice):
      return exception(ofServer: octets.octets(slice))
    default: return failure("reply_unexpected", nil)
    }
  }

  /// The exception of a server's error, a new reference; nil with another error.
  func exception(ofServer text: Span<UInt8>) -> Object? {
    guard let text = makeEscapedString(text) else { return nil }
    defer { release(text) }
    return failure("server", text)
  }

  /// The exception of a command or a connection that failed, a new reference; nil with another error.
  func exception(_ failure: RedictFailure) -> Object? {
    switch failure {
    case .server(let text): return exception(ofServer: text.span)
    case .connectionLost(let wasSent):
      return self.failure(wasSent ? "connection_lost" : "connection_lost_unsent", nil)
    case .connectFailed: return noConnection(necro_false()!)
    case .waitTimedOut: return noConnection(necro_true()!)
    case .timedOut: return self.failure("timed_out", nil)
    case .serverSilent: return self.failure("server_silent", nil)
    case .cancelled: return self.failure("cancelled", nil)
    case .replyUnexpected: return self.failure("reply_unexpected", nil)
    case .tooManyWaiters: return self.failure("too_many_waiters", nil)
    case .closed: return self.failure("closed", nil)
    case .connectionStateMisplaced: return self.failure("connection_state_misplaced", nil)
    case .encryptionFailed(let error):
      var text = OctetBuffer()
      error.describe(into: &text)
      guard let detail = makeEscapedString(text.octets) else { return nil }
      defer { release(detail) }
      return self.failure("encryption_failed", detail)
    case .protocolBroken(let error):
      var text = OctetBuffer()
      text.append(error.clause)
      text.append(" at octet ")
      text.append(decimal: UInt64(max(error.offset, 0)))
      guard let detail = makeString(text.octets) else { return nil }
      defer { release(detail) }
      return self.failure("protocol_broken", detail)
    }
  }

  /// Why there was no connection is known to whoever tried to make one.
  private func noConnection(_ hasWaited: Object) -> Object? {
    guard let method = attribute(hooks, "no_connection") else { return nil }
    defer { release(method) }
    return NecroPythonHost.call(method, hasWaited)
  }

  /// Raises a failure without a detail.
  func raiseFailure(_ name: StaticString) {
    guard let error = failure(name, nil) else { return }
    PyErr_SetObject(
      UnsafeMutableRawPointer(necro_type(error)!).assumingMemoryBound(to: PyObject.self), error)
    release(error)
  }

  /// What `necro.redict._errors.failure` makes of a failure.
  func failure(_ name: StaticString, _ detail: Object?) -> Object? {
    guard let make = imported("necro.redict._errors", "failure") else { return nil }
    defer { release(make) }
    guard let kind = makeString(name.octets) else { return nil }
    defer { release(kind) }
    return NecroPythonHost.call(make, kind, detail ?? necro_none()!)
  }
}
