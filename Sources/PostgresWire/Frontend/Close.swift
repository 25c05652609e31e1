import NecroOctets

extension FrontendSerializer {
  /// Closes a prepared statement and its portals, or a portal. What does not exist may be closed.
  ///
  /// - Parameter name: empty for the unnamed one.
  /// - Throws: `nullInString`, `messageTooLong`.
  ///
  /// PG protocol-message-formats-Close
  public static func close(
    _ kind: StatementOrPortal, _ name: Span<UInt8>, into output: inout OctetBuffer
  ) throws(FrontendMisuse) {
    try check(name)
    try check(octetCount: name.count)
    let start = begin(0x43, into: &output)
    output.append(kind.rawValue)
    append(name, into: &output)
    try end(start, into: &output)
  }
}
