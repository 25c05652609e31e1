import NecroHTTP1
import NecroHTTPSemantics
import NecroOctets
import NecroReactor

/// The course of a connection: octets are received and decoded, requests handed to the application
/// one after another, and responses sent once per turn.
///
/// The order of a turn is receive, decode, respond, send; each step returns when it can do no more,
/// and `drive` takes them up again. The poller reports changes alone, so a connection at rest obeys
/// one rule: either it can do nothing before the next event, timer or call of the application's, or
/// it is scheduled for the next turn.
extension Worker {
  // MARK: Events

  func connectionReady(_ connection: Connection, _ readiness: Readiness) {
    if readiness.contains(.error) || readiness.isSuperset(of: [.hangUp, .peerClosedWriting]) {
      // Reset, or closed on both sides: nobody reads a response.
      close(connection)
      return
    }
    if readiness.contains(.peerClosedWriting) {
      connection.endIsAnnounced = true
      connection.mayReceive = true
      connection.kernelIsDrained = false
    } else if readiness.contains(.readable) {
      connection.mayReceive = true
      connection.kernelIsDrained = false
    }
    if readiness.contains(.writable) && connection.isBlockedOnSend {
      connection.isBlockedOnSend = false
    } else if !connection.mayReceive {
      return
    }
    drive(connection)
  }

  /// Does all that can be done for a connection now, up to what one connection may have of a turn.
  func drive(_ connection: Connection) {
    if connection.isLingering {
      linger(connection)
      return
    }
    let exchange = connection.exchange ?? lend(to: connection)
    requestsLeft = limits.requestsPerTurnMax
    octetsLeft = limits.receivedOctetsPerTurnMax
    while true {
      decode(connection, exchange)
      if application.wantsControl || requestsLeft <= 0 || octetsLeft <= 0 { break }
      if !canReceive(connection, exchange) { break }
      if !receive(connection, exchange) { break }
    }
    // The peer was found to be gone.
    if connection.exchange == nil { return }
    settle(connection, exchange)
  }

  /// Sends the output, and leaves the connection at rest.
  func settle(_ connection: Connection, _ exchange: Exchange) {
    if !exchange.outputIsSent && !connection.isBlockedOnSend {
      guard send(connection, exchange) else { return }
    }
    if canDecode(exchange) || canReceive(connection, exchange) {
      schedule(connection)
    } else {
      switch exchange.phase {
      case .head where exchange.outputIsSent && !exchange.persists:
        finishOutput(connection)
        return
      case .head where exchange.outputIsSent && exchange.decoder.isBetweenMessages:
        rest(connection, exchange)
        return
      case .head, .collecting, .draining:
        if exchange.outputIsSent && connection.inputEnded {
          inputCutShort(connection, exchange)
          return
        }
      case .responding:
        // The end is received only when the decoder has seen all before it.
        if connection.inputEnded && !exchange.requestIsComplete {
          failContent(exchange, .peerClosed)
        }
      }
    }
    setDeadline(connection, exchange)
  }

  /// Takes the exchange back from a connection between requests, or closes it if there is to be no
  /// other.
  private func rest(_ connection: Connection, _ exchange: Exchange) {
    if connection.inputEnded || isDraining && connection.requestCount > 0 {
      close(connection)
      return
    }
    reclaim(exchange, from: connection)
    // Empty lines before a request prove nothing: only a request extends the time.
    if exchange.hasServed {
      connection.idleDeadline = later(now, by: limits.keepAliveMilliseconds)
    }
    setDeadline(connection, connection.idleDeadline)
    takeBack(exchange)
  }

  // MARK: Receiving

  /// Whether octets may be there that there is a use and room for.
  private func canReceive(_ connection: Connection, _ exchange: Exchange) -> Bool {
    guard connection.mayReceive, !connection.inputEnded else { return false }
    switch exchange.phase {
    case .head:
      return exchange.persists && !exchange.hasUndecodedInput
        && exchange.output.count < limits.outputOctetsMax
    case .collecting, .draining:
      return exchange.needsOctets && exchange.output.count < limits.outputOctetsMax
    case .responding:
      if exchange.requestIsComplete {
        return exchange.decoder.input.count < limits.pipelinedOctetsMax
      }
      return exchange.needsOctets && exchange.hasContentRoom
    }
  }

