import NecroOctets
import NecroReactor

extension Pool {
  func tellFinished() {
    // The owner may cancel others while it is told.
    var position = 0
    while position < finishing.count {
      let operation = finishing[position]
      position += 1
      complete(operation)
    }
    finishing.removeAll(keepingCapacity: true)
  }

  /// Gives what waits to sessions, in order.
  @_optimize(speed)
  func dispatch() {
    // What a session gives back as it ends has nowhere to go once the pool is closed.
    if isClosed { failWaiting(.closed) }
    while let operation = waiting.first {
      guard let session = session(for: operation) else { return }
      waiting.remove(operation)
      session.begin(operation)
    }
  }

  @_optimize(speed)
  private func session(for operation: Operation) -> Session? {
    while let session = idle.popLast() {
      session.isListedIdle = false
      if session.isFree { return session }
    }
    if operation.kind == .acquire || operation.avoidsShared { return nil }
    var best: Session?
    let now = reactor.nowNanoseconds
    for session in sessions where session.takesMore(now) {
      if let chosen = best, chosen.exchanges.count <= session.exchanges.count { continue }
      best = session
    }
    if let best, best.exchanges.count >= settings.pipelineDepthToGrow { wantConnection() }
    return best
  }

  func wantConnections() {
    if isClosed { return }
    while waiting.count > wantedCount + openingCount, wantConnection() {}
  }

  @discardableResult
  private func wantConnection() -> Bool {
    guard !isClosed, sessions.count + wantedCount < settings.sessionsMax else { return false }
    // One that is being opened may be enough.
    guard waiting.count > wantedCount + openingCount || wantedCount + openingCount == 0 else {
      return false
    }
    wantedCount += 1
    owner.connectionWanted(self)
    return true
  }

  // MARK: Sessions

  /// A session has nothing to do.
  func sessionIsFree(_ session: Session) {
    guard session.isFree else { return }
    if !session.isListedIdle {
      session.isListedIdle = true
      idle.append(session)
    }
    if !waiting.isEmpty { reactor.mark(self) }
  }

  func sessionStarted(_ session: Session) {
    openingCount -= 1
    session.countsAsOpening = false
    owner.sessionReady(session)
    sessionIsFree(session)
    reactor.mark(session)
  }

  func sessionEnded(_ session: Session) {
    if session.countsAsOpening {
      session.countsAsOpening = false
      openingCount -= 1
    }
    for index in 0..<sessions.count where sessions[index] === session {
      sessions.remove(at: index)
      break
    }
    for index in 0..<idle.count where idle[index] === session {
      idle.remove(at: index)
      break
    }
    owner.sessionClosed(session)
    if !waiting.isEmpty { reactor.mark(self) }
  }

  /// Puts operations that a closed session did not send before all others.
  func takeBack(_ operations: inout OperationQueue) {
    var moved: [Operation] = []
    while let operation = operations.popFirst() { moved.append(operation) }
    for operation in moved.reversed() {
      operation.session = nil
      operation.state = .waiting
      waiting.prepend(operation)
    }
    if !moved.isEmpty { reactor.mark(self) }
  }

  // MARK: Time

  func setDeadline(_ operation: Operation) {
    operation.waitDeadline =
      settings.waitMilliseconds == 0 ? .max : reactor.now &+ settings.waitMilliseconds
    guard operation.deadlineMilliseconds > 0 else { return }
    let place: Int
    if let free = freeTimed.popLast() {
      place = free
    } else {
      place = timed.count
      timed.append(nil)
      timers.append(nil)
    }
    timed[place] = operation
    operation.timerIndex = place
    timers[place] = reactor.setTimer(
      self, tag: UInt32(place + 1), deadlineMilliseconds: operation.deadlineMilliseconds)
  }

  func clearDeadline(_ operation: Operation) {
    let place = operation.timerIndex
    guard place >= 0 else { return }
    operation.timerIndex = -1
    if let timer = timers[place] { reactor.cancelTimer(timer) }
    timers[place] = nil
    timed[place] = nil
    freeTimed.append(place)
  }

  /// All wait equally long, so the first is the first whose time is over.
  func setWaitTimer() {
    guard waitTimer == nil, let first = waiting.first, first.waitDeadline != .max else { return }
    waitTimer = reactor.setTimer(
      self, tag: Self.waitTag, deadlineMilliseconds: first.waitDeadline)
  }
}
