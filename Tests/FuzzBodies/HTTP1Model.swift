import NecroHTTP1
import NecroOctets

/// The property that the decoder reads what a naive reading of the whole input gives: the same
/// requests, with the same content and trailers, and an error exactly where that finds one.
///
/// Traps on a violation.
public func fuzzHTTP1Model(_ octets: Span<UInt8>) {
  var copy: [UInt8] = []
  for index in octets.indices { copy.append(octets[index]) }
  for limits in [Limits(), HTTP1Fuzzing.tightLimits] {
    let decoded = HTTP1Transcript(octets, limits: limits)
    var model = HTTP1Model(copy[...], limits)
    let ending = model.read()
    precondition(decoded.requests == model.requests, "the requests are those of the model")
    switch ending {
    case .betweenMessages, .closed:
      precondition(decoded.failure == nil, "what the model takes is taken")
    case .withinContent:
      precondition(decoded.failure?.code == .messageIncomplete, "the content is incomplete")
    case .withinLines:
      precondition(decoded.failure != nil, "a section without its end is no message")
    case .refused:
      precondition(
        decoded.failure != nil && decoded.failure?.code != .messageIncomplete,
        "what the model refuses is refused")
    }
  }
}

/// Reads the requests of one connection by looking for the end of each part first, then matching the
/// part as a whole.
///
/// What it cannot tell is whether a section whose end has not come is wrong already; the Split body
/// checks when errors come.
struct HTTP1Model {
  enum Ending {
    case betweenMessages
    /// Behind the last request of the connection.
    case closed
    /// Within lines whose end has not come: incomplete, or refused already.
    case withinLines
    case withinContent
    case refused
  }

  typealias Octets = ArraySlice<UInt8>
  typealias Grammar = HTTP1ModelGrammar

  private(set) var requests: [HTTP1Request] = []
  private var rest: Octets
  private let limits: Limits

  init(_ octets: Octets, _ limits: Limits) {
    rest = octets
    self.limits = limits
  }

  mutating func read() -> Ending {
    while true {
      var emptyLineCount = 0
      while rest.first == 0x0D {
        guard emptyLineCount < limits.emptyLinesBeforeRequestMax else { return .refused }
        guard let second = rest.dropFirst().first else { return .withinLines }
        guard second == 0x0A else { return .refused }
        rest = rest.dropFirst(2)
        emptyLineCount += 1
      }
      if rest.isEmpty { return .betweenMessages }
      guard let head = takeSection(), let lines = Self.lines(head) else { return .withinLines }
      guard let request = request(lines) else { return .refused }
      requests.append(request)
      if let ending = readContent(request.length) { return ending }
      requests[requests.count - 1].isComplete = true
      if !request.isPersistent { return .closed }
    }
  }

  /// The octets through the first empty line, taken; nil if it has not come.
  private mutating func takeSection() -> Octets? {
    if rest.starts(with: [0x0D, 0x0A]) {
      defer { rest = rest.dropFirst(2) }
      return rest.prefix(2)
    }
    guard let end = Self.firstIndex(of: [0x0D, 0x0A, 0x0D, 0x0A], in: rest) else { return nil }
    defer { rest = rest[(end + 4)...] }
    return rest[..<(end + 4)]
  }

  /// The lines of a section without their ends and without the empty one.
  private static func lines(_ section: Octets) -> [Octets]? {
    var lines: [Octets] = []
    var rest = section
    while let end = firstIndex(of: [0x0D, 0x0A], in: rest) {
      lines.append(rest[..<end])
      rest = rest[(end + 2)...]
    }
    return lines.dropLast()
  }

  private static func firstIndex(of pattern: [UInt8], in octets: Octets) -> Int? {
    octets.indices.first { octets[$0...].starts(with: pattern) }
  }

  // MARK: Heads

