import NecroOctets

extension FrontendSerializer {
  /// Sends a part of a copy, cut anywhere.
  ///
  /// - Throws: `messageTooLong`.
  ///
  /// PG protocol-message-formats-CopyData
  public static func copyData(
    _ octets: Span<UInt8>, into output: inout OctetBuffer
  ) throws(FrontendMisuse) {
    try check(octetCount: octets.count)
    let start = begin(0x64, into: &output)
    output.append(octets)
    try end(start, into: &output)
  }

  /// Begins a part of a copy whose octets are then appended to the output; `endCopyData` takes what
  /// this returns.
  @inlinable
  public static func beginCopyData(into output: inout OctetBuffer) -> Int {
    begin(0x64, into: &output)
  }

  /// Ends a part of a copy.
  ///
  /// - Throws: `messageTooLong`.
  @inlinable
  public static func endCopyData(
    _ start: Int, into output: inout OctetBuffer
  ) throws(FrontendMisuse) {
    try end(start, into: &output)
  }

  /// Ends a copy successfully.
  ///
  /// PG protocol-message-formats-CopyDone
  @inlinable
  public static func copyDone(into output: inout OctetBuffer) {
    empty(0x63, into: &output)
  }

  /// Has a copy fail.
  ///
  /// - Parameter reason: what the server is to report.
  /// - Throws: `nullInString`, `messageTooLong`.
  ///
  /// PG protocol-message-formats-CopyFail
  public static func copyFail(
    _ reason: Span<UInt8>, into output: inout OctetBuffer
  ) throws(FrontendMisuse) {
    try check(reason)
    try check(octetCount: reason.count)
    let start = begin(0x66, into: &output)
    append(reason, into: &output)
    try end(start, into: &output)
  }
}
