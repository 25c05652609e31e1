import NecroOctets

/// The result of a FunctionCall.
///
/// PG protocol-message-formats-FunctionCallResponse
enum FunctionCallResponse {
  /// The value, or nil for NULL.
  static func read(_ reader: inout MessageReader) throws(PostgresWireError) -> Slice? {
    let lengthPosition = reader.position
    let length = Int(try reader.int32())
    guard length >= -1 && length <= reader.remainder.count else {
      throw PostgresWireError(code: .valueLengthInvalid, offset: lengthPosition)
    }
    let value = length < 0 ? nil : try reader.run(length)
    try reader.end()
    return value
  }
}
