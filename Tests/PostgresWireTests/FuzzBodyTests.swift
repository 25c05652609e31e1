import NecroFuzzBodies
import TestSupport
import Testing

/// The properties that fuzzing looks for violations of, on the inputs that are kept.
@Suite("Properties of the Postgres codec")
struct FuzzBodyTests {
  struct Body: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let run: @Sendable (Span<UInt8>) -> Void
  }

  static let bodies = [
    Body(testDescription: "Split", run: { fuzzPostgresSplit($0) }),
    Body(testDescription: "Model", run: { fuzzPostgresModel($0) }),
    Body(testDescription: "RoundTrip", run: { fuzzPostgresRoundTrip($0) }),
  ]

  @Test("the corpus has them", arguments: bodies)
  func corpus(_ body: Body) {
    let files = PackageFolders.corpus("postgres")
    #expect(files.count >= 8)
    for file in files {
      let guarded = GuardedOctets(file.octets)
      body.run(guarded.span)
    }
  }

  @Test("the corpus changed at random has them", arguments: bodies)
  func mutations(_ body: Body) {
    var generator = SeededGenerator(seed: 0x5EED)
    for file in PackageFolders.corpus("postgres") where !file.octets.isEmpty {
      for _ in 0..<200 {
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
