import NecroOctets
import NecroReactor

/// A client of several servers: finds out which of them does a command, and does it there.
///
/// It has the methods of a `RedictClient`, and one of those for each node that it has found. A command
/// that a node has not done, as its answer says or as no connection came about, goes to another node
/// or waits, within bounds; one that may have been done is never sent again, unless it only reads.
///
/// Use `RedictCluster` or `RedictSentinels`. Its owner hears from all nodes' clients and outlives it.
open class RedictRouter: DriverSource {
  unowned(unsafe) let owner: RedictOwner
  public let reactor: DriverReactor
  /// Of the nodes' clients: bounds of waiting count for each.
  public let settings: RedictSettings
  public let routing: RedictRouterSettings

  /// The nodes that commands go to, masters and replicas.
  public internal(set) var nodes: [RedictNode] = []
  var retired: [RedictNode] = []
  public private(set) var isClosed = false

  /// What waits for another attempt.
  var held: [HeldCommand] = []
  /// What is over, and of which the owner is told with the next flush.
  var finishing: [RedictCommand] = []
  var ending: [Gathering] = []
  var arguments = RequestArguments()
  var subscriptions: [RedictSubscription] = []
  var needsPlacing = false
  var areMessagesPaused = false

  /// Whether what commands go by is being asked for, or is to be.
  var isRefreshing = false
  var isRefreshWanted = false
  var nextRefresh: UInt64 = 0
  var periodicRefresh: UInt64 = .max
  /// Refreshes that were in vain one behind the other.
  var failedRefreshes = 0

  private var timer: TimerWheel.TimerID?
  private var timerDeadline: UInt64 = .max
  private var nodeOwner: RedictOwner?
  var cache: ReplyCache?
  private var chance: UInt64
  var turnOfReplicas = 0

  init(
    owner: RedictOwner, reactor: DriverReactor, settings: RedictSettings,
    routing: RedictRouterSettings, chance: UInt64
  ) {
    self.owner = owner
    self.reactor = reactor
    self.settings = settings
    self.routing = routing
    self.chance = chance
    super.init()
    nodeOwner = NodeOwner(self)
    if settings.cacheOctetsMax > 0 {
      cache = ReplyCache(
        octetsMax: settings.cacheOctetsMax, entriesMax: settings.cacheEntriesMax,
        seed: chance &* 0x9E37_79B9_7F4A_7C15)
    }
    isRefreshWanted = true
    reactor.add(self)
  }

  // MARK: What a kind of router decides

  /// Whether keys decide where a command goes.
  var usesSlots: Bool { false }

  /// Whether it is known who does what.
  var isMapped: Bool { false }

  /// The node for keys of a slot, or of none; nil when none is known.
  func node(forSlot slot: Int, toRead: Bool, turn: Int) -> RedictNode? { nil }

  /// In a cluster, the masters that have slots, as far as they are known.
  public var masters: [RedictNode] { [] }

  /// A slot of each shard, for what all of them do; and the nodes that only follow others.
  var shardSlots: [Int] { [] }
  var replicaNodes: [RedictNode] { [] }

  /// Asks who does what; ends with `refreshed`.
  func refresh() {}

  func probeCompleted(_ probe: RedictCommand, _ node: RedictNode) {}

  /// A server says that a slot has moved.
  func moved(slot: Int, to node: RedictNode) {}

  /// A message to a subscription of the router's own.
  func messageCame(_ subscription: RedictSubscription) {}

  /// Retires nodes that are not among those that commands go to.
  func closeOthers() {}

  // MARK: Nodes

  func makeNode(_ address: RedictAddress, _ purpose: RedictClient.Purpose) -> RedictNode {
    var clientSettings = settings
    clientSettings.cacheOctetsMax = 0
    guard let nodeOwner else { preconditionFailure("it has one from the beginning") }
    let client = RedictClient(
      owner: nodeOwner, reactor: reactor, settings: clientSettings, chance: random())
    client.address = address
    client.purpose = purpose
    client.readsReplicas = routing.readsReplicas
    client.cache = purpose == .sentinel ? nil : cache
    client.setMessagesPaused(areMessagesPaused)
    return RedictNode(address, client)
  }

  func random() -> UInt64 {
    chance = chance &* 0x5851_F42D_4C95_7F2D &+ 0x1405_7B7E_F767_814F
    return chance ^ chance >> 29
  }

  func find(_ address: RedictAddress) -> RedictNode? {
    for node in nodes where node.address == address { return node }
    return nil
  }

  /// The node at an address, known or not; nil when there are too many, or the router is closed.
  func findOrMake(_ address: RedictAddress, _ purpose: RedictClient.Purpose) -> RedictNode? {
    if let known = find(address) { return known }
    guard !isClosed, nodes.count + retired.count < routing.nodesMax else { return nil }
    let node = makeNode(address, purpose)
    nodes.append(node)
    return node
  }

