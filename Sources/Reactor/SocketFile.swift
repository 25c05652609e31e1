import CLinux

/// The file of a unix socket that this process made.
struct SocketFile {
  private let path: [CChar]
  // What the file was when it was made: another server may have put its own in the same place.
  private let device: dev_t
  private let inode: ino_t

  private static var backlog: Int32 { 4096 }

  /// Listens at a path, where a socket that nobody answers on is replaced.
  ///
  /// - Parameters:
  ///   - path: at most `BindAddress.pathOctetsMax` octets without NUL.
  ///   - mode: the file's rights, set before anybody can connect.
  static func listen(
    path: [UInt8], mode: UInt16?
  ) throws(SystemError) -> (descriptor: Int32, file: SocketFile) {
    guard path.count <= BindAddress.pathOctetsMax else {
      throw SystemError(call: "bind", code: ENAMETOOLONG)
    }
    var name: [CChar] = []
    for octet in path { name.append(CChar(bitPattern: octet)) }
    name.append(0)
    try removeStale(name)
    let descriptor = try openSocket()
    guard call(necro_bind, descriptor, name) == 0 else {
      let error = SystemError.last("bind")
      Socket.close(descriptor)
      throw error
    }
    do throws(SystemError) {
      if let mode, chmod(name, mode_t(mode)) != 0 { throw .last("chmod") }
      guard CLinux.listen(descriptor, backlog) == 0 else { throw .last("listen") }
      var status = stat()
      guard lstat(name, &status) == 0 else { throw .last("lstat") }
      return (descriptor, SocketFile(path: name, device: status.st_dev, inode: status.st_ino))
    } catch {
      unlink(name)
      Socket.close(descriptor)
      throw error
    }
  }

  /// Removes the file, unless it is no longer the one that was made.
  func remove() {
    var status = stat()
    if lstat(path, &status) == 0 && status.st_dev == device && status.st_ino == inode {
      unlink(path)
    }
  }

  /// Removes a socket file whose server is gone: one that refuses a connection.
  private static func removeStale(_ path: [CChar]) throws(SystemError) {
    var status = stat()
    if lstat(path, &status) != 0 { return }
    guard necro_is_socket(status.st_mode) else { throw SystemError(call: "bind", code: EEXIST) }
    let descriptor = try openSocket()
    let result = call(necro_connect, descriptor, path)
    let code = necro_errno()
    Socket.close(descriptor)
    // A full queue (EAGAIN) is an answer too: somebody listens.
    guard result != 0 && code == ECONNREFUSED else {
      let isAnswered = result == 0 || code == EAGAIN
      throw SystemError(call: "bind", code: isAnswered ? EADDRINUSE : code)
    }
    guard unlink(path) == 0 || necro_errno() == ENOENT else { throw .last("unlink") }
  }

  private static func openSocket() throws(SystemError) -> Int32 {
    let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let descriptor = socket(AF_UNIX, type, 0)
    guard descriptor >= 0 else { throw .last("socket") }
    return descriptor
  }

  /// Calls `bind` or `connect` with the address of a path that ends in NUL.
  private static func call(
    _ function: (Int32, UnsafePointer<sockaddr>?, socklen_t) -> Int32,
    _ descriptor: Int32, _ path: [CChar]
  ) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    precondition(path.count <= MemoryLayout.size(ofValue: address.sun_path), "the path fits")
    withUnsafeMutableBytes(of: &address.sun_path) { room in
      path.withUnsafeBytes { room.copyMemory(from: $0) }
    }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        function(descriptor, generic, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}
