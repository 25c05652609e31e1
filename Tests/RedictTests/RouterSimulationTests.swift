import Foundation
import NecroOctets
import NecroRESP
import NecroReactor
import NecroRedict
import TestSupport
import Testing

@Suite("Redict router, simulated")
struct RouterSimulationTests {
  final class Call {
    let command = RedictCommand()
    var numbers: [Int] = []
    var isWrite = false
    var isTransaction = false
    /// What a command of many keys, or of all shards, is answered.
    var wanted: [String] = []
  }

  struct Outcome {
    var replies = 0
    var errors = 0
    var failures = 0
  }

  static func simulate(_ kind: SimulatedWorld.Kind, seed: UInt64, operations: Int) throws -> Outcome
  {
    let world = SimulatedWorld(kind, seed: seed)
    let owner = RecordingOwner()
    let reactor = try DriverReactor(virtualMilliseconds: 1)
    owner.connect = { world.connect($0) }
    let router = makeRouter(world, owner, reactor)
    var calls: [ObjectIdentifier: Call] = [:]
    var number = 0
    var done = 0
    var outcome = Outcome()
    owner.whenCompleted = { command in
      guard let call = calls.removeValue(forKey: ObjectIdentifier(command)) else {
        preconditionFailure("seed \(seed): a command completes once")
      }
      done += 1
      check(call, world, &outcome)
    }
    while done < operations {
      for _ in 0..<world.next(10) where number < operations * 4 && calls.count < 120 {
        let call = makeCall(world, &number)
        if world.next(4) == 0 {
          call.command.deadlineMilliseconds = reactor.now + UInt64(1 + world.next(200))
        }
        calls[ObjectIdentifier(call.command)] = call
        router.submit(call.command)
      }
      if world.next(5) == 0, let call = calls.randomElement(using: &world.chance)?.value {
        router.cancel(call.command)
      }
      world.change()
      world.turn()
      reactor.flush()
      reactor.advance(toMilliseconds: reactor.now + UInt64(world.next(6)))
    }
    router.close()
    for _ in 0..<100 where !router.hasEnded {
      reactor.flush()
      reactor.advance(toMilliseconds: reactor.now + 60)
    }
    #expect(calls.isEmpty && router.hasEnded, "seed \(seed)")
    if router.hasEnded { router.leaveReactor() }
    return outcome
  }

  private static func makeRouter(
    _ world: SimulatedWorld, _ owner: RecordingOwner, _ reactor: DriverReactor
  ) -> RedictRouter {
    var settings = RedictSettings()
    settings.sharedConnectionsMax = 1 + world.next(2)
    settings.inFlightMax = 8 + world.next(60)
    settings.waitersMax = 200
    settings.waitMilliseconds = 2_000
    settings.silenceMilliseconds = 100
    settings.connectMilliseconds = 100
    settings.backoffMilliseconds = 5
    settings.backoffMillisecondsMax = 100
    var routing = RedictRouterSettings()
    routing.readsReplicas = world.next(2) == 0
    routing.refreshMillisecondsMin = 10
    routing.probeMilliseconds = 100
    routing.retireMilliseconds = 500
    routing.nodesMax = 12
    func address(_ port: UInt16) -> RedictAddress { RedictAddress(host: octets("h"), port: port) }
    switch world.kind {
    case .cluster:
      return RedictCluster(
        owner: owner, reactor: reactor, seeds: [address(7_000), address(7_101)],
        settings: settings, routing: routing, chance: world.seed)
    case .sentinels:
      return RedictSentinels(
        owner: owner, reactor: reactor,
        sentinels: [address(8_000), address(8_001), address(9_999), address(8_002)],
        name: octets("crypt"), settings: settings, routing: routing, chance: world.seed)
    }
  }

  private static func makeCall(_ world: SimulatedWorld, _ number: inout Int) -> Call {
    let call = Call()
    if world.next(6) == 0 {
      makeScattered(call, world, &number)
      return call
    }
    call.isWrite = world.next(2) == 0
    call.isTransaction = world.next(8) == 0
    let count = call.isTransaction || world.next(5) == 0 ? 1 + world.next(5) : 1
    let keys = SimulatedWorld.keys
    let only = keys[world.next(keys.count)]
    var commands: [[String]] = []
    for _ in 0..<count {
      number += 1
      call.numbers.append(number)
      let key = call.isTransaction ? only : keys[world.next(keys.count)]
      commands.append([call.isWrite ? "SET" : "GET", key, "\(number)"])
    }
    if call.isTransaction { commands = [["MULTI"]] + commands + [["EXEC"]] }
    write(commands, call)
    if call.isTransaction {
      call.command.traits = [.beginsTransaction, .endsTransaction]
    } else if !call.isWrite {
      call.command.traits = .readOnly
    }
    if !call.isTransaction && world.next(12) == 0 { call.command.traits.insert(.blocking) }
    return call
  }

