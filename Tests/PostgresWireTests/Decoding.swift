import NecroFuzzBodies
import NecroOctets
import NecroPostgresWire
import TestSupport

/// What became of octets, however they were cut.
struct Decoded: Equatable {
  /// A line for each message.
  var lines: [String] = []
  /// The error's code and offset.
  var failure: String?

  /// Octets in the notation of fixtures, decoded in every way. A deviation is a line of its own.
  init(_ text: String, limits: Limits = Limits()) {
    guard let octets = FixtureNotation.octets(text) else {
      lines = ["not in the notation of fixtures"]
      return
    }
    let (whole, deviation) = decodeEveryWay(
      octets, with: { BackendDecoder(limits: limits) },
      log: { PostgresMessageText.lines($1, $0.input) },
      // How many rows an event has depends on how the octets are cut.
      normalize: { events in events.flatMap { lines in lines.map { [$0] } } })
    lines = whole.events.flatMap { $0 }
    failure = whole.failure.map { "\($0.code) \($0.offset)" }
    if let deviation { lines.append("deviation: \(deviation)") }
    if !whole.isSticky { lines.append("the error is not sticky") }
  }
}

/// The lines of octets that are complete and sound.
func lines(_ text: String) -> [String] {
  let decoded = Decoded(text)
  return decoded.lines + (decoded.failure.map { ["error \($0)"] } ?? [])
}

/// The error of octets that are not.
func failure(_ text: String, limits: Limits = Limits()) -> String? {
  Decoded(text, limits: limits).failure
}
