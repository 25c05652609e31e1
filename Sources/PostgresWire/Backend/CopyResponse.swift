import NecroOctets

/// The beginning of a copy: CopyInResponse, CopyOutResponse or CopyBothResponse.
///
/// PG protocol-message-formats-CopyInResponse
@frozen
public struct CopyResponse: Sendable {
  /// Whether the copy as a whole is textual or binary.
  public let format: FormatCode
  public let columnCount: Int
  /// A format code of 16 bits for each column, read with `columnFormat`.
  public let columnFormats: Slice

  init(_ reader: inout MessageReader, _ limits: Limits) throws(PostgresWireError) {
    let formatPosition = reader.position
    guard let format = FormatCode(rawValue: try reader.octet()) else {
      throw PostgresWireError(code: .formatCodeInvalid, offset: formatPosition)
    }
    self.format = format
    columnCount = try reader.count(max: limits.columnsMax)
    var formats = reader.remainder
    for _ in 0..<columnCount {
      let start = reader.position
      if try reader.formatCode() == .binary && format == .text {
        throw PostgresWireError(code: .formatCodeInvalid, offset: start)
      }
    }
    try reader.end()
    formats.count = columnCount * 2
    columnFormats = formats
  }

  /// The format of a column, from 0.
  ///
  /// - Parameter octets: those at `columnFormats`.
  public static func columnFormat(_ index: Int, in octets: Span<UInt8>) -> FormatCode {
    octets.bigEndian(at: index * 2, as: UInt16.self) == 0 ? .text : .binary
  }
}
