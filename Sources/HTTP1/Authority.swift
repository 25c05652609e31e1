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
    _ octets: Span<UInt8>, from position: inout Int, to bound: Int
  ) -> Outcome {
    // `unreserved` and `sub-delims`.
    let nameOctets = OctetClass(low: 0x2BFF_7FD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFE)
    while position < bound {
      let octet = octets[position]
      switch state {
      case .start, .registeredName:
        if nameOctets.contains(octet) {
          state = .registeredName
        } else if octet == 0x25 {
          state = .percent
        } else if octet == 0x3A && state == .registeredName {
          state = .port
        } else if octet == 0x5B && state == .start {
          state = .literal
          literalStart = position + 1
        } else {
          return .ended
        }
      case .percent, .percentDigit:
        if OctetClass.hexadecimalValue(octet) == nil { return .malformed }
        state = state == .percent ? .percentDigit : .registeredName
      case .literal:
        if octet == 0x5D {
          if !IPLiteral.isValid(octets.extracting(literalStart..<position)) { return .malformed }
          state = .literalEnd
        } else if !IPLiteral.allows(octet, first: octets[literalStart]) {
          return .malformed
        }
      case .literalEnd:
        if octet != 0x3A { return .ended }
        state = .port
      case .port:
        if !OctetClass.isDigit(octet) { return .ended }
        port = port * 10 + UInt32(octet - 0x30)
        if port > 65_535 { return .malformed }
        hasPortDigits = true
      }
      position += 1
    }
    return .needsMore
  }
}
