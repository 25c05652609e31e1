import NecroOctets

extension FrontendSerializer {
  /// Asks for a description: ParameterDescription (of a statement), then RowDescription or NoData.
  ///
  /// - Parameter name: empty for the unnamed one.
  /// - Throws: `nullInString`, `messageTooLong`.
  ///
  /// PG protocol-message-formats-Describe
  public static func describe(
    _ kind: StatementOrPortal, _ name: Span<UInt8>, into output: inout OctetBuffer
  ) throws(FrontendMisuse) {
    try check(name)
    try check(octetCount: name.count)
    let start = begin(0x44, into: &output)
    output.append(kind.rawValue)
    append(name, into: &output)
    try end(start, into: &output)
  }
}
