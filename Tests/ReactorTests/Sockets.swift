import CLinux
import Foundation
import NecroReactor
import Testing

/// A blocking client's connection to a port of the loopback address.
func connectTCP(port: UInt16, family: Int32 = AF_INET) throws -> Int32 {
  let descriptor = socket(family, Int32(SOCK_STREAM.rawValue), 0)
  let result: Int32
  if family == AF_INET {
    var address = loopback(port: port)
    result = withGeneric(&address) { necro_connect(descriptor, $0, $1) }
  } else {
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(AF_INET6)
    address.sin6_port = port.bigEndian
    address.sin6_addr = in6addr_loopback
    result = withGeneric(&address) { necro_connect(descriptor, $0, $1) }
  }
  if result != 0 {
    let error = SystemError(call: "connect", code: errno)
    close(descriptor)
    throw error
  }
  return descriptor
}

/// A blocking client's connection to a unix socket.
func connectUnix(path: String) throws -> Int32 {
  let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
  var address = unixAddress(path)
  let result = withGeneric(&address) { necro_connect(descriptor, $0, $1) }
  if result != 0 {
    let error = SystemError(call: "connect", code: errno)
    close(descriptor)
    throw error
  }
  return descriptor
}

func loopback(port: UInt16) -> sockaddr_in {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = port.bigEndian
  address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  return address
}

func unixAddress(_ path: String) -> sockaddr_un {
  var address = sockaddr_un()
  address.sun_family = sa_family_t(AF_UNIX)
  withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
  return address
}

func withGeneric<Address>(
  _ address: inout Address, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
) -> Int32 {
  withUnsafePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      body($0, socklen_t(MemoryLayout<Address>.size))
    }
  }
}

/// The first connection that comes to a non-blocking listener.
func acceptSoon(_ listener: Int32) throws -> (descriptor: Int32, peer: PeerAddress) {
  var poll = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
  try #require(Foundation.poll(&poll, 1, 5_000) == 1)
  guard case .connection(let descriptor, let peer) = Socket.accept(from: listener) else {
    throw SystemError(call: "accept4", code: 0)
  }
  return (descriptor, peer)
}

/// A connected pair of non-blocking sockets.
func socketPair() throws -> (one: Int32, other: Int32) {
  var pair: [Int32] = [0, 0]
  let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
  try #require(socketpair(AF_UNIX, type, 0, &pair) == 0)
  return (pair[0], pair[1])
}

/// A path of a socket in a temporary folder of its own, removed afterwards.
func withSocketPath(_ body: (String) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("necro-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder.appendingPathComponent("s").path)
}
