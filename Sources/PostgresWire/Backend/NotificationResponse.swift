import NecroOctets

/// Somebody notified a channel that the session listens on.
///
/// PG protocol-message-formats-NotificationResponse
@frozen
public struct NotificationResponse: Sendable {
  /// The process of the session that notified.
  public let processID: Int32
  public let channel: Slice
  public let payload: Slice

  init(_ reader: inout MessageReader) throws(PostgresWireError) {
    processID = try reader.int32()
    channel = try reader.string()
    payload = try reader.string()
    try reader.end()
  }
}
