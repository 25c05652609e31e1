import NecroOctets

/// The value of a run-time parameter, at the start or because it changed.
///
/// PG protocol-message-formats-ParameterStatus
@frozen
public struct ParameterStatus: Sendable {
  public let name: Slice
  public let value: Slice

  init(_ reader: inout MessageReader) throws(PostgresWireError) {
    name = try reader.string()
    value = try reader.string()
    try reader.end()
  }
}
