import NecroOctets

extension FrontendSerializer {
  /// Selects a mechanism of SASL and begins its exchange with the client's first message.
  ///
  /// - Parameter initialResponse: the client's first message, which may be empty.
  /// - Throws: `nullInString`, `messageTooLong`.
  ///
  /// PG protocol-message-formats-SASLInitialResponse
  public static func saslInitialResponse(
    mechanism: Span<UInt8>, initialResponse: Span<UInt8>, into output: inout OctetBuffer
  ) throws(FrontendMisuse) {
    try check(mechanism)
    try check(octetCount: initialResponse.count)
    let start = begin(0x70, into: &output)
    append(mechanism, into: &output)
    output.append(bigEndian: Int32(initialResponse.count))
    output.append(initialResponse)
    try end(start, into: &output)
  }

  /// Selects a mechanism of SASL in which the server speaks first.
  ///
  /// - Throws: `nullInString`, `messageTooLong`.
  public static func saslInitialResponse(
    mechanism: Span<UInt8>, into output: inout OctetBuffer
  ) throws(FrontendMisuse) {
    try check(mechanism)
    try check(octetCount: mechanism.count)
    let start = begin(0x70, into: &output)
    append(mechanism, into: &output)
    output.append(bigEndian: -1 as Int32)
    try end(start, into: &output)
  }
}
