import NecroOctets

/// How grave an error or notice is.
///
/// PG protocol-error-fields
@frozen
public enum ErrorSeverity: UInt8, Sendable {
  case debug
  case log
  case info
  case notice
  case warning
  /// The command failed.
  case error
  /// The session ends.
  case fatal
  /// All sessions end.
  case panic

  /// The severity that the fields of a message tell; nil if they tell none that is known here, as a
  /// server before 9.6 may in another language.
  ///
  /// - Parameter fields: the octets at `ErrorFields.octets`.
  public init?(fields: Span<UInt8>) {
    let value =
      ErrorFields.value(of: .severity, in: fields)
      ?? ErrorFields.value(of: .localizedSeverity, in: fields)
    guard let value else { return nil }
    let text = fields.octets(value)
    if text.equals("ERROR") {
      self = .error
    } else if text.equals("FATAL") {
      self = .fatal
    } else if text.equals("PANIC") {
      self = .panic
    } else if text.equals("WARNING") {
      self = .warning
    } else if text.equals("NOTICE") {
      self = .notice
    } else if text.equals("INFO") {
      self = .info
    } else if text.equals("LOG") {
      self = .log
    } else if text.equals("DEBUG") {
      self = .debug
    } else {
      return nil
    }
  }

  /// Whether the server closes the connection after it.
  @inlinable
  public var endsSession: Bool { self == .fatal || self == .panic }
}
