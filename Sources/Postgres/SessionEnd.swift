import NecroOctets
import NecroPostgresWire
import NecroReactor

/// The end of an operation before its answer, and that of a session.
extension Session {
  /// Gives up an operation that is in flight: its replies will be read and dropped. It is not
  /// completed here
  /// when that is the caller's.
  func abandon(_ operation: Operation) {
    for index in 0..<exchanges.count where exchanges[index].operation === operation {
      drop(index)
      return
    }
  }

  /// Gives up all members of a batch.
  func withdrawBatch(of operation: Operation, _ failure: OperationFailure) {
    var members: [Operation] = []
    if operation.state != .sent {
      var candidate = queue.first
      var isFound = false
      while let member = candidate {
        candidate = member.next
        if !member.isBatched { continue }
        members.append(member)
        if member === operation { isFound = true }
        if member.endsBatch {
          if isFound { break }
          members.removeAll()
        }
      }
      for member in members { queue.remove(member) }
      for index in 0..<exchanges.count where exchanges[index].purpose == .description {
        exchanges[index].operation = nil
      }
      if let waiting = parked, waiting.isBatched { parked = nil }
    } else {
      var isFound = false
      var indices: [Int] = []
      for index in 0..<exchanges.count {
        indices.append(index)
        if exchanges[index].operation === operation { isFound = true }
        if exchanges[index].endsBatch {
          if isFound { break }
          indices.removeAll()
        }
      }
      for index in indices {
        if let member = exchanges[index].operation { members.append(member) }
        exchanges[index].operation = nil
      }
      if isFound { requestCancel() }
    }
    for member in members where member.state != .finishing {
      member.failure = failure
      pool.postpone(member)
    }
    pool.reactor.mark(self)
  }

  /// Gives up the operation of an exchange and completes it.
  func abandon(_ index: Int, _ failure: OperationFailure) {
    guard let operation = exchanges[index].operation else { return }
    drop(index)
    operation.failure = failure
    pool.complete(operation)
  }

  private func drop(_ index: Int) {
    let isCopying = isCopying(index)
    exchanges[index].operation = nil
    if isPaused {
      isPaused = false
      pool.reactor.mark(self)
    }
    if isCopying {
      // The server waits for us: it needs no other request.
      failCopy("the copy was cancelled")
      beginSettling()
      return
    }
    requestCancel()
  }

  /// Has nothing further sent until what was cancelled is answered, which has its time.
  private func beginSettling() {
    if isSettlingCancel { return }
    isSettlingCancel = true
    cancelTimer = pool.reactor.setTimer(
      self, tag: Self.cancelTag,
      deadlineMilliseconds: pool.reactor.now + pool.settings.cancelMilliseconds)
  }

  /// Asks the server to cancel what it is doing, where that is nobody's any more.
  ///
  /// PG protocol-flow-canceling-requests
  func requestCancel() {
    guard state == .ready, !isSettlingCancel, !exchanges.isEmpty else { return }
    for index in 0..<exchanges.count
    where exchanges[index].operation != nil || exchanges[index].purpose == .cleaning {
      return
    }
    beginSettling()
    if !secretKey.isEmpty, let sibling = transport.openSibling() {
      let connection = CancelConnection(self, sibling)
      cancelConnection = connection
      connection.begin()
    }
  }

  /// The server has closed the connection of the CancelRequest, or there was none to be had.
  func cancelConnectionEnded() {
    cancelConnection = nil
    settleCancel()
  }

  /// Ends the session: completes or moves its operations, closes the connection, tells the owner.
  func end(_ reason: OperationFailure) {
    if state == .closed { return }
    let wasReady = state == .ready
    state = .closed
    // What the server said of the reason is more than that the connection ended.
    if failure == nil { failure = reason }
    if let timer = startupTimer { pool.reactor.cancelTimer(timer) }
    if let timer = cancelTimer { pool.reactor.cancelTimer(timer) }
    if let timer = bufferedTimer { pool.reactor.cancelTimer(timer) }
    startupTimer = nil
    cancelTimer = nil
    bufferedTimer = nil
    cancelConnection?.end()
    cancelConnection = nil
    isSettlingCancel = false
    pool.reactor.unwatch(self)
    if wasReady, case .closed = reason, output.isEmpty {
      FrontendSerializer.terminate(into: &output)
      _ = transport.send(output.octets)
    }
    transport.source = nil
    transport.close()
    endOperations(reason)
    startup = nil
    pool.reactor.remove(self)
    pool.sessionEnded(self)
  }

  private func endOperations(_ reason: OperationFailure) {
    var unsent = OperationQueue()
    while !exchanges.isEmpty {
      let exchange = exchanges.removeFirst()
      guard let operation = exchange.operation else { continue }
      // The members of a batch stay together in the queue while one of them is described.
      if operation.state == .queued { continue }
      if operation.failure == nil {
        let wasSent = exchange.begin < sentCount && exchange.purpose == .operation
        if !wasSent && mayMove(operation) {
          unsent.append(operation)
          continue
        }
        operation.failure = failure(reason, wasSent: wasSent)
      }
      pool.complete(operation)
    }
    replyIndex = 0
    if let operation = parked {
      parked = nil
      if operation.state == .parked && !operation.isBatched {
        operation.failure = failure(reason, wasSent: false)
        pool.complete(operation)
      }
    }
    while let operation = queue.popFirst() {
      if mayMove(operation) {
        unsent.append(operation)
      } else {
        operation.failure = failure(reason, wasSent: false)
        pool.complete(operation)
      }
    }
    pool.takeBack(&unsent)
  }

  /// Whether an operation of which nothing was sent may go to another session.
  private func mayMove(_ operation: Operation) -> Bool {
    if isExclusive || operation.isBatched { return false }
    switch operation.kind {
    case .query, .describe, .script, .copyIn, .copyOut, .acquire: return true
    case .cursorOpen, .cursorFetch, .cursorClose: return false
    }
  }

  private func failure(_ reason: OperationFailure, wasSent: Bool) -> OperationFailure {
    switch reason {
    case .connectionLost, .server: .connectionLost(wasSent: wasSent)
    default: reason
    }
  }
  /// What becomes of an operation that comes when the session has ended: nothing of it was sent.
  var failureOfLate: OperationFailure {
    switch failure {
    case .connectionLost: .connectionLost(wasSent: false)
    case .some(let reason): reason
    case nil: .closed
    }
  }
}
