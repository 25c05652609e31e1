import NecroHTTPSemantics
import NecroOctets
import NecroReactor
import NecroTLS

/// How connections come and go, and what they are lent in between.
extension Worker {
  // MARK: Accepting

  /// Accepts connections that wait in a listener. Returns whether there may be more.
  @discardableResult
  func acceptConnections(_ index: Int) -> Bool {
    // A burst is taken in parts, so that open connections are served in between.
    for _ in 0..<acceptedPerTurnMax {
      if connectionCount >= limits.connectionsMax {
        pauseAccepting()
        return false
      }
      switch Socket.accept(from: listeners[index].descriptor) {
      case .connection(let descriptor, let peer):
        open(descriptor, peer, listenerRoles[index])
      case .retry:
        continue
      case .wouldBlock:
        return false
      case .exhausted, .failed:
        // The listener stays ready: without a pause the worker would do nothing but ask.
        pauseAccepting()
        retryAccepting()
        return false
      }
    }
    return true
  }

  private var acceptedPerTurnMax: Int { 64 }

  private func open(_ descriptor: Int32, _ peer: PeerAddress, _ role: ListenerRole) {
    let slot = freeSlot()
    do throws(SystemError) {
      try poller.add(
        descriptor, token: Token.connection(slot: slot, generation: nextGeneration).rawValue,
        interest: [.read, .write, .peerClosedWriting, .edgeTriggered])
    } catch {
      Socket.close(descriptor)
      freeSlots.append(slot)
      return
    }
    open(descriptor, nil, peer, role, slot: slot)
  }

  /// A slot without a connection, and a generation for the one that gets it.
  func freeSlot() -> Int {
    let slot = freeSlots.popLast() ?? connections.count
    if slot == connections.count { connections.append(nil) }
    nextGeneration = (nextGeneration &+ 1) & 0x3FFF_FFFF
    return slot
  }

  /// Begins a connection in a free slot.
  func open(
    _ descriptor: Int32, _ local: LocalPeer?, _ peer: PeerAddress, _ role: ListenerRole, slot: Int
  ) {
    let patience = role == .secure ? limits.handshakeMilliseconds : limits.headMilliseconds
    let deadline = later(now, by: isDraining ? limits.drainFreshMilliseconds : patience)
    connections[slot] = Connection(
      descriptor: descriptor, local: local, slot: slot, generation: nextGeneration, peer: peer,
      role: role, deadline: deadline,
      timer: timers.insert(token: UInt64(slot), deadlineMilliseconds: deadline))
    connectionCount += 1
  }

  /// Leaves further connections in the kernel's queue until one of ours closes.
  private func pauseAccepting() {
    if acceptIsPaused { return }
    acceptIsPaused = true
    for listener in listeners { try? poller.remove(listener.descriptor) }
  }

  /// Has accepting go on after a while: descriptors can also be freed elsewhere in the process, of
  /// which nobody tells.
  private func retryAccepting() {
    if acceptTimerIsSet { return }
    acceptTimerIsSet = true
    _ = timers.insert(
      token: acceptTimerToken, deadlineMilliseconds: later(now, by: acceptRetryMilliseconds))
  }

  private var acceptRetryMilliseconds: UInt64 { 1_000 }

  func resumeAccepting() {
    guard acceptIsPaused, connectionCount < limits.connectionsMax else { return }
    acceptIsPaused = false
    for (index, listener) in listeners.enumerated() {
      do throws(SystemError) {
        try poller.add(
          listener.descriptor, token: Token.listener(index).rawValue,
          interest: listener.isShared ? [.read, .exclusive] : .read)
      } catch {
        // The kernel is short of memory: all of it again later.
        pauseAccepting()
        retryAccepting()
        return
      }
    }
  }

  /// The timer token that is no connection's.
  var acceptTimerToken: UInt64 { .max }

  // MARK: Exchanges

  /// Gives a connection the codecs and buffers that it needs to be more than idle.
  func lend(to connection: Connection) -> Exchange {
    let exchange = idleExchanges.popLast() ?? Exchange(limits: limits, date: date)
    exchange.slot = connection.slot
    exchange.peer = connection.peer
    exchange.localPeer = connection.local
    connection.exchange = exchange
    if connection.role != .plain { equip(exchange, for: connection) }
    return exchange
  }

  /// Takes an exchange from its connection.
  func reclaim(_ exchange: Exchange, from connection: Connection) {
    connection.exchange = nil
    if let session = connection.session {
      session.exchangeStorage(&exchange.sealedInput, &exchange.sealedOutput)
    }
  }

  /// Keeps an exchange for another connection.
  func takeBack(_ exchange: Exchange) {
    if exchange.accountedOctets > 0 {
      exchange.content.removeAll()
      account(exchange)
    }
    guard idleExchanges.count < idleExchangesMax else { return }
    // The few that come first off the list keep room for large messages.
    exchange.reset(
      storageOctetsMax: idleExchanges.count < 16 ? 65_536 : Exchange.receivedOctetsMin)
    idleExchanges.append(exchange)
  }

  private var idleExchangesMax: Int { 256 }

  // MARK: Going

  /// Closes a connection at once. The application is told if it is at work for it.
  ///
  /// - Parameters:
  ///   - resetting: whether what the peer has not read is dropped.
  ///   - status: of a request without a response, for the access log.
  func close(
    _ connection: Connection, resetting: Bool = false,
    status: StatusCode = AccessLog.clientClosedRequest
  ) {
    guard connections[connection.slot] === connection else { return }
    connections[connection.slot] = nil
    freeSlots.append(connection.slot)
    connectionCount -= 1
    connection.isScheduled = false
    timers.cancel(connection.timer)
    if connection.session != nil { giveUpSession(of: connection, isSilent: resetting) }
    // Closing the only descriptor of a socket takes it out of the poller too.
    connection.disconnect(resetting: resetting)
    if let exchange = connection.exchange {
      connection.exchange = nil
      exchange.slot = nil
      switch exchange.phase {
      case .collecting, .responding: accessLog?.append(exchange, status: status)
      case .head, .draining: break
      }
      if exchange.phase == .responding {
        application.peerGone(exchange)
      } else {
        takeBack(exchange)
      }
    }
    if acceptIsPaused { resumeAccepting() }
  }
}
