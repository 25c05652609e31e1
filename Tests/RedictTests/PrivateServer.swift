import CLinux
import Foundation
import Testing

/// A Redict of this test run's own: in a temporary folder, on a unix socket and a port of the loopback
/// address, without files; it ends with the process that uses it.
final class PrivateServer: @unchecked Sendable {
  let folder: String
  let port: UInt16

  /// Started with the first use; nil where none is installed.
  static let shared: PrivateServer? = try? PrivateServer()

  static var isInstalled: Bool { program != nil }

  private static let program: String? = {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    for name in ["redict-server", "valkey-server", "redis-server"] {
      for folder in folders.map(String.init) + ["/usr/bin", "/usr/local/bin"] {
        let path = "\(folder)/\(name)"
        if FileManager.default.isExecutableFile(atPath: path) { return path }
      }
    }
    return nil
  }()

  private init() throws {
    let program = try #require(Self.program)
    folder =
      FileManager.default.temporaryDirectory
      .appendingPathComponent("necro-redict-\(UUID().uuidString.prefix(8))").path
    port = try Self.freePort()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    // The watcher ends the server when this process has gone, however it went. It has nothing to save,
    // and the signals that it could be asked by are blocked where this thread has blocked them.
    let script = """
      \(program) --port \(port) --bind 127.0.0.1 --unixsocket \(folder)/socket \
      --dir \(folder) --save '' --appendonly no --daemonize no >\(folder)/log 2>&1 &
      server=$!
      while [ -d /proc/\(getpid()) ] && kill -0 $server 2>/dev/null; do sleep 0.3; done
      kill -KILL $server; wait $server; rm -rf \(folder)
      """
    try Self.launch(script)
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

  /// Starts a script in a session of its own, so that an interrupt at the terminal leaves it to its
  /// watcher, and as no child of the tests': exit tests wait for any child that has ended.
  private static func launch(_ script: String) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    let arguments = ["setsid", "--fork", "sh", "-c", script]
    var words = arguments.map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var child: pid_t = 0
    let spawned = posix_spawnp(&child, arguments[0], &actions, nil, &words, necro_environment())
    var status: Int32 = 0
    while spawned == 0 && waitpid(child, &status, 0) < 0 && errno == EINTR {}
    guard spawned == 0, status == 0 else { throw CocoaError(.executableRuntimeMismatch) }
  }

  /// A connection to the loopback port.
  func connect() throws -> Int32 {
    let descriptor = socket(
      AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        necro_connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    return try finish(descriptor, result)
  }

  /// A connection to the unix socket.
  func connectLocally() throws -> Int32 {
    let descriptor = socket(
      AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let path = Array("\(folder)/socket".utf8CString)
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

  private func finish(_ descriptor: Int32, _ result: Int32) throws -> Int32 {
    guard result == 0, necro_set_nonblocking_cloexec(descriptor) == 0 else {
      close(descriptor)
      throw POSIXError(.ECONNREFUSED)
    }
    return descriptor
  }

  private static func freePort() throws -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var octetCount = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = necro_bind(descriptor, $0, octetCount)
        _ = necro_getsockname(descriptor, $0, &octetCount)
      }
    }
    return UInt16(bigEndian: address.sin_port)
  }
}
