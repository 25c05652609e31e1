import NecroOctets
import NecroPostgres
import NecroReactor

/// The driver over a simulated network to a simulated server, in virtual time: many callers, and
/// everything that can go wrong, as a seed has it.
///
/// It shows that
///
/// - no reply reaches another caller, and no CancelRequest hits another's statement,
/// - nothing took effect twice, what was reported as done has taken effect, and what was reported as
///   not done has not,
/// - each call ends once, and by its deadline,
/// - nothing waits behind another caller's write or locking read, and nothing strange happens within
///   a caller's transaction,
/// - the pool works again once everything around it does,
/// - nothing is left over: no session, operation, timer or connection.
public final class Simulation {
  public let seed: UInt64
  public private(set) var violations: [String] = []
  public var statistics = SimulationStatistics()

  let clock: VirtualClock
  let network: SimulatedNetwork
  let reactor: DriverReactor
  private(set) var server: SimulatedServer!
  private(set) var owner: SimulationOwner!
  private(set) var pool: Pool!
  var random: RandomSource
  var knowsMood = false
  var begunCount = 0
  let operationsMax: Int
  private(set) var isChaotic = true

  /// By token: whose it is, whether it has to wait behind nobody, what becomes of its effect.
  var callers: [Int] = []
  var avoidsShared: [Bool] = []
  var effects: [Call.Effect] = []
  /// Calls that are not over, by token.
  private var active: [Int: Call] = [:]
  var idleOperations: [Operation] = []
  private var kept: [Kept] = []

  private struct Kept { weak var object: AnyObject? }

  /// How long a call without a deadline of its own may take: somebody's black hole, and its wait.
  private static var callMillisecondsMax: UInt64 { 200_000 }
  private static var violationsMax: Int { 20 }

  public init(seed: UInt64, operations: Int) throws(SystemError) {
    self.seed = seed
    random = RandomSource(seed: seed)
    operationsMax = operations
    clock = VirtualClock(now: 1_000_000)
    reactor = try DriverReactor(virtualMilliseconds: clock.now)
    network = SimulatedNetwork(clock: clock, random: RandomSource(seed: random.next()))
    server = SimulatedServer(
      network: network, simulation: self, random: RandomSource(seed: random.next()))
    network.server = server
    owner = SimulationOwner(self)
    pool = Pool(owner: owner, reactor: reactor, settings: settings())
  }

  private func settings() -> PoolSettings {
    var settings = PoolSettings()
    settings.sessionsMax = 1 + random.below(8)
    settings.waitMilliseconds = UInt64([200, 2_000, 30_000][random.below(3)])
    settings.waitersMax = random.perMille(100) ? 10 : 10_000
    settings.pipelineDepthMax = [1, 4, 64][random.below(3)]
    settings.pipelineDepthToGrow = 1 + random.below(8)
    settings.quickNanoseconds = 3_000_000
    settings.stalledNanoseconds = 20_000_000
    settings.preparedStatementsMax = [0, 3, 256][random.below(3)]
    settings.statementsMax = [5, 1_024][random.below(2)]
    settings.copyOctetsMax = 4_096
    settings.receivedOctetsPerTurnMax = random.perMille(200) ? 100 : 1 << 19
    settings.cancelMilliseconds = 500
    return settings
  }

  // MARK: The run

  /// Runs until all operations are over, and looks at what is left.
  public func run() {
    for caller in 0..<(1 + random.below(40)) { rest(caller) }
    chaos()
    go { [self] in begunCount >= operationsMax && active.isEmpty }
    isChaotic = false
    network.faults = .none
    guard violations.isEmpty else { return }
    recover()
    close()
    for (token, effect) in effects.enumerated() { check(token, effect) }
  }

  /// Lets time go on until something holds.
  private func go(until isOver: () -> Bool) {
    while !isOver() {
      guard violations.count < Self.violationsMax else { return }
      let next = min(clock.nextEvent ?? .max, reactor.nextDeadline ?? .max)
      if next == .max {
        violation("nothing is to happen, and \(active.count) calls are not over")
        return
      }
      clock.advance(to: max(next, clock.now))
      clock.run()
      if random.perMille(500) {
        network.announce()
        reactor.advance(toMilliseconds: clock.now)
      } else {
        reactor.advance(toMilliseconds: clock.now)
        network.announce()
        reactor.flush()
      }
    }
  }

  func after(_ milliseconds: UInt64, _ action: @escaping () -> Void) {
    clock.after(milliseconds, action)
  }

  func keep(_ object: AnyObject) { kept.append(Kept(object: object)) }

  func violation(_ what: String) {
    violations.append("seed \(seed), \(clock.now - 1_000_000) ms: \(what)")
  }

