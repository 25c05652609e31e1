import Foundation
import NecroOctets
import NecroTLS
import TestSupport
import Testing

@Suite("Whom a TLS session trusts")
struct TrustTests {
  private let authority: Authority
  private let certificate: TLSCertificate

  init() throws {
    authority = try Authority()
    certificate = try authority.make("server", for: ["grave.example", "*.yard.example", "::1"])
  }

  private func end(
    _ client: TLSContext, _ name: String, isVerified: Bool = true
  ) throws -> TLSReadResult? {
    let peer = TLSPeerName(Array(name.utf8), isVerified: isVerified)
    let talk = try Conversation(authority.server(certificate), client, peer: peer).run()
    #expect(talk.client.isEstablished == (talk.clientEnd == nil))
    // The server learns of it by an alert.
    #expect((talk.serverEnd == nil) == talk.client.isEstablished)
    return talk.clientEnd
  }

  @Test("a name of the certificate, by wildcard and address too")
  func names() throws {
    let client = try authority.client(trusting: certificate)
    for name in ["grave.example", "GRAVE.example", "grave.example.", "a.yard.example", "::1"] {
      #expect(try end(client, name) == nil, "\(name)")
    }
    for name in ["other.example", "a.b.yard.example", "yard.example", "127.0.0.1", "::2"] {
      #expect(code(try end(client, name)) == .peerUntrusted, "\(name)")
    }
  }

  @Test("an authority alone, where the name does not matter (verify-ca)")
  func authorityAlone() throws {
    let client = try authority.client(trusting: certificate)
    #expect(try end(client, "other.example", isVerified: false) == nil)
    let stranger = try authority.client(trusting: authority.make("stranger"))
    let result = try end(stranger, "grave.example", isVerified: false)
    #expect(code(result) == .peerUntrusted)
    guard case .failed(let error)? = result else { return }
    #expect(text { error.describe(into: &$0) }.contains("self-signed certificate"))
    let system = try authority.client(trusting: certificate) { $0.authorities = .system }
    #expect(code(try end(system, "grave.example")) == .peerUntrusted)
  }

  @Test("anybody, where nothing is verified (require)")
  func anybody() throws {
    let client = try authority.client(trusting: certificate) {
      $0.authorities = .none
      $0.verification = .none
    }
    #expect(try end(client, "other.example", isVerified: false) == nil)
  }

  @Test("no certificate that was revoked, nor one whose list is missing")
  func revoked() throws {
    _ = try authority.make("ca", for: ["Test Authority"])
    try authority.openssl(
      "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
      "/CN=grave.example", "-keyout", "leaf.key", "-out", "leaf.csr")
    try Data("".utf8).write(to: authority.folder.appendingPathComponent("index.txt"))
    try Data("01\n".utf8).write(to: authority.folder.appendingPathComponent("serial"))
    try Data(
      """
      [ca]
      default_ca=d
      [d]
      database=index.txt
      serial=serial
      new_certs_dir=.
      certificate=ca.crt
      private_key=ca.key
      default_md=sha256
      policy=p
      default_days=2
      default_crl_days=2
      copy_extensions=copy
      [p]
      commonName=supplied
      """.utf8
    ).write(to: authority.folder.appendingPathComponent("ca.conf"))
    try authority.openssl(
      "ca", "-batch", "-config", "ca.conf", "-in", "leaf.csr", "-out", "leaf.crt")
    try authority.openssl("ca", "-config", "ca.conf", "-gencrl", "-out", "none.crl")
    try authority.openssl("ca", "-config", "ca.conf", "-revoke", "leaf.crt")
    try authority.openssl("ca", "-config", "ca.conf", "-gencrl", "-out", "one.crl")
    let leaf = TLSCertificate(
      certificateFile: authority.path("leaf.crt"), keyFile: authority.path("leaf.key"))
    let server = try authority.server(leaf)
    for (list, isRevoked) in [("none.crl", false), ("one.crl", true)] {
      var settings = TLSSettings()
      settings.authorities = .file(authority.path("ca.crt"))
      settings.verification = .required
      settings.revocationsFile = authority.path(list)
      let talk = try Conversation(
        server, TLSContext(.client, settings),
        peer: TLSPeerName(Array("grave.example".utf8), isVerified: false)
      ).run()
      #expect((code(talk.clientEnd) == .peerUntrusted) == isRevoked, "\(list)")
    }
  }

