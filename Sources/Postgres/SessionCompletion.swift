import NecroOctets
import NecroPostgresWire
import NecroReactor

/// What follows when an exchange is answered.
extension Session {
  func finish(_ exchange: Exchange) {
    switch exchange.purpose {
    case .cleaning:
      // A session that cannot be brought back to idle is of no use to anybody.
      if transactionStatus != .idle { end(.messageUnexpected) }
    case .description: finishDescription(exchange)
    case .operation: finishOperation(exchange)
    }
  }

  @_optimize(speed)
  private func finishOperation(_ exchange: Exchange) {
    let isAlone = exchanges.isEmpty
    guard let operation = exchange.operation else { return }
    if let statement = exchange.statement {
      if operation.failure == nil {
        let begin = max(exchange.sentNanoseconds, lastReadyNanoseconds)
        statement.measured(pool.reactor.nowNanoseconds &- begin)
      } else if mustRetry(operation, statement, exchange) {
        operation.failure = nil
        operation.hasRetried = true
        again(operation)
        return
      }
    }
    if operation.failure == nil {
      let layout = exchange.layout ?? layout(ofCursor: operation)
      if operation.rows == nil, let layout, !layout.columns.isEmpty {
        operation.rows = ResultRows(layout: layout)
      }
      noteCursor(operation, layout)
      if transactionStatus != .idle && !isExclusive && isAlone {
        operation.failure = .transactionLeftOpen
        operation.rows = nil
      }
    }
    pool.complete(operation)
  }

  /// Forgets a prepared statement that the server does not have any more, or whose plan is stale: on
  /// all sessions, since what befell one has probably befallen others, and the operation may go there.
  /// Outside a transaction it is tried again, once: nothing of it was done.
  private func mustRetry(
    _ operation: Operation, _ statement: Statement, _ exchange: borrowing Exchange
  ) -> Bool {
    guard case .server(let error)? = operation.failure else { return false }
    let state = error.sqlState
    // More or fewer columns than formats were given for are a violation of the protocol.
    let mayHaveOtherColumns = exchange.hasOtherColumns || exchange.layout?.uniformFormat == nil
    guard
      state == SQLState.invalidStatementName
        || state == SQLState.featureNotSupported && error.has(.routine, "RevalidateCachedQuery")
        || state == SQLState.protocolViolation && mayHaveOtherColumns
    else { return false }
    pool.forget(statement)
    statement.isDescribed = false
    // What its owner has sent behind it is not to be done before it, but for a read.
    let keepsOrder = !isExclusive || exchanges.isEmpty || statement.traits.contains(.plainRead)
    return transactionStatus == .idle && !operation.hasRetried && !operation.isBatched
      && operation.kind == .query && keepsOrder
  }

  /// Remembers a cursor's columns while it is open: its statement may be described anew meanwhile.
  private func noteCursor(_ operation: Operation, _ layout: RowLayout?) {
    switch operation.kind {
    case .cursorOpen:
      if let layout { cursors.append((portal: operation.portal, layout: layout)) }
    case .cursorClose: cursors.removeAll { $0.portal == operation.portal }
    case .query, .describe, .script, .cursorFetch, .copyIn, .copyOut, .acquire: break
    }
  }

  /// The columns of the cursor that an operation fetches from.
  func layout(ofCursor operation: Operation) -> RowLayout? {
    guard operation.kind == .cursorFetch else { return nil }
    for cursor in cursors where cursor.portal == operation.portal { return cursor.layout }
    return nil
  }

  /// Has an operation sent again that took no effect: on the same session if that is its owner's, else
  /// wherever there is room, since others may have been queued behind it here.
  private func again(_ operation: Operation) {
    if isExclusive {
      operation.state = .queued
      queue.prepend(operation)
    } else {
      operation.session = nil
      operation.state = .waiting
      pool.waiting.prepend(operation)
      pool.reactor.mark(pool)
    }
  }

  /// Has a statement closed with what is sent next. It is no error to close one that is not there,
  /// so this is right whether or not the server has prepared it meanwhile.
  func forget(_ statement: Statement) {
    guard prepared.contains(statement.index) else { return }
    prepared.remove(statement.index)
    pendingCloses.append(statement.name)
  }

  // MARK: Descriptions

  private func finishDescription(_ exchange: Exchange) {
    guard let statement = exchange.statement, let operation = exchange.operation else { return }
    if operation.isBatched {
      if operation.failure == nil { statement.isArrived = true } else { failBatch(operation) }
      return
    }
    if operation.failure != nil {
      pool.complete(operation)
      return
    }
    if parks(operation, statement) { return }
    typesAreKnown(statement)
    resume(operation)
  }

  /// Has an operation wait if its statement's description names types that the owner does not know.
  func parks(_ operation: Operation, _ statement: Statement) -> Bool {
    guard !operation.typesWereWanted && hasUnknownType(statement) else { return false }
    park(operation)
    return true
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
    // The descriptions that were asked for with this one tell nobody anything.
    for index in 0..<exchanges.count where exchanges[index].purpose == .description {
      exchanges[index].operation = nil
    }
    while let member = queue.first, member.isBatched {
      queue.remove(member)
      member.session = self
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
        return
      }
      // What is left may have been given up while it waited behind what is answered now.
      if !exchanges[0].isQuick { requestCancel() }
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
