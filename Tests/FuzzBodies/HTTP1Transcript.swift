import NecroHTTP1
import NecroHTTPSemantics
import NecroOctets

/// A field line, its octets owned.
public struct HTTP1Field: Equatable, Sendable {
  public var name: [UInt8]
  public var value: [UInt8]

  public init(name: [UInt8], value: [UInt8]) {
    self.name = name
    self.value = value
  }
}

/// A request with all that a decoder said of it, its octets owned.
public struct HTTP1Request: Equatable, Sendable {
  public var method: [UInt8] = []
  public var target: [UInt8] = []
  public var path: [UInt8] = []
  /// nil if the target has no query.
  public var query: [UInt8]?
  public var authority: [UInt8] = []
  /// 0 or 1; a higher one is read as 1.
  public var minorVersion: UInt8 = 1
  public var isPersistent = true
  public var expectsContinue = false
  public var length = MessageBodyLength.none
  public var fields: [HTTP1Field] = []
  public var content: [UInt8] = []
  public var trailers: [HTTP1Field] = []
  /// Whether its end has come.
  public var isComplete = false

  public init() {}
}

/// What became of the octets of one connection.
public struct HTTP1Transcript: Equatable, Sendable {
  /// The last may be incomplete.
  public internal(set) var requests: [HTTP1Request] = []
  /// What `next` or `finish` threw.
  public internal(set) var failure: HTTP1Error?

  init() {}

  /// Decodes octets that come whole, and the end behind them.
  public init(_ octets: Span<UInt8>, limits: Limits = Limits(), kernel: OctetKernel = .blocks) {
    var run = HTTP1Run(limits, kernel)
    run.feed(octets)
    run.finish()
    self = run.transcript
  }
}

/// One decoder and a record of all that it gave out. Traps when the decoder breaks one of the promises
/// made to its callers.
struct HTTP1Run: ~Copyable {
  private var decoder: RequestDecoder
  private let limits: Limits
  private(set) var transcript = HTTP1Transcript()

  init(_ limits: Limits, _ kernel: OctetKernel) {
    decoder = RequestDecoder(limits: limits, kernel: kernel)
    self.limits = limits
  }

  mutating func feed(_ octets: Span<UInt8>) {
    guard transcript.failure == nil else { return }
    decoder.feed(octets)
    do throws(HTTP1Error) {
      while let event = try decoder.next() { take(event) }
    } catch {
      transcript.failure = error
      checkSticky(error)
    }
  }

  mutating func finish() {
    guard transcript.failure == nil else { return }
    let isBetweenMessages = decoder.isBetweenMessages
    do throws(HTTP1Error) {
      try decoder.finish()
    } catch {
      precondition(error.code == .messageIncomplete, "only an incomplete message fails at the end")
      precondition(!isBetweenMessages, "nothing is incomplete between messages")
      transcript.failure = error
      checkSticky(error)
    }
  }

  private mutating func checkSticky(_ failure: HTTP1Error) {
    do throws(HTTP1Error) {
      _ = try decoder.next()
      preconditionFailure("an error is sticky")
    } catch {
      precondition(error == failure, "an error stays the same")
    }
  }

  private mutating func take(_ event: RequestDecoder.Event) {
    let last = transcript.requests.count - 1
    switch event {
    case .head(let head):
      precondition(last < 0 || transcript.requests[last].isComplete, "one request at a time")
      transcript.requests.append(request(head))
    case .content(let slice):
      precondition(slice.count > 0, "content is never empty")
      // How content is cut is no part of the record.
      transcript.requests[last].content += Self.copy(decoder.input.octets(slice))
      precondition(
        UInt64(transcript.requests[last].content.count) <= limits.contentOctetsMax,
        "content stays within its limit")
    case .end:
      transcript.requests[last].trailers = Self.trailers(decoder)
      transcript.requests[last].isComplete = true
    }
  }

  private func request(_ head: RequestHead) -> HTTP1Request {
    let octets = decoder.input.octets(head.octets)
    precondition(FieldSyntax.isName(octets.octets(head.methodToken)), "a method is a token")
    precondition(
      head.path.isEmpty || octets[head.path.offset] == 0x2F, "a path begins with a slash")
    if case .length(let length) = head.content {
      precondition(length <= limits.contentOctetsMax, "a length stays within its limit")
    }
    precondition(decoder.fields.count <= limits.fieldLinesMax, "fields stay within their limit")
    var request = HTTP1Request()
    request.method = Self.copy(octets.octets(head.methodToken))
    request.target = Self.copy(octets.octets(head.target))
    precondition(!request.target.isEmpty, "a target is not empty")
    precondition(request.target.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "a target is visible ASCII")
    request.path = Self.copy(octets.octets(head.path))
    if head.hasQuery { request.query = Self.copy(octets.octets(head.query)) }
    request.authority = Self.copy(octets.octets(head.authority))
    switch head.version {
    case .http10: request.minorVersion = 0
    case .http11: request.minorVersion = 1
    }
    request.isPersistent = head.isPersistent
    request.expectsContinue = head.expectsContinue
    request.length = head.content
    request.fields = Self.fields(decoder.fields, of: octets)
    return request
  }

  private static func trailers(_ decoder: borrowing RequestDecoder) -> [HTTP1Field] {
    fields(decoder.trailers, of: decoder.input.octets(decoder.trailerOctets))
  }

  private static func fields(
    _ fields: borrowing FieldSection, of section: Span<UInt8>
  ) -> [HTTP1Field] {
    var copies: [HTTP1Field] = []
    for index in 0..<fields.count {
      let line = fields[index]
      let name = section.octets(line.name)
      let value = section.octets(line.value)
      precondition(FieldSyntax.isName(name), "a field name is a token")
      precondition(FieldSyntax.isValue(value), "a field value keeps its grammar")
      precondition(FieldID(name: name) == line.id, "a field is known by its name")
      copies.append(HTTP1Field(name: copy(name), value: copy(value)))
    }
    return copies
  }

  private static func copy(_ octets: Span<UInt8>) -> [UInt8] {
    var copy: [UInt8] = []
    copy.reserveCapacity(octets.count)
    for index in octets.indices { copy.append(octets[index]) }
    return copy
  }
}
