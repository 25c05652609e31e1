import NecroOctets
import NecroPostgresWire
import Testing

@Suite("Answers to a request for encryption")
struct EncryptionAnswerTests {
  private func decoder(_ text: StaticString, _ request: EncryptionRequest = .ssl) -> BackendDecoder
  {
    var decoder = BackendDecoder()
    decoder.expectAnswer(to: request)
    decoder.feed(text.octets)
    return decoder
  }

  @Test("a server accepts or refuses each kind with one octet")
  func answers() throws {
    for (text, request, isAccepted) in [
      ("S", EncryptionRequest.ssl, true), ("G", .gss, true), ("N", .ssl, false), ("N", .gss, false),
    ] as [(StaticString, EncryptionRequest, Bool)] {
      var decoder = decoder(text, request)
      guard case .encryptionAnswer(let answer) = try decoder.next() else {
        Issue.record("no answer to \(request)")
        continue
      }
      #expect((answer == .accepted) == isAccepted)
      if isAccepted { try decoder.encryptionBegan() }
      #expect(try decoder.next() == nil)
      try decoder.finish()
      decoder.feed(("1\0\0\0\u{4}" as StaticString).octets)
      guard case .parseComplete = try decoder.next() else {
        Issue.record("no message behind the answer")
        continue
      }
    }
  }

  @Test(
    "octets behind an answer are refused, whenever they come before the handshake",
    .clause(
      "PG-protocol-flow-ssl-5",
      "PG-protocol-flow-gssapi-5"))
  func stuffing() throws {
    let expected = PostgresWireError(code: .octetsAfterEncryptionAnswer, offset: 1)
    for text in ["SE", "N1", "S\0"] as [StaticString] {
      var decoder = decoder(text)
      #expect(throws: expected) { try decoder.next() }
      #expect(throws: expected) { try decoder.finish() }
    }
    var late = decoder("S")
    _ = try late.next()
    late.feed(("x" as StaticString).octets)
    #expect(throws: expected) { try late.encryptionBegan() }
    var later = decoder("S")
    _ = try later.next()
    later.feed(("x" as StaticString).octets)
    #expect(throws: expected) { try later.next() }
    #expect(throws: expected) { try later.encryptionBegan() }
  }

  @Test("any other octet is no answer, and an error comes as a message")
  func others() throws {
    for (text, request) in [("G", .ssl), ("S", .gss), ("R", .ssl), ("\0", .ssl)]
      as [(StaticString, EncryptionRequest)]
    {
      var decoder = decoder(text, request)
      #expect(throws: PostgresWireError(code: .encryptionAnswerUnknown, offset: 0)) {
        try decoder.next()
      }
    }
    var decoder = decoder("E\0\0\0\u{8}Mx\0\0")
    guard case .errorResponse = try decoder.next() else {
      Issue.record("no error")
      return
    }
  }

  @Test("a connection that ends instead of an answer is incomplete")
  func silence() {
    var decoder = decoder("")
    #expect(throws: PostgresWireError(code: .messageIncomplete, offset: 0)) {
      try decoder.finish()
    }
  }
}
