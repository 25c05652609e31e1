import NecroOctets

extension FrontendSerializer {
  /// Asks whether the server is willing to encrypt the connection: SSLRequest or GSSENCRequest.
  ///
  /// PG protocol-message-formats-SSLRequest, protocol-message-formats-GSSENCRequest
  public static func encryptionRequest(
    _ request: EncryptionRequest, into output: inout OctetBuffer
  ) {
    output.append(bigEndian: 8 as Int32)
    switch request {
    case .ssl: output.append(bigEndian: 1234 << 16 | 5679 as UInt32)
    case .gss: output.append(bigEndian: 1234 << 16 | 5680 as UInt32)
    }
  }
}
