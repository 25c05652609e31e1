import NecroFuzzBodies
import NecroOctets
import TestSupport
import Testing

@testable import NecroPostgresWire

private let ok = authentication(0)
private let cleartext = authentication(3)
private let md5 = authentication(5, "salt")

@Suite("The start-up of a connection")
struct StartupTests {
  @Test("a server that trusts tells its parameters and key data, then is ready")
  func trust() {
    var connection = StartingConnection.started(password: nil)
    connection.receive(ok + backendOctets("S N A K S Z:I"))
    #expect(
      connection.log == [
        "authenticated", "parameterStatus a = b", "noticeResponse\n  M n",
        "notificationResponse 7\n  channel c\n  payload ",
        #"backendKeyData 1 \x01\x02\x03\x04"#, "parameterStatus a = b", "ready idle",
      ])
    #expect(connection.startup.method == .none)
  }

  @Test("a password is sent as it is or hashed with the salt, once")
  func password() {
    var connection = StartingConnection.started()
    connection.receive(cleartext)
    #expect(connection.log == ["send"])
    #expect(FixtureNotation.text(connection.sent) == #"p\x00\x00\x00\x0Bpencil\x00"#)
    connection.receive(ok)
    #expect(connection.log == ["send", "authenticated"] && connection.startup.method == .password)

    var hashed = StartingConnection.started()
    hashed.receive(md5)
    // The documentation's concat('md5', md5(concat(md5(concat(password, username)), salt))).
    #expect(
      FixtureNotation.text(hashed.sent)
        == #"p\x00\x00\x00(md5d3d9bcccbaa2fb5234570d4d0f22b055\x00"#)
    hashed.receive(md5)
    #expect(hashed.log == ["send", "messageUnexpected 13"])
  }

  @Test("what the policy excludes is refused", .clause("PG-protocol-flow-start-up-14"))
  func policy() {
    func log(_ octets: [UInt8], _ policy: AuthenticationPolicy, password: String? = "p") -> [String]
    {
      var connection = StartingConnection.started(password: password, policy: policy)
      connection.receive(octets)
      return connection.log
    }
    let strict = AuthenticationPolicy(methods: [AuthenticationMethods(.scramSHA256)])
    #expect(log(ok, strict) == ["methodNotAllowed(NecroPostgresWire.AuthenticationMethod.none)"])
    #expect(
      log(cleartext, strict) == [
        "methodNotAllowed(NecroPostgresWire.AuthenticationMethod.password)"
      ])
    #expect(log(md5, strict) == ["methodNotAllowed(NecroPostgresWire.AuthenticationMethod.md5)"])
    #expect(
      log(
        authentication(10, "SCRAM-SHA-256\0\0"),
        AuthenticationPolicy(methods: [AuthenticationMethods(.none)]))
        == ["methodNotAllowed(NecroPostgresWire.AuthenticationMethod.scramSHA256)"])
    let bound = AuthenticationPolicy(channelBinding: .require)
    for octets in [ok, cleartext, md5] {
      #expect(log(octets, bound) == ["channelBindingMissing"])
    }
    #expect(
      log(authentication(10, "SCRAM-SHA-256\0\0"), bound) == ["scram channelBindingUnavailable"])
    for octets in [cleartext, md5, authentication(10, "SCRAM-SHA-256\0\0")] {
      #expect(log(octets, AuthenticationPolicy(), password: nil) == ["passwordMissing"])
    }
  }

  @Test("methods that are not supported are refused")
  func unsupported() {
    for (kind, name) in [(2, "kerberosV5"), (7, "gss"), (9, "sspi")] as [(UInt8, String)] {
      var connection = StartingConnection.started()
      connection.receive(authentication(kind))
      #expect(
        connection.log == ["methodUnsupported(NecroPostgresWire.AuthenticationMethod.\(name))"])
    }
    var connection = StartingConnection.started()
    connection.receive(authentication(10, "OAUTHBEARER\0\0"))
    #expect(connection.log == ["scram mechanismUnsupported"])
  }

  @Test("a password that a PasswordMessage cannot carry is refused")
  func passwordMisuse() {
    var connection = StartingConnection.started(password: "a\0b")
    connection.receive(cleartext)
    #expect(connection.log == ["misuse(NecroPostgresWire.FrontendMisuse.nullInString)"])
  }

  @Test("an error refuses the connection at any time")
  func refusal() {
    for before in [[], cleartext, ok, ok + backendOctets("S K")] {
      var connection = StartingConnection.started()
      connection.receive(before + backendOctets("E:FATAL"))
      #expect(connection.log.last == "refused: errorResponse fatal\n  V FATAL")
      connection.receive(ok)
      #expect(connection.log.last?.hasPrefix("messageUnexpected") == true)
    }
  }

  @Test(
    "encryption is accepted, refused, or answered with an error that is not shown",
    .clause(
      "PG-protocol-flow-ssl-1",
      "PG-protocol-flow-ssl-3",
      "PG-protocol-flow-ssl-4"))
  func encryption() throws {
    func answered(_ text: String) -> StartingConnection {
      var connection = StartingConnection()
      connection.decoder.expectAnswer(to: .ssl)
      connection.startup.encryptionRequested()
      connection.receive(text)
      return connection
    }
    var accepted = answered("S")
    #expect(accepted.log == ["beginEncryption"])
    try accepted.decoder.encryptionBegan()
    let none: [UInt8] = []
    accepted.startup.encryptionBegan(binding: nil, bindingData: none.span)
    accepted.startup.startupSent(version: .v3_2)
    accepted.receive(ok + backendOctets("Z:I"))
    #expect(accepted.log == ["beginEncryption", "authenticated", "ready idle"])

    var refused = answered("N")
    #expect(refused.log == ["encryptionRefused"])
    refused.startup.startupSent(version: .v3_0)
    refused.receive(ok)
    #expect(refused.log == ["encryptionRefused", "authenticated"])

    let failed = answered(#"E\x00\x00\x00\x08Mx\x00\x00"#)
    #expect(failed.log == ["encryptionFailed"])
    let stuffed = answered(#"SE\x00\x00\x00\x08Mx\x00\x00"#)
    #expect(stuffed.log == ["octetsAfterEncryptionAnswer 1"])
  }

  @Test("a server may go down to 3.0, and no other way")
  func negotiation() {
    func log(_ version: String, options: Int, asked: ProtocolVersion) -> [String] {
      var connection = StartingConnection.started(version: asked)
      let length = options == 0 ? #"\x0C"# : #"\x0E"#
      connection.receive(
        #"v\x00\x00\x00"# + length + version + #"\x00\x00\x00"# + "\\x0\(options)"
          + (options == 0 ? "" : #"a\x00"#))
      connection.receive(ok)
      return connection.log + ["\(connection.startup.version.minor)"]
    }
    let down = ["negotiateProtocolVersion minor=0", "authenticated", "0"]
    #expect(log(#"\x00\x03\x00\x00"#, options: 0, asked: .v3_2) == down)
    #expect(log(#"\x00\x00\x00\x00"#, options: 0, asked: .v3_2) == down)
    #expect(
      log(#"\x00\x03\x00\x02"#, options: 1, asked: .v3_2)
        == ["negotiateProtocolVersion minor=2\n  a", "authenticated", "2"])
    for (version, options, asked) in [
      (#"\x00\x03\x00\x02"#, 0, ProtocolVersion.v3_2), (#"\x00\x03\x00\x02"#, 1, .v3_0),
      (#"\x00\x03\x00\x01"#, 0, .v3_2), (#"\x00\x02\x00\x00"#, 0, .v3_2),
      (#"\x00\x03\x00\x00"#, 0, .v3_0), (#"\x00\x03\x0F\x9F"#, 1, .v3_2),
    ] {
      #expect(log(version, options: options, asked: asked).first == "versionUnsupported 0")
    }
    var twice = StartingConnection.started(version: .v3_2)
    let message = #"v\x00\x00\x00\x0C\x00\x03\x00\x00\x00\x00\x00\x00"#
    twice.receive(message + message)
    #expect(twice.log == ["negotiateProtocolVersion minor=0", "messageUnexpected 13"])
  }

  @Test("in no state does a message come that it does not allow")
  func unexpected() {
    let messages: [(String, [UInt8])] =
      [
        "1", "2", "3", "t", "T:1", "n", "D:1", "C:x", "I", "s", "G", "H", "W", "d", "c", "V", "Z:I",
        "K", "S", "A", "N", "E:ERROR",
      ].map { ($0, backendOctets($0)) } + [
        ("ok", ok), ("cleartext", cleartext), ("gssContinue", authentication(8)),
        ("sasl", authentication(10, "SCRAM-SHA-256\0\0")), ("saslContinue", authentication(11)),
        ("saslFinal", authentication(12)),
      ]
    let states: [(before: [UInt8]?, allowed: Set<String>)] = [
      (nil, []),
      ([], ["ok", "cleartext", "sasl", "N", "E:ERROR"]),
      (cleartext, ["ok", "N", "E:ERROR"]),
      (authentication(10, "SCRAM-SHA-256\0\0"), ["N", "E:ERROR"]),
      (ok, ["K", "S", "A", "N", "E:ERROR", "Z:I"]),
      (ok + backendOctets("Z:I"), []),
      (backendOctets("E:FATAL"), []),
    ]
    for state in states {
      for (name, message) in messages {
        var connection = StartingConnection()
        if let before = state.before {
          connection.startup.startupSent(version: .v3_0)
          connection.receive(before)
        }
        let count = connection.log.count
        connection.receive(message)
        let added = connection.log.dropFirst(count)
        // An exchange of SCRAM judges its own messages.
        let isRefused = added.allSatisfy {
          $0.hasPrefix("messageUnexpected") || $0.hasPrefix("scram ")
        }
        #expect(
          added.count == 1 && isRefused != state.allowed.contains(name),
          "\(name): \(connection.log)")
        connection.receive(message)
        #expect(!isRefused || connection.log.last == added.last, "the error stays")
      }
    }
  }
}

@Suite("SCRAM in the start-up of a connection")
struct StartupSCRAMTests {
  private let salt = Array("0123456789abcdef".utf8)

  /// Runs the server's side up to its last message, with a signature made from `serverPassword`.
  private func exchange(
    _ connection: inout StartingConnection, offer: String, iterations: Int = 3,
    serverPassword: String = "pencil"
  ) throws {
    connection.receive(authentication(10, offer))
    let initial = String(decoding: connection.sent, as: UTF8.self)
    guard let bare = initial.range(of: "n=,r=") else { return }
    let clientFirst = String(initial[bare.lowerBound...])
    let nonce = clientFirst.dropFirst(5) + "server"
    let serverFirst = "r=\(nonce),s=\(text { Base64.append(salt.span, into: &$0) }),i=\(iterations)"
    connection.receive(authentication(11, serverFirst))
    guard connection.log.last == "send" else { return }
    let response = String(decoding: connection.sent.dropFirst(5), as: UTF8.self)
    let proof = try #require(response.range(of: ",p="))
    let keys = SCRAMKeys(
      password: HMACSHA256(key: Array(serverPassword.utf8).span), salt: salt.span,
      iterations: iterations)
    let exchange = "\(clientFirst),\(serverFirst),\(response[..<proof.lowerBound])"
    let signature = SHA256.octets(keys.signature(of: Array(exchange.utf8).span))
    connection.receive(
      authentication(12, "v=" + text { Base64.append(signature.span, into: &$0) }))
  }

  @Test("both sides show that they know the password, and the keys are kept")
  func success() throws {
    var connection = StartingConnection.started()
    try exchange(&connection, offer: "SCRAM-SHA-256\0\0")
    connection.receive(ok + backendOctets("Z:I"))
    #expect(connection.log == ["send", "send", "wait", "authenticated", "ready idle"])
    #expect(connection.startup.method == .scramSHA256)
    let keys = connection.startup.scramKeys
    #expect(keys != nil)

    var again = StartingConnection.started(keys: keys)
    try exchange(&again, offer: "SCRAM-SHA-256\0\0")
    again.receive(ok)
    #expect(again.log == ["send", "send", "wait", "authenticated"])
  }

  @Test(
    "a server that does not know the password, or does not show it, is refused",
    .clause(
      "RFC5802-5-2"))
  func impostor() throws {
    var connection = StartingConnection.started()
    try exchange(&connection, offer: "SCRAM-SHA-256\0\0", serverPassword: "other")
    #expect(connection.log == ["send", "send", "scram signatureMismatch"])

    var early = StartingConnection.started()
    early.receive(authentication(10, "SCRAM-SHA-256\0\0") + ok)
    #expect(early.log == ["send", "scram messageUnexpected"])
  }

  @Test("more iterations than the policy has are refused", .clause("RFC5802-5.1-12"))
  func iterations() throws {
    var policy = AuthenticationPolicy()
    policy.scramLimits = SCRAMLimits(iterationsMax: 10)
    var connection = StartingConnection.started(policy: policy)
    try exchange(&connection, offer: "SCRAM-SHA-256\0\0", iterations: 11)
    #expect(connection.log == ["send", "scram iterationCountTooHigh"])
  }

  @Test(
    "a connection with TLS is bound to its channel where the server can",
    .clause(
      "RFC5802-6-4",
      "RFC5802-6-5",
      "RFC5802-6-7"))
  func channelBinding() throws {
    func log(
      _ policy: ChannelBindingPolicy, _ data: [UInt8], offer: String
    ) throws -> [String] {
      var connection = StartingConnection(policy: AuthenticationPolicy(channelBinding: policy))
      connection.startup.encryptionBegan(binding: .tlsServerEndPoint, bindingData: data.span)
      connection.startup.startupSent(version: .v3_0)
      try exchange(&connection, offer: offer)
      connection.receive(ok)
      return connection.log
    }
    let both = "SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0"
    let plain = "SCRAM-SHA-256\0\0"
    let success = ["send", "send", "wait", "authenticated"]
    #expect(try log(.require, [1, 2], offer: both) == success)
    #expect(try log(.prefer, [1, 2], offer: both) == success)
    #expect(try log(.disable, [1, 2], offer: both) == success)
    #expect(try log(.prefer, [], offer: both) == success)
    #expect(try log(.prefer, [1, 2], offer: plain) == success)
    #expect(try log(.require, [1, 2], offer: plain).first == "scram channelBindingUnavailable")
    #expect(try log(.require, [], offer: both).first == "scram channelBindingUnavailable")
    var plaintext = StartingConnection.started()
    plaintext.receive(authentication(10, both))
    #expect(plaintext.log == ["scram channelBindingUnexpected"])
  }
}
