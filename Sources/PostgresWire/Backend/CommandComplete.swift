import NecroOctets

/// An SQL command completed normally.
///
/// PG protocol-message-formats-CommandComplete
@frozen
public struct CommandComplete: Sendable {
  /// The command tag: `SELECT 7`, `INSERT 0 1`, `CREATE TABLE`.
  public let tag: Slice

  init(_ reader: inout MessageReader) throws(PostgresWireError) {
    tag = try reader.string()
    try reader.end()
  }

  /// The number of rows at the end of a command tag; nil if it has none, or one beyond 64 bits.
  public static func rowCount(inTag tag: Span<UInt8>) -> UInt64? {
    var start = tag.count
    while start > 0 && OctetClass.isDigit(tag[start - 1]) { start -= 1 }
    // A tag with a count has a word before it.
    guard start < tag.count && start > 0 && tag[start - 1] == 0x20 else { return nil }
    var number: UInt64 = 0
    for index in start..<tag.count {
      let (product, overflows) = number.multipliedReportingOverflow(by: 10)
      let (sum, carries) = product.addingReportingOverflow(UInt64(tag[index] - 0x30))
      if overflows || carries { return nil }
      number = sum
    }
    return number
  }
}
