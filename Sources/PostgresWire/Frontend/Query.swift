import NecroOctets

extension FrontendSerializer {
  /// Has one or several SQL commands executed, with results in text format. ReadyForQuery follows.
  ///
  /// - Throws: `nullInString`, `messageTooLong`.
  ///
  /// PG protocol-message-formats-Query
  public static func query(
    _ text: Span<UInt8>, into output: inout OctetBuffer
  ) throws(FrontendMisuse) {
    try check(text)
    try check(octetCount: text.count)
    let start = begin(0x51, into: &output)
    append(text, into: &output)
    try end(start, into: &output)
  }
}
