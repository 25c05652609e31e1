import NecroOctets

/// `uri-host [ ":" port ]`, as the request-target and Host have it, scanned so that it can stop and
/// go on between any two octets.
///
/// It has no userinfo: an http URI is rejected for one (RFC 9110 §4.2.4). A port without a host is
/// refused as well, since an http URI has a host (RFC 9110 §4.2.1).
///
/// RFC 3986 §3.2, RFC 9110 §7.2
struct AuthorityScanner {
  enum State: UInt8 {
    case start
    case registeredName
    case percent
    case percentDigit
    case literal
    case literalEnd
    case port
  }

  enum Outcome {
    /// The octet at the position is none of the authority's.
    case ended
    /// All octets that are there belong to the authority.
    case needsMore
    /// The octet at the position makes the authority impossible.
    case malformed
  }

  private(set) var state = State.start
  private var literalStart = 0
  private var port: UInt32 = 0
  private var hasPortDigits = false

  /// Whether the authority may end here.
  var isComplete: Bool {
    switch state {
    case .start, .registeredName, .literalEnd, .port: true
    case .percent, .percentDigit, .literal: false
    }
  }

  var hasHost: Bool { state != .start }

  /// Whether there is a port with a number.
  var hasPort: Bool { state == .port && hasPortDigits }

  /// Goes on from `position`, at most to `bound`, and leaves it at the octet the outcome is about.
  mutating func scan(
    _ octets: Span<UInt8>, from position: inout Int, to bound: Int, _ kernel: OctetKernel
  ) -> Outcome {
    while position < bound {
      switch state {
      case .start, .registeredName:
        if !scanRegisteredName(octets, &position, bound, kernel) { return .ended }
      case .percent, .percentDigit:
        if OctetClass.hexadecimalValue(octets[position]) == nil { return .malformed }
        state = state == .percent ? .percentDigit : .registeredName
        position += 1
      case .literal:
        if octets[position] == 0x5D {
          if !IPLiteral.isValid(octets.extracting(literalStart..<position)) { return .malformed }
          state = .literalEnd
        } else if !IPLiteral.allows(octets[position], first: octets[literalStart]) {
          return .malformed
        }
        position += 1
      case .literalEnd:
        if octets[position] != 0x3A { return .ended }
        state = .port
        position += 1
      case .port:
        return scanPort(octets, &position, bound)
      }
    }
    return .needsMore
  }

  /// Passes over octets of a name, or what begins one of the other elements. False at an octet that
  /// does neither.
  @inline(__always)
  private mutating func scanRegisteredName(
    _ octets: Span<UInt8>, _ position: inout Int, _ bound: Int, _ kernel: OctetKernel
  ) -> Bool {
    // `unreserved` and `sub-delims`.
    let nameOctets = OctetClass(low: 0x2BFF_7FD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFE)
    let start = position
    let end = kernel.endOfHost(octets, from: start, to: bound, allowed: nameOctets)
    position = end
    if end > start { state = .registeredName }
    guard end < bound else { return true }
    switch octets[end] {
    case 0x25: state = .percent
    case 0x3A where state == .registeredName: state = .port
    case 0x5B where state == .start:
      state = .literal
      literalStart = end + 1
    default: return false
    }
    position = end + 1
    return true
  }

  @inline(__always)
  private mutating func scanPort(
    _ octets: Span<UInt8>, _ position: inout Int, _ bound: Int
  ) -> Outcome {
    var end = position
    var port = self.port
    while end < bound, OctetClass.isDigit(octets[end]) {
      // No overflow: it was at most 65,535.
      port = port &* 10 &+ UInt32(octets[end] & 0x0F)
      if port > 65_535 {
        position = end
        return .malformed
      }
      end += 1
    }
    if end > position { hasPortDigits = true }
    self.port = port
    position = end
    return end < bound ? .ended : .needsMore
  }
}
