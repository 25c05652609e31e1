import NecroOctets
import NecroPostgresWire

/// An SQL statement as a pool knows it, whatever sessions have prepared it.
public final class Statement {
  public let text: [UInt8]
  /// What its text shows of it.
  public let traits: StatementTraits
  /// The types of its parameters, once it is described.
  public internal(set) var parameterTypes: [UInt32] = []
  /// The columns of its rows, once it is described; without columns when it returns none.
  public internal(set) var layout: RowLayout?
  /// Whether the server has described it, and the owner knows the types.
  public internal(set) var isDescribed = false
  /// Whether a server has described it for a batch, and the owner was not asked yet about the types.
  var isArrived = false
  /// What a server took to answer, as a mean that follows quick answers quickly; nil before the
  /// first.
  public internal(set) var latencyNanoseconds: UInt64?
  /// What the owner may keep here, as a number.
  public final var ownerToken: UInt = 0

  /// Its name on every session that has prepared it.
  let name: [UInt8]
  /// Its place in the pool's table; negative when it was evicted.
  var index = -1
  /// The next one of the same bucket of the pool's table.
  var nextInBucket: Statement?
  let hash: UInt64

  /// - Parameters:
  ///   - salt: goes into the name, where it is not 0.
  init(text: Span<UInt8>, hash: UInt64, number: UInt64, salt: UInt32) {
    self.text = [UInt8](copying: text)
    self.hash = hash
    traits = StatementTraits(text)
    var name = OctetBuffer()
    name.append("n")
    var rest = salt
    while rest != 0 {
      name.append(UInt8(ascii: "a") + UInt8(truncatingIfNeeded: rest % 26))
      rest /= 26
    }
    name.append(decimal: number)
    self.name = [UInt8](copying: name.octets)
  }

  func hasText(_ other: Span<UInt8>) -> Bool {
    let text = text
    return text.span.equals(other)
  }

  /// Settles the formats of its columns: it can be executed.
  func formatsAreSettled(_ owner: PostgresOwner) {
    if let described = layout {
      let description = described.description
      layout = RowLayout(description.span) { _, type in
        owner.resultFormat(ofType: type) == .binary ? .binary : .text
      }
    }
    isDescribed = true
    isArrived = false
  }

  /// Counts an answer's time in: half of the difference when it was quicker, an eighth when it was
  /// slower,
  /// so that a host that is late itself does not make statements slow.
  func measured(_ nanoseconds: UInt64) {
    guard let old = latencyNanoseconds else {
      latencyNanoseconds = nanoseconds
      return
    }
    latencyNanoseconds =
      nanoseconds < old ? (old + nanoseconds) / 2 : old + (nanoseconds - old) / 8
  }
}
