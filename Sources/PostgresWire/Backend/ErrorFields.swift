import NecroOctets

/// The fields of an ErrorResponse or NoticeResponse.
///
/// PG protocol-error-fields
@frozen
public struct ErrorFields: Sendable {
  /// The fields, read with `ErrorFieldIterator`.
  public let octets: Slice

  init(_ reader: inout MessageReader, _ limits: Limits) throws(PostgresWireError) {
    var fields = reader.remainder
    var count = 0
    while try reader.octet() != 0 {
      count += 1
      guard count <= limits.errorFieldsMax else {
        throw PostgresWireError(code: .countInvalid, offset: reader.position - 1)
      }
      _ = try reader.string()
    }
    try reader.end()
    // Without the zero octet behind the last field.
    fields.count -= 1
    octets = fields
  }

  /// The first field of a type, by its position in the run; nil if there is none.
  ///
  /// - Parameter octets: those at `octets`, or a copy of them.
  /// - Complexity: O(octets)
  public static func value(of code: ErrorField.Code, in octets: Span<UInt8>) -> Slice? {
    var fields = ErrorFieldIterator(octets)
    while let field = fields.next() {
      if field.code == code { return field.value }
    }
    return nil
  }
}
