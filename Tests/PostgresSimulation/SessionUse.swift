import NecroOctets
import NecroPostgres

extension Simulation {
  /// Takes a session out of the pool and uses it for a while.
  func takeSession(_ caller: Int) {
    let acquisition = makeCall(caller, .acquire, nil) { [unowned self] call in
      guard call.operation.failure == nil, let session = call.operation.session else {
        rest(caller)
        return
      }
      SessionUse(self, caller, session).begin()
    }
    pool.submit(acquisition.operation)
  }
}

/// What a caller does with a session of its own: a transaction, batches, cursors, copies.
private final class SessionUse {
  private unowned let simulation: Simulation
  private let caller: Int
  private let session: Session
  private var stepsLeft: Int
  private var isInTransaction = false
  /// Calls with an effect in the transaction: whether each has succeeded.
  private var members: [(token: Int, isDone: Bool)] = []
  private var outstanding = 0
  private var hasFailed = false

  init(_ simulation: Simulation, _ caller: Int, _ session: Session) {
    self.simulation = simulation
    self.caller = caller
    self.session = session
    stepsLeft = simulation.random.below(6)
  }

  func begin() {
    guard simulation.random.perMille(700) else {
      step()
      return
    }
    submit(.script, nil, text: "begin") { [self] call in
      guard call.operation.failure == nil else { return release() }
      isInTransaction = true
      step()
    }
  }

  private func submit(
    _ kind: Operation.Kind, _ statement: SimulatedStatement?, text: String? = nil,
    configure: (Call) -> Void = { _ in }, then whenOver: @escaping (Call) -> Void
  ) {
    let call = make(kind, statement, text: text, then: whenOver)
    configure(call)
    simulation.pool.submit(call.operation, on: session)
  }

  private func make(
    _ kind: Operation.Kind, _ statement: SimulatedStatement?, text: String? = nil,
    then whenOver: @escaping (Call) -> Void
  ) -> Call {
    let call = simulation.makeCall(caller, kind, statement, text: text) { [self] call in
      if isInTransaction && call.hasEffect {
        members.append((call.token, call.operation.failure == nil))
      }
      if call.operation.failure != nil { hasFailed = true }
      whenOver(call)
    }
    if isInTransaction && call.hasEffect { call.isGrouped = true }
    return call
  }

  private func step() {
    if hasFailed || stepsLeft == 0 {
      end()
      return
    }
    stepsLeft -= 1
    switch simulation.random.below(10) {
    case 0..<4: queries()
    case 4..<6: batch()
    case 6: if isInTransaction { cursor() } else { queries() }
    case 7: one(.copyIn, "copy ledger from stdin")
    case 8: one(.copyOut, "copy graves to stdout")
    default: one(.script, "insert script")
    }
  }

  private func one(_ kind: Operation.Kind, _ text: String) {
    if kind != .script { simulation.statistics.copies += 1 }
    submit(kind, nil, text: text) { [self] _ in step() }
  }

  private static let statements: [SimulatedStatement] = [
    .read, .read, .insert, .insert, .lockingRead, .slowRead, .unknownType, .failing,
  ]

  private func pick() -> SimulatedStatement {
    let isRisky = simulation.random.perMille(200)
    return Self.statements[
      simulation.random.below(isRisky ? Self.statements.count : Self.statements.count - 1)]
  }

  /// Several queries at once.
  private func queries() {
    outstanding = 1 + simulation.random.below(4)
    for _ in 0..<outstanding {
      submit(.query, pick()) { [self] _ in oneLess() }
    }
  }

  private func oneLess() {
    outstanding -= 1
    if outstanding == 0 { step() }
  }

  private func batch() {
    simulation.statistics.batches += 1
    outstanding = 1 + simulation.random.below(5)
    var calls: [Call] = []
    let isAlone = !isInTransaction
    for _ in 0..<outstanding {
      calls.append(
        make(.query, pick()) { [self] _ in
          if outstanding == 1 && isAlone { settle(batch: calls) }
          oneLess()
        })
    }
    for call in calls {
      call.isGrouped = true
      call.isBatched = true
    }
    simulation.pool.submit(batch: calls.map(\.operation), on: session)
  }

  /// Outside a transaction a batch is one.
  private func settle(batch: [Call]) {
    let isDone = batch.allSatisfy { $0.operation.failure == nil }
    let hasFailed = batch.contains {
      switch $0.operation.failure {
      case .server(let error): !error.isTermination
      case .ownerFailed: true
      default: false
      }
    }
    for call in batch where call.hasEffect {
      simulation.effects[call.token] = isDone ? .present : hasFailed ? .absent : .either
    }
  }

  private func cursor() {
    simulation.statistics.cursors += 1
    let portal = simulation.pool.nextPortal()
    let rowsMax = 1 + simulation.random.below(3)
    submit(
      .cursorOpen, .read,
      configure: {
        $0.operation.portal = portal
        $0.operation.rowsMax = rowsMax
      },
      then: { [self] call in fetch(portal, rowsMax, call.token, call) })
  }

  private func fetch(_ portal: UInt32, _ rowsMax: Int, _ token: Int, _ last: Call) {
    let operation = last.operation
    if operation.failure == nil && operation.isSuspended && simulation.random.perMille(800) {
      submit(
        .cursorFetch, .read,
        configure: {
          $0.cursorToken = token
          $0.operation.statement = operation.statement
          $0.operation.portal = portal
          $0.operation.rowsMax = rowsMax
        },
        then: { [self] call in fetch(portal, rowsMax, token, call) })
    } else if operation.failure == nil {
      submit(
        .cursorClose, nil, configure: { $0.operation.portal = portal }, then: { [self] _ in step() }
      )
    } else {
      step()
    }
  }

  private func end() {
    if !isInTransaction {
      release()
      return
    }
    switch simulation.random.below(10) {
    case 0..<7:
      submit(.script, nil, text: "commit") { [self] call in
        let isCommitted = call.operation.failure == nil && call.tag == "COMMIT"
        let isRolledBack = call.operation.failure == nil && !isCommitted
        if isCommitted { simulation.statistics.transactionsCommitted += 1 }
        for member in members {
          simulation.effects[member.token] =
            isRolledBack ? .absent : isCommitted && member.isDone ? .present : .either
        }
        release()
      }
      return
    case 7, 8:
      submit(.script, nil, text: "rollback") { [self] _ in
        undone()
        release()
      }
      return
    default:
      undone()
      release()
    }
  }

  private func undone() {
    for member in members { simulation.effects[member.token] = .absent }
  }

  private func release() {
    simulation.pool.release(session, resetting: simulation.random.perMille(200))
    simulation.rest(caller)
  }
}

extension ServerError {
  /// Whether the server has closed the session: nobody knows how far it had come.
  fileprivate var isTermination: Bool { has(.sqlState, "57P01") }
}
