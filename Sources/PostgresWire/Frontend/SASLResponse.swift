import NecroOctets

extension FrontendSerializer {
  /// Answers a challenge of the SASL mechanism. A GSSResponse has the same form.
  ///
  /// - Throws: `messageTooLong`.
  ///
  /// PG protocol-message-formats-SASLResponse, protocol-message-formats-GSSResponse
  public static func saslResponse(
    _ response: Span<UInt8>, into output: inout OctetBuffer
  ) throws(FrontendMisuse) {
    try check(octetCount: response.count)
    let start = begin(0x70, into: &output)
    output.append(response)
    try end(start, into: &output)
  }
}
