/// The registered codes and their phrases.
///
/// RFC 9110 §15, RFC 2518, RFC 3229, RFC 4918, RFC 5842, RFC 6585, RFC 7725, RFC 8297, RFC 8470
extension StatusCode {
  @inlinable public static var `continue`: StatusCode { StatusCode(rawValue: 100) }
  @inlinable public static var switchingProtocols: StatusCode { StatusCode(rawValue: 101) }
  @inlinable public static var processing: StatusCode { StatusCode(rawValue: 102) }
  @inlinable public static var earlyHints: StatusCode { StatusCode(rawValue: 103) }
  @inlinable public static var ok: StatusCode { StatusCode(rawValue: 200) }
  @inlinable public static var created: StatusCode { StatusCode(rawValue: 201) }
  @inlinable public static var accepted: StatusCode { StatusCode(rawValue: 202) }
  @inlinable public static var nonAuthoritativeInformation: StatusCode { StatusCode(rawValue: 203) }
  @inlinable public static var noContent: StatusCode { StatusCode(rawValue: 204) }
  @inlinable public static var resetContent: StatusCode { StatusCode(rawValue: 205) }
  @inlinable public static var partialContent: StatusCode { StatusCode(rawValue: 206) }
  @inlinable public static var multiStatus: StatusCode { StatusCode(rawValue: 207) }
  @inlinable public static var alreadyReported: StatusCode { StatusCode(rawValue: 208) }
  @inlinable public static var imUsed: StatusCode { StatusCode(rawValue: 226) }
  @inlinable public static var multipleChoices: StatusCode { StatusCode(rawValue: 300) }
  @inlinable public static var movedPermanently: StatusCode { StatusCode(rawValue: 301) }
  @inlinable public static var found: StatusCode { StatusCode(rawValue: 302) }
  @inlinable public static var seeOther: StatusCode { StatusCode(rawValue: 303) }
  @inlinable public static var notModified: StatusCode { StatusCode(rawValue: 304) }
  @inlinable public static var useProxy: StatusCode { StatusCode(rawValue: 305) }
  @inlinable public static var temporaryRedirect: StatusCode { StatusCode(rawValue: 307) }
  @inlinable public static var permanentRedirect: StatusCode { StatusCode(rawValue: 308) }
  @inlinable public static var badRequest: StatusCode { StatusCode(rawValue: 400) }
  @inlinable public static var unauthorized: StatusCode { StatusCode(rawValue: 401) }
  @inlinable public static var paymentRequired: StatusCode { StatusCode(rawValue: 402) }
  @inlinable public static var forbidden: StatusCode { StatusCode(rawValue: 403) }
  @inlinable public static var notFound: StatusCode { StatusCode(rawValue: 404) }
  @inlinable public static var methodNotAllowed: StatusCode { StatusCode(rawValue: 405) }
  @inlinable public static var notAcceptable: StatusCode { StatusCode(rawValue: 406) }
  @inlinable public static var proxyAuthenticationRequired: StatusCode { StatusCode(rawValue: 407) }
  @inlinable public static var requestTimeout: StatusCode { StatusCode(rawValue: 408) }
  @inlinable public static var conflict: StatusCode { StatusCode(rawValue: 409) }
  @inlinable public static var gone: StatusCode { StatusCode(rawValue: 410) }
  @inlinable public static var lengthRequired: StatusCode { StatusCode(rawValue: 411) }
  @inlinable public static var preconditionFailed: StatusCode { StatusCode(rawValue: 412) }
  @inlinable public static var contentTooLarge: StatusCode { StatusCode(rawValue: 413) }
  @inlinable public static var uriTooLong: StatusCode { StatusCode(rawValue: 414) }
  @inlinable public static var unsupportedMediaType: StatusCode { StatusCode(rawValue: 415) }
  @inlinable public static var rangeNotSatisfiable: StatusCode { StatusCode(rawValue: 416) }
  @inlinable public static var expectationFailed: StatusCode { StatusCode(rawValue: 417) }
  @inlinable public static var misdirectedRequest: StatusCode { StatusCode(rawValue: 421) }
  @inlinable public static var unprocessableContent: StatusCode { StatusCode(rawValue: 422) }
  @inlinable public static var locked: StatusCode { StatusCode(rawValue: 423) }
  @inlinable public static var failedDependency: StatusCode { StatusCode(rawValue: 424) }
  @inlinable public static var tooEarly: StatusCode { StatusCode(rawValue: 425) }
  @inlinable public static var upgradeRequired: StatusCode { StatusCode(rawValue: 426) }
  @inlinable public static var preconditionRequired: StatusCode { StatusCode(rawValue: 428) }
  @inlinable public static var tooManyRequests: StatusCode { StatusCode(rawValue: 429) }
  @inlinable public static var requestHeaderFieldsTooLarge: StatusCode { StatusCode(rawValue: 431) }
  @inlinable public static var unavailableForLegalReasons: StatusCode { StatusCode(rawValue: 451) }
  @inlinable public static var internalServerError: StatusCode { StatusCode(rawValue: 500) }
  @inlinable public static var notImplemented: StatusCode { StatusCode(rawValue: 501) }
  @inlinable public static var badGateway: StatusCode { StatusCode(rawValue: 502) }
  @inlinable public static var serviceUnavailable: StatusCode { StatusCode(rawValue: 503) }
  @inlinable public static var gatewayTimeout: StatusCode { StatusCode(rawValue: 504) }
  @inlinable public static var httpVersionNotSupported: StatusCode { StatusCode(rawValue: 505) }
  @inlinable public static var variantAlsoNegotiates: StatusCode { StatusCode(rawValue: 506) }
  @inlinable public static var insufficientStorage: StatusCode { StatusCode(rawValue: 507) }
  @inlinable public static var loopDetected: StatusCode { StatusCode(rawValue: 508) }
  @inlinable public static var notExtended: StatusCode { StatusCode(rawValue: 510) }
  @inlinable public static var networkAuthenticationRequired: StatusCode {
    StatusCode(rawValue: 511)
  }