  private func request(_ lines: [Octets]) -> HTTP1Request? {
    guard let startLine = lines.first, startLine.count <= limits.startLineOctetsMax else {
      return nil
    }
    let parts = startLine.split(separator: 0x20, omittingEmptySubsequences: false)
    guard parts.count == 3, Grammar.isToken(parts[0]) else { return nil }
    let version = Array(parts[2])
    guard version.count == 8, version.starts(with: "HTTP/1.".utf8), Grammar.isDigit(version[7])
    else { return nil }
    var request = HTTP1Request()
    request.method = Array(parts[0])
    request.minorVersion = version[7] == 0x30 ? 0 : 1
    guard readTarget(parts[1], &request),
      let fields = fields(
        lines.dropFirst(), octetsMax: limits.fieldSectionOctetsMax, linesMax: limits.fieldLinesMax)
    else { return nil }
    request.fields = fields
    guard readHost(&request), readLength(&request) else { return nil }
    let options = values("connection", request).flatMap { $0.split(separator: 0x2C) }
      .map { Grammar.lowercased(Grammar.trimmed($0)) }
    request.isPersistent =
      !options.contains("close") && (request.minorVersion == 1 || options.contains("keep-alive"))
    let expectations = values("expect", request).flatMap { Grammar.elements($0) }
      .map { Grammar.lowercased(Grammar.trimmed($0)) }
      .filter { !$0.isEmpty }
    if request.minorVersion == 1 && !expectations.allSatisfy({ $0 == "100-continue" }) {
      return nil
    }
    if values("content-type", request).count > 1 { return nil }
    request.expectsContinue =
      expectations.contains("100-continue") && request.minorVersion == 1
      && request.length != .none && request.length != .length(0)
    return request
  }

  private func readTarget(_ target: Octets, _ request: inout HTTP1Request) -> Bool {
    request.target = Array(target)
    if request.method == Array("CONNECT".utf8) {
      guard let authority = Grammar.authority(target), !authority.host.isEmpty,
        authority.port?.isEmpty == false, target.first != 0x2A
      else { return false }
      request.authority = Array(target)
      return true
    }
    if target.elementsEqual([0x2A]) { return request.method == Array("OPTIONS".utf8) }
    var path = target
    if target.first != 0x2F {
      guard
        let scheme = ["http://", "https://"].first(where: {
          Grammar.lowercased(target.prefix($0.utf8.count)) == $0
        })
      else { return false }
      let hierarchy = target.dropFirst(scheme.utf8.count)
      let authority = hierarchy.prefix { $0 != 0x2F && $0 != 0x3F }
      guard let parts = Grammar.authority(authority), !parts.host.isEmpty else { return false }
      request.authority = Array(authority)
      path = hierarchy.dropFirst(authority.count)
    }
    if let mark = path.firstIndex(of: 0x3F) {
      let query = path[(mark + 1)...]
      guard Grammar.isQuery(query) else { return false }
      request.query = Array(query)
      path = path[..<mark]
    }
    request.path = Array(path)
    return Grammar.isPath(path)
  }

  private func fields(
    _ lines: ArraySlice<Octets>, octetsMax: Int, linesMax: Int
  ) -> [HTTP1Field]? {
    let octetCount = lines.reduce(2) { $0 + $1.count + 2 }
    guard octetCount <= octetsMax && lines.count <= linesMax else { return nil }
    var fields: [HTTP1Field] = []
    for line in lines {
      guard let colon = line.firstIndex(of: 0x3A), Grammar.isToken(line[..<colon]),
        line[(colon + 1)...].allSatisfy(Grammar.isValueOctet)
      else { return nil }
      fields.append(
        HTTP1Field(
          name: Array(line[..<colon]), value: Array(Grammar.trimmed(line[(colon + 1)...]))))
    }
    return fields
  }

  private func values(_ name: String, _ request: HTTP1Request) -> [[UInt8]] {
    request.fields.filter { Grammar.lowercased($0.name[...]) == name }.map(\.value)
  }

