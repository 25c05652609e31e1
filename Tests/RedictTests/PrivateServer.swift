import CLinux
import Foundation
import TestSupport
import Testing

/// A Redict of this test run's own: in a temporary folder, on a unix socket and a port of the loopback
/// address, without files; it ends with the process that uses it, or when it is stopped.
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

  /// - Parameters:
  ///   - port: a free one by default.
  ///   - options: further arguments.
  ///   - configuration: the lines of a configuration file, which a sentinel needs.
  init(port: UInt16? = nil, _ options: String = "", configuration: String? = nil) throws {
    let program = try #require(Self.program)
    folder = try PrivateProcess.makeFolder("redict")
    self.port = port ?? PrivateProcess.freePort()
    var file = ""
    if let configuration {
      file = "\(folder)/configuration"
      try configuration.write(toFile: file, atomically: true, encoding: .utf8)
    }
    // It has nothing to save, and the signals that it could be asked by are blocked where this thread
    // has blocked them.
    let server =
      "\(program) \(file) --port \(self.port) --bind 127.0.0.1 --dir \(folder) --daemonize no "
      + (configuration == nil ? "--unixsocket \(folder)/socket --save '' --appendonly no " : "")
      + options
    try PrivateProcess.launch(
      PrivateProcess.watched(server, signal: "KILL", folder: folder))
    try PrivateProcess.wait { try self.connect() }
  }

  deinit { stop() }

  private var process: pid_t? {
    guard let text = try? String(contentsOfFile: folder + "/process", encoding: .utf8) else {
      return nil
    }
    return pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines))
  }

  /// Ends the server at once, as a machine that fails.
  func stop() { signal(SIGKILL) }

  func signal(_ number: Int32) {
    if let process { kill(process, number) }
  }

  /// A connection to the loopback port.
  func connect() throws -> Int32 { try PrivateProcess.connect(port: port) }

  /// A connection to the unix socket.
  func connectLocally() throws -> Int32 { try PrivateProcess.connect(path: folder + "/socket") }
}
