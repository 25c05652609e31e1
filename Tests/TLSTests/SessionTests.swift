import COpenSSLHeaders
import Foundation
import NecroOctets
import NecroTLS
import Testing

@Suite("A TLS session")
struct SessionTests {
  private let authority: Authority
  private let certificate: TLSCertificate

  init() throws {
    authority = try Authority()
    certificate = try authority.make("server")
  }

  @Test("the declarations of OpenSSL's functions and constants are those of its headers")
  func declarations() {
    #expect(necro_openssl_declarations_match())
    #expect(String(decoding: TLSContext.libraryVersion, as: UTF8.self).hasPrefix("OpenSSL 3"))
  }

  @Test("carries octets both ways", arguments: [TLSVersion.tls12, .tls13], [1, 7, 4_096, Int.max])
  func carries(version: TLSVersion, pieceOctets: Int) throws {
    let talk = try Conversation(
      authority.server(certificate) { $0.versionMax = version },
      authority.client(trusting: certificate) { $0.versionMin = version })
    talk.run(pieceOctets: pieceOctets)
    #expect(talk.server.isEstablished && talk.client.isEstablished)
    let wanted = version == .tls12 ? "TLSv1.2" : "TLSv1.3"
    #expect(String(decoding: talk.server.version, as: UTF8.self) == wanted)
    #expect(!talk.server.cipher.isEmpty && talk.server.cipher == talk.client.cipher)
    let question = Array("who is there?".utf8)
    let answer = (0..<40_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    #expect(try talk.client.write(question.span) == question.count)
    #expect(try talk.server.write(answer.span, now: 0) == answer.count)
    talk.run(pieceOctets: pieceOctets)
    #expect(talk.serverRead == question)
    #expect(talk.clientRead == answer)
    talk.client.close()
    talk.run(pieceOctets: pieceOctets)
    #expect(talk.server.isClosedByPeer && talk.serverEnd == .closed)
    // A side that was closed on can still write.
    #expect(try talk.server.write(question.span) == question.count)
    talk.server.close()
    talk.run(pieceOctets: pieceOctets)
    #expect(talk.clientRead == answer + question && talk.clientEnd == .closed)
    #expect(try talk.server.write(question.span) == 0)
  }

  @Test("takes a first flight cut in two at every octet, and answers only the whole")
  func splits() throws {
    let server = try authority.server(certificate)
    let client = try authority.client(trusting: certificate)
    let first = try TLSSession(client: client, peer: TLSPeerName(Array("localhost".utf8)))
    try first.handshake()
    let hello = taken(first)
    for cut in hello.indices {
      let session = try TLSSession(server: server)
      session.feed(hello.span.extracting(0..<cut))
      #expect(readAll(session).0 == .wantsOctets && session.pendingOutput == 0, "cut at \(cut)")
      session.feed(hello.span.extracting(cut..<hello.count))
      #expect(readAll(session).0 == .wantsOctets && session.pendingOutput > 0, "cut at \(cut)")
    }
  }

  @Test("says of a handshake that is cut short that it is")
  func truncated() throws {
    let server = try authority.server(certificate)
    let client = try authority.client(trusting: certificate)
    let first = try TLSSession(client: client, peer: TLSPeerName([]))
    try first.handshake()
    let hello = taken(first)
    for end in stride(from: 0, to: hello.count, by: 13) {
      let session = try TLSSession(server: server)
      session.feed(hello.span.extracting(0..<end))
      session.finish()
      #expect(code(readAll(session).0) == .truncated)
      #expect(code(readAll(session).0) == .truncated)
    }
    // After the handshake, without close_notify.
    let talk = try Conversation(server, client).run()
    talk.server.finish()
    #expect(code(readAll(talk.server).0) == .truncated)
  }

  @Test("refuses what is no record, and says so in an alert")
  func garbage() throws {
    let server = try authority.server(certificate)
    let inputs: [[UInt8]] = [
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
      // A record longer than any may be, of which only the head has come.
      [22, 3, 1, 0xFF, 0xFF] + [UInt8](repeating: 1, count: 16),
      [22, 9, 9, 0, 4, 1, 2, 3, 4, 5, 6],
      // A handshake message of 16 MB.
      [22, 3, 1, 0, 4, 1, 0xFF, 0xFF, 0xFF],
      // An alert, and application data, before any handshake.
      [21, 3, 3, 0, 2, 2, 40],
      [23, 3, 3, 0, 4, 1, 2, 3, 4],
    ]
    for input in inputs {
      let session = try TLSSession(server: server)
      session.feed(input.span)
      let result = readAll(session).0
      #expect(code(result) == .protocolFailed, "\(input): \(result)")
      #expect(session.pendingOutput < 16)
    }
  }

  @Test("tells HTTP in clear text from TLS, whatever the method")
  func plainHTTP() throws {
    let server = try authority.server(certificate)
    for method in ["GET", "OPTIONS", "DELETE", "PRI"] {
      let session = try TLSSession(server: server)
      session.feed(Array("\(method) / HTTP/1.1\r\nhost: a\r\n\r\n".utf8).span)
      #expect(code(readAll(session).0) == .plainHTTP)
      #expect(session.pendingOutput == 0)
    }
  }

  @Test("sees each octet of a record that was changed")
  func changedRecord() throws {
    let server = try authority.server(certificate)
    let client = try authority.client(trusting: certificate)
    for place in stride(from: 5, to: 40, by: 5) {
      let talk = try Conversation(server, client).run()
      _ = try talk.client.write(Array("an octet of this changes".utf8).span)
      var record = taken(talk.client)
      record[place] ^= 1
      talk.server.feed(record.span)
      #expect(code(readAll(talk.server).0) == .protocolFailed)
    }
  }

  @Test("stops to read from a peer that has it answer and takes no answer")
  func answersNotTaken() throws {
    let talk = try Conversation(
      authority.server(certificate), authority.client(trusting: certificate)
    ).run()
    let block = [UInt8](repeating: 1, count: 65_536)
    var written = 0
    while true {
      let count = try talk.server.write(block.span)
      if count == 0 { break }
      written += count
    }
    #expect(written >= TLSSession.outputOctetsMax && written < 2 * TLSSession.outputOctetsMax)
    _ = try talk.client.write(Array("hello?".utf8).span)
    talk.server.feed(taken(talk.client).span)
    #expect(readAll(talk.server).1.isEmpty)
    talk.run()
    #expect(talk.clientRead.count == written)
    #expect(readAll(talk.server).1 == Array("hello?".utf8))
  }

  @Test("makes small records at first and after a pause, and large ones in between")
  func recordSizes() throws {
    let talk = try Conversation(
      authority.server(certificate), authority.client(trusting: certificate)
    ).run()
    func sizes(_ count: Int, now: UInt64) throws -> [Int] {
      _ = try talk.server.write([UInt8](repeating: 1, count: count).span, now: now)
      let octets = taken(talk.server)
      var found: [Int] = []
      var position = 0
      while position < octets.count {
        let length = Int(octets[position + 3]) << 8 | Int(octets[position + 4])
        // The type of the content, and the tag.
        found.append(length - 17)
        position += 5 + length
      }
      return found
    }
    #expect(try sizes(4_000, now: 10_000) == [4_000])
    let large = try sizes(50_000, now: 10_001)
    #expect(large.first == 1_369 && large.max() == 16_384 && large.reduce(0, +) == 50_000)
    #expect(try sizes(16_384, now: 10_900) == [16_384])
    #expect(try sizes(16_384, now: 12_000).first == 1_369)
  }

  @Test("lends its storage while it is empty")
  func storage() throws {
    let talk = try Conversation(
      authority.server(certificate), authority.client(trusting: certificate)
    ).run()
    var input = OctetBuffer(capacity: 16_384)
    var output = OctetBuffer(capacity: 16_384)
    talk.server.exchangeStorage(&input, &output)
    _ = try talk.client.write(Array("over another's storage".utf8).span)
    _ = try talk.server.write(Array("the same".utf8).span)
    talk.run()
    talk.server.exchangeStorage(&input, &output)
    #expect(input.isEmpty && input.capacity == 16_384 && output.capacity == 16_384)
    #expect(talk.serverRead == Array("over another's storage".utf8))
  }
}
