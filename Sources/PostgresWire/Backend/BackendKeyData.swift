import NecroOctets

/// What a CancelRequest for this session has to contain.
///
/// PG protocol-message-formats-BackendKeyData
@frozen
public struct BackendKeyData: Sendable {
  public let processID: Int32
  /// 4 octets before protocol version 3.2, then 4 to 256.
  public let secretKey: Slice

  init(_ reader: inout MessageReader, _ limits: Limits) throws(PostgresWireError) {
    processID = try reader.int32()
    let keyPosition = reader.position
    secretKey = reader.rest()
    guard secretKey.count >= 4 && secretKey.count <= limits.secretKeyOctetsMax else {
      throw PostgresWireError(code: .secretKeyInvalid, offset: keyPosition)
    }
  }
}
