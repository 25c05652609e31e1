import NecroHTTPSemantics
import NecroOctets

/// A request's control data and what its fields say about content and connection.
///
/// All slices but `octets`, and those of the decoder's `fields`, count from the head's first octet: a
/// caller that keeps a request copies the head's octets once, and every slice still fits.
///
/// RFC 9112 §3, RFC 9110 §6.2
public struct RequestHead: Sendable {
  /// The method, when it is one that the stack knows.
  public var method: Method
  /// The form of the request-target.
  public var form: TargetForm
  /// The version of the message; a minor version above 1 is read as 1.1.
  public var version: HTTPVersion
  /// Whether the request-target has a query, perhaps an empty one.
  public var hasQuery: Bool
  /// Whether the client waits for a 100 (Continue) before it sends the content.
  public var expectsContinue: Bool
  /// Whether the connection may carry a further request after this one.
  public var isPersistent: Bool
  /// How the content's end is found.
  public var content: MessageBodyLength
  /// The method as it was sent.
  public var methodToken: Slice
  /// The request-target as it was sent.
  public var target: Slice
  /// The path, still percent-encoded. Empty for `*`, for CONNECT, and for an absolute form without
  /// one, where it means `/` (or `*` for OPTIONS).
  public var path: Slice
  /// The query without its `?`, still percent-encoded; empty if there is none.
  public var query: Slice
  /// Host and port: the request-target's, if that has them, else the value of Host; empty if there
  /// is neither.
  public var authority: Slice
  /// Where the head lies in the storage of the decoder's input, from the method through the empty
  /// line. Valid until the decoder's next `feed`, `reserve` or `next`.
  public var octets: Slice

  /// What stands for the head of a request whose head cannot be decoded: no method, no target,
  /// HTTP/1.1, and a connection that ends.
  public static var undecoded: RequestHead {
    RequestHead(
      method: .other, form: .origin, version: .http11, hasQuery: false, expectsContinue: false,
      isPersistent: false, content: .none, methodToken: .empty, target: .empty, path: .empty,
      query: .empty, authority: .empty, octets: .empty)
  }
}
