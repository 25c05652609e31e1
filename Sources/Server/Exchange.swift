import NecroHTTP1
import NecroHTTPSemantics
import NecroOctets
import NecroReactor
import NecroRouter
import NecroTLS

/// A request and its response, with the codecs and buffers of the connection they travel on.
///
/// A worker lends an exchange to a connection while octets of a request or response are about, and
/// takes it back when the connection idles, so that idle connections hold no buffers.
///
/// The request's octets (`octets(_:)`, `captures`, `content`) can be read while the application is
/// called; an application that returns `pending` copies what it needs later.
public final class Exchange {
  /// Where the exchange is in its course.
  enum Phase {
    /// Between requests or in a head.
    case head
    /// Content is collected before the application is called.
    case collecting
    /// The application has been called and has not completed the response.
    case responding
    /// The response is complete and the rest of the request's content is being dropped.
    case draining
  }

  var decoder: RequestDecoder
  var serializer = ResponseSerializer()
  var output = OctetBuffer()
  let date: DateField

  var phase = Phase.head
  /// The slot of the connection that has the exchange, or nil once the connection is gone.
  var slot: Int?
  var policy = ContentPolicy.ignored
  /// The end of the request has been decoded.
  var requestIsComplete = false
  /// The head's own copy when the decoder's buffer will be written again before it is read.
  var keptHead = OctetBuffer()
  var headIsKept = false
  /// The client waits for 100 (Continue) and has not been sent it.
  var contentContinues = false
  /// Content that has come.
  var receivedContentOctets: UInt64 = 0
  /// Content that was dropped after the response.
  var drainedOctets: UInt64 = 0
  /// The decoder has asked for octets and been given none since.
  var needsOctets = true
  /// By when the head that has begun must be complete; the end of time while none has.
  var headDeadline = UInt64.max
  /// How the content comes along.
  var receiving = TransferProgress()
  /// How the output that the kernel did not take at once goes along.
  var sending = TransferProgress()
  /// Some output waits for the kernel, and `sending` counts.
  var isSending = false
  /// Storage that is lent to a TLS session along with the exchange.
  var sealedInput = OctetBuffer()
  var sealedOutput = OctetBuffer()
  /// The requests are told to ask again over TLS.
  var redirects = false
  /// How much of `content` the worker has counted.
  var accountedOctets = 0
  /// A request has been served since the exchange was lent.
  var hasServed = false
  /// Why content ended before its end; nil while it has not.
  public internal(set) var contentFailure: ContentFailure?
  var responseHasBegun = false
  /// Whether the connection may serve another request after this one.
  var persists = true
  /// The status sent, for the access log.
  public private(set) var status = StatusCode.ok
  /// The octets of content given to the response.
  public private(set) var responseContentOctets: UInt64 = 0
  /// The moment the head was complete, of Clock's nanoseconds; only where there is an access log.
  var startedNanoseconds: UInt64 = 0
  /// The x-request-id of the response, for the access log.
  var requestID = OctetBuffer()

  /// The request's head; its slices count from the head's first octet.
  public var head: RequestHead
  /// The route that matched: the number given to `RouteTable.add`.
  public internal(set) var route = 0
  /// What the request is to be answered by the worker's fallback route; nil where a route matched.
  public internal(set) var unmatched: Unmatched?
  /// The path parameters' octets, still percent-encoded, counted from the path's first octet.
  public internal(set) var captures = RouteCaptures()
  /// Content received and not taken. Of a collected request: all of it.
  public var content = OctetBuffer()
  /// The address of the peer.
  public internal(set) var peer: PeerAddress
  /// The peer's end, of a connection in memory.
  public internal(set) var localPeer: LocalPeer?
  /// The connection's TLS session; nil where it has none.
  public internal(set) var session: TLSSession?
  /// For the application's own use: reset to 0 with each request.
  public var applicationToken: UInt64 = 0

  private let limits: ServerLimits
  /// Octets of output that were sent or dropped before those in `output`.
  private var sentOctets = 0
  /// How many octets had been written before the present response began.
  private var responseOffset = 0

  init(limits: ServerLimits, date: DateField) {
    self.limits = limits
    decoder = RequestDecoder(limits: limits.http, leniency: limits.leniency)
    self.date = date
    head = .undecoded
    peer = .unix
  }

  // MARK: The request

  /// The octets at a slice of `head` or of a field line.
  public func octets<Result>(
    _ slice: Slice, _ body: (Span<UInt8>) -> Result
  ) -> Result {
    body(headOctets.octets(slice))
  }

