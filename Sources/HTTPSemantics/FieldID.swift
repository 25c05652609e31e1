import NecroOctets

/// The field names that this stack itself interprets, as small numbers.
///
/// Whatever reads fields by name finds them by `FieldID` and compares no text; all other names are
/// `other`. There are fewer than 64, so that a set of them is one word.
///
/// RFC 9110 §5.1, §18.4
@frozen
public enum FieldID: UInt8, Sendable {
  /// A name that is none of those below.
  case other
  case host
  case contentLength
  case transferEncoding
  case connection
  case keepAlive
  case proxyConnection
  case expect
  case upgrade
  case te
  case trailer
  case contentType
  case contentEncoding
  case contentRange
  case cookie
  case setCookie
  case date
  case server
  case accept
  case acceptEncoding
  case acceptLanguage
  case authorization
  case proxyAuthorization
  case wwwAuthenticate
  case proxyAuthenticate
  case cacheControl
  case pragma
  case range
  case maxForwards
  case ifMatch
  case ifNoneMatch
  case ifModifiedSince
  case ifUnmodifiedSince
  case ifRange
  case userAgent
  case origin
  case referer
  case location
  case allow
  case etag
  case lastModified
  case vary
  case age
  case retryAfter
  case forwarded
  case xForwardedFor
  case xForwardedProto
  case secWebsocketKey
  case secWebsocketVersion

  /// The field that `name` names, compared without case.
  ///
  /// Complexity: one comparison of the name with each name of its length that also begins and ends
  /// like it, which is at most one.
  public init(name: Span<UInt8>) {
    guard name.count >= 2 else {
      self = .other
      return
    }
    let first = OctetClass.lowercased(name[0])
    let last = OctetClass.lowercased(name[name.count - 1])
    let candidate = FieldID.candidate(octetCount: name.count, first: first, last: last)
    self = name.equalsIgnoringCase(candidate.name) ? candidate : .other
  }

  /// The only field whose name has these first and last octets (in lower case) and this length;
  /// `other` if there is none.
  private static func candidate(octetCount: Int, first: UInt8, last: UInt8) -> FieldID {
    switch octetCount {
    case 2:
      switch (first, last) {
      case (0x74, 0x65): return .te
      default: return .other
      }
    case 3:
      switch (first, last) {
      case (0x61, 0x65): return .age
      default: return .other
      }
    case 4:
      switch (first, last) {
      case (0x68, 0x74): return .host
      case (0x64, 0x65): return .date
      case (0x65, 0x67): return .etag
      case (0x76, 0x79): return .vary
      default: return .other
      }
    case 5:
      switch (first, last) {
      case (0x72, 0x65): return .range
      case (0x61, 0x77): return .allow
      default: return .other
      }
    case 6:
      switch (first, last) {
      case (0x65, 0x74): return .expect
      case (0x63, 0x65): return .cookie
      case (0x73, 0x72): return .server
      case (0x61, 0x74): return .accept
      case (0x70, 0x61): return .pragma
      case (0x6F, 0x6E): return .origin
      default: return .other
      }
    case 7:
      switch (first, last) {
      case (0x75, 0x65): return .upgrade
      case (0x74, 0x72): return .trailer
      case (0x72, 0x72): return .referer
      default: return .other
      }
    case 8:
      switch (first, last) {
      case (0x69, 0x68): return .ifMatch
      case (0x69, 0x65): return .ifRange
      case (0x6C, 0x6E): return .location
      default: return .other
      }
    case 9:
      switch (first, last) {
      case (0x66, 0x64): return .forwarded
      default: return .other
      }
    case 10:
      switch (first, last) {
      case (0x63, 0x6E): return .connection
      case (0x6B, 0x65): return .keepAlive
      case (0x73, 0x65): return .setCookie
      case (0x75, 0x74): return .userAgent
      default: return .other
      }
    case 11:
      switch (first, last) {
      case (0x72, 0x72): return .retryAfter
      default: return .other
      }
    case 12:
      switch (first, last) {
      case (0x63, 0x65): return .contentType
      case (0x6D, 0x73): return .maxForwards
      default: return .other
      }
    case 13:
      switch (first, last) {
      case (0x63, 0x65): return .contentRange
      case (0x61, 0x6E): return .authorization
      case (0x63, 0x6C): return .cacheControl
      case (0x69, 0x68): return .ifNoneMatch
      case (0x6C, 0x64): return .lastModified
      default: return .other
      }
    case 14:
      switch (first, last) {
      case (0x63, 0x68): return .contentLength
      default: return .other
      }
    case 15:
      switch (first, last) {
      case (0x61, 0x67): return .acceptEncoding
      case (0x61, 0x65): return .acceptLanguage
      case (0x78, 0x72): return .xForwardedFor
      default: return .other
      }
    case 16:
      switch (first, last) {
      case (0x70, 0x6E): return .proxyConnection
      case (0x63, 0x67): return .contentEncoding
      case (0x77, 0x65): return .wwwAuthenticate
      default: return .other
      }
    case 17:
      switch (first, last) {
      case (0x74, 0x67): return .transferEncoding
      case (0x69, 0x65): return .ifModifiedSince
      case (0x78, 0x6F): return .xForwardedProto
      case (0x73, 0x79): return .secWebsocketKey
      default: return .other
      }
    case 18:
      switch (first, last) {
      case (0x70, 0x65): return .proxyAuthenticate
      default: return .other
      }
    case 19:
      switch (first, last) {
      case (0x70, 0x6E): return .proxyAuthorization
      case (0x69, 0x65): return .ifUnmodifiedSince
      default: return .other
      }
    case 21:
      switch (first, last) {
      case (0x73, 0x6E): return .secWebsocketVersion
      default: return .other
      }
    default: return .other
    }
  }

