import NecroOctets

extension FrontendSerializer {
  /// Runs a portal.
  ///
  /// - Parameters:
  ///   - portal: its name; empty for the unnamed one.
  ///   - rowsMax: after how many rows the portal is suspended; 0 for never.
  /// - Throws: `nullInString`, `rowCountInvalid`, `messageTooLong`.
  ///
  /// PG protocol-message-formats-Execute
  public static func execute(
    portal: Span<UInt8>, rowsMax: Int = 0, into output: inout OctetBuffer
  ) throws(FrontendMisuse) {
    try check(portal)
    try check(octetCount: portal.count)
    guard rowsMax >= 0, let rowsMax = Int32(exactly: rowsMax) else { throw .rowCountInvalid }
    let start = begin(0x45, into: &output)
    append(portal, into: &output)
    output.append(bigEndian: rowsMax)
    try end(start, into: &output)
  }
}
