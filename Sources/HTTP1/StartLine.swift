import NecroHTTPSemantics
import NecroOctets

/// The forms a request-target can have.
///
/// RFC 9112 §3.2
public enum TargetForm: UInt8, Sendable {
  /// A path with an optional query: what clients send to an origin server.
  case origin
  /// A whole http or https URI.
  case absolute
  /// A host and a port, for CONNECT alone.
  case authority
  /// `*`, for OPTIONS alone.
  case asterisk
}

/// The versions of this protocol that differ in how a message is framed.
///
/// A minor version above 1 is read as 1.1, the highest that this stack implements.
///
/// RFC 9112 §2.3, RFC 9110 §2.5
public enum HTTPVersion: UInt8, Sendable {
  case http10
  case http11
}

/// `method SP request-target SP HTTP-version CRLF`, scanned so that it can stop and go on between any
/// two octets.
///
/// Positions count from the line's first octet, which is the first unconsumed one of the input.
///
/// RFC 9112 §3
struct StartLineScanner {
  enum Phase: UInt8 {
    case method
    case target
    case scheme
    case authority
    case path
    case query
    case targetEnd
    case version
    case lineEnd
    case lineFeed
  }

  private let kernel: OctetKernel
  private(set) var phase = Phase.method
  private(set) var form = TargetForm.origin
  private(set) var method = Method.other
  private(set) var version = HTTPVersion.http11
  private(set) var hasQuery = false
  /// How many hexadecimal digits of a percent-encoding are still to come.
  private var percentDigits: UInt8 = 0
  private var schemeCount = 0
  /// The next octet to look at.
  private(set) var position = 0
  private var methodCount = 0
  private var pathStart = 0
  private var pathEnd = 0
  private var targetCount = 0
  private var versionStart = 0
  private(set) var authority = Slice.empty
  private var authorityScanner = AuthorityScanner()

  var methodToken: Slice { Slice(offset: 0, count: methodCount) }
  var target: Slice { Slice(offset: methodCount + 1, count: targetCount) }
  var path: Slice { Slice(offset: pathStart, count: pathEnd - pathStart) }
  var query: Slice {
    hasQuery ? Slice(offset: pathEnd + 1, count: target.end - pathEnd - 1) : .empty
  }

  init(kernel: OctetKernel) { self.kernel = kernel }

  /// Goes on from where it stopped. True when the line is complete, `position` then lies behind it.
  ///
  /// - Parameter lineOctetsMax: octets of the line without its CRLF.
  mutating func scan(
    _ input: borrowing OctetBuffer, lineOctetsMax: Int, _ leniency: Leniency
  ) throws(HTTP1Error) -> Bool {
    let octets = input.octets
    let bound = min(octets.count, lineOctetsMax)
    if phase == .method { try scanMethod(octets, bound) }
    if phase == .target { try scanTargetStart(octets, bound) }
    if phase == .scheme { try scanScheme(octets, bound) }
    if phase == .authority { try scanAuthority(octets, bound) }
    if phase == .path { try scanPath(octets, bound) }
    if phase == .query { try scanQuery(octets, bound, leniency) }
    if phase == .targetEnd { try scanTargetEnd(octets, bound) }
    if phase == .version { try scanVersion(octets, bound) }
    if phase == .lineEnd || phase == .lineFeed { return try scanLineEnd(octets) }
    if octets.count > lineOctetsMax {
      throw HTTP1Error(
        code: phase == .method ? .methodTooLong : .targetTooLong, offset: lineOctetsMax)
    }
    return false
  }

  @inline(__always)
  private mutating func scanMethod(_ octets: Span<UInt8>, _ bound: Int) throws(HTTP1Error) {
    let token = FieldSyntax.tokenOctets
    var position = self.position
    while position < bound, token.contains(octets[position]) { position += 1 }
    self.position = position
    guard position < bound else { return }
    guard octets[position] == 0x20 && position > 0 else {
      throw fault(.methodInvalid, octets)
    }
    methodCount = position
    method = Method(token: octets.extracting(0..<position))
    self.position = position + 1
    phase = .target
  }

  /// The first octet of the request-target says which form it has.
  @inline(__always)
  private mutating func scanTargetStart(
    _ octets: Span<UInt8>, _ bound: Int
  ) throws(HTTP1Error) {
    guard position < bound else { return }
    let octet = octets[position]
    pathStart = position
    pathEnd = position
    if method == .connect {
      guard octet != 0x2F && octet != 0x2A else { throw fault(.targetFormNotAllowed, octets) }
      form = .authority
      phase = .authority
    } else if octet == 0x2F {
      phase = .path
    } else if octet == 0x2A {
      guard method == .options else { throw fault(.targetFormNotAllowed, octets) }
      form = .asterisk
      position += 1
      phase = .targetEnd
    } else {
      form = .absolute
      phase = .scheme
    }
  }

  /// `http://` or `https://`, the only schemes whose resources this server can have.
  private mutating func scanScheme(_ octets: Span<UInt8>, _ bound: Int) throws(HTTP1Error) {
    let start = methodCount + 1
    let name = ("https" as StaticString).octets
    let separator = ("://" as StaticString).octets
    while position < bound {
      let octet = octets[position]
      let index = position - start
      if schemeCount == 0 {
        if index >= 4 && octet == 0x3A {
          schemeCount = index
        } else if index == 5 || OctetClass.lowercased(octet) != name[index] {
          throw fault(.targetInvalid, octets)
        }
      } else if octet != separator[index - schemeCount] {
        throw fault(.targetInvalid, octets)
      }
      position += 1
      if schemeCount > 0 && index == schemeCount + 2 {
        authority.offset = position
        phase = .authority
        return
      }
    }
  }

