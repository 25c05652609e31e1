import NecroHTTPSemantics
import NecroReactor
import NecroTLS

/// How long a worker waits for its peers.
///
/// A connection has one deadline, worked out from its state whenever it comes to rest, and one timer,
/// which is set again only when it fires or has to fire earlier.
extension Worker {
  func setDeadline(_ connection: Connection, _ deadline: UInt64) {
    connection.deadline = deadline
    // A later deadline waits for the timer that is set; it fires, looks and sets itself again.
    if deadline < connection.timerDeadline { setTimer(connection) }
  }

  private func setTimer(_ connection: Connection) {
    timers.cancel(connection.timer)
    connection.timer = timers.insert(
      token: UInt64(connection.slot), deadlineMilliseconds: connection.deadline)
    connection.timerDeadline = connection.deadline
  }

  /// By when the peer has to have done what a connection at rest waits for.
  func setDeadline(_ connection: Connection, _ exchange: Exchange) {
    var deadline = exchange.isSending ? sendDeadline(exchange) : .max
    switch exchange.phase {
    case .head:
      deadline = min(deadline, exchange.headDeadline)
    case .collecting, .draining:
      deadline = min(deadline, contentDeadline(exchange))
    case .responding:
      // The application takes its time; the peer is to blame only for content that it is to send.
      if exchange.awaitsContent { deadline = min(deadline, contentDeadline(exchange)) }
    }
    setDeadline(connection, deadline)
  }

  private func sendDeadline(_ exchange: Exchange) -> UInt64 {
    exchange.sending.deadline(
      pauseMilliseconds: limits.sendMilliseconds,
      octetsPerSecondMin: limits.sendOctetsPerSecondMin)
  }

  private func contentDeadline(_ exchange: Exchange) -> UInt64 {
    exchange.receiving.deadline(
      pauseMilliseconds: limits.contentMilliseconds,
      octetsPerSecondMin: limits.contentOctetsPerSecondMin)
  }

  /// Acts on the timers whose time has come.
  func expireTimers() {
    while let token = timers.popExpired(now: now) {
      switch token {
      case acceptTimerToken:
        acceptTimerIsSet = false
        resumeAccepting()
      case drainTimerToken:
        closeAll()
      case accessLogTimerToken:
        accessLogTimerIsSet = false
      default:
        // Closing a connection cancels its timer: this one's is there.
        if let connection = connections[Int(token)] { timerFired(connection) }
      }
    }
  }

  private func timerFired(_ connection: Connection) {
    // The timer is spent: what goes on needs a new one.
    connection.timerDeadline = .max
    if now >= connection.deadline { timedOut(connection) }
    guard connections[connection.slot] === connection else { return }
    if connection.deadline < connection.timerDeadline { setTimer(connection) }
  }

  /// Acts on a deadline that has passed: afterwards the connection is closed or has another.
  private func timedOut(_ connection: Connection) {
    guard !connection.isLingering, let exchange = connection.exchange else {
      close(connection)
      return
    }
    if connection.role == .secure && connection.session?.isEstablished != true {
      // Nothing can be said to who has not come to the end of the handshake.
      close(connection)
      return
    }
    if exchange.isSending && now >= sendDeadline(exchange) {
      // A reset also frees what the kernel holds for a reader that does not read.
      close(connection, resetting: true)
      return
    }
    switch exchange.phase {
    case .head, .collecting:
      // RFC 9110 §15.5.9.
      refuse(exchange, .requestTimeout)
    case .draining:
      exchange.persists = false
      exchange.endRequest()
    case .responding:
      failContent(exchange, .refused(.requestTimeout))
    }
    settle(connection, exchange)
  }
}
