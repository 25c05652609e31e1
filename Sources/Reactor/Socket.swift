import CLinux
import NecroOctets

/// What became of an attempt to accept a connection.
public enum AcceptResult: Sendable {
  /// A non-blocking connection that is closed on exec; the caller closes it.
  case connection(Int32, peer: PeerAddress)
  /// There is none to accept.
  case wouldBlock
  /// One was lost before it could be accepted; the next may be there.
  case retry
  /// The process or the system is out of descriptors or memory: accept again later.
  case exhausted
  case failed(SystemError)
}

/// What became of an attempt to receive.
public enum ReceiveResult: Equatable, Sendable {
  /// This many octets were received; at least 1.
  case octets(Int)
  /// The peer sends no more.
  case closed
  /// There are none to receive yet.
  case wouldBlock
  /// The connection is gone: `errno`.
  case failed(Int32)
}

/// What became of an attempt to send.
public enum SendResult: Equatable, Sendable {
  /// This many of the octets were taken, possibly not all.
  case octets(Int)
  /// There is no room yet.
  case wouldBlock
  /// The connection is gone: `errno`.
  case failed(Int32)
}

/// The calls on sockets, with their `errno` sorted into what a caller does next.
public enum Socket {
  /// Accepts one connection. `TCP_NODELAY` is set on it already: it inherits the listener's.
  public static func accept(from listener: Int32) -> AcceptResult {
    var address = sockaddr_in6()
    var octetCount = socklen_t(MemoryLayout<sockaddr_in6>.size)
    let descriptor = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        necro_accept4(
          listener, generic, &octetCount,
          Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue))
      }
    }
    if descriptor >= 0 { return .connection(descriptor, peer: PeerAddress(&address)) }
    let code = necro_errno()
    switch code {
    case EAGAIN:
      return .wouldBlock
    case EMFILE, ENFILE, ENOBUFS, ENOMEM:
      return .exhausted
    // Linux reports what befell the new connection as errors of the call; see accept(2).
    case ECONNABORTED, EINTR, EPERM, EPROTO, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, ENONET,
      EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH, ETIMEDOUT:
      return .retry
    default:
      return .failed(SystemError(call: "accept4", code: code))
    }
  }

  /// Receives into `room`, which has at least one octet.
  public static func receive(
    _ descriptor: Int32, into room: UnsafeMutableRawBufferPointer
  ) -> ReceiveResult {
    precondition(room.count > 0, "room to receive: without it, the end could not be told apart")
    while true {
      let count = necro_recv(descriptor, room.baseAddress, room.count, 0)
      if count > 0 { return .octets(count) }
      if count == 0 { return .closed }
      let code = necro_errno()
      if code == EAGAIN { return .wouldBlock }
      if code != EINTR { return .failed(code) }
    }
  }

  /// Sends the first of `octets` that there is room for. A closed connection is a result, never the
  /// signal SIGPIPE.
  public static func send(_ descriptor: Int32, _ octets: Span<UInt8>) -> SendResult {
    octets.withUnsafeBytes { source in
      while true {
        let count = necro_send(descriptor, source.baseAddress, source.count, flags)
        if count >= 0 { return .octets(count) }
        let code = necro_errno()
        if code == EAGAIN { return .wouldBlock }
        if code != EINTR { return .failed(code) }
      }
    }
  }

  private static var flags: Int32 { Int32(MSG_NOSIGNAL) }

  /// Tells the peer that no more octets come; what it sends can still be received.
  public static func closeWriting(_ descriptor: Int32) {
    // It fails only for a connection that is closed already.
    _ = shutdown(descriptor, Int32(SHUT_WR))
  }

  /// Has a bound socket listen; one that listens already goes on.
  static func listen(on descriptor: Int32) throws(SystemError) {
    // Connections that wait to be accepted; the kernel caps it at `net.core.somaxconn`.
    let backlog: Int32 = 4096
    guard CLinux.listen(descriptor, backlog) == 0 else { throw .last("listen") }
  }

  /// Makes a listening socket refuse connections, and leaves its descriptor open.
  public static func stopListening(_ descriptor: Int32) {
    // It fails only for a socket that does not listen any more.
    _ = shutdown(descriptor, Int32(SHUT_RD))
  }

  /// Closes a descriptor, which is invalid from then on whatever the call returns.
  public static func close(_ descriptor: Int32) {
    _ = CLinux.close(descriptor)
  }

  /// Closes a connection with a reset, dropping what was not sent.
  public static func reset(_ descriptor: Int32) {
    var option = linger(l_onoff: 1, l_linger: 0)
    _ = setsockopt(
      descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    _ = CLinux.close(descriptor)
  }

  /// The error that a connection being opened has come to; 0 when it is open.
  public static func connectError(of descriptor: Int32) -> Int32 {
    option(SO_ERROR, level: SOL_SOCKET, of: descriptor) ?? EBADF
  }

  /// Begins to open another connection to the peer of one that is open.
  ///
  /// - Returns: a non-blocking descriptor that is closed on exec, and becomes writable when the
  ///   connection is open or has failed; the caller closes it.
  public static func connectToPeer(of descriptor: Int32) throws(SystemError) -> Int32 {
    var address = sockaddr_storage()
    var octetCount = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return try withUnsafeMutablePointer(to: &address) { pointer throws(SystemError) -> Int32 in
      try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        generic throws(SystemError) -> Int32 in
        guard necro_getpeername(descriptor, generic, &octetCount) == 0 else {
          throw .last("getpeername")
        }
        let opened = socket(
          Int32(generic.pointee.sa_family),
          Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
            | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard opened >= 0 else { throw .last("socket") }
        guard necro_connect(opened, generic, octetCount) == 0 || necro_errno() == EINPROGRESS
        else {
          let error = SystemError.last("connect")
          close(opened)
          throw error
        }
        return opened
      }
    }
  }

  /// Switches an option of type `int` on.
  static func enable(
    _ option: Int32, level: Int32, on descriptor: Int32
  ) throws(SystemError) {
    var one: Int32 = 1
    guard setsockopt(descriptor, level, option, &one, 4) == 0 else { throw .last("setsockopt") }
  }

  /// The value of an option of type `int`, or nil when the socket has no such option.
  static func option(_ option: Int32, level: Int32, of descriptor: Int32) -> Int32? {
    var value: Int32 = 0
    var octetCount: socklen_t = 4
    guard getsockopt(descriptor, level, option, &value, &octetCount) == 0 else { return nil }
    return value
  }
}
