import NecroOctets

/// What a channel binding is taken from.
public enum ChannelBindingType: UInt8, Sendable {
  /// The hash of the server's certificate: the one type that PostgreSQL knows. `RFC 5929 §4`
  case tlsServerEndPoint
  /// Keying material exported from a TLS 1.3 connection. `RFC 9266 §2`
  case tlsExporter

  /// The type's registered name.
  public var name: StaticString {
    switch self {
    case .tlsServerEndPoint: "tls-server-end-point"
    case .tlsExporter: "tls-exporter"
    }
  }
}

/// What a connection's configuration says of channel binding, in libpq's words.
public enum ChannelBindingPolicy: UInt8, Sendable {
  case disable, prefer, require
}

/// A mechanism of the family with SHA-256, and what the first message says of channel binding.
public enum SCRAMMechanism: Equatable, Sendable {
  /// `SCRAM-SHA-256`, the client without channel binding: flag `n`.
  case plain
  /// `SCRAM-SHA-256`, the client with channel binding and the server without: flag `y`. A server that
  /// has it then knows that its offer was taken away under way.
  case plainNotOffered
  /// `SCRAM-SHA-256-PLUS`: flag `p`.
  case plus(ChannelBindingType)

  /// The name that a SASLInitialResponse carries.
  public var name: StaticString {
    switch self {
    case .plain, .plainNotOffered: "SCRAM-SHA-256"
    case .plus: "SCRAM-SHA-256-PLUS"
    }
  }
}

/// The mechanisms that a server offers in an AuthenticationSASL message, as far as they are supported
/// here.
public struct SASLOffer: Equatable, Sendable {
  public private(set) var hasPlain = false
  public private(set) var hasPlus = false

  public init() {}

  /// Takes a name from the server's list; one that is not known is passed over.
  public mutating func add(_ name: Span<UInt8>) {
    if name.equals("SCRAM-SHA-256") { hasPlain = true }
    if name.equals("SCRAM-SHA-256-PLUS") { hasPlus = true }
  }

  /// The mechanism to use.
  ///
  /// - Parameters:
  ///   - binding: the type that the connection's TLS gives data for; nil without TLS, or where the data
  ///     cannot be had.
  ///   - isEncrypted: whether the connection is TLS.
  ///
  /// - Throws: `mechanismUnsupported`, `channelBindingUnavailable`, `channelBindingUnexpected`.
  ///
  /// Source: `RFC 5802 §6`.
  public func mechanism(
    policy: ChannelBindingPolicy, binding: ChannelBindingType?, isEncrypted: Bool
  ) throws(SCRAMError) -> SCRAMMechanism {
    if hasPlus && !isEncrypted { throw SCRAMError(.channelBindingUnexpected) }
    if hasPlus, let binding, policy != .disable { return .plus(binding) }
    if policy == .require { throw SCRAMError(.channelBindingUnavailable) }
    guard hasPlain else { throw SCRAMError(.mechanismUnsupported) }
    // With PLUS on offer and left alone, "y" would be a lie that the server takes for an attack.
    let isCapable = binding != nil && policy != .disable
    return isCapable && !hasPlus ? .plainNotOffered : .plain
  }
}
