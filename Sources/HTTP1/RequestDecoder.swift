import NecroHTTPSemantics
import NecroOctets

/// Turns the octets of one connection into requests.
///
/// Call order: `feed` (or `reserve` and `advance`), then `next` until it returns nil, and again;
/// `finish` once the peer has closed its side and `next` has returned nil. Each request is a `head`,
/// any number of `content`, and an `end`; the call after `end` begins the next request that was
/// pipelined. After a request that does not persist no further one is read: what comes is dropped
/// (RFC 9112 §9.6).
///
/// Slices live until the next `feed`, `reserve` or `next`. Memory is what `Limits` allows one head
/// (or trailer section), and what the caller feeds without asking for events.
///
/// RFC 9112
public struct RequestDecoder: ~Copyable, OctetDecoder {
  /// What a request consists of.
  public enum Event: Sendable {
    /// The request line and the fields, which are in the decoder's `fields`.
    case head(RequestHead)
    /// A part of the content, transfer coding removed: positions in the storage of `input`.
    case content(Slice)
    /// The request is complete; its trailers, if any, are in the decoder's `trailers`.
    case end
  }

  enum Phase: UInt8 {
    case betweenMessages
    case emptyLineFeed
    case startLine
    case fields
    case content
    case chunks
    case trailers
    case messageEnd
    case closed
    case failed
  }

  /// The octets fed and not yet consumed. A server may swap its storage out and in while it is empty.
  public var input = OctetBuffer()

  /// The field lines of the current request's head. Their slices count from the head's first octet.
  public private(set) var fields = FieldSection()

  /// The field lines of the current request's trailer section, without those that mean nothing
  /// there. Their slices count from the first octet of `trailerOctets`.
  public private(set) var trailers = FieldSection()

  /// Where the trailer section lies in the storage of `input`, once `end` has been returned.
  public private(set) var trailerOctets = Slice.empty

  /// The bounds in force. Content limits may be changed between messages.
  public var limits: Limits

  private let leniency: Leniency
  private let kernel: OctetKernel
  private var phase = Phase.betweenMessages
  private var isPersistent = true
  private var emptyLineCount = 0
  /// Octets of the connection that have been consumed.
  private var consumedCount = 0
  private var contentRemaining: UInt64 = 0
  private var startLine: StartLineScanner
  private var fieldLines: FieldLineScanner
  private var framing = FramingFields()
  private var chunks = ChunkedCoding()
  private var failure = HTTP1Error(code: .messageIncomplete, offset: 0)

  /// - Parameter kernel: how octets are scanned, which changes nothing but the time it takes.
  public init(
    limits: Limits = Limits(), leniency: Leniency = [], kernel: OctetKernel = .blocks
  ) {
    self.limits = limits
    self.kernel = kernel
    fieldLines = FieldLineScanner(sectionStart: 0, kernel: kernel)
    startLine = StartLineScanner(kernel: kernel)
    self.leniency = leniency
  }

  /// Whether no octet of a further request has come: the connection may idle here.
  public var isBetweenMessages: Bool { phase == .betweenMessages && input.isEmpty }

  /// Whether empty lines have come that count against the limit of the next request.
  public var hasSkippedEmptyLines: Bool { emptyLineCount > 0 }

  /// The method of the request that has begun, also of one that was refused; `other` where it is not
  /// known yet. The response to a HEAD request that cannot be served has no content either.
  public var method: Method {
    switch phase {
    case .betweenMessages, .emptyLineFeed: .other
    case .startLine, .fields, .content, .chunks, .trailers, .messageEnd, .closed, .failed:
      startLine.method
    }
  }

  /// Whether a part of a head has come: the client is to send the rest within a time.
  public var isInHead: Bool {
    switch phase {
    case .emptyLineFeed, .startLine, .fields: true
    case .betweenMessages: !input.isEmpty
    case .content, .chunks, .trailers, .messageEnd, .closed, .failed: false
    }
  }