  /// Receives once. Returns whether there is something new to decode.
  private func receive(_ connection: Connection, _ exchange: Exchange) -> Bool {
    // While the application is at work the head must stay readable, and receiving may move it.
    if exchange.phase != .head { exchange.keepHead() }
    let room = exchange.decoder.reserve(exchange.receiveOctetsMin)
    let isSecure = connection.role == .secure
    let received =
      isSecure
      ? receiveSecurely(connection, exchange, into: room) : connection.receive(into: room)
    switch received {
    case .octets(let count):
      exchange.decoder.advance(count)
      exchange.needsOctets = false
      octetsLeft -= count
      if exchange.phase != .head { exchange.receiving.advance(count, now: now) }
      // Less than there is room for was all there is, but for the end, which comes by itself only
      // when it comes later.
      if count < room.count && !connection.endIsAnnounced && !isSecure {
        connection.mayReceive = false
      }
      return true
    case .wouldBlock:
      if !isSecure { connection.mayReceive = false }
      return false
    case .closed:
      connection.mayReceive = false
      connection.inputEnded = true
      return false
    case .failed:
      close(connection)
      return false
    }
  }

  // MARK: Sending

  /// Sends what the kernel takes. Returns false when the connection is gone.
  private func send(_ connection: Connection, _ exchange: Exchange) -> Bool {
    if connection.role == .secure { return sendSecurely(connection, exchange) }
    switch connection.send(exchange.output.octets) {
    case .octets(let count):
      exchange.consumeOutput(count)
      if exchange.output.isEmpty {
        exchange.isSending = false
        return true
      }
      beginSending(exchange)
      exchange.sending.advance(count, now: now)
    case .wouldBlock:
      beginSending(exchange)
    case .failed:
      close(connection)
      return false
    }
    connection.isBlockedOnSend = true
    return true
  }

  func beginSending(_ exchange: Exchange) {
    if exchange.isSending { return }
    exchange.isSending = true
    exchange.sending.begin(now: now)
  }

  // MARK: The end of a connection

  /// Follows the peer's closing of its side before a message was complete.
  private func inputCutShort(_ connection: Connection, _ exchange: Exchange) {
    do throws(HTTP1Error) {
      try exchange.decoder.finish()
      close(connection)
    } catch {
      if exchange.phase == .draining {
        close(connection)
      } else {
        refuse(exchange, error.status)
        settle(connection, exchange)
      }
    }
  }

  /// Closes our side behind the last response; the peer's last octets are dropped until it closes
  /// too, lest the kernel answer them with a reset that destroys the response on its way.
  ///
  /// RFC 9112 §9.6.
  func finishOutput(_ connection: Connection) {
    if let exchange = connection.exchange {
      reclaim(exchange, from: connection)
      takeBack(exchange)
    }
    if connection.inputEnded {
      close(connection)
      return
    }
    endSession(of: connection)
    connection.closeWriting()
    connection.isLingering = true
    connection.mayReceive = true
    setDeadline(connection, later(now, by: limits.lingerMilliseconds))
    linger(connection)
  }

  private func linger(_ connection: Connection) {
    octetsLeft = limits.receivedOctetsPerTurnMax
    while connection.mayReceive {
      if octetsLeft <= 0 {
        schedule(connection)
        return
      }
      lingerBuffer.removeAll()
      let room = lingerBuffer.reserve(lingerBuffer.capacity)
      switch connection.receive(into: room) {
      case .octets(let count):
        octetsLeft -= count
        connection.lingeredOctets += count
        if connection.lingeredOctets > limits.lingerOctetsMax {
          close(connection)
          return
        }
        if count < room.count && !connection.endIsAnnounced { connection.mayReceive = false }
      case .wouldBlock:
        connection.mayReceive = false
      case .closed, .failed:
        close(connection)
        return
      }
    }
  }
}
