import NecroOctets

/// The columns of the rows to come.
///
/// PG protocol-message-formats-RowDescription
@frozen
public struct RowDescription: Sendable {
  public let columnCount: Int
  /// The descriptions of the columns, read with `FieldDescriptionIterator`.
  public let fields: Slice

  /// Octets of a field's description behind its name.
  @usableFromInline static var octetsBehindName: Int { 18 }

  init(_ reader: inout MessageReader, _ limits: Limits) throws(PostgresWireError) {
    columnCount = try reader.count(max: limits.columnsMax)
    fields = reader.remainder
    for _ in 0..<columnCount {
      _ = try reader.string()
      _ = try reader.run(Self.octetsBehindName - 2)
      _ = try reader.formatCode()
    }
    try reader.end()
  }
}
