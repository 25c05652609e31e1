import NecroOctets
import NecroRESP
import NecroReactor

/// A connection with subscriptions: messages, and what the server says of subscribing.
///
/// In version 3 both are pushes, in version 2 arrays of the same contents.
extension RedictConnection {
  /// Tells the server what changed of the topics, all at once.
  func sendTopics() {
    guard state == .ready else { return }
    for topic in client.takeChangedTopics() {
      topic.isConfirmed = false
      topic.unanswered += 1
      topic.isRequested = !topic.subscriptions.isEmpty
      if topic.isRequested {
        begin(.subscribe, argumentCount: 2, topic: topic)
        switch topic.kind {
        case .channel: RESPSerializer.argument("SUBSCRIBE", into: &output)
        case .pattern: RESPSerializer.argument("PSUBSCRIBE", into: &output)
        case .shardChannel: RESPSerializer.argument("SSUBSCRIBE", into: &output)
        }
      } else {
        begin(.unsubscribe, argumentCount: 2, topic: topic)
        switch topic.kind {
        case .channel: RESPSerializer.argument("UNSUBSCRIBE", into: &output)
        case .pattern: RESPSerializer.argument("PUNSUBSCRIBE", into: &output)
        case .shardChannel: RESPSerializer.argument("SUNSUBSCRIBE", into: &output)
        }
      }
      append(topic.name)
    }
  }

  func takeMessage(_ octets: Span<UInt8>, isPush: Bool) {
    var reader = RESPReader(octets)
    let first = reader.next()
    guard Self.elementCount(first) ?? 0 > 0, let kind = Self.string(reader.next()) else {
      // In version 3 a ping is answered as on any connection; an error refuses what was asked first.
      takeAnswer(octets)
      return
    }
    let name = octets.octets(kind)
    if name.equals("message") || name.equals("smessage") {
      guard let topic = Self.string(reader.next()), let payload = Self.string(reader.next()) else {
        return end(.replyUnexpected)
      }
      deliver(
        name.count == 8 ? .shardChannel : .channel, octets.octets(topic), octets.octets(topic),
        octets.octets(payload))
    } else if name.equals("pmessage") {
      guard let topic = Self.string(reader.next()), let channel = Self.string(reader.next()),
        let payload = Self.string(reader.next())
      else { return end(.replyUnexpected) }
      deliver(.pattern, octets.octets(topic), octets.octets(channel), octets.octets(payload))
    } else if name.equals("pong") {
      takeAnswer(octets)
    } else if Self.isConfirmation(name) {
      guard let topic = Self.string(reader.next()) else { return end(.replyUnexpected) }
      confirm(octets.octets(topic), subscribes: !Self.hasUnsubscribed(name))
    } else if isPush {
      client.owner.pushed(self, octets)
    } else {
      end(.replyUnexpected)
    }
  }

  private static func elementCount(_ item: RESPItem?) -> Int? {
    switch item {
    case .push(let count): count
    case .array(let count): count
    default: nil
    }
  }

  private static func string(_ item: RESPItem?) -> Slice? {
    switch item {
    case .bulkString(let slice), .simpleString(let slice): slice
    default: nil
    }
  }

  private static func isConfirmation(_ name: Span<UInt8>) -> Bool {
    name.equals("subscribe") || name.equals("psubscribe") || name.equals("ssubscribe")
      || hasUnsubscribed(name)
  }

  private static func hasUnsubscribed(_ name: Span<UInt8>) -> Bool {
    name.equals("unsubscribe") || name.equals("punsubscribe") || name.equals("sunsubscribe")
  }

  private func deliver(
    _ kind: RedictSubscription.Kind, _ topic: Span<UInt8>, _ channel: Span<UInt8>,
    _ payload: Span<UInt8>
  ) {
    guard let known = client.topics.find(kind, topic) else { return }
    // The owner may end subscriptions while it is told.
    for subscription in known.subscriptions where !subscription.isEnded {
      client.owner.message(subscription, topic: topic, channel: channel, payload: payload)
    }
  }

  /// The server confirms what it was asked first.
  private func confirm(_ name: Span<UInt8>, subscribes: Bool) {
    guard !exchanges.isEmpty, let topic = exchanges[0].topic, topic.isCalled(name),
      (exchanges[0].purpose == .subscribe) == subscribes
    else {
      // The server has ended a subscription to a shard channel that it does not serve any more. In a
      // cluster another node does.
      if client.purpose == .clusterNode, !subscribes,
        let lost = client.topics.find(.shardChannel, name), lost.isConfirmed
      {
        return client.refused(lost, [UInt8](copying: ("MOVED" as StaticString).octets))
      }
      return end(subscribes ? .replyUnexpected : .connectionLost(wasSent: true))
    }
    exchanges.removeFirst()
    hasAnswered = true
    client.confirmed(topic, subscribes: subscribes)
  }

  private func takeAnswer(_ octets: Span<UInt8>) {
    guard !exchanges.isEmpty else { return end(.replyUnexpected) }
    let purpose = exchanges[0].purpose
    let topic = exchanges[0].topic
    exchanges.removeFirst()
    if RedictReply.isError(octets) {
      let error = Self.errorText(octets)
      guard purpose == .subscribe, let topic else { return end(.server(error)) }
      client.refused(topic, error)
    } else if purpose != .ping {
      end(.replyUnexpected)
    }
  }

  // MARK: Pings

  func setPingTimer() {
    pingTimer = client.reactor.setTimer(
      self, tag: Self.pingTag,
      deadlineMilliseconds: client.reactor.now + client.settings.pingMilliseconds)
  }

  /// Sees to it that a server that has gone without a word is taken notice of.
  func ping() {
    guard state == .ready else { return }
    if isPaused { return setPingTimer() }
    if !exchanges.isEmpty,
      client.reactor.now &- heardMilliseconds >= client.settings.silenceMilliseconds
    {
      return end(.serverSilent)
    }
    if exchanges.isEmpty {
      begin(.ping, argumentCount: 1)
      RESPSerializer.argument("PING", into: &output)
    }
    setPingTimer()
  }
}
