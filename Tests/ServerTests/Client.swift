import CLinux
import Foundation
import NecroReactor
import Testing

/// What a client saw of a response.
struct Reply: Equatable {
  var status: Int
  var fields: [String: String]
  var content: [UInt8]

  var text: String { String(decoding: content, as: UTF8.self) }
  var closes: Bool { fields["connection"] == "close" }
}

/// Why a client got no response.
enum ClientError: Error, Equatable {
  /// Nothing came for as long as a test waits.
  case timedOut
  /// The connection ended within, or instead of, a response.
  case ended
  case reset
  case malformed(String)
}

/// A blocking client's connection, which reads no more than it is asked to.
final class Client: @unchecked Sendable {
  let descriptor: Int32
  // What was received and read, and how much of it was read.
  private var received: [UInt8] = []
  private var position = 0

  /// How long a test waits for what has to come; far more than any test should need.
  static let patienceSeconds = 20

  init(port: UInt16, receiveBufferOctets: Int32? = nil) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    if var octets = receiveBufferOctets {
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &octets, 4)
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        necro_connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    if result != 0 {
      let code = errno
      close(descriptor)
      throw SystemError(call: "connect", code: code)
    }
    var one: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
    var patience = timeval(tv_sec: Client.patienceSeconds, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
  }

  deinit {
    if isOpen { CLinux.close(descriptor) }
  }

  private var isOpen = true

  // MARK: Sending

  func send(_ text: String) throws { try send(Array(text.utf8)) }

  func send(_ octets: [UInt8]) throws {
    var sent = 0
    while sent < octets.count {
      let count = octets.withUnsafeBytes {
        CLinux.send(descriptor, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw errno == EAGAIN ? ClientError.timedOut : ClientError.reset
      }
      sent += count
    }
  }

  /// Sends as much as the kernel takes at once and returns how much that was.
  func sendWithoutWaiting(_ octets: [UInt8]) -> Int {
    max(
      0,
      octets.withUnsafeBytes {
        CLinux.send(
          descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
      })
  }

  func closeWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

  func end() {
    isOpen = false
    CLinux.close(descriptor)
  }

  /// Closes with a reset.
  func reset() {
    isOpen = false
    Socket.reset(descriptor)
  }

  // MARK: Receiving

  private var unreadCount: Int { received.count - position }

  /// Waits for octets. False at the end.
  private func receive() throws -> Bool {
    if position == received.count {
      received.removeAll(keepingCapacity: true)
      position = 0
    }
    return try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 65_536) { room in
      while true {
        let count = recv(descriptor, room.baseAddress, room.count, 0)
        if count > 0 {
          received.append(contentsOf: room[..<count])
          return true
        }
        if count == 0 { return false }
        if errno == EINTR { continue }
        throw errno == EAGAIN ? ClientError.timedOut : ClientError.reset
      }
    }
  }

  /// Whether octets, or the end, are there to be read.
  func hasInput(withinMilliseconds milliseconds: Int32 = 0) -> Bool {
    if unreadCount > 0 { return true }
    var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return Foundation.poll(&poll, 1, milliseconds) == 1
  }

  /// The octets up to the end of the connection.
  func readToEnd() throws -> [UInt8] {
    while try receive() {}
    return try read(unreadCount)
  }

  /// Waits until the server has closed its side, with or without a reset.
  func waitForEnd() throws {
    do { _ = try readToEnd() } catch ClientError.reset {}
  }

  /// Exactly so many octets.
  func read(_ count: Int) throws -> [UInt8] {
    while unreadCount < count { if try !receive() { throw ClientError.ended } }
    defer { position += count }
    return Array(received[position..<position + count])
  }

  /// The octets up to the end of `text`.
  func readThrough(_ text: String) throws -> String {
    var octets: [UInt8] = []
    while !octets.reversed().starts(with: text.utf8.reversed()) { octets += try read(1) }
    return String(decoding: octets, as: UTF8.self)
  }

  private func readLine() throws -> String {
    while true {
      if let end = received[position...].firstIndex(of: 0x0A) {
        guard end > position, received[end - 1] == 0x0D else {
          throw ClientError.malformed("a line without CR")
        }
        defer { position = end + 1 }
        return String(decoding: received[position..<end - 1], as: UTF8.self)
      }
      if try !receive() { throw ClientError.ended }
    }
  }

  /// The next response. Its content ends as its fields say.
  ///
  /// - Parameter isHead: whether it answers HEAD.
  func readReply(toHead isHead: Bool = false) throws -> Reply {
    let statusLine = try readLine()
    let words = statusLine.split(separator: " ", maxSplits: 2)
    guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
      throw ClientError.malformed(statusLine)
    }
    var reply = Reply(status: status, fields: [:], content: [])
    while true {
      let line = try readLine()
      if line.isEmpty { break }
      guard let colon = line.firstIndex(of: ":") else { throw ClientError.malformed(line) }
      let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
      reply.fields[line[..<colon].lowercased()] = value
    }
    if isHead || status < 200 || status == 204 || status == 304 { return reply }
    if let length = reply.fields["content-length"], let count = Int(length) {
      reply.content = try read(count)
    } else if reply.fields["transfer-encoding"] == "chunked" {
      reply.content = try readChunks()
    } else {
      reply.content = try readToEnd()
    }
    return reply
  }

  private func readChunks() throws -> [UInt8] {
    var content: [UInt8] = []
    while true {
      let line = try readLine()
      guard let size = Int(line, radix: 16) else { throw ClientError.malformed(line) }
      content += try read(size)
      guard try readLine().isEmpty else { throw ClientError.malformed("chunk end") }
      if size == 0 { return content }
    }
  }

  /// Sends a request and returns its response.
  func fetch(_ request: String) throws -> Reply {
    try send(request)
    return try readReply(toHead: request.hasPrefix("HEAD "))
  }
}

/// A request without content.
func get(_ path: String, _ fields: String...) -> String {
  "GET \(path) HTTP/1.1\r\nhost: a\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
}

/// A request with content of a known length.
func post(_ path: String, _ content: String, _ fields: String...) -> String {
  "POST \(path) HTTP/1.1\r\nhost: a\r\ncontent-length: \(content.utf8.count)\r\n"
    + fields.map { $0 + "\r\n" }.joined() + "\r\n" + content
}
