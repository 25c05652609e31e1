import NecroOctets
import NecroPostgres
import NecroPostgresWire

/// The pool's owner: opens connections over the simulated network, and passes on what it is told.
final class SimulationOwner: PostgresOwner {
  unowned let simulation: Simulation
  private var failures: UInt64 = 0
  private(set) var openings = 0

  /// Has the next attempt to connect made at once: the last ones are long ago.
  func forgetFailures() {
    failures = 0
  }

  init(_ simulation: Simulation) { self.simulation = simulation }

  override func encodeParameters(
    of operation: Operation, _ bind: inout Bind, into output: inout OctetBuffer
  ) -> Bool {
    guard let call = simulation.call(of: operation) else {
      simulation.violation("an operation is encoded that is over")
      return false
    }
    if call.token % 211 == 0 { return false }
    do throws(FrontendMisuse) {
      let value = [UInt8](String(call.token).utf8)
      try bind.value(value.span, .text, into: &output)
      return true
    } catch {
      return false
    }
  }

  override func resultFormat(ofType oid: UInt32) -> TypeFormat {
    switch Int(oid) {
    case SimulatedType.int4: .binary
    case SimulatedType.mood: simulation.knowsMood ? .text : .unknown
    default: .text
    }
  }

  override func typesWanted(_ operation: Operation) {
    let token = operation.ownerToken
    simulation.after(UInt64(simulation.random.below(20))) { [unowned simulation] in
      simulation.knowsMood = true
      if operation.ownerToken == token { simulation.pool.typesKnown(operation) }
    }
  }

  override func completed(_ operation: Operation) { simulation.completed(operation) }

  override func copyOctetsArrived(_ operation: Operation) { simulation.takeCopied(operation) }

  override func copyRoomMade(_ operation: Operation) { simulation.feedCopy(operation) }

  override func connectionWanted(_ pool: Pool) {
    openings += 1
    simulation.after(min(failures * 20, 500)) { [unowned self] in
      openings -= 1
      if simulation.random.perMille(20) {
        failures += 1
        pool.connectionFailed()
        return
      }
      var startup = StartupParameters(user: [UInt8]("grave".utf8))
      startup.password = [UInt8]("sesame".utf8)
      startup.deadlineMilliseconds = simulation.reactor.now + 3_000
      simulation.keep(
        pool.attach(simulation.network.connect().transport, startup, answersWanted: true))
    }
  }

  override func sessionReady(_ session: Session) { failures = 0 }

  override func sessionClosed(_ session: Session) {
    if session.transactionStatus == .idle && session.processID == 0 { failures += 1 }
    switch session.failure {
    case .protocolBroken, .messageUnexpected, .misuse, .scramFailed, .authenticationUnsupported,
      .channelBindingMissing, .encryptionFailed, .encryptionRefused, nil:
      let history = simulation.server.history(ofProcess: Int(session.processID))
      simulation.violation("a session ended as \(String(describing: session.failure)): \(history)")
    default: return
    }
  }
}