  /// The octets of the whole head, which the slices of `head` and of field lines count from.
  public var headOctets: Span<UInt8> {
    @_lifetime(borrow self)
    get {
      if headIsKept {
        let span = keptHead.octets
        return unsafe _overrideLifetime(span, borrowing: self)
      }
      let span = decoder.input.octets(head.octets)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// The number of field lines in the request's head.
  public var fieldCount: Int { decoder.fields.count }

  /// A field line of the request's head.
  public func field(_ index: Int) -> FieldLine { decoder.fields[index] }

  /// The first field line with a known name.
  public func firstField(_ id: FieldID) -> FieldLine? { decoder.fields.first(id) }

  /// Whether more content can still arrive.
  public var contentIsComplete: Bool { requestIsComplete }

  /// Nothing waits to be sent, neither here nor as records of a TLS session.
  var outputIsSent: Bool { output.isEmpty && !isSending }

  /// Octets have been received that the decoder has not looked at.
  var hasUndecodedInput: Bool { !needsOctets && !decoder.input.isEmpty }

  /// Content can be taken in: the application gets it as it comes, up to the window, or not at all.
  var hasContentRoom: Bool {
    policy != .streamed || content.count < limits.contentWindowOctets
  }

  /// The application is at work, and the peer is to send it content.
  var awaitsContent: Bool {
    policy == .streamed && !requestIsComplete && !contentContinues && hasContentRoom
  }

  /// The least room to receive into: a head's, or as much of the content as is worth a larger one.
  var receiveOctetsMin: Int {
    if phase == .head || requestIsComplete { return Exchange.receivedOctetsMin }
    switch head.content {
    case .none: return Exchange.receivedOctetsMin
    case .length:
      return Int(min(max(remainingContentOctets, UInt64(Exchange.receivedOctetsMin)), 65_536))
    case .chunked: return 16_384
    }
  }

  static var receivedOctetsMin: Int { 4_096 }

  /// Whether the peer can no longer be answered.
  public var peerIsGone: Bool { slot == nil }

  /// Copies the head, so that `head` and the field lines stay readable while more is received.
  func keepHead() {
    if headIsKept { return }
    keptHead.removeAll()
    Exchange.copy(head.octets, of: decoder.input, to: &keptHead)
    headIsKept = true
  }

  /// Calls `body` with the content received and not taken.
  public func withContent<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
    Exchange.call(body, content)
  }

  private static func call<Result>(
    _ body: (Span<UInt8>) -> Result, _ buffer: borrowing OctetBuffer
  ) -> Result {
    body(buffer.octets)
  }

  /// Copies content from the decoder's buffer.
  func collect(_ slice: Slice) {
    Exchange.copy(slice, of: decoder.input, to: &content)
  }

  private static func copy(
    _ slice: Slice, of input: borrowing OctetBuffer, to output: inout OctetBuffer
  ) {
    output.append(input.octets(slice))
  }

  // MARK: The response

  /// Begins the response.
  ///
  /// - Parameters:
  ///   - status: the final status code.
  ///   - contentLength: the octets of content, or nil when unknown: the content is then chunked.
  public func begin(_ status: StatusCode, contentLength: UInt64?) throws(ResponseMisuse) {
    responseHasBegun = true
    responseOffset = sentOctets + output.count
    // Content that the client may or may not send, or too much of it, ends the connection.
    if !requestIsComplete
      && (contentContinues || remainingContentOctets > limits.drainedContentOctetsMax)
    {
      persists = false
    }
    self.status = status
    if let contentLength { responseContentOctets = contentLength }
    try date.withOctets { (octets) throws(ResponseMisuse) in
      try serializer.begin(
        status, for: head.method, version: head.version, keepAlive: persists,
        date: octets, contentLength: contentLength, into: &output)
    }
    if serializer.mustClose { persists = false }
  }

  /// Adds a field line to the response's head. Throws for a name or value that the syntax does not
  /// allow and for fields that frame the message, which the server writes itself.
  ///
  /// Last-Modified is never written later than Date, which then takes its place.
  public func field(_ name: Span<UInt8>, _ value: Span<UInt8>) throws(ResponseMisuse) {
    if name.equalsIgnoringCase("last-modified") {
      try lastModifiedField(name, value)
    } else {
      try serializer.field(name, value, into: &output)
      if name.count == 12 && startedNanoseconds != 0 && name.equalsIgnoringCase("x-request-id") {
        requestID.removeAll()
        requestID.append(value)
      }
    }
  }

  /// Adds a field line that is known to be well formed.
  public func field(_ name: StaticString, _ value: StaticString) throws(ResponseMisuse) {
    try serializer.field(name, value, into: &output)
  }

  /// Ends the response's head.
  public func endHead() throws(ResponseMisuse) {
    try serializer.endHead(into: &output)
  }

  /// Adds content to the response.
  public func send(_ octets: Span<UInt8>) throws(ResponseMisuse) {
    try serializer.content(octets, into: &output)
  }

  /// Ends the response.
  public func end() throws(ResponseMisuse) {
    try serializer.end(into: &output)
  }

  /// Writes a whole response with one content type and no further field.
  public func respond(
    _ status: StatusCode, contentType: StaticString, content: Span<UInt8>
  ) throws(ResponseMisuse) {
    try begin(status, contentLength: UInt64(content.count))
    try field("content-type", contentType)
    try endHead()
    try send(content)
    try end()
  }

  /// Takes back the response that was begun, so that another can be written in its place. Returns
  /// false when part of it has been sent: then nothing is changed.
  @discardableResult
  public func restartResponse() -> Bool {
    guard responseHasBegun else { return true }
    guard responseOffset >= sentOctets else { return false }
    output.truncate(to: output.readPosition + responseOffset - sentOctets)
    serializer = ResponseSerializer()
    responseHasBegun = false
    return true
  }

  /// Makes something that can be sent of a response that the application says is complete.
  func concludeResponse() {
    if !responseHasBegun {
      respondWithProblem(.internalServerError)
    } else if serializer.isWithinResponse {
      // The end of the connection tells the client that there should have been more.
      serializer = ResponseSerializer()
      persists = false
    }
  }

  /// Forgets octets of the output that were sent.
  func consumeOutput(_ octetCount: Int) {
    output.consume(octetCount)
    sentOctets += octetCount
    // The next response begins at the storage's start.
    if output.isEmpty { output.removeAll() }
  }

  /// Forgets all of the output.
  func dropOutput() { consumeOutput(output.count) }

  /// The connection is not to be used again after this response.
  public func closeAfterResponse() { persists = false }

  // MARK: Course

  /// Prepares for the response to the request whose head has been decoded.
  func beginRequest(_ head: RequestHead) {
    self.head = head
    requestIsComplete = false
    headIsKept = false
    contentContinues = head.expectsContinue
    contentFailure = nil
    receivedContentOctets = 0
    headDeadline = .max
    hasServed = true
    persists = head.isPersistent
    responseHasBegun = false
    responseContentOctets = 0
    startedNanoseconds = 0
    requestID.removeAll()
    unmatched = nil
    applicationToken = 0
    content.removeAll()
  }

  /// Forgets the request that was served.
  func endRequest() {
    phase = .head
    headIsKept = false
  }

  /// The octets of content that are still to come, as far as the head tells.
  private var remainingContentOctets: UInt64 {
    guard case .length(let length) = head.content else { return 0 }
    return length - receivedContentOctets
  }

  /// Makes the exchange as good as new for another connection.
  ///
  /// - Parameter storageOctetsMax: each buffer with more is returned to the system.
  func reset(storageOctetsMax: Int) {
    endRequest()
    slot = nil
    localPeer = nil
    session = nil
    redirects = false
    persists = true
    hasServed = false
    needsOctets = true
    headDeadline = .max
    isSending = false
    sentOctets = 0
    if serializer.isWithinResponse { serializer = ResponseSerializer() }
    Exchange.empty(&output, storageOctetsMax)
    Exchange.empty(&content, storageOctetsMax)
    Exchange.empty(&keptHead, storageOctetsMax)
    Exchange.empty(&sealedInput, storageOctetsMax)
    Exchange.empty(&sealedOutput, storageOctetsMax)
    if decoder.isBetweenMessages && !decoder.hasSkippedEmptyLines {
      Exchange.empty(&decoder.input, storageOctetsMax)
    } else {
      decoder = RequestDecoder(limits: limits.http, leniency: limits.leniency)
    }
  }

  private static func empty(_ buffer: inout OctetBuffer, _ storageOctetsMax: Int) {
    if buffer.capacity > storageOctetsMax { buffer = OctetBuffer() } else { buffer.removeAll() }
  }
}
