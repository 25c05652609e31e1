import NecroOctets
import NecroPostgresWire

/// What became of the octets of one connection, fed in pieces.
struct PostgresRun: ~Copyable {
  private(set) var lines: [String] = []
  private(set) var failure: PostgresWireError?
  private var decoder: BackendDecoder

  init(_ limits: Limits) { decoder = BackendDecoder(limits: limits) }

  mutating func feed(_ octets: Span<UInt8>) {
    if failure != nil { return }
    decoder.feed(octets)
    do throws(PostgresWireError) {
      while let message = try decoder.next() {
        lines += PostgresMessageText.lines(message, decoder.input)
      }
    } catch {
      failure = error
    }
  }

  mutating func finish() {
    do throws(PostgresWireError) {
      try decoder.finish()
      precondition(failure == nil, "an error stays")
    } catch {
      precondition(failure == nil || failure == error, "an error stays as it is")
      failure = error
    }
  }
}

/// What the fuzz bodies of the Postgres codec share.
enum PostgresFuzzing {
  typealias Choices = HTTP1Fuzzing.Choices

  /// Limits that short inputs reach.
  static var tightLimits: Limits {
    Limits(
      startupMessageOctetsMax: 20, dataMessageOctetsMax: 24, messageOctetsMax: 40, columnsMax: 2,
      parametersMax: 2, errorFieldsMax: 2, secretKeyOctetsMax: 8, protocolOptionsMax: 1,
      saslMechanismsMax: 1)
  }
}

/// The property that how a backend's octets are cut changes nothing: the same messages, however many
/// rows come as one event, and the same error at the same offset.
///
/// Also that whatever the decoder lets through can be read to its last column and field. Traps on a
/// violation.
public func fuzzPostgresSplit(_ octets: Span<UInt8>) {
  for limits in [Limits(), PostgresFuzzing.tightLimits] {
    var whole = PostgresRun(limits)
    whole.feed(octets)
    whole.finish()
    if let failure = whole.failure {
      precondition(
        failure.offset >= 0 && failure.offset <= octets.count, "an error lies in its input")
    }
    var single = PostgresRun(limits)
    for index in octets.indices { single.feed(octets.extracting(index..<index + 1)) }
    single.finish()
    precondition(
      single.lines == whole.lines && single.failure == whole.failure,
      "octet by octet gives what the whole gives")
    // The cuts follow from the input, so that a failure can be replayed.
    var cuts = PostgresFuzzing.Choices(octets)
    var pieces = PostgresRun(limits)
    var start = 0
    while start < octets.count {
      let end = min(octets.count, start + 1 + cuts.next(below: 40))
      pieces.feed(octets.extracting(start..<end))
      start = end
    }
    pieces.finish()
    precondition(
      pieces.lines == whole.lines && pieces.failure == whole.failure,
      "pieces give what the whole gives")
  }
}
