import Foundation
import NecroFuzzBodies
import NecroOctets
import TestSupport
import Testing

@Suite("RESP beside hiredis")
struct DifferentialTests {
  /// The corpus, the fixtures, and connections that are generated.
  static func inputs() throws -> [[UInt8]] {
    var inputs = PackageFolders.corpus("resp").map(\.octets)
    inputs += try Fixture.all("resp").map(\.input)
    var replies = GeneratedReplies(seed: 1)
    for _ in 0..<5_000 { inputs.append(replies.next(version2: true)) }
    return inputs
  }

  @Test("both read the same values, or disagree as listed")
  func disagreements() throws {
    var seen: Set<RESPDisagreement.Kind> = []
    for input in try Self.inputs() {
      let guarded = GuardedOctets(input)
      let comparison = RESPComparison(guarded.span)
      #expect(comparison.surprise == nil, "\(FixtureNotation.text(input))")
      if let disagreement = comparison.disagreement { seen.insert(disagreement.kind) }
    }
    for disagreement in RESPDisagreement.all {
      #expect(seen.contains(disagreement.kind), "not seen any more: \(disagreement.kind)")
    }
  }

  @Test("a disagreement is listed once, with a clause that exists")
  func listing() throws {
    for disagreement in RESPDisagreement.all {
      #expect(RESPDisagreement.all.filter { $0.kind == disagreement.kind }.count == 1)
      let parts = disagreement.clause.split(separator: "-")
      let section = parts.dropFirst().dropLast().joined(separator: "-")
      let file = PackageFolders.root.appendingPathComponent("Spec/\(parts[0])/\(section).json")
      let text = try String(contentsOf: file, encoding: .utf8)
      #expect(text.contains("\"\(disagreement.clause)\""))
    }
  }
}
