import NecroReactor

extension RedictConnection {
  /// Gives up a command that is in flight: its replies will be read and dropped, in their place.
  func abandon(_ command: RedictCommand) {
    for index in 0..<exchanges.count where exchanges[index].command === command {
      exchanges[index].command = nil
      break
    }
    // What blocks would hold its connection as long as it likes, and take what nobody wants.
    if role == .owned && !isAcquired {
      isAbandoned = true
      client.reactor.mark(self)
    }
  }

  /// Ends the connection: completes or moves its commands, tells the owner.
  func end(_ reason: RedictFailure) {
    if state == .closed { return }
    let wasReady = state == .ready
    state = .closed
    failure = reason
    if let timer = greetingTimer { client.reactor.cancelTimer(timer) }
    if let timer = pingTimer { client.reactor.cancelTimer(timer) }
    if let timer = bufferedTimer { client.reactor.cancelTimer(timer) }
    greetingTimer = nil
    pingTimer = nil
    bufferedTimer = nil
    client.reactor.unwatch(self)
    transport.close()
    // What was read through it is not told of any more.
    if isTracking { client.cache?.removeAll() }
    endCommands(reason)
    client.reactor.remove(self)
    client.connectionEnded(self, wasReady: wasReady)
  }

  private func endCommands(_ reason: RedictFailure) {
    var moved = CommandQueue()
    while !exchanges.isEmpty {
      let exchange = exchanges[0]
      exchanges.removeFirst()
      guard let command = exchange.command, command.state == .sent else { continue }
      let wasSent = exchange.begin < sentCount
      if mayMove(command, exchange, wasSent: wasSent, reason) {
        moved.append(command)
      } else {
        command.failure = failure(reason, wasSent: wasSent)
        client.complete(command)
      }
    }
    client.takeBack(&moved)
  }

  /// Whether a command may be sent again: nothing of it was sent, or it only reads and was sent once.
  ///
  /// Where the server has broken the protocol, what it was asked before is not asked again.
  private func mayMove(
    _ command: RedictCommand, _ exchange: Exchange, wasSent: Bool, _ reason: RedictFailure
  ) -> Bool {
    if isAcquired || client.isClosed { return false }
    if !wasSent { return true }
    switch reason {
    case .connectionLost, .serverSilent: break
    case .server, .connectFailed, .encryptionFailed, .timedOut, .waitTimedOut, .cancelled,
      .protocolBroken,
      .replyUnexpected, .tooManyWaiters, .closed, .connectionStateMisplaced:
      return false
    }
    guard command.traits.contains(.readOnly), !command.hasRetried, exchange.replyIndex == 0 else {
      return false
    }
    command.hasRetried = true
    return true
  }

  private func failure(_ reason: RedictFailure, wasSent: Bool) -> RedictFailure {
    if case .connectionLost = reason { return .connectionLost(wasSent: wasSent) }
    return reason
  }
}
