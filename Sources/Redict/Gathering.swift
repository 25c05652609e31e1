import NecroOctets
import NecroRESP

/// A request of several commands, or one that needs ASKING, which is divided among nodes: its parts,
/// and the replies that have come, in the order of the commands.
///
/// A transaction is one part, and is sent again as a whole when the server has not begun it.
final class Gathering {
  let command: RedictCommand
  private unowned(unsafe) let router: RedictRouter
  /// Where each command of the request ends, and the slot of its keys.
  private var ends: [Int] = []
  private var slots: [Int] = []
  /// Without octets where none has come.
  private var replies: [[UInt8]]
  private var parts: [RedictCommand] = []
  var heldCount = 0
  private var failure: RedictFailure?
  private let isTransaction: Bool
  private let turn: Int
  /// While parts are being made, none of them ends the whole.
  private var isRouting = false

  /// Nil when keys that have to be of one slot are of several, or the command whose arguments the router
  /// has then is for all nodes.
  init?(_ command: RedictCommand, router: RedictRouter) {
    self.command = command
    self.router = router
    isTransaction = command.isWholeTransaction
    replies = [[UInt8]](repeating: [], count: command.commandCount)
    router.turnOfReplicas &+= 1
    turn = router.turnOfReplicas
    let request = command.requestOctets
    var position = 0
    for _ in 0..<command.commandCount {
      guard let end = router.arguments.read(request, at: position) else {
        preconditionFailure("a request has as many commands as it says")
      }
      var slot = -1
      if router.usesSlots {
        guard let found = CommandKeys(router.arguments, request).slot(router.arguments, request)
        else { return nil }
        slot = found
        // By one node alone, what is for all of them would be half done, and nobody would know.
        if slot < 0, router.isForAll(router.arguments, request) { return nil }
      }
      if isTransaction && slot >= 0 {
        if command.slot >= 0 && command.slot != slot { return nil }
        command.slot = slot
      }
      position = end
      ends.append(end)
      slots.append(slot)
    }
  }

  func begin() {
    command.gathering = self
    var all: [Int32] = []
    for index in 0..<command.commandCount { all.append(Int32(index)) }
    route(all)
  }

  // MARK: Out

  /// Sends commands to the nodes that do them.
  func route(_ indices: [Int32]) {
    isRouting = true
    let toRead =
      router.routing.readsReplicas && command.redirections == 0 && command.delays == 0
      && command.traits.contains(.readOnly)
    var rest = indices
    while let first = rest.first {
      let slot = isTransaction ? command.slot : slots[Int(first)]
      guard router.isMapped, let node = router.node(forSlot: slot, toRead: toRead, turn: turn)
      else {
        router.hold(command, rest, failure ?? .connectFailed)
        break
      }
      var mine: [Int32] = []
      var others: [Int32] = []
      for index in rest {
        // What has no key goes with the others.
        let slot = slots[Int(index)]
        if isTransaction || slot < 0
          || router.node(forSlot: slot, toRead: toRead, turn: turn) === node
        {
          mine.append(index)
        } else {
          others.append(index)
        }
      }
      send(mine, to: node, asking: false)
      rest = others
    }
    isRouting = false
    finishIfDone()
  }

  /// Sends commands to a node that does not have their slot yet.
  func ask(_ indices: [Int32], _ node: RedictNode) {
    command.gathering = self
    send(indices, to: node, asking: true)
  }

  private func send(_ indices: [Int32], to node: RedictNode, asking: Bool) {
    let part = RedictCommand()
    let command = command
    let request = command.requestOctets
    var hasAsked = false
    for index in indices {
      // ASKING is for the next command; before MULTI for all up to EXEC.
      if asking && (!isTransaction || !hasAsked) {
        RESPSerializer.command(argumentCount: 1, into: &part.request)
        RESPSerializer.argument("ASKING", into: &part.request)
        part.partIndices.append(-1)
        hasAsked = true
      }
      let begin = index == 0 ? 0 : ends[Int(index) - 1]
      part.request.append(request.extracting(begin..<ends[Int(index)]))
      part.partIndices.append(index)
    }
    part.commandCount = part.partIndices.count
    part.traits = command.traits
    part.deadlineMilliseconds = command.deadlineMilliseconds
    part.gathering = self
    parts.append(part)
    router.send(part, to: node)
  }

  // MARK: Back

  func replied(_ part: RedictCommand, _ index: Int, _ octets: Span<UInt8>) {
    guard index < part.partIndices.count, part.partIndices[index] >= 0 else { return }
    replies[Int(part.partIndices[index])] = [UInt8](copying: octets)
  }

