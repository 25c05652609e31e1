import CLinux
import NecroOctets

/// A listening socket, by value: a worker polls it and accepts from it, the group it came from keeps
/// it open.
public struct Listener: Equatable, Sendable {
  /// Non-blocking and closed on exec.
  public let descriptor: Int32
  /// Whether other workers accept from the same descriptor: it is then polled with
  /// `Interest.exclusive`, or every connection wakes all of them.
  public let isShared: Bool

  /// Begins to get connections, where the group's listeners wait for that (`ListenerGroup.prepare`).
  public func listen() throws(SystemError) {
    if !isShared { try Socket.listen(on: descriptor) }
  }
}

/// The listening sockets of all workers at one address.
///
/// A TCP address has one socket per worker, among which the kernel shares out the connections
/// (SO_REUSEPORT); closing one drops the connections that wait in it, so a hand-over passes them on
/// and never closes them first. A unix socket and an inherited one are a single descriptor that the
/// workers share.
public final class ListenerGroup {
  /// The address as it was bound: the port is the real one where 0 was asked for.
  public private(set) var address: BindAddress
  /// The number of workers the group has listeners for.
  public let workerCount: Int

  // Invariant: when shared, the only descriptor there is; else those of the first worker, of the
  // second, and so on, `addressCount` of each.
  private var descriptors: [Int32] = []
  private let isShared: Bool
  private var addressCount = 1
  // The socket file that this group made, to be removed at the end.
  private var file: SocketFile?

  /// Listens at `address`.
  ///
  /// - Parameters:
  ///   - address: a TCP name may stand for several addresses; all of them are bound.
  ///   - workers: how many workers accept; at least 1.
  ///   - unixMode: the rights of a unix socket's file; nil leaves them to the umask.
  ///   - waits: whether the TCP listeners of all workers but the first get no connections until
  ///     `Listener.listen`, so that none waits for a worker that is still starting.
  /// - Throws: the call that failed: `EADDRINUSE` when a port is taken, also by a server that shares
  ///   its port, or when somebody answers on a unix socket; `EEXIST` when its path is no socket;
  ///   `EINVAL` for a descriptor that does not listen; a negative code for an unknown host.
  public static func prepare(
    _ address: BindAddress, workers: Int, unixMode: UInt16? = nil, waits: Bool = false
  ) throws(SystemError) -> ListenerGroup {
    precondition(workers >= 1, "somebody accepts")
    switch address {
    case .tcp(let host, let port):
      let group = ListenerGroup(address: address, workerCount: workers, isShared: false)
      try group.listen(host: host, port: port, waits: waits)
      return group
    case .unix(let path):
      let group = ListenerGroup(address: address, workerCount: workers, isShared: true)
      try group.listen(path: path, mode: unixMode)
      return group
    case .descriptor(let descriptor):
      let group = ListenerGroup(address: address, workerCount: workers, isShared: true)
      try group.adopt(descriptor)
      return group
    }
  }

  private init(address: BindAddress, workerCount: Int, isShared: Bool) {
    self.address = address
    self.workerCount = workerCount
    self.isShared = isShared
  }

  deinit {
    closeAll()
  }

  /// The number of listeners each worker has: one per address that a name stands for.
  public var listenersPerWorker: Int { isShared ? 1 : addressCount }

  /// A worker's listener.
  ///
  /// - Parameters:
  ///   - worker: below `workerCount`.
  ///   - index: below `listenersPerWorker`.
  public func listener(worker: Int, index: Int = 0) -> Listener {
    precondition(worker >= 0 && worker < workerCount, "a worker of the group")
    precondition(index >= 0 && index < listenersPerWorker, "one of the worker's listeners")
    return Listener(
      descriptor: isShared ? descriptors[0] : descriptors[worker * addressCount + index],
      isShared: isShared && workerCount > 1)
  }

  /// Stops listening, and removes the file of a unix socket. The workers must not use their listeners
  /// any more. Needed only where the group's deinitialiser does not run, as before `_exit`.
  public func close() {
    closeAll()
    descriptors = []
    file = nil
  }

  private func closeAll() {
    for descriptor in descriptors { Socket.close(descriptor) }
    file?.remove()
  }

  private func listen(host: [UInt8], port: UInt16, waits: Bool) throws(SystemError) {
    let found = try ResolvedAddresses(host: host, port: port)
    addressCount = found.count
    // The first worker's sockets find out whether the port is free, and settle port 0.
    for index in 0..<found.count {
      descriptors.append(try TCPListener.claim(found, index))
      if index == 0 && port == 0 {
        let picked = try TCPListener.port(of: descriptors[0])
        found.setPort(picked)
        address = .tcp(host: host, port: picked)
      }
    }
    if workerCount == 1 { return }
    for descriptor in descriptors { try TCPListener.share(descriptor) }
    for _ in 1..<workerCount {
      for index in 0..<found.count {
        descriptors.append(try TCPListener.join(found, index, listens: !waits))
      }
    }
  }

  private func listen(path: [UInt8], mode: UInt16?) throws(SystemError) {
    let (descriptor, file) = try SocketFile.listen(path: path, mode: mode)
    descriptors = [descriptor]
    self.file = file
  }

  private func adopt(_ descriptor: Int32) throws(SystemError) {
    guard let accepts = Socket.option(SO_ACCEPTCONN, level: SOL_SOCKET, of: descriptor) else {
      throw .last("getsockopt")
    }
    guard accepts != 0 else { throw SystemError(call: "accept", code: EINVAL) }
    guard necro_set_nonblocking_cloexec(descriptor) == 0 else { throw .last("fcntl") }
    let domain = Socket.option(SO_DOMAIN, level: SOL_SOCKET, of: descriptor)
    if domain == AF_INET || domain == AF_INET6 {
      try Socket.enable(TCP_NODELAY, level: Int32(IPPROTO_TCP), on: descriptor)
    }
    descriptors = [descriptor]
  }
}
