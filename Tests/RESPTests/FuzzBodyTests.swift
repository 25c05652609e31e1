import NecroFuzzBodies
import TestSupport
import Testing

/// The properties that fuzzing looks for violations of, on the inputs that are kept.
@Suite("Properties of the RESP codec")
struct FuzzBodyTests {
  struct Body: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let run: @Sendable (Span<UInt8>) -> Void
  }

  static let bodies = [
    Body(testDescription: "Split", run: { fuzzRESPSplit($0) }),
    Body(testDescription: "RoundTrip", run: { fuzzRESPRoundTrip($0) }),
    Body(testDescription: "Model", run: { fuzzRESPModel($0) }),
    Body(testDescription: "Differential", run: { fuzzRESPDifferential($0) }),
  ]

  @Test("the corpus has them", arguments: bodies)
  func corpus(_ body: Body) {
    let files = PackageFolders.corpus("resp")
    #expect(files.count >= 8)
    for file in files {
      let guarded = GuardedOctets(file.octets)
      body.run(guarded.span)
    }
  }

  @Test("the fixtures have them", arguments: bodies)
  func fixtures(_ body: Body) throws {
    for fixture in try Fixture.all("resp") {
      let guarded = GuardedOctets(fixture.input)
      body.run(guarded.span)
    }
  }

  @Test("generated connections have them", arguments: bodies)
  func generated(_ body: Body) {
    var replies = GeneratedReplies(seed: 0x5EED)
    for index in 0..<2_000 {
      let guarded = GuardedOctets(replies.next(version2: index % 3 == 0))
      body.run(guarded.span)
    }
  }

  @Test("the corpus changed at random has them", arguments: bodies)
  func mutations(_ body: Body) {
    var generator = SeededGenerator(seed: 0x5EED)
    for file in PackageFolders.corpus("resp") where !file.octets.isEmpty {
      for _ in 0..<50 {
        var mutated = file.octets
        for _ in 0...Int.random(in: 0...2, using: &generator) {
          let position = Int.random(in: mutated.indices, using: &generator)
          mutated[position] = UInt8.random(in: 0...255, using: &generator)
        }
        body.run(mutated.span)
      }
    }
  }
}
