import NecroOctets
import NecroReactor

/// How connections come, are timed and go.
extension Worker {
  // MARK: Accepting

  func acceptConnections(_ index: Int) {
    // A burst is taken in parts, so that open connections are served in between.
    for _ in 0..<acceptedPerTurnMax {
      if connectionCount >= limits.connectionsMax {
        pauseAccepting()
        return
      }
      switch Socket.accept(from: listeners[index].descriptor) {
      case .connection(let descriptor, let peer): open(descriptor, peer)
      case .retry: continue
      case .wouldBlock: return
      case .exhausted:
        pauseAccepting()
        return
      case .failed: return
      }
    }
  }

  private var acceptedPerTurnMax: Int { 64 }

  private func open(_ descriptor: Int32, _ peer: PeerAddress) {
    let slot = freeSlots.popLast() ?? connections.count
    if slot == connections.count { connections.append(nil) }
    nextGeneration = (nextGeneration &+ 1) & 0x3FFF_FFFF
    do throws(SystemError) {
      try poller.add(
        descriptor, token: Token.connection(slot: slot, generation: nextGeneration).rawValue,
        interest: [.read, .write, .peerClosedWriting, .edgeTriggered])
    } catch {
      Socket.close(descriptor)
      freeSlots.append(slot)
      return
    }
    let deadline = now + (isDraining ? limits.drainFreshMilliseconds : limits.headMilliseconds)
    connections[slot] = Connection(
      descriptor: descriptor, slot: slot, generation: nextGeneration, peer: peer,
      deadline: deadline,
      timer: timers.insert(token: UInt64(slot), deadlineMilliseconds: deadline))
    connectionCount += 1
  }

  /// Leaves further connections in the kernel's queue until one of ours closes.
  private func pauseAccepting() {
    if acceptIsPaused { return }
    acceptIsPaused = true
    for listener in listeners { try? poller.remove(listener.descriptor) }
    // Descriptors can also be freed elsewhere in the process, of which nobody tells.
    _ = timers.insert(token: acceptTimerToken, deadlineMilliseconds: now + 1_000)
  }

  func resumeAccepting() {
    guard acceptIsPaused, connectionCount < limits.connectionsMax else { return }
    acceptIsPaused = false
    for (index, listener) in listeners.enumerated() {
      try? poller.add(
        listener.descriptor, token: Token.listener(index).rawValue,
        interest: listener.isShared ? [.read, .exclusive] : .read)
    }
  }

  /// The timer token that is no connection's.
  var acceptTimerToken: UInt64 { .max }
  /// The timer token of a drain's end.
  var drainTimerToken: UInt64 { .max - 1 }

  // MARK: Exchanges

  /// Gives a connection the codecs and buffers that it needs to be more than idle.
  func lend(to connection: Connection) -> Exchange {
    let exchange = idleExchanges.popLast() ?? Exchange(limits: limits, date: date)
    exchange.slot = connection.slot
    exchange.peer = connection.peer
    exchange.persists = true
    connection.exchange = exchange
    return exchange
  }

  func takeBack(_ exchange: Exchange) {
    exchange.reset()
    if idleExchanges.count < idleExchangesMax { idleExchanges.append(exchange) }
  }

  private var idleExchangesMax: Int { 256 }

  // MARK: Time

  func setDeadline(_ connection: Connection, _ deadline: UInt64) {
    connection.deadline = deadline
    // A later deadline waits for the timer that is set; it fires, looks and sets itself again.
    if deadline < connection.timerDeadline {
      _ = timers.cancel(connection.timer)
      setTimer(connection, deadline)
    }
  }

  private func setTimer(_ connection: Connection, _ deadline: UInt64) {
    connection.timer = timers.insert(
      token: UInt64(connection.slot), deadlineMilliseconds: deadline)
    connection.timerDeadline = deadline
  }

  func timerFired(_ connection: Connection) {
    if let exchange = connection.exchange, exchange.phase == .responding, exchange.output.isEmpty {
      // The application takes its time; the peer is not to blame.
      let deadline = now + limits.keepAliveMilliseconds
      connection.deadline = max(connection.deadline, deadline)
    }
    if now < connection.deadline {
      setTimer(connection, connection.deadline)
      return
    }
    // The timer is spent: `close` must not cancel it, and what goes on needs a new one.
    setTimer(connection, now + limits.lingerMilliseconds)
    connection.deadline = connection.timerDeadline
    timedOut(connection)
  }

  /// Sends what is left and closes our side; the peer's last octets are dropped until it closes too,
  /// lest the kernel answer them with a reset that destroys the response on its way.
  /// RFC 9112 §9.6.
  func finishOutput(_ connection: Connection) {
    if let exchange = connection.exchange {
      connection.exchange = nil
      takeBack(exchange)
    }
    if connection.inputEnded {
      close(connection)
      return
    }
    Socket.closeWriting(connection.descriptor)
    connection.isLingering = true
    connection.mayReceive = true
    setDeadline(connection, now + limits.lingerMilliseconds)
    linger(connection)
  }

  func linger(_ connection: Connection) {
    while connection.mayReceive {
      lingerBuffer.removeAll()
      switch Socket.receive(
        connection.descriptor, into: lingerBuffer.reserve(lingerBuffer.capacity))
      {
      case .octets(let count):
        connection.lingeredOctets += count
        if connection.lingeredOctets > limits.lingerOctetsMax {
          close(connection)
          return
        }
      case .wouldBlock:
        connection.mayReceive = false
      case .closed, .failed:
        close(connection)
        return
      }
    }
  }

  // MARK: Going

  /// The peer has reset the connection, or cannot be written to.
  func peerGone(_ connection: Connection) {
    close(connection)
  }

  func close(_ connection: Connection) {
    guard connections[connection.slot] === connection else { return }
    connections[connection.slot] = nil
    freeSlots.append(connection.slot)
    connectionCount -= 1
    connection.isScheduled = false
    _ = timers.cancel(connection.timer)
    // Closing the only descriptor of a socket takes it out of the poller too.
    Socket.close(connection.descriptor)
    if let exchange = connection.exchange {
      connection.exchange = nil
      if exchange.phase == .responding {
        exchange.slot = nil
        application.peerGone(exchange)
      } else {
        takeBack(exchange)
      }
    }
    if acceptIsPaused { resumeAccepting() }
  }
}
