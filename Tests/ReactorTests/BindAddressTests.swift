import NecroOctets
import NecroReactor
import TestSupport
import Testing

private func parse(_ text: String) throws(BindAddress.Malformed) -> BindAddress {
  let octets = GuardedOctets(Array(text.utf8))
  return try BindAddress.parse(octets.span)
}

@Suite("BindAddress")
struct BindAddressTests {
  @Test(
    "host and port",
    arguments: [
      ("127.0.0.1:8000", "127.0.0.1", 8000), ("localhost:0", "localhost", 0),
      ("[::1]:65535", "::1", 65535), ("[::]:80", "::", 80),
      // A zero in front does not make the number octal.
      ("h:0080", "h", 80), ("unix.example:1", "unix.example", 1),
    ])
  func hostAndPort(text: String, host: String, port: UInt16) throws {
    #expect(try parse(text) == .tcp(host: Array(host.utf8), port: port))
  }

  @Test("unix sockets and descriptors")
  func others() throws {
    #expect(try parse("unix:/run/necro.sock") == .unix(path: Array("/run/necro.sock".utf8)))
    #expect(try parse("unix:a:b") == .unix(path: Array("a:b".utf8)))
    #expect(try parse("fd:3") == .descriptor(3))
    let longest = String(repeating: "p", count: 107)
    #expect(try parse("unix:" + longest) == .unix(path: Array(longest.utf8)))
  }

  @Test(
    "malformed addresses",
    arguments: [
      ("", .missingPort), ("8000", .missingPort), ("localhost", .missingPort),
      ("localhost:", .missingPort), (":8000", .missingHost), ("[]:8000", .missingHost),
      ("h:65536", .portOutOfRange), ("h:99999999999999999999999", .portOutOfRange),
      ("h:-1", .portOutOfRange), ("h:+1", .portOutOfRange), ("h:8 ", .portOutOfRange),
      ("::1:8000", .unbracketedIPv6), ("[::1", .unclosedBracket), ("[::1]", .missingPort),
      ("[::1]:", .missingPort), ("[::1]8000", .unclosedBracket), ("a b:1", .forbiddenCharacter),
      ("a\0:1", .forbiddenCharacter), ("unix:", .missingPath), ("unix:/a\0b", .forbiddenCharacter),
      ("unix:" + String(repeating: "p", count: 108), .pathTooLong),
      ("fd:", .descriptorOutOfRange), ("fd:-1", .descriptorOutOfRange),
      ("fd:2147483648", .descriptorOutOfRange), ("fd:3x", .descriptorOutOfRange),
    ] as [(String, BindAddress.Malformed)])
  func malformed(text: String, expected: BindAddress.Malformed) {
    #expect(throws: expected) { try parse(text) }
  }

  @Test(
    "a description parses to the same address",
    arguments: [
      "127.0.0.1:8000", "[::1]:8000", "localhost:0", "unix:/run/necro.sock", "fd:7",
    ])
  func description(address: String) throws {
    let parsed = try parse(address)
    #expect(text { parsed.describe(into: &$0) } == address)
  }

  @Test("TCP addresses have a URL, the others are described")
  func url() throws {
    let addresses = try [
      parse("[::1]:8000"), parse("localhost:80"), parse("unix:/s"), parse("fd:3"),
    ]
    let urls = addresses.map { address in text { address.url(scheme: "http", into: &$0) } }
    #expect(urls == ["http://[::1]:8000", "http://localhost:80", "unix:/s", "fd:3"])
  }
}
