/// The bounds and delays of a router: of `RedictCluster`, `RedictSentinels`. Times are milliseconds.
///
/// What another language has to do to offer them: an owner as for a `RedictClient`, whose
/// `connectionWanted` opens a connection to `client.address` (host and port as octets, never nil for a
/// router's node) and greets with what `client.purpose` asks for: a sentinel has a user and a password
/// of its own, all others have the user's. Each `attach` and `connectionFailed` goes to the client that
/// has asked. Everything else goes to the router, whose methods are called as a client's.
public struct RedictRouterSettings: Sendable {
  /// Whether what only reads goes to a replica where one can be reached. What it answers may be older.
  public var readsReplicas = false
  /// How often a command may be sent elsewhere until the server's MOVED or ASK is its failure.
  public var redirectionsMax = 8
  /// How often a command that nobody has done (TRYAGAIN, CLUSTERDOWN, LOADING, READONLY, no connection)
  /// is tried again until it fails, unless its deadline or `RedictSettings.waitMilliseconds` comes first.
  public var delaysMax = 40
  /// The delay before that, doubled with each, up to the greatest.
  public var delayMilliseconds: UInt64 = 20
  public var delayMillisecondsMax: UInt64 = 500
  /// At least so long lies between two questions for the map, or for the master; it is doubled with each
  /// that was in vain, up to `delayMillisecondsMax`.
  public var refreshMillisecondsMin: UInt64 = 100
  /// The map, or the master, is asked for at least so often; 0 for only when something hints that it has
  /// changed.
  public var refreshMilliseconds: UInt64 = 60_000
  /// How long one who is asked may take.
  public var probeMilliseconds: UInt64 = 1_000
  /// How often all who can be asked may have been asked in vain until what waits for it fails.
  public var refreshAttemptsMax = 3
  /// Nodes that are known at a time. A map with more is refused.
  public var nodesMax = 1_000
  /// Octets that the answer to such a question may have.
  public var probeOctetsMax = 8 << 20
  /// How long a node that the newest map does not have may take to answer what it was asked before.
  public var retireMilliseconds: UInt64 = 15_000

  public init() {}
}
