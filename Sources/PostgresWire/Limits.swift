/// The bounds of what a server may send, checked before octets are kept.
///
/// The lengths bound what a decoder buffers; the counts bound the work on one message.
@frozen
public struct Limits: Sendable {
  /// Octets of a message that belongs to the start-up, from its length field on: authentication
  /// requests, key data, and the negotiation of the version. They come from a server that nobody has
  /// authenticated yet.
  public var startupMessageOctetsMax: Int
  /// Octets of a message that carries a row, a part of a copy or a function's result, from its length
  /// field on. A server's own bound for one value is a gigabyte.
  public var dataMessageOctetsMax: Int
  /// Octets of any other message, from its length field on.
  public var messageOctetsMax: Int
  /// Columns of a row or of a copy.
  public var columnsMax: Int
  /// Parameters of a statement. The protocol counts them in 16 bits.
  public var parametersMax: Int
  /// Fields of an error or notice. PostgreSQL defines 18.
  public var errorFieldsMax: Int
  /// Octets of the key with which a query is cancelled.
  public var secretKeyOctetsMax: Int
  /// Protocol options that a server says it does not know.
  public var protocolOptionsMax: Int
  /// Mechanisms of SASL that a server offers.
  public var saslMechanismsMax: Int

  public init(
    startupMessageOctetsMax: Int = 30_000, dataMessageOctetsMax: Int = 1_073_741_824,
    messageOctetsMax: Int = 16_777_216, columnsMax: Int = 1_664, parametersMax: Int = 65_535,
    errorFieldsMax: Int = 64, secretKeyOctetsMax: Int = 256, protocolOptionsMax: Int = 64,
    saslMechanismsMax: Int = 16
  ) {
    self.startupMessageOctetsMax = startupMessageOctetsMax
    self.dataMessageOctetsMax = dataMessageOctetsMax
    self.messageOctetsMax = messageOctetsMax
    self.columnsMax = columnsMax
    self.parametersMax = parametersMax
    self.errorFieldsMax = errorFieldsMax
    self.secretKeyOctetsMax = secretKeyOctetsMax
    self.protocolOptionsMax = protocolOptionsMax
    self.saslMechanismsMax = saslMechanismsMax
  }
  /// The bounds while nobody knows yet who the server is: an error is the longest that it has to say.
  public static var startup: Limits {
    Limits(dataMessageOctetsMax: 30_000, messageOctetsMax: 30_000)
  }
}
