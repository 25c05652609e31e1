import NecroOctets

extension FrontendSerializer {
  /// Creates a prepared statement.
  ///
  /// - Parameters:
  ///   - statement: its name; empty for the unnamed one.
  ///   - text: one SQL command.
  ///   - parameterTypes: object IDs of the first parameters' types; 0 leaves one to the server.
  /// - Throws: `nullInString`, `countTooLarge`, `messageTooLong`.
  ///
  /// PG protocol-message-formats-Parse
  public static func parse(
    statement: Span<UInt8>, _ text: Span<UInt8>, parameterTypes: Span<UInt32>,
    into output: inout OctetBuffer
  ) throws(FrontendMisuse) {
    try check(statement)
    try check(text)
    guard let count = UInt16(exactly: parameterTypes.count) else { throw .countTooLarge }
    try check(octetCount: statement.count)
    try check(octetCount: text.count)
    let start = begin(0x50, into: &output)
    append(statement, into: &output)
    append(text, into: &output)
    output.append(bigEndian: count)
    for index in parameterTypes.indices { output.append(bigEndian: parameterTypes[index]) }
    try end(start, into: &output)
  }
}
