import NecroHTTPSemantics
import NecroOctets

/// What the fields of one head say about the message's end, the connection's, and whom it is for.
///
/// Everything here that another parser could read differently is refused: repeated or listed
/// Content-Length, Content-Length beside Transfer-Encoding, any transfer coding but one `chunked`. The
/// empty list elements that RFC 9110 §5.6.1.2 has recipients ignore are refused in these two fields,
/// for the same reason; in Connection and Expect they are ignored. Refused are also zeros in
/// front of a length, which a parser may take for octal, an empty Host, and a second Content-Type, of
/// which some take the first and some the last.
///
/// RFC 9112 §3.2, §6, §9.3; RFC 9110 §10.1.1
struct FramingFields {
  private(set) var hasHost = false
  private(set) var hasContentLength = false
  private(set) var hasTransferEncoding = false
  private(set) var hasClose = false
  private(set) var hasKeepAlive = false
  private(set) var hasContinueExpectation = false
  /// Whether an expectation other than `100-continue` was met.
  private(set) var hasOtherExpectation = false
  private(set) var hasContentType = false
  private(set) var isContentTypeRepeated = false
  private var hasContentLengthDigits = false
  private var codings = TransferCodings()
  private(set) var contentLength: UInt64 = 0
  /// Where the value of Host lies.
  private(set) var host = Slice.empty
  private var hostScanner = AuthorityScanner()

  init() {}

  /// Takes note of a field whose name is complete. The fault, if the head cannot hold it.
  @inline(__always)
  mutating func begin(_ id: FieldID, _ version: HTTPVersion) -> HTTP1Error.Code? {
    switch id {
    case .host:
      if hasHost { return .hostRepeated }
      hasHost = true
    case .contentLength:
      if hasContentLength { return .contentLengthRepeated }
      if hasTransferEncoding { return .contentLengthWithTransferEncoding }
      hasContentLength = true
    case .transferEncoding:
      if version == .http10 { return .transferEncodingInVersion10 }
      if hasContentLength { return .contentLengthWithTransferEncoding }
      // The lines combine into one list, in which nothing may follow `chunked`.
      if codings.isChunked { return .chunkedNotFinal }
      codings.beginLine()
      hasTransferEncoding = true
    default: break
    }
    return nil
  }

  /// The fault of an octet behind a value that was complete.
  static func invalidValue(of id: FieldID) -> HTTP1Error.Code {
    switch id {
    case .host: .hostInvalid
    case .contentLength: .contentLengthInvalid
    default: .chunkedNotFinal
    }
  }

  /// Reads Host as it arrives. True at the white space or CR behind it.
  @inline(__always)
  mutating func scanHost(
    _ octets: Span<UInt8>, from position: inout Int, to bound: Int, _ kernel: OctetKernel
  ) throws(HTTP1Error) -> Bool {
    switch hostScanner.scan(octets, from: &position, to: bound, kernel) {
    case .needsMore: return false
    case .malformed: throw HTTP1Error(code: .hostInvalid, offset: position)
    case .ended:
      let octet = octets[position]
      guard octet != 0x0A else { throw HTTP1Error(code: .bareLineFeed, offset: position) }
      guard hostScanner.isComplete && hostScanner.hasHost,
        octet == 0x0D || FieldSyntax.isWhitespace(octet)
      else {
        throw HTTP1Error(code: .hostInvalid, offset: position)
      }
      return true
    }
  }

  /// Reads Content-Length, `1*DIGIT` without zeros in front, as it arrives. True at the white space
  /// or CR behind it.
  mutating func scanContentLength(
    _ octets: Span<UInt8>, from position: inout Int, to bound: Int
  ) throws(HTTP1Error) -> Bool {
    while position < bound {
      let octet = octets[position]
      guard OctetClass.isDigit(octet) else {
        guard octet != 0x0A else { throw HTTP1Error(code: .bareLineFeed, offset: position) }
        guard hasContentLengthDigits && (octet == 0x0D || FieldSyntax.isWhitespace(octet)) else {
          throw HTTP1Error(code: .contentLengthInvalid, offset: position)
        }
        return true
      }
      guard contentLength > 0 || !hasContentLengthDigits else {
        throw HTTP1Error(code: .contentLengthInvalid, offset: position)
      }
      hasContentLengthDigits = true
      let (tens, overflowsTens) = contentLength.multipliedReportingOverflow(by: 10)
      let (sum, overflowsSum) = tens.addingReportingOverflow(UInt64(octet & 0x0F))
      guard !overflowsTens && !overflowsSum else {
        throw HTTP1Error(code: .contentLengthOverflow, offset: position)
      }
      contentLength = sum
      position += 1
    }
    return false
  }

  /// Reads Transfer-Encoding as it arrives. True at the white space or CR behind it.
  mutating func scanTransferEncoding(
    _ octets: Span<UInt8>, from position: inout Int, to bound: Int
  ) throws(HTTP1Error) -> Bool {
    try codings.scan(octets, from: &position, to: bound)
  }

  /// Takes note of a field whose line is complete.
  @inline(__always)
  mutating func end(_ id: FieldID, _ octets: Span<UInt8>, _ value: Slice) {
    switch id {
    case .host: host = value
    case .connection: readConnection(octets.octets(value))
    case .expect: readExpect(octets.octets(value))
    case .contentType:
      isContentTypeRepeated = isContentTypeRepeated || hasContentType
      hasContentType = true
    default: break
    }
  }

  /// Looks for the two connection options that decide whether the connection persists. The list's
  /// other members, and what is no token, mean nothing here.
  private mutating func readConnection(_ value: Span<UInt8>) {
    var position = 0
    while position < value.count {
      let start = position
      while position < value.count, value[position] != 0x2C { position += 1 }
      var end = position
      var first = start
      while first < end, FieldSyntax.isWhitespace(value[first]) { first += 1 }
      while end > first, FieldSyntax.isWhitespace(value[end - 1]) { end -= 1 }
      let option = value.extracting(first..<end)
      if option.equalsIgnoringCase("close") {
        hasClose = true
      } else if option.equalsIgnoringCase("keep-alive") {
        hasKeepAlive = true
      }
      position += 1
    }
  }

  /// Looks for the one expectation there is. Another one, or what is none, is answered 417, so that no
  /// client believes that it was met (RFC 9110 §10.1.1).
  private mutating func readExpect(_ value: Span<UInt8>) {
    var elements = ListElements()
    while let element = elements.next(in: value) {
      if value.octets(element).equalsIgnoringCase("100-continue") {
        hasContinueExpectation = true
      } else {
        hasOtherExpectation = true
      }
    }
  }

  /// Whether the connection persists after this message.
  ///
  /// RFC 9112 §9.3
  func isPersistent(_ version: HTTPVersion) -> Bool {
    if hasClose { return false }
    return version == .http11 || hasKeepAlive
  }

  /// Whether the end of the content cannot be found: a head has transfer codings, and the last of
  /// them is not `chunked`. It is certain once the head is complete.
  ///
  /// RFC 9112 §6.3
  var isWithoutEnd: Bool { hasTransferEncoding && !codings.isChunked }

  /// How the message's end is found.
  ///
  /// RFC 9112 §6.3
  var bodyLength: MessageBodyLength {
    if hasTransferEncoding { return .chunked }
    return hasContentLength ? .length(contentLength) : .none
  }
}
