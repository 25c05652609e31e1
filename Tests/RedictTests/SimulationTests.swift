import Foundation
import NecroOctets
import NecroRESP
import NecroReactor
import NecroRedict
import TestSupport
import Testing

/// A server in virtual time that answers each command with its own words, and does to its clients
/// whatever chance will have.
final class SimulatedServer {
  var chance: SeededGenerator
  var links: [Link] = []
  /// Commands that were executed, by their number: a write that was told to be lost may be there.
  var executed: Set<Int> = []

  init(seed: UInt64) { chance = SeededGenerator(seed: seed) }

  func next(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &chance) }

  /// A connection, seen from the client.
  final class Link: RedictTransport {
    unowned let server: SimulatedServer
    var fromClient = RESPDecoder(version: .version2)
    /// Sent by the server, and how much of it has arrived.
    var toClient: [UInt8] = []
    var position = 0
    var hasEnded = false
    var isClosed = false
    var isStuck = false
    /// Replies that the server holds back.
    var held: [UInt8] = []

    init(_ server: SimulatedServer) { self.server = server }

    override func receive(into room: UnsafeMutableRawBufferPointer) -> ReceiveResult {
      let there = toClient.count - position
      if there == 0 { return hasEnded ? .closed : .wouldBlock }
      let count = min(there, room.count, 1 + server.next(server.next(4) == 0 ? 3 : 4_000))
      for index in 0..<count { room[index] = toClient[position + index] }
      position += count
      if position == toClient.count {
        toClient.removeAll(keepingCapacity: true)
        position = 0
      }
      return .octets(count)
    }

    override func send(_ octets: Span<UInt8>) -> SendResult {
      if hasEnded { return .failed(104) }
      if isStuck { return .wouldBlock }
      let count = min(octets.count, 1 + server.next(server.next(4) == 0 ? 9 : 4_000))
      fromClient.feed(octets.extracting(0..<count))
      return .octets(count)
    }

    override func close() { isClosed = true }

    /// Executes what has come.
    func serve() {
      while let words = takeWords(&fromClient) {
        answer(words)
      }
      if server.next(3) > 0 {
        toClient += held
        held.removeAll(keepingCapacity: true)
      }
    }

    private func answer(_ words: [String]) {
      if words[0] == "HELLO" {
        held += Array(
          (server.next(8) == 0 ? "-LOADING not yet\r\n" : "%1\r\n+proto\r\n:3\r\n").utf8)
        return
      }
      guard let number = Int(words[1]) else { preconditionFailure("a command has a number") }
      server.executed.insert(number)
      if server.next(20) == 0 { held += Array(">2\r\n+noise\r\n:\(number)\r\n".utf8) }
      if server.next(40) == 0 { held += Array("|1\r\n+a\r\n:1\r\n".utf8) }
      switch server.next(5) {
      case 0: held += Array(":\(number)\r\n".utf8)
      case 1: held += Array("$\(words[1].utf8.count)\r\n\(number)\r\n".utf8)
      case 2: held += Array("*2\r\n:\(number)\r\n*1\r\n+x\r\n".utf8)
      case 3: held += Array("-ERR \(number)\r\n".utf8)
      default: held += Array("+\(number)\r\n".utf8)
      }
    }
  }
}

@Suite("Redict driver, simulated")
struct SimulationTests {
  /// A command under way: the numbers of its commands, in order.
  final class Call {
    let command = RedictCommand()
    var numbers: [Int] = []
    var isCancelled = false
    var isWrite = false
  }

