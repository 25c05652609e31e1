import NecroReactor

/// Deadlines of commands, and how long they may wait.
extension RedictClient {
  func setDeadline(_ command: RedictCommand) {
    guard command.deadlineMilliseconds > 0, command.timerIndex < 0 else { return }
    let place: Int
    if let free = freeTimed.popLast() {
      place = free
    } else {
      place = timed.count
      timed.append(nil)
      timers.append(nil)
    }
    timed[place] = command
    command.timerIndex = place
    timers[place] = reactor.setTimer(
      self, tag: UInt32(place) + Self.deadlineTag,
      deadlineMilliseconds: command.deadlineMilliseconds)
  }

  func clearDeadline(_ command: RedictCommand) {
    let place = command.timerIndex
    guard place >= 0 else { return }
    command.timerIndex = -1
    if let timer = timers[place] { reactor.cancelTimer(timer) }
    timers[place] = nil
    timed[place] = nil
    freeTimed.append(place)
  }

  /// Gives a command up that took too long, and its connection with it when the server has not said a
  /// word for too long.
  func deadlineCame(_ command: RedictCommand) {
    let connection = command.state == .sent ? command.connection : nil
    withdraw(command, .timedOut)
    guard let connection, connection.state == .ready, !connection.isAbandoned,
      reactor.now &- connection.heardMilliseconds >= settings.silenceMilliseconds
    else { return }
    connection.end(.serverSilent)
  }

  /// All wait equally long, so the first is the first whose time is over, but for those that were
  /// taken back.
  func failLate() {
    while let first = waiting.first, first.waitDeadline <= reactor.now {
      withdraw(first, .waitTimedOut)
    }
    while let first = waitingForOwned.first, first.waitDeadline <= reactor.now {
      withdraw(first, .waitTimedOut)
    }
  }

  func setWaitTimer() {
    guard waitTimer == nil else { return }
    let deadline = min(
      waiting.first?.waitDeadline ?? .max, waitingForOwned.first?.waitDeadline ?? .max)
    guard deadline != .max else { return }
    waitTimer = reactor.setTimer(self, tag: Self.waitTag, deadlineMilliseconds: deadline)
  }

  func failWaiting(_ failure: RedictFailure) {
    while let command = waiting.popFirst() { refuse(command, failure) }
    while let command = waitingForOwned.popFirst() { refuse(command, failure) }
  }
}