  private func readHost(_ request: inout HTTP1Request) -> Bool {
    let hosts = values("host", request)
    guard hosts.count == 1 || hosts.isEmpty && request.minorVersion == 0 else { return false }
    guard let host = hosts.first else { return true }
    if request.authority.isEmpty { request.authority = host }
    return Grammar.authority(host[...])?.host.isEmpty == false
  }

  private func readLength(_ request: inout HTTP1Request) -> Bool {
    let lengths = values("content-length", request)
    let codings = values("transfer-encoding", request)
    guard lengths.count + codings.count <= 1 else { return false }
    if let coding = codings.first {
      request.length = .chunked
      return request.minorVersion == 1 && Grammar.lowercased(coding[...]) == "chunked"
    }
    if let text = lengths.first {
      guard text.allSatisfy(Grammar.isDigit), text.first != 0x30 || text.count == 1,
        let length = UInt64(Grammar.text(text[...]))
      else {
        return false
      }
      request.length = .length(length)
      return length <= limits.contentOctetsMax
    }
    return true
  }

  // MARK: Content

  /// Reads what follows a head. An ending, unless the request is complete.
  private mutating func readContent(_ length: MessageBodyLength) -> Ending? {
    switch length {
    case .none: return nil
    case .length(let length): return takeContent(length) ? nil : .withinContent
    case .chunked: return readChunks()
    }
  }

  /// Appends octets to the content. False if not all have come.
  private mutating func takeContent(_ count: UInt64) -> Bool {
    let part = rest.prefix(Int(min(count, UInt64(rest.count))))
    requests[requests.count - 1].content += part
    rest = rest.dropFirst(part.count)
    return UInt64(part.count) == count
  }

  private mutating func readChunks() -> Ending? {
    var announced: UInt64 = 0
    var extensionsCount = 0
    while true {
      guard let end = Self.firstIndex(of: [0x0D, 0x0A], in: rest) else { return .withinLines }
      let line = rest[..<end]
      guard line.count <= limits.chunkLineOctetsMax, let chunk = Grammar.chunkLine(line) else {
        return .refused
      }
      let (sum, overflows) = announced.addingReportingOverflow(chunk.size)
      extensionsCount += chunk.extensionsCount
      guard !overflows && sum <= limits.contentOctetsMax,
        extensionsCount <= limits.chunkExtensionsOctetsMax
      else { return .refused }
      announced = sum
      rest = rest[(end + 2)...]
      if chunk.size == 0 { return readTrailers() }
      guard takeContent(chunk.size) else { return .withinContent }
      guard rest.count >= 2 else { return .withinLines }
      guard rest.starts(with: [0x0D, 0x0A]) else { return .refused }
      rest = rest.dropFirst(2)
    }
  }

  private mutating func readTrailers() -> Ending? {
    guard let section = takeSection(), let lines = Self.lines(section) else { return .withinLines }
    guard
      let trailers = fields(
        lines[...], octetsMax: limits.trailerSectionOctetsMax, linesMax: limits.trailerLinesMax)
    else { return .refused }
    requests[requests.count - 1].trailers = trailers.filter {
      !Self.isForbiddenTrailer(Grammar.lowercased($0.name[...]))
    }
    return nil
  }

  /// RFC 9110 §6.5.1: what frames, routes, modifies or authenticates, or describes the content.
  static func isForbiddenTrailer(_ name: String) -> Bool {
    let others = [
      "host", "transfer-encoding", "connection", "keep-alive", "proxy-connection", "expect",
      "upgrade", "te", "trailer", "cookie", "set-cookie", "authorization", "proxy-authorization",
      "www-authenticate", "proxy-authenticate", "cache-control", "pragma", "range",
      "max-forwards", "if-match", "if-none-match", "if-modified-since", "if-unmodified-since",
      "if-range", "forwarded", "x-forwarded-for", "x-forwarded-proto", "sec-websocket-key",
      "sec-websocket-version",
    ]
    return others.contains(name) || name.hasPrefix("content-") && name != "content-"
  }
}