  public mutating func feed(_ octets: Span<UInt8>) {
    input.append(octets)
  }

  public mutating func reserve(_ octetCount: Int) -> UnsafeMutableRawBufferPointer {
    unsafe input.reserve(octetCount)
  }

  public mutating func advance(_ octetCount: Int) {
    input.advance(octetCount)
  }

  /// The next event, or nil when it needs more octets.
  ///
  /// - Throws: `HTTP1Error`, from then on with every call. Its offset is the octet with which the
  ///   message became impossible, however the octets were cut.
  public mutating func next() throws(HTTP1Error) -> Event? {
    do {
      return try decode()
    } catch {
      if phase != .failed {
        // What is between messages is no part of the last one.
        if method == .other { startLine = StartLineScanner(kernel: kernel) }
        failure = HTTP1Error(code: error.code, offset: consumedCount + error.offset)
        phase = .failed
      }
      throw failure
    }
  }

  /// Says that no more octets come, after `next` has returned nil.
  ///
  /// - Throws: `messageIncomplete` within a message, with the number of octets there were; the error
  ///   that `next` has thrown before.
  public mutating func finish() throws(HTTP1Error) {
    switch phase {
    case .failed: throw failure
    case .closed: return
    case .betweenMessages where input.isEmpty: return
    case .betweenMessages, .emptyLineFeed, .startLine, .fields, .content, .chunks, .trailers,
      .messageEnd:
      failure = HTTP1Error(code: .messageIncomplete, offset: consumedCount + input.count)
      phase = .failed
      throw failure
    }
  }

  /// Errors thrown from here count their offset from the first octet that is not consumed.
  @inline(__always)
  private mutating func decode() throws(HTTP1Error) -> Event? {
    while true {
      switch phase {
      case .betweenMessages, .emptyLineFeed:
        guard try skipEmptyLines() else { return nil }
      case .startLine:
        guard
          try startLine.scan(input, lineOctetsMax: limits.startLineOctetsMax, leniency)
        else { return nil }
        fieldLines = FieldLineScanner(sectionStart: startLine.position, kernel: kernel)
        phase = .fields
      case .fields:
        guard try scanFields() else { return nil }
        return .head(try takeHead())
      case .content:
        return takeContent()
      case .chunks:
        if let event = try decodeChunks() { return event }
        if phase == .chunks { return nil }
      case .trailers:
        guard try scanTrailers() else { return nil }
      case .messageEnd:
        phase = isPersistent ? .betweenMessages : .closed
        return .end
      case .closed:
        consume(input.count)
        return nil
      case .failed:
        throw failure
      }
    }
  }

  private mutating func consume(_ octetCount: Int) {
    input.consume(octetCount)
    consumedCount += octetCount
  }

  /// Passes over empty lines before a request line. True at the first octet of a request line.
  ///
  /// RFC 9112 §2.2
  @inline(__always)
  private mutating func skipEmptyLines() throws(HTTP1Error) -> Bool {
    while input.count > 0 {
      let octet = input.octets[0]
      if phase == .emptyLineFeed {
        guard octet == 0x0A else { throw HTTP1Error(code: .bareCarriageReturn, offset: 0) }
        phase = .betweenMessages
      } else if octet == 0x0D {
        guard emptyLineCount < limits.emptyLinesBeforeRequestMax else {
          throw HTTP1Error(code: .emptyLinesTooMany, offset: 0)
        }
        emptyLineCount += 1
        phase = .emptyLineFeed
      } else {
        beginMessage()
        return true
      }
      consume(1)
    }
    return false
  }

  private mutating func beginMessage() {
    emptyLineCount = 0
    fields.removeAll()
    trailers.removeAll()
    trailerOctets = .empty
    startLine = StartLineScanner(kernel: kernel)
    framing = FramingFields()
    phase = .startLine
  }

