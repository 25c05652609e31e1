/// How the end of a message's content is found.
///
/// RFC 9112 §6.3
public enum MessageBodyLength: Equatable, Sendable {
  /// The message ends with its head.
  case none
  /// Content-Length says how many octets follow.
  case length(UInt64)
  /// The chunked transfer coding says it as it goes.
  case chunked
}
