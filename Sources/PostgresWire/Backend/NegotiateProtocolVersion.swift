import NecroOctets

/// The server does not support what the startup message asked for in full.
///
/// PG protocol-message-formats-NegotiateProtocolVersion
@frozen
public struct NegotiateProtocolVersion: Sendable {
  /// The newest version that the server supports. Documentation calls the field the minor version, and
  /// servers send the major version in its upper half as well.
  public let version: UInt32
  public let optionCount: Int
  /// The names of the options the server does not know: read with `StringIterator`.
  public let options: Slice

  init(_ reader: inout MessageReader, _ limits: Limits) throws(PostgresWireError) {
    version = UInt32(bitPattern: try reader.int32())
    let countPosition = reader.position
    let count = Int(try reader.int32())
    guard count >= 0 && count <= limits.protocolOptionsMax else {
      throw PostgresWireError(code: .countInvalid, offset: countPosition)
    }
    optionCount = count
    options = reader.remainder
    for _ in 0..<count { _ = try reader.string() }
    try reader.end()
  }

  /// The minor version, whether or not the field has the major version as well.
  public var minorVersion: UInt16 { UInt16(truncatingIfNeeded: version) }
}
