/// How often what happened: a simulation in which nothing goes wrong proves nothing.
public struct SimulationStatistics: Sendable {
  public var operations = 0
  public var succeeded = 0
  public var failedByServer = 0
  public var lostUnsent = 0
  public var lostSent = 0
  public var timedOut = 0
  public var waitTimedOut = 0
  public var cancelledByCaller = 0
  public var batchesAborted = 0
  public var closed = 0
  public var tooManyWaiters = 0
  public var refusedByOwner = 0

  /// Statements that a CancelRequest has ended, those of a transaction among them, and its connections.
  public var cancelled = 0
  public var cancelledInTransactions = 0
  public var cancelConnections = 0
  public var stalePlans = 0
  public var lostStatements = 0
  public var formatMismatches = 0
  /// Statements that arrived behind another caller's.
  public var pipelined = 0
  public var connections = 0
  public var restarts = 0
  public var transactionsCommitted = 0
  public var batches = 0
  public var copies = 0
  public var cursors = 0

  public init() {}

  /// Everything by its name, in the order above.
  public var counts: [(name: String, count: Int)] {
    [
      ("operations", operations), ("succeeded", succeeded),
      ("failed by the server", failedByServer),
      ("lost before they were sent", lostUnsent), ("lost after they were sent", lostSent),
      ("timed out", timedOut), ("timed out while they waited", waitTimedOut),
      ("cancelled by the caller", cancelledByCaller), ("aborted with their batch", batchesAborted),
      ("on a session that was closed", closed), ("too many waiters", tooManyWaiters),
      ("refused by the owner", refusedByOwner), ("ended by a CancelRequest", cancelled),
      ("ended so within a transaction", cancelledInTransactions),
      ("connections for a CancelRequest", cancelConnections), ("stale plans", stalePlans),
      ("lost prepared statements", lostStatements), ("format mismatches", formatMismatches),
      ("queued behind another caller", pipelined), ("connections", connections),
      ("restarts of the server", restarts), ("transactions committed", transactionsCommitted),
      ("batches", batches), ("copies", copies), ("cursors", cursors),
    ]
  }

  public mutating func add(_ other: SimulationStatistics) {
    operations += other.operations
    succeeded += other.succeeded
    failedByServer += other.failedByServer
    lostUnsent += other.lostUnsent
    lostSent += other.lostSent
    timedOut += other.timedOut
    waitTimedOut += other.waitTimedOut
    cancelledByCaller += other.cancelledByCaller
    batchesAborted += other.batchesAborted
    closed += other.closed
    tooManyWaiters += other.tooManyWaiters
    refusedByOwner += other.refusedByOwner
    cancelled += other.cancelled
    cancelledInTransactions += other.cancelledInTransactions
    cancelConnections += other.cancelConnections
    stalePlans += other.stalePlans
    lostStatements += other.lostStatements
    formatMismatches += other.formatMismatches
    pipelined += other.pipelined
    connections += other.connections
    restarts += other.restarts
    transactionsCommitted += other.transactionsCommitted
    batches += other.batches
    copies += other.copies
    cursors += other.cursors
  }
}
