import NecroOctets

/// What a message of the backend means during the start-up.
///
/// Slices are those of the message.
@frozen
public enum StartupAction: Sendable {
  /// There is nothing to be done.
  case wait
  /// An answer was appended and is to be sent.
  case send
  /// The server encrypts: begin the handshake, then send the StartupMessage.
  case beginEncryption
  /// The server does not encrypt: ask for another kind, send the StartupMessage, or close the
  /// connection.
  case encryptionRefused
  /// The server answered the request for encryption with an error. The connection is to be closed. What
  /// the error says must not be shown: nothing has authenticated the server (CVE-2024-10977).
  case encryptionFailed
  /// The server goes on with an earlier version, or without options: go on or close the connection.
  case negotiated(NegotiateProtocolVersion)
  /// The server is satisfied; parameters, key data and `ready` are to come.
  case authenticated
  /// What a CancelRequest will need.
  case keyData(BackendKeyData)
  case parameterStatus(ParameterStatus)
  case notice(ErrorFields)
  case notification(NotificationResponse)
  /// The server refuses and closes the connection.
  case refused(ErrorFields)
  /// The start-up is complete: `ConnectionState` takes what comes from here on.
  case ready(TransactionStatus)
}

/// Why a start-up cannot go on. The connection is to be closed.
@frozen
public enum StartupError: Error, Equatable, Sendable {
  /// The server's octets break the protocol.
  case wire(PostgresWireError)
  /// The client does not authenticate itself in the way that the server wants.
  case authentication(AuthenticationFailure)
}
