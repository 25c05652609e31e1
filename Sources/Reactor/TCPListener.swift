import CLinux

/// The addresses that a host name stands for, in the system's order.
struct ResolvedAddresses: ~Copyable {
  private let first: UnsafeMutablePointer<addrinfo>
  /// At least 1.
  let count: Int

  /// - Parameters:
  ///   - host: a name or a numeric address, without brackets or NUL.
  ///   - port: in every address found.
  init(host: [UInt8], port: UInt16) throws(SystemError) {
    var wanted = addrinfo()
    wanted.ai_flags = AI_PASSIVE
    wanted.ai_family = AF_UNSPEC
    wanted.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var name: [CChar] = []
    for octet in host { name.append(CChar(bitPattern: octet)) }
    name.append(0)
    var found: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(name, nil, &wanted, &found)
    if code == EAI_SYSTEM { throw .last("getaddrinfo") }
    guard code == 0, let found else { throw SystemError(call: "getaddrinfo", code: code) }
    first = found
    var counted = 0
    var next: UnsafeMutablePointer<addrinfo>? = found
    while let address = next {
      counted += 1
      next = address.pointee.ai_next
    }
    count = counted
    setPort(port)
  }

  deinit {
    freeaddrinfo(first)
  }

  /// Gives every address this port.
  func setPort(_ port: UInt16) {
    for index in 0..<count {
      let address = self[index]
      // Both families keep the port in the same place; each is written through its own type.
      let storage = UnsafeMutableRawPointer(address.pointee.ai_addr)
      if address.pointee.ai_family == AF_INET {
        storage?.assumingMemoryBound(to: sockaddr_in.self).pointee.sin_port = port.bigEndian
      } else if address.pointee.ai_family == AF_INET6 {
        storage?.assumingMemoryBound(to: sockaddr_in6.self).pointee.sin6_port = port.bigEndian
      }
    }
  }

  /// An address by an index below `count`; it lives as long as self.
  subscript(_ index: Int) -> UnsafeMutablePointer<addrinfo> {
    var address = first
    for _ in 0..<index {
      guard let next = address.pointee.ai_next else { break }
      address = next
    }
    return address
  }
}

/// The steps by which several sockets come to listen on one port that was free before.
///
/// With SO_REUSEPORT from the start, a second server would bind the same port silently and take half
/// of the connections. So the first socket binds and listens without it, which fails when anyone is
/// there; only then it is opened to the sockets of the other workers, and the port is never free in
/// between.
enum TCPListener {
  /// A listening socket at an address that nobody else listens at.
  static func claim(
    _ addresses: borrowing ResolvedAddresses, _ index: Int
  ) throws(SystemError) -> Int32 {
    try open(addresses[index].pointee, isJoining: false, listens: true)
  }

  /// Lets other sockets of this user join one that was claimed.
  static func share(_ descriptor: Int32) throws(SystemError) {
    try Socket.enable(SO_REUSEPORT, level: SOL_SOCKET, on: descriptor)
  }

  /// A socket beside one that was claimed and shared.
  ///
  /// - Parameter listens: whether it listens at once; else it has its place, and gets connections
  ///   from `Socket.listen` on.
  static func join(
    _ addresses: borrowing ResolvedAddresses, _ index: Int, listens: Bool
  ) throws(SystemError) -> Int32 {
    try open(addresses[index].pointee, isJoining: true, listens: listens)
  }

  /// The port that a socket is bound to.
  static func port(of descriptor: Int32) throws(SystemError) -> UInt16 {
    var address = sockaddr_in6()
    var octetCount = socklen_t(MemoryLayout<sockaddr_in6>.size)
    let result = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        necro_getsockname(descriptor, generic, &octetCount)
      }
    }
    guard result == 0 else { throw .last("getsockname") }
    return PeerAddress(&address).port
  }

  private static func open(
    _ address: addrinfo, isJoining: Bool, listens: Bool
  ) throws(SystemError) -> Int32 {
    let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let descriptor = socket(address.ai_family, type, 0)
    guard descriptor >= 0 else { throw .last("socket") }
    do throws(SystemError) {
      // Connections of an earlier server that are still closing must not hold the port.
      try Socket.enable(SO_REUSEADDR, level: SOL_SOCKET, on: descriptor)
      if isJoining { try share(descriptor) }
      if address.ai_family == AF_INET6 {
        // Otherwise `[::]` takes IPv4's port too, and a name with both families fails on itself.
        try Socket.enable(IPV6_V6ONLY, level: Int32(IPPROTO_IPV6), on: descriptor)
      }
      // Accepted connections inherit it.
      try Socket.enable(TCP_NODELAY, level: Int32(IPPROTO_TCP), on: descriptor)
      guard necro_bind(descriptor, address.ai_addr, address.ai_addrlen) == 0 else {
        throw .last("bind")
      }
      if listens { try Socket.listen(on: descriptor) }
    } catch {
      Socket.close(descriptor)
      throw error
    }
    return descriptor
  }
}