  private mutating func scanAuthority(_ octets: Span<UInt8>, _ bound: Int) throws(HTTP1Error) {
    if form == .authority { authority.offset = methodCount + 1 }
    switch authorityScanner.scan(octets, from: &position, to: bound, kernel) {
    case .needsMore: return
    case .malformed: throw fault(.authorityInvalid, octets)
    case .ended: break
    }
    let octet = octets[position]
    guard octet != 0x40 else { throw fault(.userinfoInTarget, octets) }
    guard authorityScanner.isComplete && authorityScanner.hasHost else {
      throw fault(.authorityInvalid, octets)
    }
    authority.count = position - authority.offset
    pathStart = position
    pathEnd = position
    if form == .authority {
      // CONNECT has to name the port (RFC 9110 §9.3.6).
      guard octet == 0x20 && authorityScanner.hasPort else {
        throw fault(.authorityInvalid, octets)
      }
      phase = .targetEnd
    } else if octet == 0x2F || octet == 0x3F || octet == 0x20 {
      phase = .path
    } else {
      throw fault(.authorityInvalid, octets)
    }
  }

  @inline(__always)
  private mutating func scanPath(_ octets: Span<UInt8>, _ bound: Int) throws(HTTP1Error) {
    // `pchar` and "/".
    let octet = try scanTargetOctets(
      OctetClass(low: 0x2FFF_FFD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFF), octets, bound)
    guard let octet else { return }
    pathEnd = position
    if octet == 0x3F {
      hasQuery = true
      position += 1
      phase = .query
    } else {
      phase = .targetEnd
    }
  }

  private mutating func scanQuery(
    _ octets: Span<UInt8>, _ bound: Int, _ leniency: Leniency
  ) throws(HTTP1Error) {
    // `pchar`, "/" and "?"; leniently all visible octets from "@" on.
    let high: UInt64 =
      leniency.contains(.unencodedQuery) ? 0x7FFF_FFFF_FFFF_FFFF : 0x47FF_FFFE_87FF_FFFF
    let octet = try scanTargetOctets(
      OctetClass(low: 0xAFFF_FFD2_0000_0000, high: high), octets, bound)
    if octet != nil { phase = .targetEnd }
  }

  /// Passes over octets of `allowed` and percent-encodings; the first octet that is neither, if it
  /// has come. Only the position moves.
  @inline(__always)
  private mutating func scanTargetOctets(
    _ allowed: OctetClass, _ octets: Span<UInt8>, _ bound: Int
  ) throws(HTTP1Error) -> UInt8? {
    var position = self.position
    while position < bound {
      if percentDigits == 0 {
        position = kernel.endOfPath(octets, from: position, to: bound, allowed: allowed)
        guard position < bound else { break }
        guard octets[position] == 0x25 else {
          self.position = position
          return octets[position]
        }
        percentDigits = 2
      } else {
        guard OctetClass.hexadecimalValue(octets[position]) != nil else {
          self.position = position
          throw fault(.percentEncodingInvalid, octets)
        }
        percentDigits -= 1
      }
      position += 1
    }
    self.position = position
    return nil
  }

  @inline(__always)
  private mutating func scanTargetEnd(_ octets: Span<UInt8>, _ bound: Int) throws(HTTP1Error) {
    guard position < bound else { return }
    let octet = octets[position]
    guard octet == 0x20 else {
      if octet == 0x23 { throw fault(.fragmentInTarget, octets) }
      if octet == 0x0D { throw fault(.versionMissing, octets) }
      throw fault(.targetInvalid, octets)
    }
    targetCount = position - methodCount - 1
    position += 1
    versionStart = position
    phase = .version
  }

  /// `HTTP/` DIGIT `.` DIGIT
  @inline(__always)
  private mutating func scanVersion(_ octets: Span<UInt8>, _ bound: Int) throws(HTTP1Error) {
    let expected = ("HTTP/1.1" as StaticString).octets
    if kernel == .blocks && position == versionStart && position <= bound - 8
      && octets.word(at: position) == expected.word(at: 0)
    {
      position += 8
      phase = .lineEnd
      return
    }
    while position < bound {
      let octet = octets[position]
      let index = position - versionStart
      if octet != expected[index] {
        // A zero in front of another digit is no version, and HTTP/0.9 had none in its requests.
        if index == 5 && OctetClass.isDigit(octet) && octet != 0x30 {
          throw fault(.versionUnsupported, octets)
        }
        guard index == 7 && OctetClass.isDigit(octet) else { throw fault(.versionInvalid, octets) }
        if octet == 0x30 { version = .http10 }
      }
      position += 1
      if index == 7 {
        phase = .lineEnd
        return
      }
    }
  }

  @inline(__always)
  private mutating func scanLineEnd(_ octets: Span<UInt8>) throws(HTTP1Error) -> Bool {
    if phase == .lineEnd && position < octets.count {
      guard octets[position] == 0x0D else { throw fault(.versionInvalid, octets) }
      position += 1
      phase = .lineFeed
    }
    guard phase == .lineFeed && position < octets.count else { return false }
    guard octets[position] == 0x0A else {
      throw HTTP1Error(code: .bareCarriageReturn, offset: position)
    }
    position += 1
    return true
  }

  /// The error of the octet at the position: a line feed is always a line end without its CR.
  @inline(never)
  private func fault(_ code: HTTP1Error.Code, _ octets: Span<UInt8>) -> HTTP1Error {
    HTTP1Error(code: octets[position] == 0x0A ? .bareLineFeed : code, offset: position)
  }
}
