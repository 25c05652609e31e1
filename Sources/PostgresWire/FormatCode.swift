/// How a value is represented.
///
/// PG protocol-format-codes
@frozen
public enum FormatCode: UInt8, Sendable {
  /// As the type's input and output functions have it.
  case text = 0
  /// As the type's receive and send functions have it.
  case binary = 1
}