  func isDown(_ node: RedictNode) -> Bool { node.downUntil > reactor.now }

  func node(of client: RedictClient) -> RedictNode? {
    for node in nodes where node.client === client { return node }
    return nil
  }

  /// Sends nothing to a node any more. What waits for it goes elsewhere.
  func retire(_ node: RedictNode) {
    guard node.retiredUntil == nil else { return }
    node.retiredUntil = reactor.now + routing.retireMilliseconds
    nodes.removeAll { $0 === node }
    retired.append(node)
    node.client.failWaiting(.connectFailed)
    reactor.mark(node.client)
    needsPlacing = true
    reactor.mark(self)
  }

  private func closeRetired() {
    var index = 0
    while index < retired.count {
      let node = retired[index]
      if node.isBusy && reactor.now < node.retiredUntil ?? 0 && !isClosed {
        index += 1
        continue
      }
      if !node.client.isClosed {
        node.client.close()
        // It is looked at again behind the client.
        reactor.mark(self)
        index += 1
      } else if node.client.connections.isEmpty && node.client.finishing.isEmpty {
        node.client.leaveReactor()
        retired.remove(at: index)
      } else {
        index += 1
      }
    }
  }

  // MARK: Turns

  public override func flush() {
    var position = 0
    while position < finishing.count {
      let command = finishing[position]
      position += 1
      command.state = .finished
      tell(command)
    }
    finishing.removeAll(keepingCapacity: true)
    while let gathering = ending.popLast() { gathering.finishIfDone() }
    if !isClosed {
      if reactor.now >= periodicRefresh { isRefreshWanted = true }
      if isRefreshWanted && !isRefreshing && reactor.now >= nextRefresh {
        isRefreshWanted = false
        isRefreshing = true
        refresh()
      }
      if needsPlacing { placeSubscriptions() }
      takeDue()
    }
    closeRetired()
    setTimer()
  }

  public override func expired(tag: UInt32) {
    timer = nil
    timerDeadline = .max
    reactor.mark(self)
  }

  /// Who does what was asked for, and is known or not.
  func refreshed(_ failure: RedictFailure?) {
    isRefreshing = false
    if let failure {
      failedRefreshes += 1
      let delay = min(
        routing.refreshMillisecondsMin << UInt64(min(failedRefreshes - 1, 10)),
        routing.delayMillisecondsMax)
      nextRefresh = reactor.now + delay
      isRefreshWanted = true
      // Nobody waits for a server that says that it is of another kind.
      var isRefusal = false
      if case .server = failure { isRefusal = true }
      if !isMapped && (isRefusal || failedRefreshes >= routing.refreshAttemptsMax) {
        failHeld(failure)
      }
    } else {
      failedRefreshes = 0
      nextRefresh = reactor.now + routing.refreshMillisecondsMin
      periodicRefresh =
        routing.refreshMilliseconds == 0 ? .max : reactor.now + routing.refreshMilliseconds
      for index in held.indices { held[index].due = min(held[index].due, reactor.now) }
      needsPlacing = true
    }
    reactor.mark(self)
  }

  func wantRefresh() {
    isRefreshWanted = true
    reactor.mark(self)
  }

  private func setTimer() {
    // What waits is looked at so often: deadlines among it need no timer each.
    var deadline: UInt64 = held.isEmpty ? .max : reactor.now + 10
    if !retired.isEmpty || needsPlacing { deadline = min(deadline, reactor.now + 50) }
    if !isClosed {
      if isRefreshWanted && !isRefreshing { deadline = min(deadline, nextRefresh) }
      deadline = min(deadline, periodicRefresh)
    }
    if deadline >= timerDeadline { return }
    if let timer { reactor.cancelTimer(timer) }
    timerDeadline = deadline
    timer = reactor.setTimer(
      self, tag: 0, deadlineMilliseconds: max(deadline, reactor.now + 1))
  }

  // MARK: The end

  /// Closes all nodes' clients and fails what waits, with the next flush.
  public func close() {
    isClosed = true
    failHeld(.closed)
    cache?.removeAll()
    for subscription in subscriptions { endLegs(subscription) }
    subscriptions.removeAll()
    closeOthers()
    for node in nodes { retire(node) }
    reactor.mark(self)
  }

  /// Whether all connections are closed, so that `leaveReactor` may be called.
  public var hasEnded: Bool {
    isClosed && nodes.isEmpty && retired.isEmpty && finishing.isEmpty && ending.isEmpty
  }

  /// Takes the router out of the reactor, once it has ended.
  public func leaveReactor() {
    precondition(hasEnded, "a router leaves when it has ended")
    if let timer { reactor.cancelTimer(timer) }
    reactor.remove(self)
  }
}
