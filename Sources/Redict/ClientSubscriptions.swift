import NecroOctets
import NecroReactor

/// What callers want to hear of, and what the server was told of it.
extension RedictClient {
  /// Has messages of a subscription's topics told to the owner, on this connection and on those behind
  /// it, until `unsubscribe`.
  public func subscribe(_ subscription: RedictSubscription) {
    precondition(!subscription.isSubmitted, "a subscription is made once")
    subscription.isSubmitted = true
    if isClosed {
      subscription.isEnded = true
      return
    }
    for name in subscription.topics {
      let topic: Topic
      if let known = topics.find(subscription.kind, name.span) {
        topic = known
      } else {
        topic = Topic(subscription.kind, name)
        topics.add(topic)
      }
      topic.subscriptions.append(subscription)
      if !topic.isRequested { change(topic) }
    }
    // Where the server has confirmed all before, there is nothing to wait for.
    if areActive(subscription) { alreadyActive.append(subscription) }
    reactor.mark(self)
  }

  /// Ends a subscription. Topics that nobody else wants are left.
  public func unsubscribe(_ subscription: RedictSubscription) {
    if subscription.isEnded || !subscription.isSubmitted { return }
    subscription.isEnded = true
    subscription.isActive = false
    for name in subscription.topics {
      guard let topic = topics.find(subscription.kind, name.span) else { continue }
      remove(subscription, from: topic)
      guard topic.subscriptions.isEmpty else { continue }
      if topic.isRequested {
        change(topic)
      } else if topic.unanswered == 0 {
        topics.remove(topic)
      }
    }
    reactor.mark(self)
  }

  /// Stops and starts receiving messages: the server keeps them as long as it likes, and closes the
  /// connection when they are too many.
  public func setMessagesPaused(_ isPaused: Bool) {
    if areMessagesPaused == isPaused { return }
    areMessagesPaused = isPaused
    for connection in connections where connection.role == .subscriber {
      connection.isPaused = isPaused
      reactor.mark(connection)
    }
  }

  private func remove(_ subscription: RedictSubscription, from topic: Topic) {
    for index in 0..<topic.subscriptions.count
    where topic.subscriptions[index] === subscription {
      topic.subscriptions.remove(at: index)
      return
    }
  }

  func areActive(_ subscription: RedictSubscription) -> Bool {
    for name in subscription.topics {
      guard let topic = topics.find(subscription.kind, name.span), topic.isConfirmed else {
        return false
      }
    }
    return true
  }

  private func change(_ topic: Topic) {
    if topic.isListedChanged { return }
    topic.isListedChanged = true
    changedTopics.append(topic)
  }

  /// What the server is to be told; each topic once, as it is wanted now.
  func takeChangedTopics() -> [Topic] {
    var taken: [Topic] = []
    for topic in changedTopics {
      topic.isListedChanged = false
      let name = topic.name
      let isKnown = topics.find(topic.kind, name.span) === topic
      if isKnown && topic.isRequested == topic.subscriptions.isEmpty { taken.append(topic) }
    }
    changedTopics.removeAll()
    return taken
  }

  /// A new connection has been told nothing.
  func wantAllTopics() {
    _ = takeChangedTopics()
    for topic in topics.all {
      forget(topic)
      if topic.subscriptions.isEmpty {
        topics.remove(topic)
      } else {
        change(topic)
      }
    }
  }

  /// What the server knew of a topic went with the connection.
  private func forget(_ topic: Topic) {
    topic.isRequested = false
    topic.isConfirmed = false
    topic.unanswered = 0
  }

  func interruptSubscriptions() {
    var interrupted: [RedictSubscription] = []
    for topic in topics.all {
      forget(topic)
      for subscription in topic.subscriptions where subscription.isActive {
        subscription.isActive = false
        interrupted.append(subscription)
      }
    }
    for subscription in interrupted { owner.subscriptionInterrupted(subscription) }
  }

  /// The server has confirmed what it was asked.
  func confirmed(_ topic: Topic, subscribes: Bool) {
    topic.unanswered -= 1
    // It may have changed again by now, of which the server was told as well.
    guard topic.unanswered == 0, topic.isRequested == subscribes else { return }
    if !subscribes {
      if topic.subscriptions.isEmpty { topics.remove(topic) }
      return
    }
    topic.isConfirmed = true
    for subscription in topic.subscriptions
    where !subscription.isActive && areActive(subscription) {
      subscription.isActive = true
      owner.subscriptionActive(subscription)
    }
  }

  /// The server refuses a topic: whoever wanted it is told, and loses the rest of the subscription.
  func refused(_ topic: Topic, _ error: [UInt8]) {
    let subscriptions = topic.subscriptions
    topics.remove(topic)
    for subscription in subscriptions {
      unsubscribe(subscription)
      owner.subscriptionRefused(subscription, error: error.span)
    }
  }
}
