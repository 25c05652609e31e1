import NecroHTTP1
import NecroHTTPSemantics
import NecroOctets

/// The property that nothing is lost on the way through the codec, in both directions: requests that
/// were decoded and are written again are decoded to the same, and a response that the serializer
/// writes is read, by a reader that shares nothing with it, as what was asked for.
///
/// Traps on a violation.
public func fuzzHTTP1RoundTrip(_ octets: Span<UInt8>) {
  let transcript = HTTP1Transcript(octets)
  let requests = transcript.requests.filter(\.isComplete)
  var choices = HTTP1Fuzzing.Choices(octets)
  var written: [UInt8] = []
  for request in requests { written += HTTP1Writer.octets(of: request, &choices) }
  let again = HTTP1Transcript(written.span)
  precondition(again.requests == requests, "what is written again is read as the same")
  precondition(again.failure == nil, "what is written again is whole")

  var script = HTTP1ResponseScript(octets)
  script.run()
}

/// Writes requests without the codec.
enum HTTP1Writer {
  /// A request whose chunks, if it has any, are of other sizes than they were.
  static func octets(
    of request: HTTP1Request, _ choices: inout HTTP1Fuzzing.Choices
  ) -> [UInt8] {
    var octets = request.method
    octets += " ".utf8
    octets += request.target
    octets += " HTTP/1.\(request.minorVersion)\r\n".utf8
    octets += lines(request.fields)
    guard request.length == .chunked else { return octets + request.content }
    var rest = request.content[...]
    while !rest.isEmpty {
      let part = rest.prefix(1 + choices.next(below: 40))
      octets += String(part.count, radix: 16).utf8
      octets += "\r\n".utf8
      octets += part
      octets += "\r\n".utf8
      rest = rest.dropFirst(part.count)
    }
    octets += "0\r\n".utf8
    return octets + lines(request.trailers)
  }

  private static func lines(_ fields: [HTTP1Field]) -> [UInt8] {
    var octets: [UInt8] = []
    for field in fields {
      octets += field.name
      octets += ":".utf8
      octets += field.value
      octets += "\r\n".utf8
    }
    octets += "\r\n".utf8
    return octets
  }
}
