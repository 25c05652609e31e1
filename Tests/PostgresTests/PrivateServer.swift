import CLinux
import Foundation
import TestSupport
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
    folder = try PrivateProcess.makeFolder("postgres")
    port = PrivateProcess.freePort()
    let passwordFile = folder + "/password"
    try Self.password.write(toFile: passwordFile, atomically: true, encoding: .utf8)
    if getuid() == 0 { try PrivateProcess.run(["chown", "-R", "postgres", folder]) }
    try Self.runUnprivileged(
      programs + "/initdb", "-D", folder + "/data", "-U", user, "--auth=trust", "--no-sync",
      "--encoding=UTF8", "--locale=C", "--pwfile=" + passwordFile)
    try Self.writeAccess(folder + "/data/pg_hba.conf")
    let server = """
      \(programs)/postgres -D \(folder)/data -k \(folder) -p \(port) \
      -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=60 \
      -c deadlock_timeout=200ms -c logging_collector=off
      """
    let script = PrivateProcess.watched(server, signal: "INT", folder: folder)
    try PrivateProcess.launch(script, as: Self.unprivileged)
    try PrivateProcess.wait { try connect() }
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

  /// A connection to the loopback port.
  func connect() throws -> Int32 { try PrivateProcess.connect(port: port) }

  private static var unprivileged: [String] {
    getuid() == 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : []
  }

  private static func runUnprivileged(_ arguments: String...) throws {
    try PrivateProcess.run(unprivileged + arguments)
  }
}
