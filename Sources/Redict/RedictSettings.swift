import NecroRESP

/// The bounds and delays of a client. Times are milliseconds.
public struct RedictSettings: Sendable {
  /// Connections that callers share.
  public var sharedConnectionsMax = 1
  /// As many commands in flight on each shared connection ask for another, where there may be one.
  public var pipelineDepthToGrow = 64
  /// Connections that belong to one caller at a time: for what blocks, and for transactions that
  /// watch keys.
  public var ownedConnectionsMax = 64
  /// Of these, those that stay open without a caller.
  public var idleConnectionsMax = 8
  /// How long a command may wait to be sent; 0 for as long as its deadline.
  public var waitMilliseconds: UInt64 = 10_000
  /// Commands that wait to be sent, and their octets.
  public var waitersMax = 10_000
  public var waitingOctetsMax = 64 << 20
  /// Commands in flight on a connection, and octets that wait to be taken by its socket. A server that
  /// has stalled holds no more than these; the rest waits, as above.
  public var inFlightMax = 10_000
  public var outputOctetsMax = 1 << 20
  /// Octets that a connection receives in one turn before others have theirs.
  public var receivedOctetsPerTurnMax = 1 << 19
  /// What a reply may have.
  public var replyLimits = Limits()
  /// A connection that has said nothing for so long is given up when a deadline of its passes, or its
  /// ping is not answered.
  public var silenceMilliseconds: UInt64 = 15_000
  /// How often a connection with subscriptions is pinged.
  public var pingMilliseconds: UInt64 = 15_000
  /// How long the greeting of a connection may take.
  public var connectMilliseconds: UInt64 = 5_000
  /// Attempts to connect that may fail while a command waits, until it fails as well.
  public var connectAttemptsMax = 3
  /// The delay behind the first attempt that fails, doubled with each, up to the greatest; half of it
  /// is left to chance, so that not all clients of a server come back at once.
  public var backoffMilliseconds: UInt64 = 50
  public var backoffMillisecondsMax: UInt64 = 2_000

  /// Octets that replies kept for later reads may take, and how many may be kept; 0 octets for no
  /// client-side caching. It needs version 3 of the protocol; without it nothing is kept. A reply that
  /// is kept is at most as old as what the server has not told yet, and where a connection has gone
  /// without a word, `pingMilliseconds` and `silenceMilliseconds` together.
  public var cacheOctetsMax = 0
  public var cacheEntriesMax = 10_000

  public init() {}
}

/// Who comes: what a connection says first.
public struct RedictGreeting: Sendable {
  /// The ACL user; empty for the user `default`.
  public var user: [UInt8] = []
  /// Empty when the server asks for none.
  public var password: [UInt8] = []
  /// The logical database.
  public var database: Int64 = 0
  /// What CLIENT LIST shows; empty for nothing.
  public var name: [UInt8] = []
  /// The library and its version, of which newer servers take notice; empty for nothing.
  public var libraryName: [UInt8] = []
  public var libraryVersion: [UInt8] = []
  /// The version to ask for. A server that does not have it is spoken to in version 2.
  public var version = RESPVersion.version3

  public init() {}
}
