import NecroOctets
import NecroReactor

/// A command that waits for another attempt: the whole, or of one that was divided some commands.
struct HeldCommand {
  let command: RedictCommand
  /// Empty for a command that was not divided.
  let indices: [Int32]
  /// When it is tried again.
  var due: UInt64
  /// What it fails with when that never comes.
  let failure: RedictFailure
}

/// What a server's error, or no connection, means for a command that has not been done.
enum Redirection {
  /// It is the command's own.
  case none
  case moved(slot: Int, RedictAddress)
  case ask(RedictAddress)
  /// Later, or elsewhere, when the map is known better.
  case later(refresh: Bool)
}

extension RedictRouter {
  // MARK: Out

  /// Has a command that is not divided done where it belongs.
  func route(_ command: RedictCommand) {
    let toRead =
      routing.readsReplicas && command.redirections == 0 && command.delays == 0
      && command.traits.contains(.readOnly)
    turnOfReplicas &+= 1
    if isMapped, let policy = command.scattered {
      return Scattering(command, policy, router: self).begin()
    }
    guard isMapped, let node = node(forSlot: command.slot, toRead: toRead, turn: turnOfReplicas)
    else {
      hold(command, [], .connectFailed)
      return
    }
    send(command, to: node)
  }

  func send(_ command: RedictCommand, to node: RedictNode) {
    command.state = .fresh
    command.failure = nil
    command.failedAttempts = 0
    command.node = node
    if command.isAcquire { node.client.acquire(command) } else { node.client.submit(command) }
    if command.state == .waiting {
      command.waitDeadline = min(command.waitDeadline, command.routeDeadline)
    }
  }

  /// Keeps a command for a later attempt.
  func hold(_ command: RedictCommand, _ indices: [Int32], _ failure: RedictFailure) {
    if isClosed {
      if let gathering = command.gathering {
        gathering.fail(.closed)
      } else {
        finish(command, .closed)
      }
      return
    }
    command.state = .waiting
    command.redirections = 0
    if let gathering = command.gathering { gathering.heldCount += 1 }
    var due = UInt64.max
    if isMapped {
      let delay = min(
        routing.delayMilliseconds << UInt64(min(command.delays, 16)), routing.delayMillisecondsMax)
      due = reactor.now + delay
      command.delays += 1
    } else {
      // The map will tell.
      isRefreshWanted = true
    }
    held.append(HeldCommand(command: command, indices: indices, due: due, failure: failure))
    reactor.mark(self)
  }

  /// Tries what has waited, and fails what has waited for too long.
  func takeDue() {
    if held.isEmpty { return }
    var rest: [HeldCommand] = []
    let all = held
    held = []
    for item in all {
      let command = item.command
      let now = reactor.now
      if command.deadlineMilliseconds > 0 && command.deadlineMilliseconds <= now {
        fail(item, .timedOut)
      } else if command.routeDeadline <= now {
        if case .server = item.failure {
          fail(item, item.failure)
        } else {
          fail(item, .waitTimedOut)
        }
      } else if item.due > now {
        rest.append(item)
      } else if command.delays > routing.delaysMax {
        fail(item, item.failure)
      } else if let gathering = command.gathering {
        gathering.heldCount -= 1
        gathering.route(item.indices)
      } else {
        route(command)
      }
    }
    held = rest + held
  }

  func failHeld(_ failure: RedictFailure) {
    let all = held
    held = []
    for item in all { fail(item, failure) }
  }

  private func fail(_ item: HeldCommand, _ failure: RedictFailure) {
    if let gathering = item.command.gathering {
      gathering.heldCount -= 1
      gathering.fail(failure)
      ending.append(gathering)
      reactor.mark(self)
    } else {
      finish(item.command, failure)
    }
  }

  // MARK: Back

  /// A node's client has completed a command.
  func completed(_ command: RedictCommand) {
    guard let node = command.node else {
      if case .server(let error)? = command.failure {
        // The caller of an acquired connection decides for itself; the map is better known now.
        if case .none = redirection(error, said: nil) {} else { wantRefresh() }
      }
      tell(command)
      return
    }
    command.node = nil
    if command.isPinned {
      tell(command)
      return
    }
    if command.isProbe {
      probeCompleted(command, node)
      return
    }
    if let gathering = command.gathering {
      gathering.completed(command, node)
      return
    }
    guard let failure = command.failure else {
      if command.isAcquire { command.connection?.boundSlot = command.slot }
      tell(command)
      return
    }
    redirect(command, failure, node)
  }

  private func redirect(_ command: RedictCommand, _ failure: RedictFailure, _ node: RedictNode) {
    if isClosed {
      tell(command)
      return
    }
    switch redirection(failure, said: node) {
    case .none:
      if case .connectionLost = failure { wantRefresh() }
      tell(command)
    case .moved(let slot, let address):
      guard let target = follow(command, slot, address) else { return tell(command) }
      // A slot that moved while its replica was read from is asked for at its master.
      send(command, to: target)
    case .ask(let address):
      guard let target = follow(command, -1, address),
        let gathering = Gathering(command, router: self)
      else { return tell(command) }
      command.state = .waiting
      gathering.ask([0], target)
    case .later(let refresh):
      if refresh { wantRefresh() }
      hold(command, [], failure)
    }
  }

  /// The node that a redirection leads to; nil when there have been too many.
  ///
  /// - Parameter slot: what has moved there for good; negative for nothing.
  func follow(_ command: RedictCommand, _ slot: Int, _ address: RedictAddress) -> RedictNode? {
    guard command.redirections < routing.redirectionsMax,
      let target = findOrMake(address, .clusterNode)
    else {
      wantRefresh()
      return nil
    }
    command.redirections += 1
    if slot >= 0 {
      moved(slot: slot, to: target)
      wantRefresh()
    }
    return target
  }

  /// What to do about a failure.
  func redirection(_ failure: RedictFailure, said node: RedictNode) -> Redirection {
    switch failure {
    case .server(let error): return redirection(error, said: node)
    // Nothing of it was sent.
    case .connectFailed, .connectionLost(wasSent: false): return .later(refresh: true)
    case .encryptionFailed, .connectionLost, .timedOut, .waitTimedOut, .serverSilent, .cancelled,
      .protocolBroken, .replyUnexpected, .tooManyWaiters, .closed, .connectionStateMisplaced:
      return .none
    }
  }

  /// What to do about a server's error. These are errors of commands that were not done.
  ///
  /// Valkey cluster specification, "Redirection and resharding"
  func redirection(_ error: [UInt8], said node: RedictNode?) -> Redirection {
    if error.begins(with: "tryagain") { return .later(refresh: false) }
    if error.begins(with: "clusterdown") || error.begins(with: "loading")
      || error.begins(with: "masterdown") || error.begins(with: "readonly")
      || error.begins(with: "unblocked")
    {
      return .later(refresh: true)
    }
    let isMoved = error.begins(with: "moved ")
    guard usesSlots, isMoved || error.begins(with: "ask ") else { return .none }
    let words = error.span.extracting((isMoved ? 6 : 4)..<error.count)
    var space = 0
    while space < words.count && words[space] != 0x20 { space += 1 }
    let slot = RedictAddress.number(words.extracting(0..<space))
    guard let node else { return .later(refresh: true) }
    guard slot >= 0, slot < KeySlot.count, space < words.count,
      let address = RedictAddress(
        words.extracting((space + 1)..<words.count), otherwise: node.address)
    else { return .none }
    return isMoved ? .moved(slot: slot, address) : .ask(address)
  }
}
