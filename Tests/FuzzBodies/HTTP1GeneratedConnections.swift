/// Octets of whole connections, put together at random from parts of which most are right: they get
/// deeper into a parser than octets that are random throughout.
public struct GeneratedConnections {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  /// The octets of the next connection: one to three requests.
  public mutating func next() -> [UInt8] {
    var octets: [UInt8] = []
    for _ in 0...below(3) { octets += request() }
    // A connection may end anywhere.
    if below(8) == 0 { octets.removeLast(below(octets.count)) }
    return octets
  }

  private mutating func request() -> [UInt8] {
    let method = mostly(
      ["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"],
      ["CONNECT", "TRACE", "BREW", "get", "", "G T", "M-SEARCH"])
    let target = mostly(
      ["/", "/a/b?c=d&e", "/%41?x=%20", "*", "http://h.example/p?q", "https://h", "/a;b=c@:d"],
      [
        "h:80", "/%4", "/#f", "http://u@h/", "//", "/\u{7F}", "http://[::1]:8/", "a", "/é",
        "http://:80/", "HTTP://h?x",
      ])
    let version = mostly(["1.1", "1.1", "1.0"], ["1.2", "2.0", "1.", "0.9", "1.1 ", "11.1"])
    var octets = Array("\(method) \(target) HTTP/\(version)\(lineEnd())".utf8)
    var isChunked = false
    var length: Int?
    if below(12) != 0 {
      let host = mostly(
        ["h", "h.example:8000", "[::1]"], ["", "a b", "u@h", "h:x", "h:99999", "["])
      octets += line("Host", host)
    }
    switch below(5) {
    case 0:
      length = below(20)
      octets += line(
        "Content-Length", mostly(["\(length ?? 0)"], ["+1", "1, 1", "0x1", "", "-1", " 1"]))
    case 1:
      isChunked = true
      octets += line(
        "Transfer-Encoding",
        mostly(["chunked", "Chunked"], ["gzip, chunked", "chunked;q=1", "x", "gzip", "x;a=\"b"]))
    default: break
    }
    for _ in 0..<below(4) { octets += otherLine() }
    octets += lineEnd().utf8
    if isChunked { octets += chunks() }
    for _ in 0..<(length ?? 0) { octets.append(UInt8(below(256))) }
    return octets
  }

  private mutating func otherLine() -> [UInt8] {
    let name = mostly(
      ["Connection", "Expect", "Cookie", "X-A", "Accept-Encoding", "x_y"],
      [
        "Content-Length", "Transfer-Encoding", "Host", "A B", "", " folded", "N\u{0}l", "Upgrade",
        "Connection ",
      ])
    let value = mostly(
      [
        "close", "keep-alive", "100-continue", "a", "", "a, b ,c", "x\ty", "keep-alive, close", "é",
        ",a=\"b, c\" , 100-Continue", "a=\"b\\\", 100-continue\"",
      ],
      ["a\u{0}b", "5", "chunked", "a\rb", "a\nb", "\u{7F}", "h2c"])
    return line(name, value)
  }

  private mutating func chunks() -> [UInt8] {
    var octets: [UInt8] = []
    for _ in 0..<below(4) {
      let count = 1 + below(20)
      octets += String(count, radix: 16, uppercase: below(2) == 0).utf8
      octets +=
        mostly(
          ["", "", ";a=b", "; a = \"b\\\"c\"", ";a"], [" ", ";", ";a=", ";\"", "g", ";a=\"b"]
        ).utf8
      octets += lineEnd().utf8
      for _ in 0..<count { octets.append(UInt8(below(256))) }
      octets += mostly(["\r\n"], ["\n", "", "x\r\n"]).utf8
    }
    octets += mostly(["0", "00"], ["", "0x0", "-0", "ffffffffffffffff", "10000000000000000"]).utf8
    octets += lineEnd().utf8
    for _ in 0..<below(3) {
      octets += line(mostly(["X-Sum", "Date", "ETag"] + Self.forbiddenTrailers, ["a b", ""]), "1")
    }
    return octets + lineEnd().utf8
  }

  private static var forbiddenTrailers: [String] {
    [
      "Content-Length", "Transfer-Encoding", "Host", "Trailer", "TE", "Cookie", "Authorization",
      "Content-Anything", "Cache-Control", "If-None-Match", "Forwarded", "X-Forwarded-For",
      "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Expect", "Connection",
    ]
  }

  private mutating func line(_ name: String, _ value: String) -> [UInt8] {
    Array("\(name):\(mostly([" ", "", " \t "], ["\r\n "]))\(value)\(lineEnd())".utf8)
  }

  private mutating func lineEnd() -> String {
    below(60) == 0 ? ["\n", "\r", "\r\r\n", "\r\n\r\n"][below(4)] : "\r\n"
  }

  /// Mostly one of the first, which are right, and now and then one of the others.
  private mutating func mostly(_ usual: [String], _ others: [String]) -> String {
    below(30) == 0 ? others[below(others.count)] : usual[below(usual.count)]
  }

  private mutating func below(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state &>> 33) % UInt64(bound))
  }
}