  /// The name in lower case; empty for `other`.
  public var name: StaticString {
    switch self {
    case .other: ""
    case .host: "host"
    case .contentLength: "content-length"
    case .transferEncoding: "transfer-encoding"
    case .connection: "connection"
    case .keepAlive: "keep-alive"
    case .proxyConnection: "proxy-connection"
    case .expect: "expect"
    case .upgrade: "upgrade"
    case .te: "te"
    case .trailer: "trailer"
    case .contentType: "content-type"
    case .contentEncoding: "content-encoding"
    case .contentRange: "content-range"
    case .cookie: "cookie"
    case .setCookie: "set-cookie"
    case .date: "date"
    case .server: "server"
    case .accept: "accept"
    case .acceptEncoding: "accept-encoding"
    case .acceptLanguage: "accept-language"
    case .authorization: "authorization"
    case .proxyAuthorization: "proxy-authorization"
    case .wwwAuthenticate: "www-authenticate"
    case .proxyAuthenticate: "proxy-authenticate"
    case .cacheControl: "cache-control"
    case .pragma: "pragma"
    case .range: "range"
    case .maxForwards: "max-forwards"
    case .ifMatch: "if-match"
    case .ifNoneMatch: "if-none-match"
    case .ifModifiedSince: "if-modified-since"
    case .ifUnmodifiedSince: "if-unmodified-since"
    case .ifRange: "if-range"
    case .userAgent: "user-agent"
    case .origin: "origin"
    case .referer: "referer"
    case .location: "location"
    case .allow: "allow"
    case .etag: "etag"
    case .lastModified: "last-modified"
    case .vary: "vary"
    case .age: "age"
    case .retryAfter: "retry-after"
    case .forwarded: "forwarded"
    case .xForwardedFor: "x-forwarded-for"
    case .xForwardedProto: "x-forwarded-proto"
    case .secWebsocketKey: "sec-websocket-key"
    case .secWebsocketVersion: "sec-websocket-version"
    }
  }
}
