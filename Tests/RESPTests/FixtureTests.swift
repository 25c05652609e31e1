import NecroFuzzBodies
import NecroRESP
import TestSupport
import Testing

@Suite("The fixtures of RESP")
struct FixtureTests {
  @Test(
    "a fixture gives its events however it is cut, whatever follows",
    arguments: try Fixture.all("resp"))
  func fixture(_ fixture: Fixture) {
    let deviation = Self.run.deviation(fixture, followUp: followUp(fixture))
    #expect(deviation == nil, "\(fixture.testDescription)")
  }

  static var run: FixtureRun<RESPDecoder> {
    FixtureRun(
      makeDecoder: decoder,
      event: { decoder, item in .event(RESPItemText.line(item, in: decoder.input)) },
      error: { FixtureEntry(offset: $0.offset, text: "error \($0.code.name)") })
  }

  /// A decoder with the fixture's limits; `version` and `inline` are set in the same line.
  private static func decoder(_ fixture: Fixture) -> RESPDecoder {
    var limits = Limits()
    var version = RESPVersion.version3
    var acceptsInlineCommands = false
    for (name, value) in fixture.limits {
      switch name {
      case "lineOctetsMax": limits.lineOctetsMax = value
      case "numberOctetsMax": limits.numberOctetsMax = value
      case "stringOctetsMax": limits.stringOctetsMax = value
      case "elementsMax": limits.elementsMax = value
      case "depthMax": limits.depthMax = value
      case "valueOctetsMax": limits.valueOctetsMax = value
      case "version": version = value == 2 ? .version2 : .version3
      case "inline": acceptsInlineCommands = value == 1
      default: preconditionFailure("\(fixture.path) names a limit: \(name)")
      }
    }
    return RESPDecoder(
      limits: limits, version: version, acceptsInlineCommands: acceptsInlineCommands)
  }

  /// A command behind the fixture's values, read like any other, or not at all behind an error.
  private func followUp(_ fixture: Fixture) -> (octets: [UInt8], log: [FixtureEntry])? {
    guard let last = fixture.expected.last else { return nil }
    if last.text.hasPrefix("error valueIncomplete") { return nil }
    let octets = Array("*1\r\n$4\r\nNEXT\r\n".utf8)
    if last.text.hasPrefix("error ") { return (octets, []) }
    return (
      octets,
      [
        FixtureEntry(offset: 3, text: "array 1"),
        FixtureEntry(offset: octets.count - 1, text: "bulk string NEXT"),
      ]
    )
  }
}
