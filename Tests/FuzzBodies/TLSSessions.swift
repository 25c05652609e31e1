import NecroOctets
import NecroTLS

/// Feeds octets as they are to a server's and to a client's session: whatever they are, a session
/// takes them, waits or ends, and keeps to its bounds.
public func fuzzTLSGarbage(_ octets: Span<UInt8>) {
  TLSFuzzing.withContexts { server, client in
    if let session = try? TLSSession(server: server) { feedGarbage(session, octets) }
    if let session = try? TLSSession(client: client, peer: TLSPeerName(Array("localhost".utf8))) {
      _ = try? session.handshake()
      feedGarbage(session, octets)
    }
  }
}

private func feedGarbage(_ session: TLSSession, _ octets: Span<UInt8>) {
  let end = TLSFuzzEnd(session)
  // The first octet says how the rest is cut.
  let pieceOctets = octets.isEmpty ? 1 : Int(octets[0]) + 1
  var position = 0
  while position < octets.count && !end.isOver {
    let next = min(octets.count, position + pieceOctets)
    end.take(octets.extracting(position..<next))
    position = next
  }
  precondition(end.read.isEmpty && !session.isEstablished, "nobody guesses a handshake")
  session.finish()
  end.take(octets.extracting(0..<0))
  precondition(end.failure != nil, "a handshake that is cut short is an error")
}

/// Lets a client and a server speak while octets between them are changed: four octets of input
/// each say where (counted over both directions), and what is added there. What one side reads is
/// what the other wrote, or its beginning: no change goes unseen.
public func fuzzTLSMutation(_ octets: Span<UInt8>) {
  TLSFuzzing.withContexts { serverContext, clientContext in
    guard let server = try? TLSSession(server: serverContext),
      let client = try? TLSSession(
        client: clientContext, peer: TLSPeerName(Array("localhost".utf8)))
    else { return }
    var changes: [Int: UInt8] = [:]
    var position = 0
    while position + 4 <= octets.count && changes.count < 64 {
      let place = Int(octets[position]) << 8 | Int(octets[position + 1])
      changes[place & 0x1FFF] = octets[position + 2] ^ octets[position + 3]
      position += 4
    }
    converse(TLSFuzzEnd(server), TLSFuzzEnd(client), changes)
  }
}

private func converse(_ server: TLSFuzzEnd, _ client: TLSFuzzEnd, _ changes: [Int: UInt8]) {
  let question = Array("GET /zombies HTTP/1.1\r\n\r\n".utf8)
  let answer = [UInt8](repeating: 0x7A, count: 5_000)
  var hasAsked = false
  var hasAnswered = false
  var travelled = 0
  _ = try? client.session.handshake()
  // A handshake has three flights; the rest is the conversation.
  for _ in 0..<12 {
    if client.session.isEstablished && !hasAsked {
      hasAsked = (try? client.session.write(question.span)) == question.count
    }
    if server.read == question && !hasAnswered {
      hasAnswered = (try? server.session.write(answer.span, now: 1)) == answer.count
    }
    let toServer = changed(client.takeOutput(), changes, &travelled)
    if !server.isOver { server.take(toServer.span) }
    let toClient = changed(server.takeOutput(), changes, &travelled)
    if !client.isOver { client.take(toClient.span) }
  }
  precondition(question.starts(with: server.read), "a server reads what was written")
  precondition(answer.starts(with: client.read), "a client reads what was written")
  if changes.isEmpty {
    precondition(client.read == answer, "without a change all arrives")
  }
}

private func changed(
  _ octets: [UInt8], _ changes: [Int: UInt8], _ travelled: inout Int
) -> [UInt8] {
  var result = octets
  for index in result.indices {
    if let change = changes[travelled + index] { result[index] ^= change }
  }
  travelled += octets.count
  return result
}
