import NecroOctets
import NecroReactor

/// What is sent: requests are gathered in `output`, which goes to the transport once per flush.
extension RedictConnection {
  /// The place of the next octet among all that are ever sent.
  var position: UInt64 { sentCount + UInt64(output.count) }

  /// Has a command's request sent with the next flush.
  func append(_ command: RedictCommand) {
    command.connection = self
    command.state = .sent
    if command.traits.contains(.changesConnection) { isChanged = true }
    if command.traits.contains(.beginsTransaction) { isInTransaction = true }
    if command.traits.contains(.endsTransaction) { isInTransaction = false }
    var exchange = Exchange()
    exchange.command = command
    exchange.repliesLeft = command.commandCount
    exchange.begin = position
    exchange.sentMilliseconds = client.reactor.now
    exchange.cached = announce(command)
    exchanges.append(exchange)
    output.append(command.requestOctets)
    client.reactor.mark(self)
  }

  /// Sends what there is room for.
  func send() {
    while !(output.isEmpty && !transport.hasUnsentOctets) && !isBlockedOnSend && state != .closed
      && state != .connecting
    {
      switch transport.send(output.octets) {
      case .octets(let count):
        output.consume(count)
        sentCount += UInt64(count)
      case .wouldBlock: isBlockedOnSend = true
      case .failed:
        // The server may have said why, and that is still to be received.
        receive()
        if state != .closed { end(.connectionLost(wasSent: true)) }
        return
      }
    }
    if output.isEmpty {
      output.removeAll()
      if output.capacity > client.settings.outputOctetsMax * 2 { output = OctetBuffer() }
    }
    if role == .shared && client.isWaitingForRoom && takesMore(0) {
      client.reactor.mark(client)
    }
  }
}
