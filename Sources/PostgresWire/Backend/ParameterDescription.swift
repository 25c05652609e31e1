import NecroOctets

/// The types of a prepared statement's parameters.
///
/// PG protocol-message-formats-ParameterDescription
@frozen
public struct ParameterDescription: Sendable {
  public let count: Int
  /// The object ID of each parameter's type, read with `typeOID`.
  public let typeOIDs: Slice

  init(_ reader: inout MessageReader, _ limits: Limits) throws(PostgresWireError) {
    let countPosition = reader.position
    // Statements have up to 65,535 parameters: the count has no sign.
    let count = Int(UInt16(bitPattern: try reader.int16()))
    guard count <= limits.parametersMax else {
      throw PostgresWireError(code: .countInvalid, offset: countPosition)
    }
    self.count = count
    typeOIDs = try reader.run(count * 4)
    try reader.end()
  }

  /// The object ID of a parameter's type, counted from 0.
  ///
  /// - Parameter octets: those at `typeOIDs`.
  @inlinable
  public static func typeOID(_ index: Int, in octets: Span<UInt8>) -> UInt32 {
    octets.bigEndian(at: index * 4)
  }
}
