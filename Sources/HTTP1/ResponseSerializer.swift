import NecroHTTPSemantics
import NecroOctets

/// Turns the responses of one connection into octets, and sees to it that each is framed as its
/// status, its method and the client's version demand.
///
/// Call order: `begin`, any number of `field`, `endHead`, any number of `content`, `end`; then the
/// next response. A misuse throws and writes nothing.
///
/// It does not conform to `OctetSerializer`, whose message is one value: a response's content comes
/// in borrowed spans over time, and a value that held them would have to own a copy.
///
/// RFC 9112 §4, §6
public struct ResponseSerializer: Sendable {
  enum Phase: UInt8 {
    case between
    case head
    case content
  }

  /// How the content of the current response is written.
  enum Framing: UInt8 {
    /// There is none; what the caller gives is dropped.
    case dropped
    /// As it is, and counted.
    case length
    case chunked
    /// As it is, until the connection closes.
    case untilClose
  }

  private var phase = Phase.between
  private var framing = Framing.dropped
  private var remaining: UInt64 = 0
  private var hasDate = false
  /// The field that the status demands and that was not written yet.
  private var missingField: FieldID?
  private var hasUpgrade = false

  /// Whether the connection has to close after the current response: because the caller said so, or
  /// because nothing else can end the content for an HTTP/1.0 client (RFC 9112 §6.3).
  public private(set) var mustClose = false

  public init() {}

  /// Whether a response has begun and not ended.
  public var isWithinResponse: Bool { phase != .between }

  /// Writes the status line, Date, and the fields that frame message and connection.
  ///
  /// Content-Length is written wherever it may be: never with 1xx, 204 or a CONNECT that succeeds;
  /// as given with 304 and for HEAD, whose content is dropped; as 0 with 205 (RFC 9110 §8.6,
  /// §15.3.6). Without a length the content is chunked, or for an HTTP/1.0 client ends with the
  /// connection.
  ///
  /// - Parameters:
  ///   - method: the request's method.
  ///   - version: the request's version.
  ///   - keepAlive: whether the connection persists; false writes `connection: close`.
  ///   - date: the value of Date, written as it is; empty writes none.
  ///   - contentLength: octets of the content to come; nil when that is not known.
  /// - Throws: `outOfOrder`, `statusInvalid`.
  public mutating func begin(
    _ status: StatusCode, for method: Method, version: HTTPVersion, keepAlive: Bool,
    date: Span<UInt8>, contentLength: UInt64?, into output: inout OctetBuffer
  ) throws(ResponseMisuse) {
    guard phase == .between else { throw .outOfOrder }
    guard status.isValid else { throw .statusInvalid }
    phase = .head
    mustClose = !keepAlive
    hasDate = !date.isEmpty
    missingField = status.requiredField
    hasUpgrade = false
    StatusLine.append(status, to: &output)
    if hasDate {
      output.append("date: ")
      output.append(date)
      output.append("\r\n")
    }
    frame(status, method, version, contentLength, &output)
    if status.isInformational { return }
    if mustClose {
      output.append("connection: close\r\n")
    } else if version == .http10 {
      output.append("connection: keep-alive\r\n")
    }
  }

  /// Chooses the framing and writes its field.
  private mutating func frame(
    _ status: StatusCode, _ method: Method, _ version: HTTPVersion, _ contentLength: UInt64?,
    _ output: inout OctetBuffer
  ) {
    framing = .dropped
    remaining = 0
    let isTunnel = method == .connect && status.isSuccessful
    if status.isInformational || status == .noContent || isTunnel { return }
    if status == .resetContent {
      output.append("content-length: 0\r\n")
      return
    }
    let isDropped = method == .head || status == .notModified
    if let contentLength {
      output.append("content-length: ")
      output.append(decimal: contentLength)
      output.append("\r\n")
      guard !isDropped else { return }
      framing = .length
      remaining = contentLength
    } else if isDropped {
      return
    } else if version == .http11 {
      output.append("transfer-encoding: chunked\r\n")
      framing = .chunked
    } else {
      framing = .untilClose
      mustClose = true
    }
  }