  /// A part is over: what its node has not done goes elsewhere.
  func completed(_ part: RedictCommand, _ node: RedictNode) {
    parts.removeAll { $0 === part }
    part.gathering = nil
    var undone: [Int32] = []
    for index in part.partIndices where index >= 0 && replies[Int(index)].isEmpty {
      undone.append(index)
    }
    if let partFailure = part.failure {
      if case .server(let error) = partFailure, part.commandCount == 1 {
        // The error of a single command is its reply.
        var reply = OctetBuffer()
        RESPSerializer.bulkError(error.span, into: &reply)
        replies[Int(part.partIndices[0])] = [UInt8](copying: reply.octets)
        undone = []
      } else if case .later(let refresh) = router.redirection(partFailure, said: node) {
        if refresh { router.wantRefresh() }
        router.hold(command, undone, partFailure)
        undone = []
      } else {
        if case .connectionLost = partFailure { router.wantRefresh() }
        fail(partFailure)
      }
    }
    isRouting = true
    if isTransaction { redirectTransaction(node) } else { redirectReplies(part, node) }
    isRouting = false
    finishIfDone()
  }

  /// Sends single commands again that a node would not do.
  private func redirectReplies(_ part: RedictCommand, _ node: RedictNode) {
    var again: [Int32] = []
    var later: [Int32] = []
    var reason = RedictFailure.connectFailed
    // However many of its commands are redirected, the part was redirected once.
    var hasCounted = false
    for index in part.partIndices where index >= 0 {
      let reply = replies[Int(index)]
      guard RedictReply.isError(reply.span) else { continue }
      let error = RedictConnection.errorText(reply.span)
      switch router.redirection(error, said: node) {
      case .none: break
      case .moved(let slot, let address):
        if hasCounted { command.redirections -= 1 }
        guard router.follow(command, slot, address) != nil else { continue }
        hasCounted = true
        replies[Int(index)] = []
        again.append(index)
      case .ask(let address):
        if hasCounted { command.redirections -= 1 }
        guard let target = router.follow(command, -1, address) else { continue }
        hasCounted = true
        replies[Int(index)] = []
        ask([index], target)
      case .later(let refresh):
        if command.delays >= router.routing.delaysMax { continue }
        if refresh { router.wantRefresh() }
        replies[Int(index)] = []
        later.append(index)
        reason = .server(error)
      }
    }
    if !again.isEmpty { route(again) }
    isRouting = true
    if !later.isEmpty { router.hold(command, later, reason) }
  }

  /// Sends a transaction again that a server has begun and not executed, for a reason that will pass.
  private func redirectTransaction(_ node: RedictNode) {
    guard failure == nil, let last = replies.last, let first = replies.first, !first.isEmpty,
      !RedictReply.isError(first.span), RedictReply.isError(last.span)
    else { return }
    for reply in replies where RedictReply.isError(reply.span) {
      let error = RedictConnection.errorText(reply.span)
      switch router.redirection(error, said: node) {
      case .none: continue
      case .moved(let slot, let address):
        guard let target = router.follow(command, slot, address) else { return }
        resend(to: target, asking: false)
      case .ask(let address):
        guard let target = router.follow(command, -1, address) else { return }
        resend(to: target, asking: true)
      case .later(let refresh):
        if command.delays >= router.routing.delaysMax { return }
        if refresh { router.wantRefresh() }
        router.hold(command, forgetReplies(), .server(error))
      }
      return
    }
  }

  private func resend(to node: RedictNode, asking: Bool) {
    send(forgetReplies(), to: node, asking: asking)
  }

  private func forgetReplies() -> [Int32] {
    var all: [Int32] = []
    for index in replies.indices {
      replies[index] = []
      all.append(Int32(index))
    }
    return all
  }

  // MARK: The end

  /// What has not been done will not be; the whole is over when nothing is under way.
  func fail(_ reason: RedictFailure) {
    if failure == nil { failure = reason }
  }

  /// Nobody waits for it any more.
  func giveUp() {
    let all = parts
    parts = []
    for part in all {
      part.gathering = nil
      part.isProbe = true
      if let node = part.node { node.client.cancel(part) }
    }
    router.held.removeAll { $0.command === command }
    command.gathering = nil
  }

  func finishIfDone() {
    guard !isRouting, parts.isEmpty, heldCount == 0, command.gathering === self else { return }
    command.gathering = nil
    // Of one command, an error is its failure.
    if command.commandCount == 1, failure == nil, let reply = replies.first,
      RedictReply.isError(reply.span)
    {
      failure = .server(RedictConnection.errorText(reply.span))
      replies[0] = []
    }
    command.state = .sent
    for index in replies.indices {
      if replies[index].isEmpty { break }
      let reply = replies[index]
      router.replied(command, index: index, reply.span, attributes: Span())
    }
    command.failure = failure
    command.state = .finished
    router.tell(command)
  }
}
