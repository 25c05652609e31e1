import NecroHTTP1
import NecroHTTPSemantics
import NecroOctets

/// The answer of a listener that sends all to HTTPS.
extension Exchange {
  /// Answers 308 with the same target at the same host over TLS, or 400 where no host was named.
  ///
  /// RFC 9110 §15.4.9.
  func respondWithRedirect(port: UInt16) {
    var location = OctetBuffer(capacity: 256)
    guard appendLocation(port, to: &location) else {
      respondWithProblem(.badRequest)
      return
    }
    do throws(ResponseMisuse) {
      try begin(.permanentRedirect, contentLength: 0)
      try field(("location" as StaticString).octets, location.octets)
      try endHead()
      try end()
    } catch {
      // A target or host that no field value can hold.
      restartResponse()
      respondWithProblem(.badRequest)
    }
  }

  /// Appends the URL. False without a host.
  private func appendLocation(_ port: UInt16, to location: inout OctetBuffer) -> Bool {
    let octets = headOctets
    let authority = octets.octets(head.authority)
    // The port, if there is one, follows the last colon outside the brackets of an address.
    var hostEnd = authority.count
    var position = authority.count
    while position > 0 {
      position -= 1
      if authority[position] == UInt8(ascii: ":") {
        hostEnd = position
        break
      }
      if !OctetClass.isDigit(authority[position]) { break }
    }
    if hostEnd == 0 { return false }
    location.append("https://")
    location.append(authority.extracting(0..<hostEnd))
    if port != 443 {
      location.append(":")
      location.append(decimal: UInt64(port))
    }
    if head.path.isEmpty { location.append("/") }
    location.append(octets.octets(head.path))
    if !head.query.isEmpty {
      location.append("?")
      location.append(octets.octets(head.query))
    }
    return true
  }
}
