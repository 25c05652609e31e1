import Foundation
import NecroFuzzBodies
import NecroOctets
import TestSupport
import Testing

@Suite("HTTP/1.1 beside libhttp_parser")
struct HTTP1DifferentialTests {
  /// The corpus, the fixtures, and connections that are generated.
  static func inputs() throws -> [[UInt8]] {
    var inputs = PackageFolders.corpus("http1").map(\.octets)
    inputs += try Fixture.all("http1").map(\.input)
    var connections = GeneratedConnections(seed: 1)
    for _ in 0..<5_000 { inputs.append(connections.next()) }
    return inputs
  }

  @Test("both take the same requests, or disagree as listed")
  func disagreements() throws {
    var seen: Set<HTTP1Disagreement.Kind> = []
    for input in try Self.inputs() {
      let guarded = GuardedOctets(input)
      let comparison = HTTP1Comparison(guarded.span)
      #expect(comparison.surprise == nil, "\(FixtureNotation.text(input))")
      if let disagreement = comparison.disagreement { seen.insert(disagreement.kind) }
    }
    for disagreement in HTTP1Disagreement.all {
      #expect(seen.contains(disagreement.kind), "not seen any more: \(disagreement.kind)")
    }
  }

  @Test(
    "a disagreement is listed once, with a clause that exists", arguments: HTTP1Disagreement.all)
  func listing(_ disagreement: HTTP1Disagreement) throws {
    #expect(HTTP1Disagreement.all.filter { $0.kind == disagreement.kind }.count == 1)
    let parts = disagreement.clause.split(separator: "-")
    let file = PackageFolders.root.appendingPathComponent("Spec/\(parts[0])/\(parts[1]).json")
    let text = try String(contentsOf: file, encoding: .utf8)
    #expect(text.contains("\"\(disagreement.clause)\""))
  }

  @Test("the peer's parser reads what it is given")
  func peer() {
    let peer = HTTP1Peer(
      Array("POST /p HTTP/1.0\r\nA: b\r\nContent-Length: 3\r\n\r\nabc".utf8).span)
    var request = HTTP1Request()
    request.method = Array("POST".utf8)
    request.target = Array("/p".utf8)
    request.minorVersion = 0
    request.isPersistent = false
    request.length = .length(3)
    request.fields = [("A", "b"), ("Content-Length", "3")].map {
      HTTP1Field(name: Array($0.0.utf8), value: Array($0.1.utf8))
    }
    request.content = Array("abc".utf8)
    request.isComplete = true
    #expect(peer.requests == [request] && peer.failure == nil && !peer.isUpgraded)
    #expect(HTTP1Peer(Array("GET\0".utf8).span).failure == "HPE_INVALID_METHOD")
  }
}
