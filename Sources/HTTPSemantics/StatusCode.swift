/// A status code: three digits whose first gives the class.
///
/// RFC 9110 §15
@frozen
public struct StatusCode: RawRepresentable, Equatable, Hashable, Sendable {
  public let rawValue: UInt16

  /// - Parameter rawValue: any number; `isValid` says whether it is a status code at all.
  @inlinable
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// Whether the number is in the range that HTTP defines, 100 to 599.
  @inlinable
  public var isValid: Bool { rawValue >= 100 && rawValue <= 599 }

  /// Whether this announces an interim response: a final one follows.
  @inlinable
  public var isInformational: Bool { rawValue >= 100 && rawValue < 200 }

  /// Whether the request was received, understood and accepted (2xx).
  @inlinable
  public var isSuccessful: Bool { rawValue >= 200 && rawValue < 300 }

  /// Whether a response with this code ends with its head, whatever its fields say.
  ///
  /// RFC 9110 §6.4.1
  @inlinable
  public var forbidsContent: Bool { isInformational || rawValue == 204 || rawValue == 304 }

  /// The field without which a response with this code does not say what it has to; nil for most.
  ///
  /// RFC 9110 §15.5.2, §15.5.6, §15.5.8, §15.5.22
  @inlinable
  public var requiredField: FieldID? {
    switch rawValue {
    case 401: .wwwAuthenticate
    case 405: .allow
    case 407: .proxyAuthenticate
    case 426: .upgrade
    default: nil
    }
  }
}
