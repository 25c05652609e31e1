import NecroOctets
import NecroPostgresWire
import NecroReactor

/// What follows when an exchange is answered.
extension Session {
  func finish(_ exchange: Exchange) {
    switch exchange.purpose {
    case .cleaning: return
    case .description: finishDescription(exchange)
    case .operation: finishOperation(exchange)
    }
  }

  private func finishOperation(_ exchange: Exchange) {
    let isAlone = exchanges.isEmpty
    guard let operation = exchange.operation else { return }
    if let statement = exchange.statement {
      if operation.failure == nil {
        let begin = max(exchange.sentNanoseconds, lastReadyNanoseconds)
        statement.measured(pool.reactor.nowNanoseconds &- begin)
      } else if mustRetry(operation, statement) {
        operation.failure = nil
        operation.hasRetried = true
        operation.state = .queued
        queue.prepend(operation)
        return
      }
    }
    if operation.failure == nil {
      if operation.rows == nil, let layout = exchange.layout, !layout.columns.isEmpty {
        operation.rows = ResultRows(layout: layout)
      }
      if transactionStatus != .idle && !isExclusive && isAlone {
        operation.failure = .transactionLeftOpen
        operation.rows = nil
      }
    }
    pool.complete(operation)
  }

  /// Forgets a prepared statement that the server does not have any more, or whose plan is stale.
  /// Outside a
  /// transaction its operation is tried again, once: nothing of it was done.
  private func mustRetry(_ operation: Operation, _ statement: Statement) -> Bool {
    guard case .server(let error)? = operation.failure else { return false }
    let state = error.sqlState
    if state == SQLState.invalidStatementName {
      prepared.remove(statement.index)
    } else if state == SQLState.featureNotSupported && error.has(.routine, "RevalidateCachedQuery")
    {
      forget(statement)
      statement.isDescribed = false
    } else if state == SQLState.protocolViolation && !statement.isDescribed {
      // More or fewer columns than formats were given for: the description that came with it says
      // so.
      forget(statement)
    } else {
      return false
    }
    return transactionStatus == .idle && !operation.hasRetried && !operation.isBatched
      && operation.kind == .query
  }

  /// Has a statement closed with what is sent next.
  func forget(_ statement: Statement) {
    guard prepared.contains(statement.index) else { return }
    prepared.remove(statement.index)
    pendingCloses.append(statement.name)
  }

  // MARK: Descriptions

  private func finishDescription(_ exchange: Exchange) {
    guard let statement = exchange.statement, let operation = exchange.operation else { return }
    if operation.failure != nil {
      if operation.isBatched { failBatch(operation) } else { pool.complete(operation) }
      return
    }
    if !operation.typesWereWanted && hasUnknownType(statement) {
      park(operation)
      return
    }
    typesAreKnown(statement)
    resume(operation)
  }

  private func hasUnknownType(_ statement: Statement) -> Bool {
    for type in statement.parameterTypes where pool.owner.resultFormat(ofType: type) == .unknown {
      return true
    }
    guard let layout = statement.layout else { return false }
    for column in layout.columns where pool.owner.resultFormat(ofType: column.typeOID) == .unknown {
      return true
    }
    return false
  }

  /// Has an operation wait until the owner knows its types. One of the pool's leaves the session
  /// for it, so
  /// that types can be looked up even where there is only one.
  private func park(_ operation: Operation) {
    operation.typesWereWanted = true
    operation.state = .parked
    if isExclusive || operation.isBatched {
      parked = operation
    } else {
      operation.session = nil
    }
    pool.owner.typesWanted(operation)
  }

  func typesAreKnown(_ statement: Statement) { statement.formatsAreSettled(pool.owner) }

  /// Goes on with an operation whose statement is described.
  func resume(_ operation: Operation) {
    if operation.isBatched { return }
    operation.state = .queued
    queue.prepend(operation)
  }

  /// Completes the members of a batch of which one cannot be sent.
  func failBatch(_ culprit: Operation) {
    while let member = queue.first, member.isBatched {
      queue.remove(member)
      if member !== culprit { member.failure = .batchAborted }
      pool.complete(member)
      if member.endsBatch { break }
    }
  }

  // MARK: Rest

  /// Sees what is to be done once a ReadyForQuery was taken.
  func settled() {
    if !exchanges.isEmpty {
      // Behind others' quick reads nothing can have begun a transaction.
      if !isExclusive && transactionStatus != .idle && exchanges[0].purpose != .cleaning {
        end(.messageUnexpected)
      }
      return
    }
    settleCancel()
    if queue.isEmpty && transactionStatus == .idle && !isExclusive && !isRetiring {
      if isFree { pool.sessionIsFree(self) }
    } else {
      pool.reactor.mark(self)
    }
  }

  func settleCancel() {
    guard isSettlingCancel, exchanges.isEmpty, cancelConnection == nil else { return }
    isSettlingCancel = false
    if let timer = cancelTimer { pool.reactor.cancelTimer(timer) }
    cancelTimer = nil
    if isFree { pool.sessionIsFree(self) }
    pool.reactor.mark(self)
  }
}
