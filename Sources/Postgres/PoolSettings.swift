/// The bounds and delays of a pool. Times are milliseconds unless they say otherwise.
public struct PoolSettings: Sendable {
  /// Sessions, those being opened included.
  public var sessionsMax = 10
  /// How long an operation may wait for a session; 0 for as long as its deadline.
  public var waitMilliseconds: UInt64 = 30_000
  /// Operations that wait for a session.
  public var waitersMax = 10_000
  /// Operations in flight on a session that several share.
  public var pipelineDepthMax = 64
  /// A pipeline of this depth asks for another connection, where there may be one.
  public var pipelineDepthToGrow = 8
  /// A plain read that usually takes longer has nothing queued behind it.
  public var quickNanoseconds: UInt64 = 1_000_000
  /// Behind a statement that is in flight for longer nothing more is queued.
  public var stalledNanoseconds: UInt64 = 5_000_000
  /// Statements that a session keeps prepared; 0 prepares none, for a pooler that hands each
  /// transaction to another server.
  public var preparedStatementsMax = 256
  /// Makes the names of this pool's prepared statements its own, unless it is 0: behind a pooler that
  /// hands each transaction to another server, a name of two pools would run the other's statement.
  public var statementSalt: UInt32 = 0
  /// Statements that the pool knows.
  public var statementsMax = 1_024
  /// Octets of a result. What is longer fails, and is not kept.
  public var resultOctetsMax = 1 << 30
  /// Octets of a copy that wait, to be sent or to be taken by the owner.
  public var copyOctetsMax = 1 << 20
  /// Octets that a session receives in one turn before others have theirs.
  public var receivedOctetsPerTurnMax = 1 << 19
  /// Notices of a session that the owner is told of in one turn; more are dropped.
  public var noticesPerTurnMax = 100
  /// How long a cancelled operation may keep its session, until the session is closed.
  public var cancelMilliseconds: UInt64 = 5_000

  public init() {}
}
