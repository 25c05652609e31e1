import CLinux
import Foundation
import NecroReactor
import Testing

/// A Postgres of this test run's own: a cluster in a temporary folder that listens on a unix socket and a port of
/// the loopback address, and ends with the process that uses it.
///
/// Postgres refuses to run as root; then it runs as `postgres`.
final class PrivateServer: @unchecked Sendable {
  let folder: String
  let port: UInt16
  let user = "grave"
  static let password = "wand of gravedigging"

  /// Started with the first use; nil where no Postgres is installed.
  static let shared: PrivateServer? = try? PrivateServer()

  static var isInstalled: Bool { programs != nil }

  /// The newest installed server's programs.
  private static let programs: String? = {
    let root = "/usr/lib/postgresql"
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
    for version in versions.sorted(by: { (Int($0) ?? 0) > (Int($1) ?? 0) }) {
      let folder = "\(root)/\(version)/bin"
      if FileManager.default.isExecutableFile(atPath: folder + "/postgres") { return folder }
    }
    return nil
  }()

  private init() throws {
    let programs = try #require(Self.programs)
    folder =
      FileManager.default.temporaryDirectory
      .appendingPathComponent("necro-postgres-\(UUID().uuidString.prefix(8))").path
    port = try Self.freePort()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let passwordFile = folder + "/password"
    try Self.password.write(toFile: passwordFile, atomically: true, encoding: .utf8)
    if getuid() == 0 { try Self.run("chown", "-R", "postgres", folder) }
    try Self.runUnprivileged(
      programs + "/initdb", "-D", folder + "/data", "-U", user, "--auth=trust", "--no-sync",
      "--encoding=UTF8", "--locale=C", "--pwfile=" + passwordFile)
    try Self.writeAccess(folder + "/data/pg_hba.conf")
    // The watcher ends the server when this process has gone, however it went.
    let script = """
      \(programs)/postgres -D \(folder)/data -k \(folder) -p \(port) \
      -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=60 \
      -c deadlock_timeout=200ms -c logging_collector=off >\(folder)/log 2>&1 &
      server=$!
      while [ -d /proc/\(getpid()) ] && kill -0 $server 2>/dev/null; do sleep 0.3; done
      kill -INT $server; wait $server; rm -rf \(folder)
      """
    try Self.launchUnprivileged(script)
    try waitUntilReady()
  }

  /// Users whose names say how they authenticate; everybody else is trusted.
  private static func writeAccess(_ path: String) throws {
    let rules = """
      local all all trust
      host all clear 127.0.0.1/32 password
      host all digest 127.0.0.1/32 md5
      host all salted 127.0.0.1/32 scram-sha-256
      host all all 127.0.0.1/32 trust
      """
    let handle = try #require(FileHandle(forWritingAtPath: path))
    try handle.truncate(atOffset: 0)
    try handle.write(contentsOf: Data((rules + "\n").utf8))
    try handle.close()
  }

  private func waitUntilReady() throws {
    let deadline = Date(timeIntervalSinceNow: 60)
    while Date() < deadline {
      if let descriptor = try? connect() {
        close(descriptor)
        return
      }
      usleep(50_000)
    }
    throw CocoaError(.executableNotLoadable)
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

  private static func run(_ arguments: String...) throws {
    try run(arguments)
  }

  private static var unprivileged: [String] {
    getuid() == 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : []
  }

  private static func runUnprivileged(_ arguments: String...) throws {
    try run(unprivileged + arguments)
  }

  /// In a session of its own, so that an interrupt at the terminal leaves it to its watcher, and no
  /// child of the tests'.
  private static func launchUnprivileged(_ script: String) throws {
    try run(["setsid", "--fork"] + unprivileged + ["sh", "-c", script])
  }

  /// Runs a program to its end.
  ///
  /// Foundation's `Process` learns of the end by a socket that the program inherits, and with it the
  /// server that it starts: it would wait for that one. Exit tests wait for any child that has
  /// ended, and turn in circles as long as nobody reaps one that is not theirs.
  private static func run(_ arguments: [String]) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    // The unprivileged user may not be able to enter the folder of the tests.
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
}

/// A command that a private server needs has failed.
struct ServerFailure: Error {
  let command: [String]
  /// What `waitpid` reported, or the error number of `posix_spawn`.
  let status: Int32
}
