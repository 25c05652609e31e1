import CLinux
import Foundation
import NecroReactor
import TestSupport
import Testing

private func tcp(_ host: String, _ port: UInt16 = 0) -> BindAddress {
  .tcp(host: Array(host.utf8), port: port)
}

private func port(_ address: BindAddress) -> UInt16 {
  if case .tcp(_, let port) = address { port } else { 0 }
}

/// The code of the error that listening at an address ends in, or nil.
private func failure(_ address: BindAddress, workers: Int = 1) -> SystemError? {
  do throws(SystemError) {
    _ = try ListenerGroup.prepare(address, workers: workers)
    return nil
  } catch {
    return error
  }
}

@Suite("ListenerGroup")
struct ListenerTests {
  @Test("port 0 becomes a real port that answers, with any number of workers", arguments: [1, 3])
  func portZero(workers: Int) throws {
    let group = try ListenerGroup.prepare(tcp("127.0.0.1"), workers: workers)
    let port = port(group.address)
    #expect(port != 0)
    let client = try connectTCP(port: port)
    close(client)
  }

  @Test("the workers' sockets share out the connections of one port")
  func sharing() throws {
    let group = try ListenerGroup.prepare(tcp("127.0.0.1"), workers: 3)
    let listeners = (0..<3).map { group.listener(worker: $0) }
    #expect(Set(listeners.map(\.descriptor)).count == 3)
    #expect(listeners.allSatisfy { !$0.isShared })
    let clients = try (0..<96).map { _ in try connectTCP(port: port(group.address)) }
    defer { for client in clients { close(client) } }
    let counts = listeners.map { listener in
      var count = 0
      while case .connection(let descriptor, _) = Socket.accept(from: listener.descriptor) {
        Socket.close(descriptor)
        count += 1
      }
      return count
    }
    #expect(counts.reduce(0, +) == 96)
    // Among three sockets, one stays without any of 96 connections once in 10^16.
    #expect(counts.allSatisfy { $0 > 0 }, "\(counts)")
  }

  @Test("a port where another group listens is taken", arguments: [1, 2], [1, 2])
  func taken(first: Int, second: Int) throws {
    let group = try ListenerGroup.prepare(tcp("127.0.0.1"), workers: first)
    let error = failure(tcp("127.0.0.1", port(group.address)), workers: second)
    #expect(error?.code == EADDRINUSE)
    // All addresses include the one that is taken.
    #expect(failure(tcp("0.0.0.0", port(group.address)), workers: second)?.code == EADDRINUSE)
  }

  @Test("a port where a server shares with SO_REUSEPORT is taken")
  func takenByReusePort() throws {
    let other = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(other) }
    var one: Int32 = 1
    try #require(setsockopt(other, SOL_SOCKET, SO_REUSEPORT, &one, 4) == 0)
    var address = loopback(port: 0)
    try #require(withGeneric(&address) { necro_bind(other, $0, $1) } == 0)
    try #require(listen(other, 1) == 0)
    var bound = sockaddr_in()
    var octetCount = socklen_t(MemoryLayout<sockaddr_in>.size)
    _ = withGeneric(&bound) { pointer, _ in
      necro_getsockname(other, UnsafeMutablePointer(mutating: pointer), &octetCount)
    }
    let error = failure(tcp("127.0.0.1", UInt16(bigEndian: bound.sin_port)), workers: 2)
    #expect(error?.code == EADDRINUSE)
  }

  @Test("a port is free again once its group is gone, although connections still close")
  func release() throws {
    var port: UInt16 = 0
    do {
      let group = try ListenerGroup.prepare(tcp("127.0.0.1"), workers: 2)
      port = ReactorTests.port(group.address)
      let client = try connectTCP(port: port)
      for worker in 0..<2 {
        // The server closes first: its side of the connection stays in TIME-WAIT.
        if case .connection(let descriptor, _) = Socket.accept(
          from: group.listener(worker: worker).descriptor)
        {
          Socket.close(descriptor)
        }
      }
      close(client)
      group.close()
    }
    #expect(failure(tcp("127.0.0.1", port), workers: 2) == nil)
  }

  @Test("an IPv6 address answers on IPv6 and leaves IPv4's port alone")
  func ipv6() throws {
    let group = try ListenerGroup.prepare(tcp("::"), workers: 2)
    close(try connectTCP(port: port(group.address), family: AF_INET6))
    #expect(throws: SystemError(call: "connect", code: ECONNREFUSED)) {
      try connectTCP(port: port(group.address))
    }
  }

  @Test("a name is resolved, and one that does not exist is an error of getaddrinfo")
  func names() throws {
    let group = try ListenerGroup.prepare(tcp("localhost"), workers: 2)
    #expect(group.listenersPerWorker >= 1)
    #expect(port(group.address) != 0)
    let error = try #require(failure(tcp("no-such-host.invalid", 1)))
    #expect(error.code < 0)
    #expect(text { error.message(into: &$0) }.count > 5)
  }

  @Test("an inherited socket that listens is shared by the workers")
  func inherited() throws {
    let group = try ListenerGroup.prepare(tcp("127.0.0.1"), workers: 1)
    let copy = dup(group.listener(worker: 0).descriptor)
    let adopted = try ListenerGroup.prepare(.descriptor(copy), workers: 2)
    #expect(adopted.listener(worker: 0) == adopted.listener(worker: 1))
    #expect(adopted.listener(worker: 0).isShared)
    let client = try connectTCP(port: port(group.address))
    defer { close(client) }
    Socket.close(try acceptSoon(copy).descriptor)
  }

  @Test("an inherited descriptor that does not listen is refused")
  func inheritedOther() throws {
    let pair = try socketPair()
    defer { for descriptor in [pair.one, pair.other] { close(descriptor) } }
    #expect(failure(.descriptor(pair.one))?.code == EINVAL)
    #expect(failure(.descriptor(1_000_000))?.code == EBADF)
    let file = open("/dev/null", O_RDONLY)
    defer { close(file) }
    #expect(failure(.descriptor(file))?.code == ENOTSOCK)
    // A descriptor that was refused stays open: it is the caller's.
    #expect(fcntl(pair.one, F_GETFD) >= 0)
  }
}

