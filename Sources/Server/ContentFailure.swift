import NecroHTTPSemantics

/// Why the rest of the content that an application reads will not come.
public enum ContentFailure: Equatable, Sendable {
  /// The peer has closed its side.
  case peerClosed
  /// What came is no content, is more than may come, or came too slowly: what to answer with.
  case refused(StatusCode)
}
