/// What a caller asked of a `ResponseSerializer` that HTTP does not allow. Nothing was written.
public enum ResponseMisuse: UInt8, Error, Sendable {
  /// A call out of order: each response is `begin`, `field`, `endHead`, `content`, `end`.
  case outOfOrder
  /// A status code outside 100 to 599.
  case statusInvalid
  /// A field name that is not a token (RFC 9110 §5.1).
  case fieldNameInvalid
  /// A field value with a control octet, or with white space at an end (RFC 9110 §5.5), or one that
  /// is not what its field consists of.
  case fieldValueInvalid
  /// A field that the serializer writes itself, since it frames the message or the connection.
  case fieldReserved
  /// A status that demands a field, which was not written: 401 WWW-Authenticate, 405 Allow, 407
  /// Proxy-Authenticate, 426 Upgrade (RFC 9110 §15.5).
  case fieldMissing
  /// More content than Content-Length said.
  case contentTooLong
  /// Less content than Content-Length said; the connection has to be closed.
  case contentTooShort
}