  @Test("a client by its certificate", arguments: [TLSVersion.tls12, .tls13])
  func clientCertificate(version: TLSVersion) throws {
    let shown = try authority.make("client", for: ["risen.example"])
    func talk(
      _ verification: TLSVerification, _ certificates: [TLSCertificate]
    ) throws -> Conversation {
      let server = try authority.server(certificate) {
        $0.authorities = .file(shown.certificateFile)
        $0.verification = verification
        $0.versionMax = version
      }
      let client = try authority.client(trusting: certificate) { $0.certificates = certificates }
      return try Conversation(
        server, client, peer: TLSPeerName(Array("grave.example".utf8))
      ).run()
    }
    for verification in [TLSVerification.optional, .required] {
      let known = try talk(verification, [shown])
      #expect(known.server.isEstablished && known.clientEnd == nil)
      #expect(known.server.peerSubject == Array("CN=risen.example".utf8))
      #expect(known.server.peerCertificate?.first == 0x30)
      let unknown = try talk(verification, [authority.make("nobody")])
      #expect(code(unknown.serverEnd) == .peerUntrusted && code(unknown.clientEnd) != nil)
      let silent = try talk(verification, [])
      #expect(silent.server.isEstablished == (verification == .optional))
      #expect(silent.server.peerCertificate == nil)
    }
    let unasked = try talk(.none, [shown])
    #expect(unasked.server.isEstablished && unasked.server.peerSubject == nil)
  }

  @Test("the first certificate for the name that was asked for, else the first of all")
  func serverNames() throws {
    let other = try authority.make("other", for: ["tomb.example", "*.tomb.example"])
    var settings = TLSSettings()
    settings.certificates = [certificate, other]
    let server = try TLSContext(.server, settings)
    let client = try authority.client(trusting: certificate) {
      $0.authorities = .none
      $0.verification = .none
    }
    for (name, subject) in [
      ("grave.example", "CN=grave.example"), ("tomb.example", "CN=tomb.example"),
      ("a.tomb.example", "CN=tomb.example"), ("nowhere.example", "CN=grave.example"),
      ("127.0.0.1", "CN=grave.example"),
    ] {
      let peer = TLSPeerName(Array(name.utf8), isVerified: false)
      let talk = try Conversation(server, client, peer: peer).run()
      #expect(talk.client.peerSubject == Array(subject.utf8), "\(name)")
      let indicated = name == "127.0.0.1" ? "" : name
      #expect(talk.server.serverName == Array(indicated.utf8))
    }
  }

  @Test("agrees on a protocol, or refuses a client that speaks none of ours")
  func protocols() throws {
    let server = try authority.server(certificate) {
      $0.protocols = [Array("postgresql".utf8), Array("http/1.1".utf8)]
    }
    for (offered, agreed) in [
      (["h2", "http/1.1"], "http/1.1"), (["http/1.1", "postgresql"], "postgresql"), ([], ""),
      (["h2"], nil),
    ] as [([String], String?)] {
      let client = try authority.client(trusting: certificate) {
        $0.protocols = offered.map { Array($0.utf8) }
      }
      let talk = try Conversation(
        server, client, peer: TLSPeerName(Array("grave.example".utf8))
      ).run()
      if let agreed {
        #expect(talk.client.selectedProtocol == Array(agreed.utf8))
        #expect(talk.server.selectedProtocol == Array(agreed.utf8))
      } else {
        #expect(code(talk.clientEnd) == .protocolFailed && code(talk.serverEnd) == .protocolFailed)
      }
    }
  }

