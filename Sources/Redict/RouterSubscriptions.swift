import NecroOctets
import NecroReactor

/// A part of a subscription, which is with one node: topics of one slot, or such that any node has.
struct SubscriptionLeg {
  /// What the node's client was given; nil while none has it.
  var child: RedictSubscription?
  var node: RedictNode?
  /// Negative when any node will do.
  let slot: Int
  let topics: [[UInt8]]
  /// How often a server has sent it elsewhere since it was last active, and when it is tried again.
  var redirections = 0
  var due: UInt64 = 0
}

/// Pub/sub: channels and patterns are with one node, which hears what is published at any; shard
/// channels with the node of their slot. Both move with the nodes, and messages between are lost.
extension RedictRouter {
  /// Has messages of a subscription's topics told to the owner, as `RedictClient.subscribe`. Shard
  /// channels may be of several slots.
  public func subscribe(_ subscription: RedictSubscription) {
    precondition(!subscription.isSubmitted, "a subscription is made once")
    subscription.isSubmitted = true
    if isClosed {
      subscription.isEnded = true
      return
    }
    if usesSlots && subscription.kind == .shardChannel {
      var slots: [Int] = []
      var topics: [[[UInt8]]] = []
      for topic in subscription.topics {
        let slot = KeySlot.of(topic.span)
        if let known = slots.firstIndex(of: slot) {
          topics[known].append(topic)
        } else {
          slots.append(slot)
          topics.append([topic])
        }
      }
      for index in slots.indices {
        subscription.legs.append(SubscriptionLeg(slot: slots[index], topics: topics[index]))
      }
    } else {
      subscription.legs = [SubscriptionLeg(slot: -1, topics: subscription.topics)]
    }
    subscriptions.append(subscription)
    needsPlacing = true
    reactor.mark(self)
  }

  /// Ends a subscription.
  public func unsubscribe(_ subscription: RedictSubscription) {
    if subscription.isEnded || !subscription.isSubmitted { return }
    endLegs(subscription)
    subscriptions.removeAll { $0 === subscription }
  }

  /// As `RedictClient.setMessagesPaused`, for all nodes.
  public func setMessagesPaused(_ isPaused: Bool) {
    areMessagesPaused = isPaused
    for node in nodes { node.client.setMessagesPaused(isPaused) }
  }

  func endLegs(_ subscription: RedictSubscription) {
    subscription.isEnded = true
    subscription.isActive = false
    for index in subscription.legs.indices { detach(subscription, index) }
    subscription.legs.removeAll()
  }

  /// Takes a leg from its node.
  private func detach(_ subscription: RedictSubscription, _ index: Int) {
    let leg = subscription.legs[index]
    subscription.legs[index].child = nil
    subscription.legs[index].node = nil
    guard let child = leg.child, let node = leg.node else { return }
    if !node.client.isClosed { node.client.unsubscribe(child) }
    // What is still delivered to it reaches nobody.
    child.isEnded = true
    child.parent = nil
  }

  /// Gives each leg to the node that it belongs to.
  func placeSubscriptions() {
    needsPlacing = false
    guard isMapped else { return }
    let all = subscriptions
    for subscription in all where !subscription.isEnded {
      for index in subscription.legs.indices where !subscription.isEnded {
        place(subscription, index)
      }
    }
  }

  private func place(_ subscription: RedictSubscription, _ index: Int) {
    let leg = subscription.legs[index]
    if leg.due > reactor.now {
      needsPlacing = true
      return
    }
    if let node = leg.node {
      let isRight: Bool
      if node.retiredUntil != nil {
        isRight = false
      } else if leg.slot >= 0 {
        isRight = self.node(forSlot: leg.slot, toRead: false, turn: 0) === node
      } else {
        // One that cannot be reached is given time to come back.
        isRight = !isDown(node) || node.client.failedAttempts < settings.connectAttemptsMax
      }
      if isRight { return }
      detach(subscription, index)
      interrupt(subscription)
      if subscription.isEnded { return }
    }
    guard let node = reachableNode(leg.slot) else {
      needsPlacing = true
      return
    }
    let child = RedictSubscription(subscription.kind, topics: leg.topics)
    child.parent = subscription
    subscription.legs[index].child = child
    subscription.legs[index].node = node
    node.client.subscribe(child)
  }

  /// A node for a slot, or for none one that has not just failed, if there is such a one.
  private func reachableNode(_ slot: Int) -> RedictNode? {
    var node: RedictNode?
    for _ in 0..<(slot >= 0 ? 1 : 4) {
      turnOfReplicas &+= 1
      node = self.node(forSlot: slot, toRead: false, turn: turnOfReplicas)
      if let node, !isDown(node) { return node }
    }
    return node
  }

  private func interrupt(_ subscription: RedictSubscription) {
    guard subscription.isActive else { return }
    subscription.isActive = false
    owner.subscriptionInterrupted(subscription)
  }

  // MARK: What nodes' clients say

  func legActive(_ child: RedictSubscription) {
    guard let parent = child.parent, !parent.isEnded, !parent.isActive else { return }
    for index in parent.legs.indices {
      if parent.legs[index].child === child { parent.legs[index].redirections = 0 }
      guard let other = parent.legs[index].child, other.isActive else { return }
    }
    parent.isActive = true
    owner.subscriptionActive(parent)
  }

  func legInterrupted(_ child: RedictSubscription) {
    guard let parent = child.parent, !parent.isEnded else { return }
    interrupt(parent)
    needsPlacing = true
    reactor.mark(self)
  }

  func legRefused(_ child: RedictSubscription, _ error: [UInt8]) {
    guard let parent = child.parent, !parent.isEnded,
      let index = parent.legs.firstIndex(where: { $0.child === child })
    else { return }
    let node = parent.legs[index].node
    detach(parent, index)
    var isPassing = error.begins(with: "moved")
    switch redirection(error, said: node) {
    case .none: break
    case .moved(let slot, let address):
      if let target = findOrMake(address, .clusterNode) { moved(slot: slot, to: target) }
    case .ask, .later: isPassing = true
    }
    if isPassing && parent.legs[index].redirections < routing.redirectionsMax {
      let count = parent.legs[index].redirections
      parent.legs[index].redirections += 1
      parent.legs[index].due =
        reactor.now + (routing.delayMilliseconds << UInt64(min(count, 5)))
      needsPlacing = true
      wantRefresh()
      interrupt(parent)
      return
    }
    unsubscribe(parent)
    owner.subscriptionRefused(parent, error: error.span)
  }
}