  /// Writes a field line.
  ///
  /// - Throws: `outOfOrder`, `fieldNameInvalid`, `fieldReserved`; `fieldValueInvalid`, also for an ETag
  ///   that is no entity tag.
  public mutating func field(
    _ name: Span<UInt8>, _ value: Span<UInt8>, into output: inout OctetBuffer
  ) throws(ResponseMisuse) {
    guard phase == .head else { throw .outOfOrder }
    guard FieldSyntax.isName(name) else { throw .fieldNameInvalid }
    guard FieldSyntax.isValue(value) else { throw .fieldValueInvalid }
    let id = FieldID(name: name)
    switch id {
    case .contentLength, .transferEncoding, .connection, .keepAlive, .proxyConnection, .trailer,
      .te:
      throw .fieldReserved
    case .date where hasDate:
      throw .fieldReserved
    case .etag where EntityTag(value) == nil:
      throw .fieldValueInvalid
    case .upgrade: hasUpgrade = true
    default: break
    }
    if id == missingField { missingField = nil }
    output.append(name)
    output.append(": ")
    output.append(value)
    output.append("\r\n")
  }

  /// Writes a field line whose name and value the program's text gives.
  ///
  /// Neither is checked: both are the program's own.
  ///
  /// - Throws: `outOfOrder`.
  public mutating func field(
    _ name: StaticString, _ value: StaticString, into output: inout OctetBuffer
  ) throws(ResponseMisuse) {
    guard phase == .head else { throw .outOfOrder }
    output.append(name)
    output.append(": ")
    output.append(value)
    output.append("\r\n")
  }

  /// Writes a field line whose name the program's text gives.
  ///
  /// - Throws: as the other `field` does.
  public mutating func field(
    _ name: StaticString, _ value: Span<UInt8>, into output: inout OctetBuffer
  ) throws(ResponseMisuse) {
    try field(name.octets, value, into: &output)
  }

  /// Ends the head, and lists Upgrade in Connection if it was written (RFC 9110 §7.8).
  ///
  /// - Throws: `outOfOrder`; `fieldMissing` when the status demands a field that was not written.
  public mutating func endHead(into output: inout OctetBuffer) throws(ResponseMisuse) {
    guard phase == .head else { throw .outOfOrder }
    guard missingField == nil else { throw .fieldMissing }
    phase = .content
    if hasUpgrade { output.append("connection: upgrade\r\n") }
    output.append("\r\n")
  }

  /// Writes a part of the content.
  ///
  /// - Throws: `outOfOrder`, `contentTooLong`.
  public mutating func content(
    _ octets: Span<UInt8>, into output: inout OctetBuffer
  ) throws(ResponseMisuse) {
    guard phase == .content else { throw .outOfOrder }
    // An empty chunk would end the content.
    if octets.isEmpty { return }
    switch framing {
    case .dropped: break
    case .length:
      guard UInt64(octets.count) <= remaining else { throw .contentTooLong }
      remaining -= UInt64(octets.count)
      output.append(octets)
    case .chunked:
      appendHexadecimal(UInt64(octets.count), to: &output)
      output.append("\r\n")
      output.append(octets)
      output.append("\r\n")
    case .untilClose:
      output.append(octets)
    }
  }

  /// Ends the response.
  ///
  /// - Throws: `outOfOrder`; `contentTooShort`, after which only closing the connection can tell the
  ///   client so.
  public mutating func end(into output: inout OctetBuffer) throws(ResponseMisuse) {
    guard phase == .content else { throw .outOfOrder }
    guard remaining == 0 else { throw .contentTooShort }
    if framing == .chunked { output.append("0\r\n\r\n") }
    phase = .between
  }

  /// Writes a 100 (Continue), for a client that expects it before it sends its content.
  ///
  /// RFC 9110 §10.1.1
  public static func continueResponse(into output: inout OctetBuffer) {
    output.append("HTTP/1.1 100 Continue\r\n\r\n")
  }

  private func appendHexadecimal(_ number: UInt64, to output: inout OctetBuffer) {
    var shift = UInt64((63 - (number | 1).leadingZeroBitCount) & ~3)
    while true {
      let digit = UInt8(truncatingIfNeeded: number &>> shift & 0xF)
      output.append(digit < 10 ? digit + 0x30 : digit + 0x57)
      if shift == 0 { return }
      shift -= 4
    }
  }
}
