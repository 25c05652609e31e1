import NecroHTTP1

/// What a worker spends at most on its peers, in octets, counts and time.
public struct ServerLimits: Sendable {
  /// The limits of the request decoder.
  public var http = Limits()
  /// What the decoder lets pass that the grammar does not. Browsers send `[`, `]` and `|` in queries.
  public var leniency: Leniency = .unencodedQuery
  /// Open connections of one worker; further ones wait in the listener's queue.
  public var connectionsMax = 16_384
  /// Requests of one connection; the response to the last says that it closes. A connection stays
  /// with the worker that accepted it: that a busy one ends now and then has the kernel spread
  /// those of a few clients, such as a proxy, anew.
  public var requestsPerConnectionMax: UInt64 = 100_000
  /// Octets of a connection's input that are kept while a response is being made: the bounded queue
  /// of pipelined requests.
  public var pipelinedOctetsMax = 16_384
  /// Octets of a connection's output above which no further pipelined request is begun.
  public var outputOctetsMax = 65_536
  /// Octets of a response's content, where the application has it as a whole.
  public var responseOctetsMax = 1 << 30
  /// Octets of streamed content that wait for the application before the connection stops reading.
  public var contentWindowOctets = 262_144
  /// Octets of unread content that are read and dropped so that a connection can persist.
  public var drainedContentOctetsMax: UInt64 = 262_144
  /// Octets of content that all connections of a worker may hold together; a request that is collected
  /// beyond them is answered 503. Not less than one request's `http.contentOctetsMax`.
  public var contentOctetsInAllMax = 268_435_456
  /// Requests of one connection that are begun in one turn: others are served before the next.
  public var requestsPerTurnMax = 128
  /// Octets of one connection above which it receives no more in one turn.
  public var receivedOctetsPerTurnMax = 262_144
  /// Milliseconds from a connection's start to the end of its TLS handshake.
  public var handshakeMilliseconds: UInt64 = 10_000
  /// TLS handshakes of one worker that are under way; a connection that begins a further one is
  /// closed. Each takes some tens of kilobytes.
  public var handshakesMax = 1_024
  /// Milliseconds from a head's first octet (or the connection's start) to its last.
  public var headMilliseconds: UInt64 = 15_000
  /// Milliseconds without any octet of content, and those before its rate counts.
  public var contentMilliseconds: UInt64 = 30_000
  /// The least rate at which a peer may send content on average; 0 for any.
  public var contentOctetsPerSecondMin: UInt64 = 500
  /// Milliseconds a connection may idle between requests.
  public var keepAliveMilliseconds: UInt64 = 75_000
  /// Milliseconds without progress in sending what waits, and those before its rate counts.
  public var sendMilliseconds: UInt64 = 60_000
  /// The least rate at which a peer may take what waits on average; 0 for any.
  public var sendOctetsPerSecondMin: UInt64 = 500
  /// Milliseconds in which the peer should close after our side has.
  public var lingerMilliseconds: UInt64 = 2_000
  /// Octets read and dropped from a peer that goes on sending after our side has closed.
  public var lingerOctetsMax = 16_777_216
  /// Milliseconds that a drain gives to connections that have not sent a request yet.
  public var drainFreshMilliseconds: UInt64 = 1_000
  /// Milliseconds after which a drain closes what is still open.
  public var drainMilliseconds: UInt64 = 30_000

  public init() {}
}
