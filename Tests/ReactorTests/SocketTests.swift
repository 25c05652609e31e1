import CLinux
import Foundation
import NecroOctets
import NecroReactor
import TestSupport
import Testing

/// Receives at most `octetCount` octets.
private func receive(
  _ descriptor: Int32, _ octetCount: Int = 64
) -> (result: ReceiveResult, octets: [UInt8]) {
  var room = [UInt8](repeating: 0, count: octetCount)
  let result = room.withUnsafeMutableBytes { Socket.receive(descriptor, into: $0) }
  if case .octets(let count) = result { return (result, Array(room[0..<count])) }
  return (result, [])
}

@Suite("Socket")
struct SocketTests {
  @Test("an accepted connection is non-blocking, closed on exec, undelayed, and knows its peer")
  func accept() throws {
    let group = try ListenerGroup.prepare(.tcp(host: Array("127.0.0.1".utf8), port: 0), workers: 1)
    let listener = group.listener(worker: 0).descriptor
    guard case .wouldBlock = Socket.accept(from: listener) else {
      Issue.record("nobody has connected")
      return
    }
    guard case .tcp(_, let port) = group.address else { return }
    let client = try connectTCP(port: port)
    defer { close(client) }
    let (descriptor, peer) = try acceptSoon(listener)
    defer { close(descriptor) }
    #expect(fcntl(descriptor, F_GETFL) & O_NONBLOCK != 0)
    #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0)
    var noDelay: Int32 = 0
    var octetCount: socklen_t = 4
    getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &noDelay, &octetCount)
    #expect(noDelay == 1)

    var own = sockaddr_in()
    octetCount = socklen_t(MemoryLayout<sockaddr_in>.size)
    _ = withGeneric(&own) { pointer, _ in
      necro_getsockname(client, UnsafeMutablePointer(mutating: pointer), &octetCount)
    }
    #expect(peer.family == .ipv4)
    #expect(peer.port == UInt16(bigEndian: own.sin_port))
    #expect(text { peer.host(into: &$0) } == "127.0.0.1")
  }

  @Test("an IPv6 peer is formatted, a unix peer has no host")
  func peers() throws {
    let group = try ListenerGroup.prepare(.tcp(host: Array("::1".utf8), port: 0), workers: 1)
    guard case .tcp(_, let port) = group.address else { return }
    let client = try connectTCP(port: port, family: AF_INET6)
    defer { close(client) }
    let (descriptor, peer) = try acceptSoon(group.listener(worker: 0).descriptor)
    defer { close(descriptor) }
    #expect(peer.family == .ipv6)
    #expect(text { peer.host(into: &$0) } == "::1")
    #expect(text { PeerAddress.unix.host(into: &$0) } == "")
    #expect(peer != .unix)
  }

  @Test("octets arrive as they were sent, then the end of the peer's octets")
  func transfer() throws {
    let pair = try socketPair()
    defer { close(pair.one) }
    #expect(receive(pair.one).result == .wouldBlock)
    #expect(Socket.send(pair.other, [1, 2, 3].span) == .octets(3))
    #expect(receive(pair.one, 2).octets == [1, 2])
    #expect(receive(pair.one).octets == [3])
    Socket.closeWriting(pair.other)
    #expect(receive(pair.one).result == .closed)
    // The other direction is still open.
    #expect(Socket.send(pair.one, [4].span) == .octets(1))
    #expect(receive(pair.other).octets == [4])
    Socket.close(pair.other)
  }

  @Test("a full connection takes a part, then says that it would block")
  func fullConnection() throws {
    let pair = try socketPair()
    defer { for descriptor in [pair.one, pair.other] { close(descriptor) } }
    let octets = [UInt8](repeating: 7, count: 1 << 24)
    guard case .octets(let taken) = Socket.send(pair.one, octets.span) else {
      Issue.record("there is room at first")
      return
    }
    #expect(taken > 0 && taken < octets.count)
    #expect(Socket.send(pair.one, octets.span) == .wouldBlock)
  }

  @Test("sending to a peer that is gone is a result, not a signal")
  func brokenPipe() throws {
    let pair = try socketPair()
    defer { close(pair.one) }
    close(pair.other)
    #expect(Socket.send(pair.one, [1].span) == .failed(EPIPE))
  }

  @Test("a reset reaches the peer as an error")
  func reset() throws {
    let group = try ListenerGroup.prepare(.tcp(host: Array("127.0.0.1".utf8), port: 0), workers: 1)
    guard case .tcp(_, let port) = group.address else { return }
    let client = try connectTCP(port: port)
    defer { close(client) }
    Socket.reset(try acceptSoon(group.listener(worker: 0).descriptor).descriptor)
    #expect(receive(client).result == .failed(ECONNRESET))
  }

  @Test("accepting from what is no listener fails")
  func acceptFailure() {
    guard case .failed(let error) = Socket.accept(from: -1) else {
      Issue.record("there is no such descriptor")
      return
    }
    #expect(error == SystemError(call: "accept4", code: EBADF))
  }

  @Test("errors say what the C library says")
  func messages() {
    let taken = SystemError(call: "bind", code: EADDRINUSE)
    #expect(text { taken.message(into: &$0) } == String(cString: strerror(EADDRINUSE)))
    #expect(text { SystemError(call: "x", code: 99_999).message(into: &$0) }.contains("99999"))
    #expect(taken != SystemError(call: "listen", code: EADDRINUSE))
    #expect(taken != SystemError(call: "bind", code: EACCES))
  }
}