  @inline(__always)
  private mutating func scanFields() throws(HTTP1Error) -> Bool {
    try fieldLines.scan(
      input, .header(version: startLine.version), into: &fields, framing: &framing,
      sectionOctetsMax: limits.fieldSectionOctetsMax, linesMax: limits.fieldLinesMax)
  }

  /// Judges a head that is complete as a whole, and consumes it.
  private mutating func takeHead() throws(HTTP1Error) -> RequestHead {
    let headCount = fieldLines.position
    let version = startLine.version
    // These become certain with the head's last octet.
    guard framing.hasHost || version == .http10 else {
      throw HTTP1Error(code: .hostMissing, offset: headCount - 1)
    }
    guard !framing.isWithoutEnd else {
      throw HTTP1Error(code: .chunkedNotFinal, offset: headCount - 1)
    }
    guard !framing.isContentTypeRepeated else {
      throw HTTP1Error(code: .contentTypeRepeated, offset: headCount - 1)
    }
    // HTTP/1.0 knows no expectations, and its clients wait for nothing.
    guard !framing.hasOtherExpectation || version == .http10 else {
      throw HTTP1Error(code: .expectationUnknown, offset: headCount - 1)
    }
    let content = framing.bodyLength
    var hasContent = false
    switch content {
    case .none: phase = .messageEnd
    case .length(let length):
      guard length <= limits.contentOctetsMax else {
        throw HTTP1Error(code: .contentTooLong, offset: headCount - 1)
      }
      contentRemaining = length
      hasContent = length > 0
      phase = hasContent ? .content : .messageEnd
    case .chunked:
      chunks = ChunkedCoding()
      hasContent = true
      phase = .chunks
    }
    isPersistent = framing.isPersistent(version)
    let hasTargetAuthority = startLine.form == .absolute || startLine.form == .authority
    let head = RequestHead(
      method: startLine.method, form: startLine.form, version: version,
      hasQuery: startLine.hasQuery,
      expectsContinue: hasContent && version == .http11 && framing.hasContinueExpectation,
      isPersistent: isPersistent, content: content, methodToken: startLine.methodToken,
      target: startLine.target, path: startLine.path, query: startLine.query,
      authority: hasTargetAuthority ? startLine.authority : framing.host,
      octets: Slice(offset: input.readPosition, count: headCount))
    consume(headCount)
    return head
  }

  /// As much content of a known length as is there.
  private mutating func takeContent() -> Event? {
    guard input.count > 0 else { return nil }
    let count = Int(min(contentRemaining, UInt64(input.count)))
    contentRemaining -= UInt64(count)
    if contentRemaining == 0 { phase = .messageEnd }
    let slice = Slice(offset: input.readPosition, count: count)
    consume(count)
    return .content(slice)
  }

  /// Goes on in the chunked coding: an event for data; nil when more octets are needed, or when the
  /// phase has changed.
  private mutating func decodeChunks() throws(HTTP1Error) -> Event? {
    var position = 0
    try chunks.scan(input, from: &position, limits)
    consume(position)
    if chunks.phase == .complete {
      fieldLines = FieldLineScanner(sectionStart: 0, kernel: kernel)
      phase = .trailers
      return nil
    }
    guard chunks.phase == .data && input.count > 0 else { return nil }
    let count = Int(min(chunks.remaining, UInt64(input.count)))
    chunks.takeData(UInt64(count))
    let slice = Slice(offset: input.readPosition, count: count)
    consume(count)
    return .content(slice)
  }

  /// Reads the trailer section. True when it is complete.
  private mutating func scanTrailers() throws(HTTP1Error) -> Bool {
    guard
      try fieldLines.scan(
        input, .trailer, into: &trailers, framing: &framing,
        sectionOctetsMax: limits.trailerSectionOctetsMax, linesMax: limits.trailerLinesMax)
    else { return false }
    trailerOctets = Slice(offset: input.readPosition, count: fieldLines.position)
    consume(fieldLines.position)
    phase = .messageEnd
    return true
  }
}
