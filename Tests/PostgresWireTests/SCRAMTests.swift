import NecroOctets
import TestSupport
import Testing

@testable import NecroPostgresWire

/// A server's side of the exchange, for what the RFC's one example does not show.
private struct Server {
  let password: String
  var salt = [UInt8]("0123456789abcdef".utf8)
  var iterations = 3

  func first(nonce: String) -> String {
    "r=\(nonce)3rfcNHYJY1ZVvWVs7j,s=\(text { Base64.append(salt.span, into: &$0) }),i=\(iterations)"
  }

  /// The signature over both sides' messages.
  func final(clientFirstBare: String, first: String, clientFinalWithoutProof: String) -> String {
    let keys = SCRAMKeys(
      password: HMACSHA256(key: Array(password.utf8).span), salt: salt.span, iterations: iterations)
    let exchange = "\(clientFirstBare),\(first),\(clientFinalWithoutProof)"
    let signature = SHA256.octets(keys.signature(of: Array(exchange.utf8).span))
    return "v=" + text { Base64.append(signature.span, into: &$0) }
  }
}

@Suite("SCRAM-SHA-256, the client's side")
struct SCRAMTests {
  /// The random octets whose base64 is RFC 7677's nonce `rOprNGfwEbeRWgbNEkqO`.
  private let nonce: [UInt8] = {
    var octets = OctetBuffer()
    _ = Base64.decode(Array("rOprNGfwEbeRWgbNEkqO".utf8).span, into: &octets)
    return octets.octets.indices.map { octets.octets[$0] }
  }()

  private func makeClient(
    user: String = "user", password: String = "pencil", mechanism: SCRAMMechanism = .plain,
    bindingData: [UInt8] = [], keys: SCRAMKeys? = nil, limits: SCRAMLimits = SCRAMLimits()
  ) -> SCRAMClient {
    SCRAMClient(
      userName: Array(user.utf8).span, password: Array(password.utf8).span, nonce: nonce.span,
      mechanism: mechanism, bindingData: bindingData.span, keys: keys, limits: limits)
  }

  private func begun(_ client: inout SCRAMClient) throws -> String {
    var output = OctetBuffer()
    #expect(try client.begin(into: &output) != .sendResponse)
    return text { $0.append(output.octets) }
  }

  private func answered(_ client: inout SCRAMClient, _ message: String) throws -> String {
    var output = OctetBuffer()
    #expect(try client.receiveContinue(Array(message.utf8).span, into: &output) == .sendResponse)
    return text { $0.append(output.octets) }
  }

  private func failure(
    after message: String, limits: SCRAMLimits = SCRAMLimits()
  ) throws -> SCRAMError? {
    var client = makeClient(limits: limits)
    _ = try begun(&client)
    do {
      _ = try answered(&client, message)
    } catch let error as SCRAMError {
      return error
    }
    return nil
  }

  private static let firstOfRFC7677 =
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"

  @Test(
    "the example of RFC 7677",
    .clause(
      "RFC5802-5-1",
      "RFC5802-5.1-1",
      "RFC5802-5.1-11",
      "RFC5802-5.1-12",
      "RFC5802-7-16",
      "RFC5802-7-17",
      "RFC5802-7-20",
      "RFC5802-7-21",
      "RFC5802-7-22",
      "RFC5802-7-23",
      "RFC5802-7-25",
      "RFC5802-7-26",
      "RFC5802-7-27",
      "RFC5802-7-28",
      "RFC5802-7-29",
      "RFC5802-7-30",
      "RFC5802-7-31",
      "RFC5802-7-32",
      "RFC5802-7-36",
      "RFC5802-7-38"))
  func example() throws {
    var client = makeClient()
    #expect(try begun(&client) == "n,,n=user,r=rOprNGfwEbeRWgbNEkqO")
    #expect(
      try answered(&client, Self.firstOfRFC7677)
        == "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
        + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
    let final = Array("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=".utf8)
    #expect(try client.receiveFinal(final.span) == .awaitOk)
    _ = try client.finish()
  }

