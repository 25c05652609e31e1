import NecroHTTP1
import NecroHTTPSemantics
import NecroOctets
import TestSupport

/// How the fixtures of this codec write what a decoder gives out.
enum FixtureLog {
  static var run: FixtureRun<RequestDecoder> {
    FixtureRun(
      makeDecoder: { RequestDecoder(limits: limits($0)) }, event: event,
      error: {
        FixtureEntry(offset: $0.offset, text: "error \($0.code.name) \($0.status.rawValue)")
      })
  }

  /// The default limits with those that a fixture sets.
  static func limits(_ fixture: Fixture) -> Limits {
    var limits = Limits()
    for (name, value) in fixture.limits {
      switch name {
      case "startLineOctetsMax": limits.startLineOctetsMax = value
      case "fieldSectionOctetsMax": limits.fieldSectionOctetsMax = value
      case "fieldLinesMax": limits.fieldLinesMax = value
      case "contentOctetsMax": limits.contentOctetsMax = UInt64(value)
      case "chunkLineOctetsMax": limits.chunkLineOctetsMax = value
      case "chunkExtensionsOctetsMax": limits.chunkExtensionsOctetsMax = value
      case "trailerSectionOctetsMax": limits.trailerSectionOctetsMax = value
      case "trailerLinesMax": limits.trailerLinesMax = value
      case "emptyLinesBeforeRequestMax": limits.emptyLinesBeforeRequestMax = value
      default: preconditionFailure("\(fixture.path) names a limit: \(name)")
      }
    }
    return limits
  }

  private static func event(
    _ decoder: borrowing RequestDecoder, _ event: RequestDecoder.Event
  ) -> FixtureEvent {
    switch event {
    case .head(let head):
      return .event(describe(head, decoder))
    case .content(let slice):
      return .part(name: "content", octets: octets(decoder.input.octets(slice)))
    case .end:
      let section = decoder.input.octets(decoder.trailerOctets)
      return .event("end" + describe(decoder.trailers, section))
    }
  }

  private static func describe(_ head: RequestHead, _ decoder: borrowing RequestDecoder) -> String {
    let section = decoder.input.octets(head.octets)
    func text(_ slice: Slice) -> String { FixtureNotation.text(octets(section.octets(slice))) }
    var line = "head \(text(head.methodToken)) \(head.form)"
    if !head.path.isEmpty { line += " path=\(text(head.path))" }
    if head.hasQuery { line += " query=\(text(head.query))" }
    if !head.authority.isEmpty { line += " authority=\(text(head.authority))" }
    switch head.version {
    case .http10: line += " HTTP/1.0"
    case .http11: line += " HTTP/1.1"
    }
    switch head.content {
    case .none: break
    case .length(let length): line += " length=\(length)"
    case .chunked: line += " chunked"
    }
    if !head.isPersistent { line += " closes" }
    if head.expectsContinue { line += " expects-continue" }
    return line + describe(decoder.fields, section)
  }

  private static func describe(_ fields: borrowing FieldSection, _ section: Span<UInt8>) -> String {
    var text = ""
    for index in 0..<fields.count {
      text += "\n  " + FixtureNotation.text(octets(section.octets(fields[index].name)))
      let value = FixtureNotation.text(octets(section.octets(fields[index].value)))
      text += value.isEmpty ? ":" : ": \(value)"
    }
    return text
  }

  private static func octets(_ span: Span<UInt8>) -> [UInt8] {
    var octets: [UInt8] = []
    for index in span.indices { octets.append(span[index]) }
    return octets
  }
}
