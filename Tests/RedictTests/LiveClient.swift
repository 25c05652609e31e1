import CLinux
import Foundation
import NecroRESP
import NecroReactor
import NecroRedict
import Testing

/// A client of the private server, driven by the test's thread.
final class LiveClient {
  let owner = RecordingOwner()
  let reactor: DriverReactor
  let client: RedictClient
  let server: PrivateServer

  init(
    _ greeting: RedictGreeting = RedictGreeting(), isLocal: Bool = false,
    _ configure: (inout RedictSettings) -> Void = { _ in }
  ) throws {
    server = try #require(PrivateServer.shared)
    reactor = try DriverReactor()
    var settings = RedictSettings()
    configure(&settings)
    client = RedictClient(
      owner: owner, reactor: reactor, settings: settings, chance: UInt64.random(in: 0...UInt64.max))
    let server = server
    owner.connect = { client in
      do {
        let socket = isLocal ? try server.connectLocally() : try server.connect()
        client.attach(RedictSocketTransport(socket: socket, isConnecting: false), greeting)
      } catch {
        client.connectionFailed()
      }
    }
  }

  deinit {
    owner.whenCompleted = { _ in }
    client.close()
    reactor.flush()
    if client.connections.isEmpty { client.leaveReactor() }
  }

  /// Waits on the reactor's one descriptor, as a host does, until `condition` holds.
  func wait(seconds: Double = 20, _ condition: () -> Bool) -> Bool {
    let end = Date(timeIntervalSinceNow: seconds)
    reactor.flush()
    while !condition() {
      let left = end.timeIntervalSinceNow
      if left <= 0 { return false }
      var poll = pollfd(fd: reactor.descriptor, events: Int16(POLLIN), revents: 0)
      _ = Foundation.poll(&poll, 1, Int32(min(left * 1000, 100)))
      do { try reactor.turn() } catch { return false }
    }
    return true
  }

  /// Has a command done; its reply, or failure, as text.
  @discardableResult
  func run(_ command: RedictCommand, on connection: RedictConnection? = nil) -> String {
    if let connection { client.submit(command, on: connection) } else { client.submit(command) }
    #expect(wait { command.isFinished }, "completed in time")
    return outcome(command)
  }

  @discardableResult
  func run(_ words: String...) -> String { run(command([words])) }

  func acquire() throws -> RedictConnection {
    let command = RedictCommand()
    client.acquire(command)
    #expect(wait { command.isFinished })
    return try #require(command.connection)
  }
}
