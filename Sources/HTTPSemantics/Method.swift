import NecroOctets

/// A request method, as a small number that tables can be indexed by.
///
/// Methods this stack does not know are all `other`: their token stays in the request, where a
/// caller that cares can read it.
///
/// RFC 9110 §9, RFC 5789 §2
@frozen
public struct Method: RawRepresentable, Equatable, Hashable, Sendable {
  /// 0 to 8 for the named methods, 255 for any other.
  public let rawValue: UInt8

  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  @inlinable public static var get: Method { Method(rawValue: 0) }
  @inlinable public static var head: Method { Method(rawValue: 1) }
  @inlinable public static var post: Method { Method(rawValue: 2) }
  @inlinable public static var put: Method { Method(rawValue: 3) }
  @inlinable public static var delete: Method { Method(rawValue: 4) }
  @inlinable public static var connect: Method { Method(rawValue: 5) }
  @inlinable public static var options: Method { Method(rawValue: 6) }
  @inlinable public static var trace: Method { Method(rawValue: 7) }
  @inlinable public static var patch: Method { Method(rawValue: 8) }
  /// A token that names none of the methods above.
  @inlinable public static var other: Method { Method(rawValue: 255) }

  /// The method that `token` names; `other` for a token that is not known here.
  ///
  /// Methods are compared with case: `get` is not `GET` (RFC 9110 §9.1).
  @inlinable
  public init(token: Span<UInt8>) {
    var method = Method.other
    switch token.count {
    case 3:
      if token.equals("GET") { method = .get } else if token.equals("PUT") { method = .put }
    case 4:
      if token.equals("POST") { method = .post } else if token.equals("HEAD") { method = .head }
    case 5:
      if token.equals("PATCH") { method = .patch } else if token.equals("TRACE") { method = .trace }
    case 6:
      if token.equals("DELETE") { method = .delete }
    case 7:
      if token.equals("OPTIONS") {
        method = .options
      } else if token.equals("CONNECT") {
        method = .connect
      }
    default: break
    }
    self = method
  }

  /// The token of a named method; empty for `other`.
  public var name: StaticString {
    switch rawValue {
    case 0: "GET"
    case 1: "HEAD"
    case 2: "POST"
    case 3: "PUT"
    case 4: "DELETE"
    case 5: "CONNECT"
    case 6: "OPTIONS"
    case 7: "TRACE"
    case 8: "PATCH"
    default: ""
    }
  }

  /// Whether the method's semantics are essentially read-only. An unknown method is not taken to be.
  ///
  /// RFC 9110 §9.2.1
  public var isSafe: Bool {
    self == .get || self == .head || self == .options || self == .trace
  }

  /// Whether several identical requests are meant to have the effect of one.
  ///
  /// RFC 9110 §9.2.2
  public var isIdempotent: Bool { isSafe || self == .put || self == .delete }
}