  @Test("a signature that is wrong in any bit fails", .clause("RFC5802-5-2"))
  func wrongSignature() throws {
    var right = OctetBuffer()
    let coded = "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
    _ = Base64.decode(Array(coded.utf8).span, into: &right)
    for bit in 0..<256 {
      var octets = right.octets.indices.map { right.octets[$0] }
      octets[bit / 8] ^= 1 << UInt8(bit % 8)
      var client = makeClient()
      _ = try begun(&client)
      _ = try answered(&client, "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1")
      let message = "v=" + text { Base64.append(octets.span, into: &$0) }
      #expect(throws: SCRAMError(.signatureMismatch, at: 2)) {
        try client.receiveFinal(Array(message.utf8).span)
      }
      #expect(throws: SCRAMError(.messageUnexpected)) { try client.finish() }
    }
  }

  @Test(
    "channel binding puts its data into the exchange",
    .clause(
      "RFC5802-5.1-11",
      "RFC5802-7-15",
      "RFC5802-7-16",
      "RFC5802-7-38"))
  func channelBinding() throws {
    let data = [UInt8](0..<32)
    var client = makeClient(mechanism: .plus(.tlsServerEndPoint), bindingData: data)
    #expect(
      try begun(&client) == "p=tls-server-end-point,,n=user,r=rOprNGfwEbeRWgbNEkqO")
    let server = Server(password: "pencil")
    let first = server.first(nonce: "rOprNGfwEbeRWgbNEkqO")
    let final = try answered(&client, first)
    let input = Array("p=tls-server-end-point,,".utf8) + data
    let binding = text { Base64.append(input.span, into: &$0) }
    let withoutProof = "c=\(binding),r=rOprNGfwEbeRWgbNEkqO3rfcNHYJY1ZVvWVs7j"
    #expect(final.hasPrefix(withoutProof + ",p="))
    let last = server.final(
      clientFirstBare: "n=user,r=rOprNGfwEbeRWgbNEkqO", first: first,
      clientFinalWithoutProof: withoutProof)
    #expect(try client.receiveFinal(Array(last.utf8).span) == .awaitOk)
  }

  @Test(
    "the flag tells a server that the client could have bound the channel",
    .clause(
      "RFC5802-5-1",
      "RFC5802-6-4",
      "RFC5802-7-15",
      "RFC5802-7-16"))
  func flags() throws {
    var capable = makeClient(mechanism: .plainNotOffered)
    #expect(try begun(&capable).hasPrefix("y,,"))
    #expect(
      try answered(&capable, "r=rOprNGfwEbeRWgbNEkqOx,s=W22Z,i=1").hasPrefix("c=eSws,"))
    var exporter = makeClient(mechanism: .plus(.tlsExporter), bindingData: [1])
    #expect(try begun(&exporter).hasPrefix("p=tls-exporter,,"))
  }

  @Test(
    "the mechanism follows from the offer, the policy and the connection",
    .clause(
      "RFC5802-6-4",
      "RFC5802-6-5",
      "RFC5802-6-6",
      "RFC5802-6-7",
      "PG-sasl-scram-sha-256-2"))
  func mechanisms() throws {
    var plain = SASLOffer()
    plain.add(Array("SCRAM-SHA-256".utf8).span)
    plain.add(Array("SCRAM-SHA-1".utf8).span)
    var both = plain
    both.add(Array("SCRAM-SHA-256-PLUS".utf8).span)
    let binding = ChannelBindingType.tlsServerEndPoint
    func chosen(
      _ offer: SASLOffer, _ policy: ChannelBindingPolicy, _ binding: ChannelBindingType?,
      _ isEncrypted: Bool
    ) throws -> SCRAMMechanism {
      try offer.mechanism(policy: policy, binding: binding, isEncrypted: isEncrypted)
    }
    #expect(try chosen(both, .prefer, binding, true) == .plus(binding))
    #expect(try chosen(both, .require, binding, true) == .plus(binding))
    #expect(try chosen(both, .disable, binding, true) == .plain)
    #expect(try chosen(both, .prefer, nil, true) == .plain)
    #expect(try chosen(plain, .prefer, binding, true) == .plainNotOffered)
    #expect(try chosen(plain, .disable, binding, true) == .plain)
    #expect(try chosen(plain, .prefer, nil, false) == .plain)
    #expect(throws: SCRAMError(.channelBindingUnavailable)) {
      try chosen(plain, .require, binding, true)
    }
    #expect(throws: SCRAMError(.channelBindingUnavailable)) {
      try chosen(both, .require, nil, true)
    }
    #expect(throws: SCRAMError(.channelBindingUnexpected)) {
      try chosen(both, .prefer, nil, false)
    }
    #expect(throws: SCRAMError(.mechanismUnsupported)) {
      try chosen(SASLOffer(), .prefer, nil, false)
    }
  }

  @Test(
    "the nonce begins with the client's and adds to it",
    .clause(
      "RFC5802-5.1-9",
      "RFC5802-7-22",
      "RFC5802-7-24"))
  func nonces() throws {
    for nonce in ["rOprNGfwEbeRWgbNEkqO", "rOprNGfwEbeRWgbNEkq", "ROprNGfwEbeRWgbNEkqOx", "x"] {
      #expect(
        try failure(after: "r=\(nonce),s=W22Z,i=1") == SCRAMError(.nonceMismatch, at: 2))
    }
  }

  @Test(
    "a count of iterations above the limit costs nothing",
    .clause(
      "RFC5802-5.1-12",
      "RFC5802-7-12",
      "RFC5802-7-27"))
  func iterations() throws {
    let prefix = "r=rOprNGfwEbeRWgbNEkqOx,s=W22Z,i="
    let limits = SCRAMLimits(iterationsMax: 4096)
    #expect(try failure(after: prefix + "4096", limits: limits) == nil)
    for count in ["4097", "2147483647", "99999999999999999999999999999999"] {
      #expect(
        try failure(after: prefix + count, limits: limits)
          == SCRAMError(.iterationCountTooHigh, at: prefix.count))
    }
    #expect(try failure(after: prefix + "2147483647")?.code == .iterationCountTooHigh)
    for count in ["0", "01", "-1", "1e3", " 1", "+1"] {
      #expect(try failure(after: prefix + count)?.code == .iterationCountInvalid, "\(count)")
    }
  }

  @Test(
    "a mandatory extension fails, an optional one is passed over",
    .clause(
      "RFC5802-5.1-8",
      "RFC5802-5.1-17",
      "RFC5802-5.1-18",
      "RFC5802-7-5",
      "RFC5802-7-19",
      "RFC5802-7-37"))
  func extensions() throws {
    let first = "r=rOprNGfwEbeRWgbNEkqOx,s=W22Z,i=1"
    #expect(try failure(after: "m=x," + first) == SCRAMError(.extensionMandatory, at: 0))
    #expect(try failure(after: first + ",m=x")?.code == .extensionMandatory)
    #expect(try failure(after: first + ",z=a=b,y=c") == nil)
    var client = makeClient()
    _ = try begun(&client)
    _ = try answered(&client, Self.firstOfRFC7677)
    let final = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=,z=1"
    #expect(try client.receiveFinal(Array(final.utf8).span) == .awaitOk)
  }

  @Test(
    "a first message out of form is refused",
    .clause(
      "RFC5802-7-1", "RFC5802-7-2", "RFC5802-7-3", "RFC5802-7-4", "RFC5802-7-6", "RFC5802-7-24",
      "RFC5802-7-25", "RFC5802-7-30"),
    arguments: [
      ("", SCRAMError.Code.attributeInvalid), ("r", .attributeInvalid), ("r=", .attributeInvalid),
      ("s=W22Z,r=rOprNGfwEbeRWgbNEkqOx,i=1", .attributeInvalid),
      ("r=rOprNGfwEbeRWgbNEkqOx", .attributeInvalid),
      ("r=rOprNGfwEbeRWgbNEkqOx,", .attributeInvalid),
      ("r=rOprNGfwEbeRWgbNEkqOx,s=W22Z", .attributeInvalid),
      ("r=rOprNGfwEbeRWgbNEkqOx,s=,i=1", .attributeInvalid),
      ("r=rOprNGfwEbeRWgbNEkqOx,s=W22,i=1", .base64Invalid),
      ("r=rOprNGfwEbeRWgbNEkqOx,s=W2 Z,i=1", .base64Invalid),
      ("r=rOprNGfwEbeRWgbNEkqOx,s=W22Z,i=1,", .attributeInvalid),
      ("r=rOprNGfwEbeRWgbNEkqOx,s=W22Z,i=1,z", .attributeInvalid),
      ("r=rOprNGfwEbeRWgbNEkqO x,s=W22Z,i=1", .attributeInvalid),
      ("r=rOprNGfwEbeRWgbNEkqO\u{0},s=W22Z,i=1", .attributeInvalid),
      ("r=rOprNGfwEbeRWgbNEkqO\u{E9},s=W22Z,i=1", .attributeInvalid),
      (String(repeating: "r", count: 4_097), .messageTooLong),
    ])
  func malformed(message: String, code: SCRAMError.Code) throws {
    #expect(try failure(after: message)?.code == code)
  }

  @Test(
    "the error that a server reports is handed on",
    .clause(
      "RFC5802-5.1-16",
      "RFC5802-7-33",
      "RFC5802-7-34"))
  func serverError() throws {
    var client = makeClient()
    _ = try begun(&client)
    _ = try answered(&client, Self.firstOfRFC7677)
    #expect(
      throws: SCRAMError(.serverError, at: 0, detail: Slice(offset: 2, count: 13))
    ) { try client.receiveFinal(Array("e=invalid-proof".utf8).span) }
  }

  @Test(
    "an error is handed on whether or not its value is in the list",
    .clause("RFC5802-7-34", "RFC5802-7-35"),
    arguments: [
      "invalid-encoding", "extensions-not-supported", "invalid-proof",
      "channel-bindings-dont-match",
      "server-does-support-channel-binding", "channel-binding-not-supported",
      "unsupported-channel-binding-type", "unknown-user", "invalid-username-encoding",
      "no-resources", "other-error", "a-value-of-tomorrow",
    ])
  func serverErrors(value: String) throws {
    // `y` says that the server seems to have no channel binding: one that has it refuses, since
    // somebody between has taken its offer away.
    var client = makeClient(mechanism: .plainNotOffered)
    _ = try begun(&client)
    _ = try answered(&client, Self.firstOfRFC7677)
    let detail = Slice(offset: 2, count: value.utf8.count)
    #expect(throws: SCRAMError(.serverError, at: 0, detail: detail)) {
      try client.receiveFinal(Array("e=\(value)".utf8).span)
    }
    #expect(throws: SCRAMError(.messageUnexpected)) { try client.finish() }
  }

  @Test(
    "a message that is cut anywhere is refused, or is another message",
    .clause("RFC5802-7-30", "RFC5802-7-36"))
  func truncation() throws {
    let first = Self.firstOfRFC7677
    let whole = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
    for count in 0..<first.utf8.count {
      let cut = String(first.prefix(count))
      let isFirst = cut.contains("i=") && cut.last != "="
      #expect((try failure(after: cut) == nil) == isFirst, "\(cut)")
      guard isFirst else { continue }
      // Fewer iterations give another key, and the server's signature is not the one expected.
      var client = makeClient()
      _ = try begun(&client)
      _ = try answered(&client, cut)
      #expect(throws: SCRAMError(.signatureMismatch, at: 2)) {
        try client.receiveFinal(Array(whole.utf8).span)
      }
    }
    for count in 0..<whole.utf8.count {
      var client = makeClient()
      _ = try begun(&client)
      _ = try answered(&client, first)
      #expect(throws: SCRAMError.self, "\(count)") {
        try client.receiveFinal(Array(whole.utf8.prefix(count)).span)
      }
    }
  }

  @Test(
    "no message comes out of turn, and success without a signature is none",
    .clause(
      "RFC5802-5-2"))
  func order() throws {
    var fresh = makeClient()
    #expect(throws: SCRAMError(.messageUnexpected)) { try fresh.receiveFinal([0x76].span) }
    var early = makeClient()
    _ = try begun(&early)
    #expect(throws: SCRAMError(.messageUnexpected)) { try early.finish() }
    var skipping = makeClient()
    _ = try begun(&skipping)
    #expect(throws: SCRAMError(.messageUnexpected)) {
      try skipping.receiveFinal(Array("v=AAAA".utf8).span)
    }
    // What failed stays so.
    #expect(throws: SCRAMError(.messageUnexpected)) {
      try answered(&skipping, Self.firstOfRFC7677)
    }
  }

  @Test("a name's comma and equals sign are escaped", .clause("RFC5802-7-4", "RFC5802-7-13"))
  func names() throws {
    var client = makeClient(user: "a,b=c")
    #expect(try begun(&client) == "n,,n=a=2Cb=3Dc,r=rOprNGfwEbeRWgbNEkqO")
    var nameless = makeClient(user: "")
    #expect(try begun(&nameless) == "n,,n=,r=rOprNGfwEbeRWgbNEkqO")
  }

  @Test(
    "keys serve again with the same salt and count, and with no other",
    .clause(
      "RFC5802-5.1-14"))
  func keys() throws {
    func proof(_ keys: SCRAMKeys?, _ password: String, _ first: String) throws -> String {
      var client = makeClient(password: password, keys: keys)
      _ = try begun(&client)
      return try answered(&client, first)
    }
    var client = makeClient()
    _ = try begun(&client)
    let expected = try answered(&client, Self.firstOfRFC7677)
    let final = Array("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=".utf8)
    _ = try client.receiveFinal(final.span)
    let keys = try client.finish()
    // The password is not even looked at.
    #expect(try proof(keys, "other", Self.firstOfRFC7677) == expected)
    let other = Self.firstOfRFC7677.replacing("i=4096", with: "i=4095")
    #expect(try proof(keys, "pencil", other) == proof(nil, "pencil", other))
  }
}
