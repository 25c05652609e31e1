import NecroPostgresWire
import TestSupport
import Testing

@Suite("The fixtures of the Postgres codec")
struct FixtureTests {
  private static var run: FixtureRun<FixtureConnection> {
    FixtureRun(
      makeDecoder: { FixtureConnection($0) }, event: { .events($1) },
      error: { FixtureEntry(offset: $0.offset, text: "error \($0.text)") })
  }

  /// A notice, which may come behind everything but what ends a connection.
  private static func followUp(
    _ fixture: Fixture
  ) -> (octets: [UInt8], log: [FixtureEntry])? {
    let ends = ["refused", "beginEncryption", "encryptionFailed"]
    guard let last = fixture.expected.last, !ends.contains(where: { last.text.hasPrefix($0) })
    else {
      return nil
    }
    guard let octets = FixtureNotation.octets(#"N\x00\x00\x00\x0BVINFO\x00\x00"#) else {
      return nil
    }
    if last.text.hasPrefix("error messageIncomplete") { return nil }
    if last.text.hasPrefix("error ") { return (octets, []) }
    if fixture.sent.contains("ssl") || fixture.sent.contains("gss") { return nil }
    // How far the steps are answered stands behind the last event, too.
    let head = last.text.prefix { $0 != "\n" }
    let progress = head.hasSuffix("]") ? head.drop { $0 != "[" } : ""
    let isStarting = fixture.sent.contains { $0.hasPrefix("startup") }
    if isStarting && head.hasPrefix("ready") { return nil }
    let text = "noticeResponse info" + (progress.isEmpty ? "" : " \(progress)") + "\n  V INFO"
    return (octets, [FixtureEntry(offset: octets.count - 1, text: text)])
  }

  @Test("each gives what it expects, however it is cut", arguments: try Fixture.all("postgres"))
  func fixture(_ fixture: Fixture) {
    let deviation = Self.run.deviation(fixture, followUp: Self.followUp(fixture))
    #expect(deviation == nil, "\(deviation ?? "")")
  }
}