  /// A command that a cluster's router divides, or has each shard do.
  private static func makeScattered(_ call: Call, _ world: SimulatedWorld, _ number: inout Int) {
    let keys = SimulatedWorld.keys.shuffled(using: &world.chance).prefix(1 + world.next(9))
    call.isWrite = world.next(2) == 0
    if world.next(4) == 0 {
      write([["DBSIZE"]], call)
      call.command.traits = .readOnly
      call.wanted = (1...12).map(String.init)
    } else if call.isWrite {
      var words = ["MSET"]
      for key in keys {
        number += 1
        call.numbers.append(number)
        words += [key, "\(number)"]
      }
      write([words], call)
      call.wanted = ["\"OK\""]
    } else {
      write([["MGET"] + keys], call)
      call.command.traits = .readOnly
      call.wanted = ["[" + keys.map { "\"\($0)\"" }.joined(separator: " ") + "]"]
    }
  }

  private static func write(_ commands: [[String]], _ call: Call) {
    for words in commands {
      RESPSerializer.command(argumentCount: words.count, into: &call.command.request)
      for word in words {
        let word = octets(word)
        RESPSerializer.argument(word.span, into: &call.command.request)
      }
    }
    call.command.commandCount = commands.count
  }

  /// Whatever was answered is the call's own reply, and what was written is told as written.
  private static func check(_ call: Call, _ world: SimulatedWorld, _ outcome: inout Outcome) {
    let seed = world.seed
    var values = call.command.replies.map(value)
    if call.command.failure != nil {
      outcome.failures += 1
    } else {
      precondition(
        values.count == call.command.commandCount, "seed \(seed): each command has a reply")
    }
    if !call.wanted.isEmpty {
      for value in values {
        precondition(call.wanted.contains(value), "seed \(seed): \(value) for \(call.wanted)")
        outcome.replies += 1
        for number in call.numbers {
          precondition(world.executed[number] == 1, "seed \(seed): \(number) was written")
        }
      }
      return
    }
    if call.isTransaction {
      guard call.command.failure == nil, let last = values.last, last.hasPrefix("[") else {
        outcome.errors += 1
        return
      }
      values = last.dropFirst().dropLast().split(separator: " ").map(String.init)
      precondition(values.count == call.numbers.count, "seed \(seed)")
    }
    for (index, value) in values.enumerated() {
      let number = call.numbers[index]
      if value.hasPrefix("error ") {
        let known = ["MOVED", "ASK", "TRYAGAIN", "CLUSTERDOWN", "LOADING", "READONLY"]
        let code = value.dropFirst(6).split(separator: " ")[0]
        precondition(known.contains(String(code)), "seed \(seed): \(value)")
        outcome.errors += 1
        continue
      }
      precondition(
        value == "\(number)" || value == "\"\(number)\"",
        "seed \(seed): \(number) was answered \(value)")
      precondition(world.executed[number] ?? 0 > 0, "seed \(seed): \(number) was executed")
      outcome.replies += 1
    }
  }

  @Test(
    "no reply reaches another's call and nothing is written twice, wherever slots and masters go",
    arguments: [SimulatedWorld.Kind.cluster, .sentinels])
  func moves(kind: SimulatedWorld.Kind) throws {
    let environment = ProcessInfo.processInfo.environment
    let operations = environment["NECRO_SIMULATED_OPERATIONS"].flatMap { Int($0) } ?? 20_000
    let seed = environment["NECRO_SEED"].flatMap { UInt64($0) } ?? 1
    let perSeed = 4_000
    var sum = Outcome()
    for index in 0..<UInt64(max(1, operations / perSeed)) {
      let outcome = try Self.simulate(kind, seed: seed &+ index, operations: perSeed)
      sum.replies += outcome.replies
      sum.errors += outcome.errors
      sum.failures += outcome.failures
    }
    print("simulated \(kind): \(operations) operations, \(sum)")
    #expect(sum.replies > operations / 2 && sum.failures > operations / 100)
  }
}
