/// What a client asks a server for before anything else.
@frozen
public enum EncryptionRequest: UInt8, Sendable {
  /// SSLRequest.
  case ssl
  /// GSSENCRequest.
  case gss
}

/// The single octet that answers SSLRequest or GSSENCRequest.
///
/// PG protocol-flow-ssl, protocol-flow-gssapi
@frozen
public enum EncryptionAnswer: Sendable {
  /// `S` or `G`: the client begins its handshake.
  case accepted
  /// `N`: the client goes on without, asks for the other kind, or closes the connection.
  case refused
}
