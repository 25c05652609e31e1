import NecroOctets
import NecroRESP

/// Whoever uses a client: takes replies and messages, opens connections.
///
/// A class to be subclassed and no protocol, since Embedded Swift has no existentials and this way
/// nothing of the driver is generic. It outlives its client.
///
/// Its methods are called from `DriverReactor.turn` and `flush` alone, never from within a call that it
/// makes to the client. They may call any method of the client.
open class RedictOwner {
  public init() {}

  /// A reply to a command, in the order of the commands of its request. Unless it is overridden, the
  /// command keeps a copy.
  ///
  /// The error of a request of one command is no reply but the command's failure. Of several commands
  /// each has its reply, and that may be an error: `RedictReply.isError`.
  ///
  /// - Parameters:
  ///   - octets: the value, which a `RESPReader` takes apart; valid until this returns.
  ///   - attributes: the octets of those before it; mostly none.
  open func replied(
    _ command: RedictCommand, index: Int, _ octets: Span<UInt8>, attributes: Span<UInt8>
  ) {
    command.replies.append([UInt8](copying: octets))
  }

  /// A command is over: once for each that was submitted. Its `failure` says whether it failed; then
  /// `replied` may have been called for the first commands of its request.
  open func completed(_ command: RedictCommand) {}

  /// The client needs a connection: to the server that the owner knows, or for a node of a router to
  /// `RedictClient.address`. The owner answers with one `RedictClient.attach`, or one
  /// `RedictClient.connectionFailed`, now or later. The delay between attempts is the client's.
  open func connectionWanted(_ client: RedictClient) {}

  /// An attempt to connect has failed, or a connection was lost; for routers.
  func attemptFailed(_ client: RedictClient) {}

  /// A connection's greeting is complete.
  open func connectionReady(_ connection: RedictConnection) {}

  /// A connection is closed: `failure` says why. Its commands have been completed or moved.
  open func connectionClosed(_ connection: RedictConnection) {}

  /// All topics of a subscription are subscribed to; also when that is so again, behind
  /// `subscriptionInterrupted`. Messages between the two are lost.
  open func subscriptionActive(_ subscription: RedictSubscription) {}

  /// The connection with the subscriptions ended. The client opens another and subscribes again.
  open func subscriptionInterrupted(_ subscription: RedictSubscription) {}

  /// The server refuses a topic of a subscription; the subscription is over.
  ///
  /// - Parameter error: as in `RedictFailure.server`.
  open func subscriptionRefused(_ subscription: RedictSubscription, error: Span<UInt8>) {}

  /// A message for a subscription. When the owner has enough of them, it calls
  /// `RedictClient.setMessagesPaused`.
  ///
  /// - Parameters:
  ///   - topic: the channel, or of a pattern the pattern.
  ///   - channel: where it was published.
  open func message(
    _ subscription: RedictSubscription, topic: Span<UInt8>, channel: Span<UInt8>,
    payload: Span<UInt8>
  ) {}

  /// A push that is no message. Invalidations have been seen to where the client caches; what else
  /// nobody wants is dropped.
  open func pushed(_ connection: RedictConnection, _ octets: Span<UInt8>) {}
}

/// What there is to know of a reply without taking it apart.
public enum RedictReply {
  /// Whether a value is an error.
  public static func isError(_ octets: Span<UInt8>) -> Bool {
    octets.count > 0
      && (octets[0] == RESPType.simpleError.rawValue || octets[0] == RESPType.bulkError.rawValue)
  }
}