  @Test(
    "both ends come to the same channel binding: tls-exporter",
    .clause("RFC9266-2-1", "RFC9266-3-1"), arguments: [TLSVersion.tls12, .tls13])
  func exporter(version: TLSVersion) throws {
    let server = try authority.server(certificate) { $0.versionMax = version }
    let client = try authority.client(trusting: certificate)
    var seen: Set<[UInt8]> = []
    for _ in 0..<2 {
      let talk = try Conversation(server, client, peer: TLSPeerName(Array("grave.example".utf8)))
      #expect(talk.client.exporterBinding == nil)
      talk.run()
      let binding = try #require(talk.client.exporterBinding)
      #expect(binding.count == 32 && binding == talk.server.exporterBinding)
      seen.insert(binding)
    }
    #expect(seen.count == 2)
  }

  @Test(
    "tls-server-end-point is the digest of the server's certificate by its signature's hash",
    .clause(
      "RFC5929-4.1-1", "RFC5929-4.1-2", "RFC5929-4.1-3", "RFC5929-4.1-4", "RFC5929-4.1-5",
      "RFC5929-4.1-6"),
    arguments: [
      ("rsa:2048", "sha256", "sha256"), ("rsa:2048", "sha384", "sha384"),
      ("rsa:2048", "sha512", "sha512"), ("rsa:2048", "sha1", "sha256"),
      ("ed25519", "sha256", nil),
    ] as [(String, String, String?)])
  func serverEndPoint(key: String, signature: String, digest: String?) throws {
    try authority.openssl(
      "req", "-x509", "-newkey", key, "-\(signature)", "-nodes", "-days", "2", "-subj",
      "/CN=grave.example", "-keyout", "own.key", "-out", "own.crt")
    // Another certificate behind the first, which is not the one that counts.
    let crt = authority.folder.appendingPathComponent("own.crt")
    let own = try Data(contentsOf: crt)
    let behind = try Data(contentsOf: authority.folder.appendingPathComponent("server.crt"))
    try (own + behind).write(to: authority.folder.appendingPathComponent("chain.crt"))
    let server = try authority.server(
      TLSCertificate(
        certificateFile: authority.path("chain.crt"), keyFile: authority.path("own.key"))
    ) { $0.ciphers = Array("DEFAULT@SECLEVEL=0".utf8) }
    let client = try authority.client(trusting: certificate) {
      $0.verification = .none
      $0.ciphers = Array("DEFAULT@SECLEVEL=0".utf8)
    }
    let talk = try Conversation(
      server, client, peer: TLSPeerName(Array("grave.example".utf8), isVerified: false)
    ).run()
    #expect(talk.client.isEstablished)
    let found = talk.client.serverEndPoint
    #expect(found == talk.server.serverEndPoint)
    guard let digest else {
      #expect(found == nil)
      return
    }
    let printed = try authority.openssl(
      "x509", "-in", "own.crt", "-noout", "-fingerprint", "-\(digest)")
    let wanted = printed.split(separator: "=")[1].filter(\.isHexDigit).lowercased()
    #expect(found?.map { String(format: "%02x", $0) }.joined() == wanted)
  }

  @Test(
    "a client goes on with no earlier session, so that no two have a channel binding in common",
    .clause("RFC7677-4-1"), arguments: [TLSVersion.tls12, .tls13])
  func resumesNothing(version: TLSVersion) throws {
    let server = try authority.server(certificate) {
      $0.versionMax = version
      $0.ticketSecret = [UInt8](repeating: 7, count: 32)
    }
    let client = try authority.client(trusting: certificate)
    for _ in 0..<3 {
      let talk = try Conversation(server, client, peer: TLSPeerName(Array("grave.example".utf8)))
      talk.run()
      // The tickets come with what is said first.
      #expect(try talk.server.write(Array("boo".utf8).span) == 3)
      talk.run()
      #expect(talk.client.isEstablished && !talk.client.isResumed && !talk.server.isResumed)
    }
  }
}
