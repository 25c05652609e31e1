import NecroHTTP1
import NecroHTTPSemantics
import NecroOctets

/// Octets taken as a program that writes one response, and what the response then has to be.
struct HTTP1ResponseScript {
  private var rest: ArraySlice<UInt8>
  private var serializer = ResponseSerializer()
  private var fields: [HTTP1Field] = []
  private var content: [UInt8] = []
  private var isWhole = false

  init(_ octets: Span<UInt8>) {
    var copy: [UInt8] = []
    for index in octets.indices { copy.append(octets[index]) }
    rest = copy[...]
  }

  mutating func run() {
    let status = StatusCode(rawValue: UInt16(takeOctet()) << 2 | UInt16(takeOctet() & 3))
    let method = Method(rawValue: takeOctet() % 10)
    let flags = takeOctet()
    let version = flags & 1 == 0 ? HTTPVersion.http11 : .http10
    let contentLength = flags & 2 == 0 ? nil : UInt64(takeOctet())
    let keepsAlive = flags & 4 == 0
    let date: [UInt8] = flags & 8 == 0 ? [] : Array("Sun, 06 Nov 1994 08:49:37 GMT".utf8)
    var output = OctetBuffer()
    do throws(ResponseMisuse) {
      try serializer.begin(
        status, for: method, version: version, keepAlive: keepsAlive, date: date.span,
        contentLength: contentLength, into: &output)
    } catch {
      precondition(error == .statusInvalid, "only the status can be wrong")
      precondition(!status.isValid, "a valid status begins a response")
      precondition(output.isEmpty, "a misuse writes nothing")
      return
    }
    if !date.isEmpty { fields.append(HTTP1Field(name: Array("date".utf8), value: date)) }
    writeFields(into: &output)
    guard endHead(status, into: &output) else { return }
    writeContent(into: &output)
    check(output.octets, status, method, version, keepsAlive: keepsAlive, contentLength)
  }

  /// Writes fields of whatever octets come, as long as there are any.
  private mutating func writeFields(into output: inout OctetBuffer) {
    for _ in 0..<takeOctet() % 5 {
      let name = take(takeOctet() % 24)
      let value = take(takeOctet() % 24)
      let before = output.count
      do throws(ResponseMisuse) {
        try serializer.field(name.span, value.span, into: &output)
        fields.append(HTTP1Field(name: name, value: value))
      } catch {
        precondition(output.count == before, "a misuse writes nothing")
      }
    }
  }

  /// Ends the head. False where the status demands a field that was not written.
  private mutating func endHead(_ status: StatusCode, into output: inout OctetBuffer) -> Bool {
    let demands = [
      401: "www-authenticate", 405: "allow", 407: "proxy-authenticate", 426: "upgrade",
    ]
    let isComplete = demands[Int(status.rawValue)].map { has($0) } ?? true
    let before = output.count
    do throws(ResponseMisuse) {
      try serializer.endHead(into: &output)
    } catch {
      precondition(error == .fieldMissing && !isComplete, "only a field can be missing")
      precondition(output.count == before, "a misuse writes nothing")
      return false
    }
    precondition(isComplete, "a status has the field that it demands")
    return true
  }

  private func has(_ name: String) -> Bool {
    fields.contains { HTTP1ModelGrammar.lowercased($0.name[...]) == name }
  }

  private mutating func writeContent(into output: inout OctetBuffer) {
    for _ in 0..<takeOctet() % 5 {
      let part = take(takeOctet())
      let before = output.count
      do throws(ResponseMisuse) {
        try serializer.content(part.span, into: &output)
        content += part
      } catch {
        precondition(error == .contentTooLong, "only the length can be wrong")
        precondition(output.count == before, "a misuse writes nothing")
      }
    }
    do throws(ResponseMisuse) {
      try serializer.end(into: &output)
      isWhole = true
    } catch {
      precondition(error == .contentTooShort, "only the length can be wrong")
    }
  }

  private mutating func takeOctet() -> UInt8 { rest.popFirst() ?? 0 }

  private mutating func take(_ count: UInt8) -> [UInt8] {
    let taken = rest.prefix(Int(count))
    rest = rest.dropFirst(taken.count)
    return Array(taken)
  }

