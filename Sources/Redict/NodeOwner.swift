import NecroOctets
import NecroReactor

/// The owner of a router's clients: hands on to the router's owner what is its own, and to the router
/// what that has to see first.
final class NodeOwner: RedictOwner {
  private unowned(unsafe) let router: RedictRouter

  init(_ router: RedictRouter) { self.router = router }

  override func replied(
    _ command: RedictCommand, index: Int, _ octets: Span<UInt8>, attributes: Span<UInt8>
  ) {
    if command.isProbe {
      command.replies.append([UInt8](copying: octets))
    } else if command.node != nil, let gathering = command.gathering {
      gathering.replied(command, index, octets)
    } else {
      router.replied(command, index: index, octets, attributes: attributes)
    }
  }

  override func completed(_ command: RedictCommand) { router.completed(command) }

  override func connectionWanted(_ client: RedictClient) { router.owner.connectionWanted(client) }

  override func connectionReady(_ connection: RedictConnection) {
    if let node = router.node(of: connection.client) { node.downUntil = 0 }
    router.owner.connectionReady(connection)
  }

  override func connectionClosed(_ connection: RedictConnection) {
    router.owner.connectionClosed(connection)
    router.reactor.mark(router)
  }

  override func attemptFailed(_ client: RedictClient) {
    guard client.purpose != .sentinel, let node = router.node(of: client) else { return }
    node.downUntil = router.reactor.now + router.settings.backoffMillisecondsMax
    router.needsPlacing = true
    router.wantRefresh()
  }

  override func subscriptionActive(_ subscription: RedictSubscription) {
    router.legActive(subscription)
  }

  override func subscriptionInterrupted(_ subscription: RedictSubscription) {
    router.legInterrupted(subscription)
  }

  override func subscriptionRefused(_ subscription: RedictSubscription, error: Span<UInt8>) {
    router.legRefused(subscription, [UInt8](copying: error))
  }

  override func message(
    _ subscription: RedictSubscription, topic: Span<UInt8>, channel: Span<UInt8>,
    payload: Span<UInt8>
  ) {
    guard let parent = subscription.parent else { return router.messageCame(subscription) }
    if parent.isEnded { return }
    router.owner.message(parent, topic: topic, channel: channel, payload: payload)
  }

  override func pushed(_ connection: RedictConnection, _ octets: Span<UInt8>) {
    router.owner.pushed(connection, octets)
  }
}
