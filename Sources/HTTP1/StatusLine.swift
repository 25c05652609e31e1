import NecroHTTPSemantics
import NecroOctets

/// `HTTP/1.1 SP status-code SP [ reason-phrase ] CRLF`
///
/// The version is this server's, also towards an HTTP/1.0 client (RFC 9110 §6.2).
///
/// RFC 9112 §4
enum StatusLine {
  /// - Parameter status: a valid status code.
  static func append(_ status: StatusCode, to output: inout OctetBuffer) {
    // By far the most frequent line is one copy.
    if status == .ok {
      output.append("HTTP/1.1 200 OK\r\n")
      return
    }
    output.append("HTTP/1.1 ")
    output.append(decimal: UInt64(status.rawValue))
    output.append(" ")
    output.append(status.reasonPhrase)
    output.append("\r\n")
  }
}
