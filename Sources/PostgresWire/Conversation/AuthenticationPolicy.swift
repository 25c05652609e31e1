/// Ways in which a client shows who it is.
@frozen
public enum AuthenticationMethod: UInt8, Sendable {
  /// The server asks for nothing.
  case none
  /// The password itself.
  case password
  case md5
  case scramSHA256
  case gss
  case sspi
  case kerberosV5
}

/// A set of methods: what `require_auth` of a connection's configuration comes to.
public struct AuthenticationMethods: OptionSet, Sendable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  public init(_ method: AuthenticationMethod) { rawValue = 1 << method.rawValue }

  /// Every method there is.
  public static var all: AuthenticationMethods { AuthenticationMethods(rawValue: 0x7F) }
}

/// Which ways of authentication a client takes.
public struct AuthenticationPolicy: Sendable {
  /// The methods that the server may ask for. Without `none` it has to ask for one.
  public var methods: AuthenticationMethods
  public var channelBinding: ChannelBindingPolicy
  public var scramLimits: SCRAMLimits

  public init(
    methods: AuthenticationMethods = .all, channelBinding: ChannelBindingPolicy = .prefer,
    scramLimits: SCRAMLimits = SCRAMLimits()
  ) {
    self.methods = methods
    self.channelBinding = channelBinding
    self.scramLimits = scramLimits
  }
}

/// Why an authentication failed on this side. The connection is to be closed.
@frozen
public enum AuthenticationFailure: Equatable, Sendable {
  /// The server asks for a password, and there is none.
  case passwordMissing
  /// A method that the policy excludes; `none` where the server asked for nothing.
  case methodNotAllowed(AuthenticationMethod)
  /// A method that is not supported here.
  case methodUnsupported(AuthenticationMethod)
  /// The policy demands channel binding, and the server authenticates without.
  case channelBindingMissing
  /// The exchange of SCRAM has failed.
  case scram(SCRAMError)
  /// What was to be sent cannot be: a password with a zero octet, or one that is too long.
  case misuse(FrontendMisuse)
}
