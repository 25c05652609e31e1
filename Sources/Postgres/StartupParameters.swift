import NecroPostgresWire

/// What a session is begun with.
public struct StartupParameters: Sendable {
  /// The ways of authentication that are allowed: libpq's `require_auth`.
  public struct Authentication: OptionSet, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// The server asks for nothing.
    public static var none: Authentication { Authentication(rawValue: 1) }
    public static var password: Authentication { Authentication(rawValue: 2) }
    public static var md5: Authentication { Authentication(rawValue: 4) }
    public static var scramSHA256: Authentication { Authentication(rawValue: 8) }
    public static var all: Authentication { [.none, .password, .md5, .scramSHA256] }
  }

  public var user: [UInt8]
  public var database: [UInt8] = []
  /// As the user wrote it.
  public var password: [UInt8] = []
  /// As SASLprep makes it, for SCRAM alone; nil where that is the same, as for all ASCII.
  public var preparedPassword: [UInt8]?
  /// 18 random octets or more, new for each session.
  public var nonce: [UInt8] = []
  /// Further parameters, name and value: `application_name`, `options`, `search_path`.
  public var parameters: [(name: [UInt8], value: [UInt8])] = []
  public var authentication = Authentication.all
  public var channelBinding = ChannelBindingPolicy.prefer
  /// When the start-up has to be complete; 0 for never.
  public var deadlineMilliseconds: UInt64 = 0

  public init(user: [UInt8]) { self.user = user }
}