  /// Runs operations with seeded faults. Every command completes exactly once, and whatever it is
  /// answered is its own reply.
  static func simulate(seed: UInt64, operations: Int) throws -> (replies: Int, failures: Int) {
    let server = SimulatedServer(seed: seed)
    let owner = RecordingOwner()
    let reactor = try DriverReactor(virtualMilliseconds: 1)
    var settings = RedictSettings()
    settings.sharedConnectionsMax = 1 + server.next(3)
    settings.pipelineDepthToGrow = 8
    settings.inFlightMax = 4 + server.next(60)
    settings.outputOctetsMax = 200 + server.next(4_000)
    settings.waitersMax = 200
    settings.ownedConnectionsMax = 3
    settings.waitMilliseconds = 200
    settings.silenceMilliseconds = 60
    settings.connectMilliseconds = 100
    settings.replyLimits.stringOctetsMax = 1_000
    let client = RedictClient(owner: owner, reactor: reactor, settings: settings, chance: seed)
    owner.connect = { client in
      if server.next(6) == 0 { return client.connectionFailed() }
      let link = SimulatedServer.Link(server)
      server.links.append(link)
      client.attach(link, RedictGreeting())
    }
    var calls: [ObjectIdentifier: Call] = [:]
    var number = 0
    var done = 0
    var replies = 0
    var failures = 0
    owner.whenCompleted = { command in
      guard let call = calls.removeValue(forKey: ObjectIdentifier(command)) else {
        preconditionFailure("seed \(seed): a command completes once")
      }
      done += 1
      check(call, seed, server, &replies, &failures)
    }
    while done < operations {
      // Callers.
      for _ in 0..<server.next(12) where number < operations * 2 && calls.count < 150 {
        let call = Call()
        call.isWrite = server.next(2) == 0
        let count = server.next(6) == 0 ? 1 + server.next(4) : 1
        for _ in 0..<count {
          number += 1
          call.numbers.append(number)
          RESPSerializer.command(argumentCount: 2, into: &call.command.request)
          RESPSerializer.argument(call.isWrite ? "INCR" : "GET", into: &call.command.request)
          RESPSerializer.argument(Int64(number), into: &call.command.request)
        }
        call.command.commandCount = count
        call.command.traits = call.isWrite ? [] : .readOnly
        if server.next(10) == 0 { call.command.traits.insert(.blocking) }
        if server.next(4) == 0 {
          call.command.deadlineMilliseconds = reactor.now + UInt64(1 + server.next(80))
        }
        calls[ObjectIdentifier(call.command)] = call
        client.submit(call.command)
      }
      if server.next(3) == 0, let call = calls.randomElement(using: &server.chance)?.value {
        call.isCancelled = true
        client.cancel(call.command)
      }
      // The server and the network.
      for link in server.links where !link.hasEnded {
        if server.next(60) == 0 { link.isStuck.toggle() }
        if !link.isStuck { link.serve() }
        switch server.next(900) {
        case 0: link.hasEnded = true
        case 1:
          link.toClient.removeLast(server.next(link.toClient.count - link.position + 1))
          link.hasEnded = true
        case 2: link.toClient += Array("!bad\r\n".utf8)
        case 3: link.toClient += Array("$99999\r\n".utf8)
        default: break
        }
      }
      server.links.removeAll(where: \.isClosed)
      reactor.flush()
      for connection in client.connections where server.next(4) > 0 {
        connection.ready([.readable, .writable])
      }
      reactor.advance(toMilliseconds: reactor.now + UInt64(server.next(5)))
    }
    client.close()
    reactor.flush()
    #expect(calls.isEmpty && client.connections.isEmpty, "seed \(seed)")
    client.leaveReactor()
    return (replies, failures)
  }

  private static func check(
    _ call: Call, _ seed: UInt64, _ server: SimulatedServer, _ replies: inout Int,
    _ failures: inout Int
  ) {
    let command = call.command
    var values = command.replies.map(value)
    if case .server(let error)? = command.failure {
      let text = String(decoding: error, as: UTF8.self)
      if text.hasPrefix("ERR ") { values.append("error " + text) }
    } else if command.failure != nil {
      failures += 1
    } else {
      precondition(values.count == call.numbers.count, "seed \(seed): each command has a reply")
    }
    for (index, value) in values.enumerated() {
      let number = call.numbers[index]
      let own = [
        "\(number)", "\"\(number)\"", "[\(number) [\"x\"]]", "[\(number) \"x\"]",
        "error ERR \(number)",
      ]
      precondition(own.contains(value), "seed \(seed): \(number) was answered \(value)")
      precondition(server.executed.contains(number), "seed \(seed): \(number) was executed")
      replies += 1
    }
  }

  @Test("no reply reaches another's call, whatever is cancelled, lost or broken")
  func shifts() throws {
    let environment = ProcessInfo.processInfo.environment
    let operations = environment["NECRO_SIMULATED_OPERATIONS"].flatMap { Int($0) } ?? 20_000
    let seed = environment["NECRO_SEED"].flatMap { UInt64($0) } ?? 1
    let perSeed = 5_000
    var replies = 0
    var failures = 0
    for index in 0..<UInt64(max(1, operations / perSeed)) {
      let (some, failed) = try Self.simulate(seed: seed &+ index, operations: perSeed)
      replies += some
      failures += failed
    }
    print("simulated: \(operations) operations, \(replies) replies, \(failures) failures")
    // Most calls are answered, and faults are no rarity.
    #expect(replies > operations / 3 && failures > operations / 50)
  }
}
