import NecroHTTP1
import NecroHTTPSemantics
import NecroOctets
import NecroRouter

/// The responses that the server makes by itself, as RFC 9457 problem details.
extension Exchange {
  /// Writes a whole response that says no more than its status, and for 505 what is supported.
  ///
  /// - Parameter allowed: the methods for the Allow field, of 405 and of OPTIONS.
  public func respondWithProblem(_ status: StatusCode, allowed: MethodSet? = nil) {
    var content = OctetBuffer(capacity: 128)
    content.append("{\"title\":\"")
    content.append(status.reasonPhrase)
    content.append("\",\"status\":")
    content.append(decimal: UInt64(status.rawValue))
    if status == .httpVersionNotSupported {
      content.append(",\"detail\":\"the versions supported are HTTP/1.1 and HTTP/1.0\"")
    }
    content.append("}")
    do throws(ResponseMisuse) {
      try begin(status, contentLength: UInt64(content.count))
      try field("content-type", "application/problem+json")
      if let allowed { try writeAllow(allowed) }
      try endHead()
      try send(content.octets)
      try end()
    } catch {
      // Each call above is right for a response that has not begun; a misuse is a fault of ours.
      preconditionFailure("a problem response is well formed")
    }
  }

  /// Answers a request that no route serves, as HTTP says.
  func respond(_ unmatched: Unmatched) {
    if unmatched.status == .noContent {
      respondWithOptions(unmatched.allowed ?? [])
    } else {
      respondWithProblem(unmatched.status, allowed: unmatched.allowed)
    }
  }

  /// Answers OPTIONS with the methods that the path allows.
  private func respondWithOptions(_ allowed: MethodSet) {
    do throws(ResponseMisuse) {
      try begin(.noContent, contentLength: nil)
      try writeAllow(allowed)
      try endHead()
      try end()
    } catch {
      preconditionFailure("an OPTIONS response is well formed")
    }
  }

  private func writeAllow(_ allowed: MethodSet) throws(ResponseMisuse) {
    var value = OctetBuffer(capacity: 64)
    RouteTable.appendAllow(allowed, to: &value)
    try field(("allow" as StaticString).octets, value.octets)
  }
}
