import NecroOctets

extension FrontendSerializer {
  /// Asks for the cancellation of another session's query, on a connection of its own.
  ///
  /// - Parameters:
  ///   - processID: that session's, of its BackendKeyData.
  ///   - secretKey: the same; 4 to 256 octets.
  /// - Throws: `secretKeyInvalid`.
  ///
  /// PG protocol-message-formats-CancelRequest
  public static func cancelRequest(
    processID: Int32, secretKey: Span<UInt8>, into output: inout OctetBuffer
  ) throws(FrontendMisuse) {
    guard secretKey.count >= 4 && secretKey.count <= 256 else { throw .secretKeyInvalid }
    output.append(bigEndian: Int32(12 + secretKey.count))
    output.append(bigEndian: 1234 << 16 | 5678 as UInt32)
    output.append(bigEndian: processID)
    output.append(secretKey)
  }
}