  /// What befalls server and connections, again and again.
  private func chaos() {
    after(UInt64(5 + random.below(random.perMille(500) ? 100 : 1_000))) { [self] in
      guard isChaotic else { return }
      let backend = server.backend(at: &random)
      switch random.below(20) {
      case 0..<4: backend?.connection.reset()
      case 4, 5: backend?.end()
      case 6, 7: backend?.terminate()
      case 8: backend?.connection.swallow()
      case 9..<13: server.alterTables()
      case 13..<16: backend?.prepared.removeAll()
      case 16:
        if !random.perMille(300) { break }
        statistics.restarts += 1
        server.restart(after: UInt64(random.below(500)))
      case 17: pickSession().map { pool.retire($0) }
      case 18: pickSession().map { pool.close($0) }
      default: for _ in 0..<random.below(200) { backend?.interject() }
      }
      chaos()
    }
  }

  private func pickSession() -> Session? {
    pool.sessions.isEmpty ? nil : pool.sessions[random.below(pool.sessions.count)]
  }

  /// Without faults everything succeeds again.
  private func recover() {
    var isQuiet = false
    after(SimulatedNetwork.keepaliveMilliseconds + 10_000) { isQuiet = true }
    go { isQuiet }
    owner.forgetFailures()
    for caller in 0..<10 {
      for _ in 0..<5 {
        let call = makeCall(caller, .query, .read, hasDeadline: false) { [self] call in
          switch call.operation.failure {
          case nil, .ownerFailed, .tooManyWaiters: break
          case .server(let error): violation("the pool does not recover: \(error.summary)")
          case let failure: violation("the pool does not recover: \(String(describing: failure))")
          }
        }
        pool.submit(call.operation)
      }
    }
    reactor.flush()
    go { [self] in active.isEmpty }
  }

  private func close() {
    pool.close()
    reactor.flush()
    var isQuiet = false
    after(SimulatedNetwork.keepaliveMilliseconds + 10_000) { isQuiet = true }
    go { isQuiet }
    guard pool.sessions.isEmpty, owner.openings == 0 else {
      violation("\(pool.sessions.count) sessions are left")
      return
    }
    pool.leaveReactor()
    if reactor.sourceCount != 0 { violation("\(reactor.sourceCount) sources are left") }
    if reactor.nextDeadline != nil { violation("a timer is left") }
    if !network.connections.isEmpty {
      violation("\(network.connections.count) connections are left")
    }
    statistics.connections = network.openedCount
    idleOperations.removeAll()
    clock.removeAll()
    pool = nil
    let leaked = kept.count { $0.object != nil }
    if leaked > 0 { violation("\(leaked) of \(kept.count) objects are left") }
  }

  private func check(_ token: Int, _ effect: Call.Effect) {
    let count = server.ledger[token] ?? 0
    switch effect {
    case .none, .absent:
      if count != 0 { violation("\(token) has taken effect \(count) times, and was said not to") }
    case .present:
      if count != 1 { violation("\(token) has taken effect \(count) times, and was said to") }
    case .either:
      if count > 1 { violation("\(token) has taken effect \(count) times") }
    }
  }

  // MARK: What the server sees

  /// A statement has arrived while another one before it is not answered.
  func arrived(_ token: Int, behind other: Int, isPlainRead: Bool, isSameBatch: Bool) {
    guard token >= 0, other >= 0 else { return }
    if callers[token] == callers[other] {
      // It could be cancelled in the other's place.
      if !isPlainRead && !isSameBatch { violation("\(token) is sent behind its own \(other)") }
      return
    }
    statistics.pipelined += 1
    if !isPlainRead { violation("\(token) waits behind \(other), which is no plain read") }
    if avoidsShared[token] {
      violation("\(token) waits behind \(other), and is to wait behind nobody")
    }
  }

  func checkSameCaller(_ owner: Int, _ token: Int) {
    guard token >= 0, callers[owner] != callers[token] else { return }
    violation("\(token) is done in the transaction of \(owner)")
  }

  // MARK: Calls

  func call(of operation: Operation) -> Call? { active[Int(operation.ownerToken)] }

  func begin(_ call: Call) {
    active[call.token] = call
    begunCount += 1
    statistics.operations += 1
    if call.token % 64 == 0 { keep(call.operation) }
    guard isChaotic, random.perMille(120) else { return }
    after(UInt64(random.below(random.perMille(500) ? 4 : 40))) { [unowned self] in
      guard isChaotic, active[call.token] === call else { return }
      call.wasCancelled = true
      pool.cancel(call.operation)
    }
  }

  func completed(_ operation: Operation) {
    let token = Int(operation.ownerToken)
    guard let call = active.removeValue(forKey: token), call.operation === operation else {
      violation("\(token) is completed twice")
      return
    }
    if operation.deadlineMilliseconds > 0 && clock.now > operation.deadlineMilliseconds + 1 {
      violation("\(token) is over \(clock.now - operation.deadlineMilliseconds) ms too late")
    }
    if clock.now > call.submitted + Self.callMillisecondsMax {
      violation("\(token) has taken \(clock.now - call.submitted) ms")
    }
    judge(call)
    let whenOver = call.whenOver
    call.whenOver = nil
    whenOver?(call)
  }
}
