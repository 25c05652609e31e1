import NecroOctets
import NecroReactor
import NecroTLS

/// Which connection a command goes to, and when there are to be more.
extension RedictClient {
  /// Gives what waits to connections, in order.
  func dispatch() {
    while let command = waiting.first {
      if answerFromCache(command) { continue }
      guard let connection = sharedConnection(command.request.count) else { break }
      waiting.remove(command)
      connection.append(command)
    }
    while let command = waitingForOwned.first {
      guard let connection = idleConnection() else { break }
      waitingForOwned.remove(command)
      if command.isAcquire {
        connection.isAcquired = true
        command.connection = connection
        complete(command)
      } else {
        connection.append(command)
      }
    }
    if !changedTopics.isEmpty {
      for connection in connections where connection.role == .subscriber {
        connection.sendTopics()
      }
    }
  }

  private func sharedConnection(_ octetCount: Int) -> RedictConnection? {
    var best: RedictConnection?
    for connection in connections
    where connection.role == .shared && connection.takesMore(octetCount) {
      if let chosen = best, chosen.exchanges.count <= connection.exchanges.count { continue }
      best = connection
    }
    return best
  }

  private func idleConnection() -> RedictConnection? {
    while let connection = idle.popLast() {
      connection.isListedIdle = false
      if connection.isFree { return connection }
    }
    return nil
  }

  /// Gives an acquired connection back. What is in flight on it is answered first. It is closed where
  /// commands have changed it, or a transaction or watches are open.
  public func release(_ connection: RedictConnection) {
    guard connection.isAcquired, !connection.isReleasing else { return }
    connection.isReleasing = true
    if connection.state != .closed { reactor.mark(connection) }
  }

  /// An owned connection has no caller any more.
  func ownedIsDone(_ connection: RedictConnection) {
    connection.isAcquired = false
    guard connection.isFree else {
      if connection.state == .ready && connection.exchanges.isEmpty { close(connection) }
      return
    }
    if !waitingForOwned.isEmpty { reactor.mark(self) }
    if connection.isListedIdle { return }
    guard idle.count < settings.idleConnectionsMax || !waitingForOwned.isEmpty else {
      close(connection)
      return
    }
    connection.isListedIdle = true
    idle.append(connection)
  }

  // MARK: Connections

  /// Begins a connection on a transport, for whatever the client wanted it first.
  ///
  /// - Parameter transport: a connection that is open, or being opened.
  public func attach(_ transport: RedictTransport, _ greeting: RedictGreeting) {
    guard !isClosed, !wanted.isEmpty else {
      transport.close()
      return
    }
    let role = wanted.removeFirst()
    let connection = RedictConnection(
      client: self, transport: transport, greeting: greeting, role: role)
    connections.append(connection)
    connection.start()
  }

  /// A connection that was wanted could not be opened. Another is wanted later, while there is need.
  public func connectionFailed() {
    if isClosed { return }
    if !wanted.isEmpty { wanted.removeFirst() }
    attemptFailed(.connectFailed)
  }

  /// Fails what has waited through too many attempts, and puts the next off.
  private func attemptFailed(_ failure: RedictFailure) {
    failedAttempts += 1
    owner.attemptFailed(self)
    let doublings = UInt64(min(failedAttempts - 1, 20))
    let delay = min(settings.backoffMilliseconds << doublings, settings.backoffMillisecondsMax)
    nextAttemptMilliseconds = reactor.now + delay / 2 + random(below: delay / 2 + 1)
    // A server that refuses us does so again: nobody waits for that.
    let isRefusal: Bool
    switch failure {
    case .server(let error): isRefusal = !Self.isPassing(error)
    case .encryptionFailed(let error): isRefusal = error.code != .truncated
    case .connectionLost, .connectFailed, .timedOut, .waitTimedOut, .serverSilent, .cancelled,
      .protocolBroken, .replyUnexpected, .tooManyWaiters, .closed, .connectionStateMisplaced:
      isRefusal = false
    }
    var kept = CommandQueue()
    while let command = waiting.popFirst() { keep(command, failure, isRefusal, &kept) }
    while let command = kept.popFirst() { waiting.append(command) }
    while let command = waitingForOwned.popFirst() { keep(command, failure, isRefusal, &kept) }
    while let command = kept.popFirst() { waitingForOwned.append(command) }
    reactor.mark(self)
  }