  /// Reads the response as a client would that follows RFC 9112 §6.3, and compares.
  private func check(
    _ octets: Span<UInt8>, _ status: StatusCode, _ method: Method, _ version: HTTPVersion,
    keepsAlive: Bool, _ contentLength: UInt64?
  ) {
    var copy: [UInt8] = []
    for index in octets.indices { copy.append(octets[index]) }
    guard let response = HTTP1ResponseReader(copy, toHead: method == .head) else {
      preconditionFailure("a response is well formed")
    }
    precondition(response.status == Int(status.rawValue), "the status is the one asked for")
    let framing: Set<String> = ["content-length", "transfer-encoding", "connection"]
    let others = response.fields.filter {
      !framing.contains(HTTP1ModelGrammar.lowercased($0.name[...]))
    }
    precondition(others == fields, "the fields are those asked for, in order")
    precondition(response.offersUpgrade == has("upgrade"), "Upgrade is listed in Connection")
    let hasNone =
      method == .head || status.isInformational || status == .noContent || status == .notModified
      || status == .resetContent
    let isTunnel = method == .connect && status.isSuccessful
    if hasNone || isTunnel {
      precondition(response.content.isEmpty, "there is no content where there can be none")
      return
    }
    precondition(response.content == content, "the content is the one asked for")
    precondition(response.isWhole == isWhole, "a client sees whether the content is whole")
    if response.endsWithConnection {
      precondition(version == .http10 && contentLength == nil, "all else has its length or chunks")
    }
    let closes = !keepsAlive || response.endsWithConnection
    precondition(serializer.mustClose == closes, "the connection closes where it must")
    precondition(response.closes(version) == closes, "the client is told so")
  }
}

/// A response taken apart by looking for the end of each part.
struct HTTP1ResponseReader {
  let status: Int
  private(set) var fields: [HTTP1Field] = []
  private(set) var content: [UInt8] = []
  /// Whether all octets of the content are there, and none behind them.
  private(set) var isWhole = true
  /// Whether only the end of the connection ends the content.
  private(set) var endsWithConnection = false

  typealias Grammar = HTTP1ModelGrammar

  /// nil for octets that are no response.
  init?(_ octets: [UInt8], toHead: Bool) {
    let pattern: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A]
    guard let end = octets.indices.first(where: { octets[$0...].starts(with: pattern) }) else {
      return nil
    }
    let lines = Grammar.text(octets[..<end]).utf8.isEmpty ? [] : Self.lines(octets[..<end])
    guard let statusLine = lines.first, statusLine.starts(with: "HTTP/1.1 ".utf8),
      let status = Int(Grammar.text(statusLine.dropFirst(9).prefix(3))),
      statusLine.dropFirst(12).first == 0x20
    else { return nil }
    self.status = status
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: 0x3A), Grammar.isToken(line[..<colon]) else {
        return nil
      }
      fields.append(
        HTTP1Field(
          name: Array(line[..<colon]), value: Array(Grammar.trimmed(line[(colon + 1)...]))))
    }
    guard readContent(octets[(end + 4)...], toHead: toHead) else { return nil }
  }

  /// Whether the client takes the connection to be closed behind the response.
  func closes(_ version: HTTPVersion) -> Bool {
    let options = values("connection").filter { $0 != "upgrade" }
    return options == ["close"] || version == .http10 && options != ["keep-alive"]
  }

  /// Whether Connection lists Upgrade.
  var offersUpgrade: Bool { values("connection").contains("upgrade") }

  private static func lines(_ octets: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    var lines: [ArraySlice<UInt8>] = []
    var start = octets.startIndex
    for index in octets.indices.dropLast() where octets[index...].starts(with: [0x0D, 0x0A]) {
      lines.append(octets[start..<index])
      start = index + 2
    }
    return lines + [octets[start...]]
  }

  private func values(_ name: String) -> [String] {
    fields.filter { Grammar.lowercased($0.name[...]) == name }.map { Grammar.text($0.value[...]) }
  }

  /// False for content that is framed twice, or not as its framing says.
  private mutating func readContent(_ rest: ArraySlice<UInt8>, toHead: Bool) -> Bool {
    let lengths = values("content-length")
    let codings = values("transfer-encoding")
    guard lengths.count + codings.count <= 1 else { return false }
    let hasNone = toHead || status < 200 || status == 204 || status == 304
    if hasNone { return rest.isEmpty }
    if let length = lengths.first {
      guard let count = Int(length), rest.count <= count else { return false }
      content = Array(rest)
      isWhole = rest.count == count
      return true
    }
    guard let coding = codings.first else {
      content = Array(rest)
      endsWithConnection = true
      return true
    }
    return coding == "chunked" && readChunks(rest)
  }

  private mutating func readChunks(_ octets: ArraySlice<UInt8>) -> Bool {
    var rest = octets
    while true {
      let digits = rest.prefix { Grammar.isHexDigit($0) }
      guard let count = Int(Grammar.text(digits), radix: 16),
        rest.dropFirst(digits.count).starts(with: [0x0D, 0x0A])
      else { return false }
      rest = rest.dropFirst(digits.count + 2)
      content += rest.prefix(count)
      guard rest.dropFirst(count).starts(with: [0x0D, 0x0A]) else { return false }
      rest = rest.dropFirst(count + 2)
      if count == 0 { return rest.isEmpty }
    }
  }
}
