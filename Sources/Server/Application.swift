import NecroReactor

/// What serves the requests of one worker: written in Swift, or the host of a Python app.
///
/// One application object belongs to one worker and is called on its thread alone.
///
/// For each request the worker calls, in this order: `contentPolicy` if the request has content,
/// then `respond`; after a `pending` outcome the application owes a call of `Worker.complete`, even
/// for an exchange whose peer has gone, of which `peerGone` tells it.
public protocol Application: AnyObject {
  /// What to do with the content of a request whose head has arrived.
  func contentPolicy(for exchange: Exchange) -> ContentPolicy

  /// Serves a request: writes the response into `exchange` and returns `responded`, or returns
  /// `pending` and completes it later.
  func respond(to exchange: Exchange) -> Outcome

  /// New octets, or the end, of streamed content.
  func contentArrived(_ exchange: Exchange)

  /// The peer of a pending exchange can no longer be answered. The response, once made, is dropped.
  func peerGone(_ exchange: Exchange)

  /// A descriptor that the application added with `Worker.add` is ready.
  func descriptorReady(token: UInt64, readiness: Readiness)

  /// Lines of the access log are lost, or no longer are.
  func accessLogChanged(_ event: AccessLog.Event)

  /// Whether the worker's turn is to end before the next request is begun.
  var wantsControl: Bool { get }

  /// A connection was scheduled: there is work for a turn, also if no descriptor is ready.
  func workScheduled()

  /// Called before and after the thread waits for the kernel with nothing else to do.
  func willWait()
  func didWait()
}

/// How a request's content reaches the application.
public enum ContentPolicy: Sendable {
  /// `respond` is called when all of it is there, in `Exchange.content`.
  case collected
  /// `respond` is called at once; content arrives in `Exchange.content` as it is received.
  case streamed
  /// `respond` is called at once; content is read and dropped.
  case ignored
}

/// What `Application.respond` has done.
public enum Outcome: Sendable {
  /// The response is complete.
  case responded
  /// `Worker.complete` will say so.
  case pending
}

/// Defaults for an application that answers every request at once.
extension Application {
  public func contentPolicy(for exchange: Exchange) -> ContentPolicy { .collected }
  public func contentArrived(_ exchange: Exchange) {}
  public func peerGone(_ exchange: Exchange) {}
  public func descriptorReady(token: UInt64, readiness: Readiness) {}
  public func accessLogChanged(_ event: AccessLog.Event) {}
  public var wantsControl: Bool { false }
  public func workScheduled() {}
  public func willWait() {}
  public func didWait() {}
}