  private func keep(
    _ command: RedictCommand, _ failure: RedictFailure, _ isRefusal: Bool,
    _ kept: inout CommandQueue
  ) {
    command.failedAttempts += 1
    if isRefusal || command.failedAttempts >= settings.connectAttemptsMax {
      refuse(command, failure)
    } else {
      kept.append(command)
    }
  }

  /// Whether a server says that it cannot serve yet.
  private static func isPassing(_ error: [UInt8]) -> Bool {
    error.begins(with: "loading") || error.begins(with: "masterdown")
      || error.begins(with: "busy") || error.begins(with: "err max number of clients")
  }

  func connectionStarted(_ connection: RedictConnection) {
    failedAttempts = 0
    nextAttemptMilliseconds = 0
    owner.connectionReady(connection)
    if connection.role == .subscriber {
      wantAllTopics()
      connection.isPaused = areMessagesPaused
      connection.sendTopics()
    } else if connection.role == .owned {
      ownedIsDone(connection)
    }
    reactor.mark(self)
  }

  func connectionEnded(_ connection: RedictConnection, wasReady: Bool) {
    for index in 0..<connections.count where connections[index] === connection {
      connections.remove(at: index)
      break
    }
    for index in 0..<idle.count where idle[index] === connection {
      idle.remove(at: index)
      break
    }
    if connection.role == .subscriber { interruptSubscriptions() }
    owner.connectionClosed(connection)
    if !isClosed && wasReady && !connection.isAbandoned { owner.attemptFailed(self) }
    // One that was lost before it did anything must not be followed by the next at once.
    if !isClosed, !connection.isAbandoned, !wasReady || !connection.hasAnswered,
      let failure = connection.failure
    {
      attemptFailed(failure)
    }
    reactor.mark(self)
  }

  func wantConnections() {
    if isClosed { return }
    want(.shared, sharedMissing())
    want(
      .owned,
      min(
        waitingForOwned.count - opening(.owned), settings.ownedConnectionsMax - count(.owned)))
    want(.subscriber, topics.count == 0 ? 0 : 1 - count(.subscriber))
  }

  /// Has so many connections opened, now or when the next attempt may be made.
  private func want(_ role: RedictConnection.Role, _ number: Int) {
    var missing = number
    while missing > 0 {
      if reactor.now < nextAttemptMilliseconds {
        if attemptTimer == nil {
          attemptTimer = reactor.setTimer(
            self, tag: Self.attemptTag, deadlineMilliseconds: nextAttemptMilliseconds)
        }
        return
      }
      missing -= 1
      wanted.append(role)
      owner.connectionWanted(self)
    }
  }

  /// One where commands wait, or where all connections are busy and there may be more.
  private func sharedMissing() -> Int {
    guard opening(.shared) == 0, count(.shared) < settings.sharedConnectionsMax else { return 0 }
    if !waiting.isEmpty { return 1 }
    var hasConnection = false
    for connection in connections where connection.role == .shared {
      hasConnection = true
      if connection.exchanges.count < settings.pipelineDepthToGrow { return 0 }
    }
    return hasConnection ? 1 : 0
  }

  /// Those that are open or being opened.
  private func count(_ role: RedictConnection.Role) -> Int {
    var count = 0
    for connection in connections where connection.role == role && connection.state == .ready {
      count += 1
    }
    return count + opening(role)
  }

  private func opening(_ role: RedictConnection.Role) -> Int {
    var count = 0
    for wanted in wanted where wanted == role { count += 1 }
    for connection in connections where connection.role == role && connection.state != .ready {
      count += 1
    }
    return count
  }
}
