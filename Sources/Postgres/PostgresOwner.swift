import NecroOctets
import NecroPostgresWire

/// In which format a column's values are asked for.
public enum TypeFormat: UInt8, Sendable {
  case text, binary
  /// The owner does not know the type: it is told so by `typesWanted`, once per statement.
  case unknown
}

/// Whoever uses a pool: encodes parameters, takes results, opens connections.
///
/// A class to be subclassed and no protocol, since Embedded Swift has no existentials and this way
/// nothing
/// of the driver is generic. It outlives its pool.
///
/// Its methods are called from `DriverReactor.turn` and `flush` alone, never from within a call
/// that it makes to
/// the pool. They may call any method of the pool.
open class PostgresOwner {
  public init() {}

  /// How the formats of an operation's parameters are given, of which the statement knows the
  /// types.
  open func parameterFormats(of operation: Operation) -> Bind.ParameterFormats { .each }

  /// Appends the values of an operation's parameters, as many as the statement has.
  ///
  /// It may be called again for the same operation, when it is tried again or moves to another
  /// session:
  /// the arguments are kept until `completed`.
  ///
  /// - Returns: false when the owner has an error of its own; the operation then completes as
  ///   `ownerFailed` without having been sent. What was appended is taken back.
  open func encodeParameters(
    of operation: Operation, _ bind: inout Bind, into output: inout OctetBuffer
  ) -> Bool {
    true
  }

  /// In which format to ask for values of a type. Called when a statement is described, not for
  /// each
  /// query.
  open func resultFormat(ofType oid: UInt32) -> TypeFormat { .text }

  /// A statement's description names types that `resultFormat` does not know. The operation waits
  /// until
  /// `Pool.typesKnown`; what is still unknown then is asked for as text.
  ///
  /// With an operation on an exclusive session, operations that look types up go to that session,
  /// marked
  /// with `goesFirst`: it alone may see types that its transaction has made.
  open func typesWanted(_ operation: Operation) {}

  /// An operation is over: once for each that was submitted. Its results are in it.
  open func completed(_ operation: Operation) {}

  /// There are octets in `copyOctets` of a copy out. Once there are more than
  /// `PoolSettings.copyOctetsMax`, the session is not read until `Pool.copyOctetsTaken`.
  open func copyOctetsArrived(_ operation: Operation) {}

  /// A copy in has begun, or there is room again for what it copies.
  open func copyRoomMade(_ operation: Operation) {}

  /// Operations wait, and there are fewer sessions than there may be. The owner answers with one
  /// `Pool.attach`, or one `Pool.connectionFailed`, now or later; the delay between attempts is its
  /// own.
  open func connectionWanted(_ pool: Pool) {}

  /// A session's start-up is complete.
  open func sessionReady(_ session: Session) {}

  /// A session is closed: `failure` says why. Its operations have been completed or moved.
  open func sessionClosed(_ session: Session) {}

  /// A notification of a channel that the session listens on.
  open func notified(
    _ session: Session, processID: Int32, channel: Span<UInt8>, payload: Span<UInt8>
  ) {}

  /// A notice, its fields as `ErrorFieldIterator` reads them.
  open func noticed(_ session: Session, fields: Span<UInt8>) {}
}