  /// The phrase that the registry gives the code; empty for a code that is not registered, which the
  /// status line permits.
  public var reasonPhrase: StaticString {
    switch rawValue {
    case 100: "Continue"
    case 101: "Switching Protocols"
    case 102: "Processing"
    case 103: "Early Hints"
    case 200: "OK"
    case 201: "Created"
    case 202: "Accepted"
    case 203: "Non-Authoritative Information"
    case 204: "No Content"
    case 205: "Reset Content"
    case 206: "Partial Content"
    case 207: "Multi-Status"
    case 208: "Already Reported"
    case 226: "IM Used"
    case 300: "Multiple Choices"
    case 301: "Moved Permanently"
    case 302: "Found"
    case 303: "See Other"
    case 304: "Not Modified"
    case 305: "Use Proxy"
    case 307: "Temporary Redirect"
    case 308: "Permanent Redirect"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 402: "Payment Required"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 406: "Not Acceptable"
    case 407: "Proxy Authentication Required"
    case 408: "Request Timeout"
    case 409: "Conflict"
    case 410: "Gone"
    case 411: "Length Required"
    case 412: "Precondition Failed"
    case 413: "Content Too Large"
    case 414: "URI Too Long"
    case 415: "Unsupported Media Type"
    case 416: "Range Not Satisfiable"
    case 417: "Expectation Failed"
    case 421: "Misdirected Request"
    case 422: "Unprocessable Content"
    case 423: "Locked"
    case 424: "Failed Dependency"
    case 425: "Too Early"
    case 426: "Upgrade Required"
    case 428: "Precondition Required"
    case 429: "Too Many Requests"
    case 431: "Request Header Fields Too Large"
    case 451: "Unavailable For Legal Reasons"
    case 500: "Internal Server Error"
    case 501: "Not Implemented"
    case 502: "Bad Gateway"
    case 503: "Service Unavailable"
    case 504: "Gateway Timeout"
    case 505: "HTTP Version Not Supported"
    case 506: "Variant Also Negotiates"
    case 507: "Insufficient Storage"
    case 508: "Loop Detected"
    case 510: "Not Extended"
    case 511: "Network Authentication Required"
    default: ""
    }
  }
}
