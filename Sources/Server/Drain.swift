import NecroHTTPSemantics
import NecroReactor

/// How a worker comes to its end.
extension Worker {
  /// Has the worker drain when a `WakeUp` of another thread's is signalled.
  ///
  /// - Parameter descriptor: the wake-up's, which its owner keeps open until the worker is drained.
  public func drain(on descriptor: Int32) throws(SystemError) {
    try poller.add(descriptor, token: Token.drain(descriptor).rawValue, interest: .read)
  }

  /// Stops accepting and closes each connection once its response is sent. What is open after
  /// `ServerLimits.drainMilliseconds` is closed all the same.
  public func drain() {
    if isDraining { return }
    now = Clock.monotonicMilliseconds()
    isDraining = true
    _ = timers.insert(
      token: drainTimerToken, deadlineMilliseconds: later(now, by: limits.drainMilliseconds))
    endListening()
    for case let connection? in connections {
      if let exchange = connection.exchange {
        // A head that has begun makes a request that is served; it will say that it is the last.
        if exchange.phase != .head { exchange.persists = false }
      } else if connection.requestCount > 0 && !connection.isLingering {
        // Its next request may have come and not been received: it is looked for before the close.
        connection.mayReceive = true
        schedule(connection)
      } else if !connection.isLingering {
        connection.idleDeadline = min(
          connection.idleDeadline, later(now, by: limits.drainFreshMilliseconds))
        setDeadline(connection, connection.idleDeadline)
      }
    }
  }

  private func endListening() {
    for index in listeners.indices {
      // The queue's connections were promised a server: they are accepted before it goes.
      while acceptConnections(index) {}
    }
    for listener in listeners {
      if !acceptIsPaused { try? poller.remove(listener.descriptor) }
      // A shared listener serves others too; a worker's own one refuses from now on.
      if !listener.isShared { Socket.stopListening(listener.descriptor) }
    }
    listeners.removeAll()
  }

  /// Whether a drain has ended: no connection is left.
  public var isDrained: Bool { isDraining && connectionCount == 0 }

  /// Ends a drain that has taken too long.
  func closeAll() {
    for case let connection? in connections { close(connection, status: .serviceUnavailable) }
  }

  /// The timer token of a drain's end.
  var drainTimerToken: UInt64 { .max - 1 }
}
