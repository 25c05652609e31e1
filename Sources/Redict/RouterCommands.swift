import NecroOctets
import NecroReactor

/// What callers have done: it goes to one node, or in parts to several.
extension RedictRouter {
  /// Has a command done by whichever node does it; otherwise as `RedictClient.submit`.
  ///
  /// In a cluster the commands of a request go where their keys are, and the replies come in order. One
  /// command's keys, and all of a transaction's, are of one slot; else it fails with CROSSSLOT as the
  /// server would say, and is not sent. Only what does the same to each key, such as MGET and DEL, is
  /// divided, where it comes alone. A command without a key goes to any master, or where it is for all
  /// of them to each, and their replies become one.
  public func submit(_ command: RedictCommand) {
    precondition(command.state == .fresh, "a command is submitted once")
    precondition(command.commandCount > 0 && !command.request.isEmpty, "a request has a command")
    if command.isMisplaced { return finish(command, .connectionStateMisplaced) }
    guard admit(command) else { return }
    if command.commandCount > 1 {
      guard let gathering = Gathering(command, router: self) else {
        let isForAll = isForAll(arguments, command.requestOctets)
        return finish(command, .server(isForAll ? Self.notWhole : Self.crossSlot))
      }
      gathering.begin()
      return
    }
    let slot = slot(of: command)
    command.slot = slot ?? -1
    if command.slot < 0, usesSlots {
      command.scattered = Self.scattering(arguments, command.requestOctets)
      // Of one node at a time.
      if command.scattered?.request == 0x72 { return finish(command, .server(Self.notWhole)) }
    }
    if slot == nil {
      // One key without its value is for the server to refuse, and not for one node of several.
      let step = CommandKeys(arguments, command.requestOctets).step
      guard command.scattered?.request == 0x6D, (arguments.count - 1) % step == 0 else {
        return finish(command, .server(Self.crossSlot))
      }
    }
    route(command)
  }

  /// Who does the command whose arguments were read, and what becomes of the replies; nil for one
  /// node.
  private static func scattering(
    _ arguments: borrowing RequestArguments, _ request: Span<UInt8>
  ) -> (request: UInt8, response: UInt8)? {
    CommandTraitsTable.scattering(
      of: request.octets(arguments[0]),
      subcommand: arguments.count > 1 ? request.octets(arguments[1]) : Span())
  }

  /// Whether a command without keys is for more than one node. PING is too, and does no harm.
  func isForAll(_ arguments: borrowing RequestArguments, _ request: Span<UInt8>) -> Bool {
    guard let policy = Self.scattering(arguments, request), policy.request != 0x6D else {
      return false
    }
    return !request.octets(arguments[0]).equalsIgnoringCase(("PING" as StaticString).octets)
  }

  /// Has a command done by one of `nodes`.
  public func submit(_ command: RedictCommand, to node: RedictNode) {
    command.isPinned = true
    command.node = node
    node.client.submit(command)
  }

  /// Takes a connection for the caller alone, as `RedictClient.acquire`.
  ///
  /// - Parameter slot: in a cluster, the one that all keys of its commands are of (`KeySlot.of`);
  ///   negative when they have no keys.
  public func acquire(_ command: RedictCommand, slot: Int) {
    precondition(command.state == .fresh && command.request.isEmpty, "it only asks")
    guard admit(command) else { return }
    command.isAcquire = true
    command.slot = usesSlots ? slot : -1
    route(command)
  }

  /// Has a command done on a connection that was acquired, unless a key is of another slot than the
  /// connection.
  public func submit(_ command: RedictCommand, on connection: RedictConnection) {
    precondition(command.state == .fresh, "a command is submitted once")
    if usesSlots {
      guard let slot = slot(of: command) else {
        return finish(command, .server(Self.crossSlot))
      }
      guard slot < 0 || slot == connection.boundSlot else {
        return finish(command, .server(Self.otherSlot))
      }
    }
    connection.client.submit(command, on: connection)
  }

  public func release(_ connection: RedictConnection) {
    connection.client.release(connection)
  }

  /// Gives a command up, as `RedictClient.cancel`.
  public func cancel(_ command: RedictCommand) {
    if let scattering = command.scattering, scattering.isWhole(command) {
      scattering.giveUp(.cancelled)
    } else if let gathering = command.gathering {
      gathering.giveUp()
      finish(command, .cancelled)
    } else if let node = command.node {
      node.client.cancel(command)
    } else if let connection = command.connection, command.state == .sent {
      connection.client.cancel(command)
    } else if let index = held.firstIndex(where: { $0.command === command }) {
      held.remove(at: index)
      finish(command, .cancelled)
    }
  }

  /// The slot of all keys of a request: -1 for none, nil when there are several.
  private func slot(of command: RedictCommand) -> Int? {
    if !usesSlots { return -1 }
    let request = command.requestOctets
    var slot = -1
    var position = 0
    while position < request.count, let end = arguments.read(request, at: position) {
      position = end
      guard let one = CommandKeys(arguments, request).slot(arguments, request) else { return nil }
      if one < 0 { continue }
      if slot >= 0 && slot != one { return nil }
      slot = one
    }
    return slot
  }

  private func admit(_ command: RedictCommand) -> Bool {
    if isClosed {
      finish(command, .closed)
      return false
    }
    guard held.count < settings.waitersMax else {
      finish(command, .tooManyWaiters)
      return false
    }
    command.state = .waiting
    command.routeDeadline =
      settings.waitMilliseconds == 0 ? .max : reactor.now &+ settings.waitMilliseconds
    return true
  }

  static var crossSlot: [UInt8] { octets("CROSSSLOT Keys in request don't hash to the same slot") }

  static var otherSlot: [UInt8] {
    octets("CROSSSLOT the connection was taken for keys of another slot")
  }

  /// What is for all nodes would be done by one alone.
  static var notWhole: [UInt8] {
    octets("CROSSSLOT the command is for all nodes: send it alone, or to one node (SCAN)")
  }

  private static func octets(_ text: StaticString) -> [UInt8] { [UInt8](copying: text.octets) }

  /// Tells the owner, or of a part what it is a part of.
  func replied(
    _ command: RedictCommand, index: Int, _ octets: Span<UInt8>, attributes: Span<UInt8>
  ) {
    if command.scattering != nil {
      command.replies.append([UInt8](copying: octets))
    } else {
      owner.replied(command, index: index, octets, attributes: attributes)
    }
  }

  func tell(_ command: RedictCommand) {
    if let scattering = command.scattering {
      scattering.completed(command)
    } else {
      owner.completed(command)
    }
  }

  /// Completes a command with the next flush.
  func finish(_ command: RedictCommand, _ failure: RedictFailure) {
    command.gathering = nil
    command.node = nil
    command.failure = failure
    command.state = .finishing
    finishing.append(command)
    reactor.mark(self)
  }
}
