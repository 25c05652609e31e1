import CLinux
import Foundation

/// What private servers of the tests need: processes that are no children of theirs, ports, sockets.
public enum PrivateProcess {
  /// Runs a program to its end.
  ///
  /// Foundation's `Process` learns of the end by a socket that the program inherits, and with it the
  /// server that it starts: it would wait for that one. Exit tests wait for any child that has
  /// ended, and turn in circles as long as nobody reaps one that is not theirs.
  public static func run(_ arguments: [String]) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    // An unprivileged user may not be able to enter the folder of the tests.
    let inRoot = ["env", "--chdir=/"] + arguments
    var words = inRoot.map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var child: pid_t = 0
    let spawned = posix_spawnp(&child, inRoot[0], &actions, nil, &words, necro_environment())
    var status: Int32 = 0
    while spawned == 0 && waitpid(child, &status, 0) < 0 && errno == EINTR {}
    guard spawned == 0, status == 0 else {
      throw ServerFailure(command: arguments, status: spawned == 0 ? status : spawned)
    }
  }

  /// Starts a script in a session of its own, so that an interrupt at the terminal leaves it to its
  /// watcher, and as no child of the tests'.
  public static func launch(_ script: String, as prefix: [String] = []) throws {
    try run(["setsid", "--fork"] + prefix + ["sh", "-c", script])
  }

  /// A script that runs a server until this process has gone, however it went, or the server.
  ///
  /// - Parameters:
  ///   - signal: what ends the server.
  ///   - folder: is removed behind it; the server's output goes to its file `log`.
  public static func watched(_ server: String, signal: String, folder: String) -> String {
    """
    \(server) >\(folder)/log 2>&1 &
    server=$!
    echo $server >\(folder)/process
    while [ -d /proc/\(getpid()) ] && kill -0 $server 2>/dev/null; do sleep 0.3; done
    kill -\(signal) $server; wait $server; rm -rf \(folder)
    """
  }

  /// A folder of its own in the temporary folder.
  public static func makeFolder(_ name: String) throws -> String {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("necro-\(name)-\(UUID().uuidString.prefix(8))").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return folder
  }

  /// Waits until a connection comes about.
  public static func wait(until connect: () throws -> Int32) throws {
    let deadline = Date(timeIntervalSinceNow: 60)
    while Date() < deadline {
      if let descriptor = try? connect() {
        close(descriptor)
        return
      }
      usleep(20_000)
    }
    throw CocoaError(.executableNotLoadable)
  }

  /// A connection to a port of the loopback address, without blocking from then on.
  public static func connect(port: UInt16) throws -> Int32 {
    let descriptor = socket(
      AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = loopback(port)
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        necro_connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    return try finish(descriptor, result)
  }

  /// A connection to a unix socket, without blocking from then on.
  public static func connect(path: String) throws -> Int32 {
    let descriptor = socket(
      AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let path = Array(path.utf8CString)
    withUnsafeMutableBytes(of: &address.sun_path) { room in
      path.withUnsafeBytes { room.copyMemory(from: $0) }
    }
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        necro_connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    return try finish(descriptor, result)
  }

  /// A port that nobody listens at.
  public static func freePort() -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = loopback(0)
    var octetCount = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = necro_bind(descriptor, $0, octetCount)
        _ = necro_getsockname(descriptor, $0, &octetCount)
      }
    }
    return UInt16(bigEndian: address.sin_port)
  }

  private static func loopback(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }

  private static func finish(_ descriptor: Int32, _ result: Int32) throws -> Int32 {
    guard result == 0, necro_set_nonblocking_cloexec(descriptor) == 0 else {
      close(descriptor)
      throw POSIXError(.ECONNREFUSED)
    }
    return descriptor
  }
}

/// A command that a private server needs has failed.
public struct ServerFailure: Error {
  public let command: [String]
  /// What `waitpid` reported, or the error number of `posix_spawn`.
  public let status: Int32
}
