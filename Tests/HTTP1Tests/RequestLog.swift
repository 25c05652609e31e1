import NecroHTTP1
import NecroHTTPSemantics
import NecroOctets
import TestSupport
import Testing

/// Text of octets, one character for each.
func text(_ octets: Span<UInt8>) -> String {
  var result = ""
  for index in octets.indices { result.unicodeScalars.append(Unicode.Scalar(octets[index])) }
  return result
}

/// Octets of a text whose characters are all below U+0100.
func octets(_ text: String) -> [UInt8] {
  text.unicodeScalars.map { UInt8($0.value) }
}

/// What a request decoder gave out, a line for each event; content joined, since where it is cut
/// depends on the pieces.
struct RequestLog {
  var lines: [String]
  var failure: HTTP1Error?

  /// Decodes an input in every way and requires that each gives the same.
  init(
    _ input: String, limits: Limits = Limits(), finishing: Bool = true,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let (whole, deviation) = decodeEveryWay(
      octets(input), finishing: finishing, with: { RequestDecoder(limits: limits) },
      log: RequestLog.line, normalize: RequestLog.joinContent)
    if let deviation {
      Issue.record(
        "\(deviation.feeding): \(deviation.log), whole: \(whole)", sourceLocation: sourceLocation)
    }
    lines = whole.events
    failure = whole.failure
  }

  private static func line(
    _ decoder: borrowing RequestDecoder, _ event: RequestDecoder.Event
  ) -> String {
    switch event {
    case .head(let head): return describe(head, decoder)
    case .content(let slice): return "content \(text(decoder.input.octets(slice)))"
    case .end:
      let section = decoder.input.octets(decoder.trailerOctets)
      return "end" + describe(decoder.trailers, section)
    }
  }

  private static func describe(_ head: RequestHead, _ decoder: borrowing RequestDecoder) -> String {
    let octets = decoder.input.octets(head.octets)
    var line = "\(text(octets.octets(head.methodToken))) \(head.form)"
    line += " path=\(text(octets.octets(head.path)))"
    if head.hasQuery { line += " query=\(text(octets.octets(head.query)))" }
    line += " authority=\(text(octets.octets(head.authority)))"
    line += " \(head.version) \(head.content)"
    if !head.isPersistent { line += " closes" }
    if head.expectsContinue { line += " expects-continue" }
    return line + describe(decoder.fields, octets)
  }

  private static func describe(_ fields: borrowing FieldSection, _ octets: Span<UInt8>) -> String {
    var line = ""
    for index in 0..<fields.count {
      line += " [\(text(octets.octets(fields[index].name)))="
      line += "\(text(octets.octets(fields[index].value)))]"
    }
    return line
  }

  private static func joinContent(_ lines: [String]) -> [String] {
    var joined: [String] = []
    for line in lines {
      if line.hasPrefix("content "), let last = joined.last, last.hasPrefix("content ") {
        joined[joined.count - 1] = last + line.dropFirst("content ".count)
      } else {
        joined.append(line)
      }
    }
    return joined
  }
}

/// Requires that an input is refused in every way of feeding it, exactly when its offending octet
/// arrives.
///
/// - Parameter marked: the input, with `¦` before the octet that makes it impossible.
func expectRefused(
  _ marked: String, _ code: HTTP1Error.Code, limits: Limits = Limits(),
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let scalars = Array(marked.unicodeScalars)
  guard let offset = scalars.firstIndex(of: "\u{A6}") else {
    Issue.record("the input marks its offending octet", sourceLocation: sourceLocation)
    return
  }
  let input = octets(marked.replacing("\u{A6}", with: ""))
  let (whole, deviation) = decodeEveryWay(
    input, finishing: false, with: { RequestDecoder(limits: limits) }, log: { _, _ in 0 },
    normalize: { _ in [] })
  #expect(
    whole.failure == HTTP1Error(code: code, offset: offset),
    "\(marked.debugDescription)", sourceLocation: sourceLocation)
  #expect(deviation == nil, "\(marked.debugDescription)", sourceLocation: sourceLocation)

  let before = decode(
    Array(input[..<offset]), .whole, finishing: false, with: { RequestDecoder(limits: limits) },
    log: { _, _ in 0 })
  #expect(
    before.failure == nil, "not refused before it: \(marked.debugDescription)",
    sourceLocation: sourceLocation)
  let with = decode(
    Array(input[...offset]), .whole, finishing: false, with: { RequestDecoder(limits: limits) },
    log: { _, _ in 0 })
  #expect(
    with.failure?.code == code, "refused with it: \(marked.debugDescription)",
    sourceLocation: sourceLocation)
}

/// Requires that an input is taken whole, with nothing left incomplete.
func expectAccepted(
  _ input: String, limits: Limits = Limits(), sourceLocation: SourceLocation = #_sourceLocation
) {
  let log = RequestLog(input, limits: limits, sourceLocation: sourceLocation)
  #expect(log.failure == nil, "\(input.debugDescription)", sourceLocation: sourceLocation)
  #expect(log.lines.last?.hasPrefix("end") == true, sourceLocation: sourceLocation)
}
