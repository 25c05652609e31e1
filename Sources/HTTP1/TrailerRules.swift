import NecroHTTPSemantics
import NecroOctets

/// Which fields mean nothing, or something dangerous, once the content has been read.
///
/// RFC 9110 §6.5.1
enum TrailerRules {
  /// Whether a trailer of that name is dropped: what frames or routes a message, modifies or
  /// authenticates a request, or describes its content.
  static func forbids(_ id: FieldID, _ name: Span<UInt8>) -> Bool {
    switch id {
    case .host, .contentLength, .transferEncoding, .connection, .keepAlive, .proxyConnection,
      .expect, .upgrade, .te, .trailer, .contentType, .contentEncoding, .contentRange, .cookie,
      .setCookie, .authorization, .proxyAuthorization, .wwwAuthenticate, .proxyAuthenticate,
      .cacheControl, .pragma, .range, .maxForwards, .ifMatch, .ifNoneMatch, .ifModifiedSince,
      .ifUnmodifiedSince, .ifRange, .forwarded, .xForwardedFor, .xForwardedProto,
      .secWebsocketKey, .secWebsocketVersion:
      return true
    case .other:
      let prefix = ("content-" as StaticString).octets
      return name.count > prefix.count
        && name.extracting(0..<prefix.count).equalsIgnoringCase("content-")
    case .date, .server, .accept, .acceptEncoding, .acceptLanguage, .userAgent, .origin, .referer,
      .location, .allow, .etag, .lastModified, .vary, .age, .retryAfter:
      return false
    }
  }
}
