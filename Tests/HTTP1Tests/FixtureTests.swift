import NecroHTTP1
import TestSupport
import Testing

@Suite("The fixtures of HTTP/1.1")
struct FixtureTests {
  @Test(
    "a fixture gives its events however it is cut, whatever follows",
    arguments: try Fixture.all("http1"))
  func fixture(_ fixture: Fixture) {
    let deviation = FixtureLog.run.deviation(fixture, followUp: followUp(fixture))
    #expect(deviation == nil, "\(fixture.testDescription)")
  }

  /// A request behind the fixture's: read like any other, or not at all behind an error or the last
  /// request of a connection.
  private func followUp(_ fixture: Fixture) -> (octets: [UInt8], log: [FixtureEntry])? {
    guard let last = fixture.expected.last else { return nil }
    if last.text.hasPrefix("error messageIncomplete") { return nil }
    let request = octets("GET /next HTTP/1.1\r\nHost: h\r\n\r\n")
    let isClosed = fixture.expected.contains {
      $0.text.hasPrefix("head ") && $0.text.prefix { $0 != "\n" }.contains(" closes")
    }
    if isClosed || last.text.hasPrefix("error ") { return (request, []) }
    let offset = request.count - 1
    return (
      request,
      [
        FixtureEntry(
          offset: offset, text: "head GET origin path=/next authority=h HTTP/1.1\n  Host: h"),
        FixtureEntry(offset: offset, text: "end"),
      ]
    )
  }
}
