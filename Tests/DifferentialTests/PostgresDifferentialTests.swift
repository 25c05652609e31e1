import Foundation
import NecroFuzzBodies
import TestSupport
import Testing

@Suite("Postgres beside libpq")
struct PostgresDifferentialTests {
  /// What is seen of comparisons.
  private struct Tally {
    var completeCount = 0
    var surprises: [String] = []
    var leniencies: Set<String> = []

    mutating func compare(_ octets: [UInt8], _ command: PostgresCommand) {
      let comparison = PostgresComparison(octets, command)
      if comparison.isComplete { completeCount += 1 }
      if let code = comparison.leniency { leniencies.insert("\(code)") }
      if let surprise = comparison.surprise {
        surprises.append("\(command) \(FixtureNotation.text(octets))\n\(surprise)")
      }
    }

    var surprisesText: String {
      "\(surprises.count):\n\(surprises.prefix(400).joined(separator: "\n\n"))"
    }
  }

  @Test("both report the same of replies that follow the message flow")
  func replies() {
    var tally = Tally()
    var replies = PostgresReplies(seed: 15)
    let count = 400
    for command in PostgresCommand.allCases {
      for _ in 0..<count { tally.compare(replies.next(command).flatMap(\.self), command) }
    }
    #expect(tally.surprises.isEmpty, "\(tally.surprisesText)")
    #expect(tally.completeCount == count * PostgresCommand.allCases.count)
    #expect(tally.leniencies.isEmpty)
  }

  @Test("both report the same of the corpus and of the fixtures' replies, or differ as listed")
  func corpus() throws {
    var tally = Tally()
    var inputs = PackageFolders.corpus("postgres").map(\.octets)
    inputs += try Fixture.all("postgres").filter { fixture in
      !["ssl", "gss", "startup", "startup-3.2"].contains { fixture.sent.contains($0) }
    }.map(\.input)
    for input in inputs {
      for command in PostgresCommand.allCases { tally.compare(input, command) }
    }
    #expect(tally.surprises.isEmpty, "\(tally.surprisesText)")
    #expect(tally.completeCount > 20, "\(tally.completeCount)")
  }

  @Test("both report the same of replies that were cut or changed, or differ as listed")
  func changes() {
    var tally = Tally()
    var replies = PostgresReplies(seed: 18)
    for command in PostgresCommand.allCases {
      let pool = PostgresCommand.allCases.flatMap { other in
        (0..<20).flatMap { _ in replies.next(other) }
      }
      for _ in 0..<1_200 {
        tally.compare(replies.changed(replies.next(command), pool), command)
      }
    }
    #expect(tally.surprises.isEmpty, "\(tally.surprisesText)")
    let listed = Set(PostgresDisagreement.all.map { "\($0.code)" })
    #expect(tally.leniencies == listed, "\(listed.symmetricDifference(tally.leniencies))")
  }

  @Test(
    "a disagreement is listed once, with a clause that exists", arguments: PostgresDisagreement.all)
  func listing(_ disagreement: PostgresDisagreement) throws {
    #expect(PostgresDisagreement.all.filter { $0.code == disagreement.code }.count == 1)
    let section = disagreement.clause.dropFirst("PG-".count).split(separator: "-").dropLast()
    let file = PackageFolders.root.appendingPathComponent(
      "Spec/PG/\(section.joined(separator: "-")).json")
    let text = try String(contentsOf: file, encoding: .utf8)
    #expect(text.contains("\"\(disagreement.clause)\""))
  }

  @Test("libpq reads what it is given")
  func peer() {
    let error = Array("E\0\0\0\u{16}VERROR\0C22012\0Mx\0\0Z\0\0\0\u{5}E".utf8)
    let lines = PostgresPeer(error, .query).lines
    #expect(lines.first == "error V=4552524f52 C=3232303132 M=78" && lines.last == "status 3")
    #expect(PostgresPeer([], .query).lines.last == "broken")
  }
}
