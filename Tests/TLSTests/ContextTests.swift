import Foundation
import NecroFuzzBodies
import NecroOctets
@testable import NecroTLS
import TestSupport
import Testing

@Suite("A TLS context")
struct ContextTests {
  private let authority: Authority

  init() throws { authority = try Authority() }

  private func problem(_ make: () throws -> TLSContext) -> TLSError? {
    do {
      _ = try make()
      return nil
    } catch {
      return error as? TLSError
    }
  }

  private func line(_ error: TLSError?) -> String { error.map(describe) ?? "" }

  private func describe(_ error: TLSError) -> String { text { error.describe(into: &$0) } }

  @Test("says in one line what is wrong with a pair")
  func wrongPairs() throws {
    let good = try authority.make("good")
    let other = try authority.make("other")
    let expired = try authority.make("expired", seconds: -3_600)
    try Data("no certificate".utf8).write(to: authority.folder.appendingPathComponent("junk"))
    try authority.openssl(
      "genpkey", "-algorithm", "rsa", "-pkeyopt", "rsa_keygen_bits:2048", "-out", "rsa.key")
    func pair(_ certificate: [UInt8], _ key: [UInt8]) -> TLSCertificate {
      TLSCertificate(certificateFile: certificate, keyFile: key)
    }
    let cases: [(TLSCertificate, TLSError.Code, String)] = [
      (
        pair(authority.path("missing"), good.keyFile), .certificateUnreadable,
        "missing: No such file or directory"
      ),
      (pair(authority.path("junk"), good.keyFile), .certificateUnreadable, "junk: no start line"),
      (
        pair(good.certificateFile, authority.path("missing")), .keyUnreadable,
        "missing: No such file or directory"
      ),
      (pair(good.certificateFile, authority.path("junk")), .keyUnreadable, "junk"),
      (pair(good.certificateFile, other.keyFile), .keyMismatch, "other.key"),
      (pair(good.certificateFile, authority.path("rsa.key")), .keyMismatch, "rsa.key"),
      (expired, .certificateExpired, "expired.crt"),
    ]
    for (certificate, code, end) in cases {
      let found = problem { try authority.server(certificate) }
      #expect(found?.code == code)
      #expect(line(found).contains(end) && !line(found).contains("\n"), "\(line(found))")
    }
    let missing = authority.path("missing")
    let junk = authority.path("junk")
    try expect(.settingInvalid, good) { $0.ciphers = Array("NONSENSE".utf8) }
    try expect(.settingInvalid, good) { $0.ciphers = Array("TLS_NONSENSE".utf8) }
    try expect(.settingInvalid, good) { $0.groups = Array("P-7".utf8) }
    try expect(.settingInvalid, good) { $0.protocols = [[]] }
    try expect(.authoritiesUnreadable, good) { $0.authorities = .file(missing) }
    try expect(.authoritiesUnreadable, good) { $0.authorities = .file(junk) }
    try expect(.revocationsUnreadable, good) { $0.revocationsFile = junk }
    try expect(.statusResponseUnreadable, good) { $0.certificates[0].statusResponseFile = junk }
  }

  private func expect(
    _ code: TLSError.Code, _ pair: TLSCertificate, _ change: (inout TLSSettings) -> Void
  ) throws {
    #expect(problem { try authority.server(pair, change) }?.code == code)
  }

  @Test("opens an encrypted key with its passphrase, and asks nobody for it")
  func passphrases() throws {
    var pair = try authority.make("plain")
    try authority.openssl(
      "pkcs8", "-topk8", "-in", "plain.key", "-out", "locked.key", "-passout", "pass:brains")
    pair.keyFile = authority.path("locked.key")
    #expect(problem { try authority.server(pair) }?.code == .passphraseMissing)
    pair.passphrase = Array("flesh".utf8)
    let wrong = problem { try authority.server(pair) }
    #expect(wrong?.code == .keyUnreadable && !line(wrong).contains("flesh"))
    pair.passphrase = Array("brains".utf8)
    #expect(problem { try authority.server(pair) } == nil)
  }

  @Test("takes ciphers of both versions in one list")
  func ciphers() throws {
    let pair = try authority.make("server")
    let server = try authority.server(pair) {
      $0.ciphers = Array("TLS_CHACHA20_POLY1305_SHA256:ECDHE-ECDSA-AES128-GCM-SHA256".utf8)
    }
    for (version, cipher) in [
      (TLSVersion.tls13, "TLS_CHACHA20_POLY1305_SHA256"),
      (.tls12, "ECDHE-ECDSA-AES128-GCM-SHA256"),
    ] {
      let client = try authority.client(trusting: pair) { $0.versionMax = version }
      let talk = try Conversation(server, client).run()
      #expect(talk.server.cipher == Array(cipher.utf8))
    }
    // The least version, and a client that has none of it.
    let newer = try authority.server(pair) { $0.versionMin = .tls13 }
    let older = try authority.client(trusting: pair) { $0.versionMax = .tls12 }
    #expect(code(try Conversation(newer, older).run().serverEnd) == .protocolFailed)
  }

  @Test("keys of tickets are the same for all that know the secret, and are forgotten in time")
  func ticketKeys() throws {
    _ = try TLSContext.random(32)
    let secret = [UInt8](0..<32)
    let start: Int64 = 1_000_000_000 / 3_600 * 3_600
    let one = TLSTicketKeys(secret: secret, unixSeconds: start)
    let two = TLSTicketKeys(secret: secret, unixSeconds: start + 10)
    let first = one.current(unixSeconds: start)
    #expect(first.name.count == 16 && first.secrets.count == 64)
    #expect(two.current(unixSeconds: start + 20).name == first.name)
    #expect(one.current(unixSeconds: start + 3_599).name == first.name)
    // One that was asked each hour, and one that slept for days.
    var names: [[UInt8]] = [first.name]
    for hour in 1...60 {
      let key = one.current(unixSeconds: start + Int64(hour) * 3_600)
      #expect(!names.contains(key.name))
      names.append(key.name)
    }
    let now = start + 60 * 3_600
    #expect(two.current(unixSeconds: now).name == names[60])
    for keys in [one, two] {
      for (age, isKnown) in [(0, true), (1, true), (2, true), (3, false), (60, false)] {
        let found = keys.find(names[60 - age], unixSeconds: now)
        #expect((found != nil) == isKnown && (found?.isCurrent ?? true) == (age == 0 || !isKnown))
      }
    }
    // A clock that goes back changes nothing; one that leaps does not take for ever.
    #expect(one.current(unixSeconds: start).name == names[60])
    _ = one.current(unixSeconds: .max)
  }

  @Test("the corpus has the properties that are fuzzed")
  func corpus() {
    let files = PackageFolders.corpus("tls")
    #expect(files.count >= 40)
    for file in files {
      let guarded = GuardedOctets(file.octets)
      fuzzTLSGarbage(guarded.span)
      fuzzTLSMutation(guarded.span)
    }
  }

  @Test("bodies of the fuzz targets hold for what is there", arguments: 0..<40)
  func fuzzBodies(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    let octets = (0..<Int.random(in: 0..<400, using: &random)).map { _ in
      UInt8.random(in: 0...255, using: &random)
    }
    fuzzTLSGarbage(octets.span)
    let changes = Array(octets.prefix(seed * 4 % 24))
    fuzzTLSMutation(changes.span)
    // With the head of a record it gets further.
    let record = [22, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3] + octets
    fuzzTLSGarbage(record.span)
  }
}