@Suite("Unix sockets")
struct UnixListenerTests {
  private func unix(_ path: String) -> BindAddress { .unix(path: Array(path.utf8)) }

  @Test("one socket is shared, has the rights asked for, and its file goes with the group")
  func life() throws {
    try withSocketPath { path in
      do {
        let group = try ListenerGroup.prepare(unix(path), workers: 2, unixMode: 0o600)
        #expect(group.listener(worker: 0).isShared)
        #expect(group.listener(worker: 0) == group.listener(worker: 1))
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        let client = try connectUnix(path: path)
        defer { close(client) }
        let accepted = try acceptSoon(group.listener(worker: 1).descriptor)
        defer { close(accepted.descriptor) }
        #expect(accepted.peer == .unix)
      }
      #expect(!FileManager.default.fileExists(atPath: path))
    }
  }

  @Test("a stale socket is replaced")
  func stale() throws {
    try withSocketPath { path in
      let left = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
      var address = unixAddress(path)
      try #require(withGeneric(&address) { necro_bind(left, $0, $1) } == 0)
      close(left)
      let group = try ListenerGroup.prepare(unix(path), workers: 1)
      #expect(!group.listener(worker: 0).isShared)
      close(try connectUnix(path: path))
    }
  }

  @Test("a socket that somebody answers on is taken and stays")
  func answered() throws {
    try withSocketPath { path in
      let group = try ListenerGroup.prepare(unix(path), workers: 1)
      #expect(failure(unix(path)) == SystemError(call: "bind", code: EADDRINUSE))
      close(try connectUnix(path: path))
      _ = group.workerCount
    }
  }

  @Test("a file that is no socket is an error and stays")
  func file() throws {
    try withSocketPath { path in
      try "kept".write(toFile: path, atomically: false, encoding: .utf8)
      #expect(failure(unix(path)) == SystemError(call: "bind", code: EEXIST))
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "kept")
    }
  }

  @Test("a group leaves a file that another server has put in the place of its own")
  func replaced() throws {
    try withSocketPath { path in
      let old = try ListenerGroup.prepare(unix(path), workers: 1)
      unlink(path)
      let new = try ListenerGroup.prepare(unix(path), workers: 1)
      old.close()
      close(try connectUnix(path: path))
      _ = new.workerCount
    }
  }

  @Test("a folder that does not exist and a path that is too long are errors")
  func impossible() {
    #expect(failure(unix("/no/such/folder/s"))?.code == ENOENT)
    #expect(failure(unix("/" + String(repeating: "p", count: 107)))?.code == ENAMETOOLONG)
  }
}
