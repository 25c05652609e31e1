import NecroOctets

/// What a decoder gives out for a fixture's log.
public enum FixtureEvent {
  /// An event that comes whole.
  case event(String)
  /// Several that come as one, in as many as the pieces make it.
  case events([String])
  /// A part of something that comes as it arrives: parts of one name are joined.
  case part(name: String, octets: [UInt8])
}

/// A codec's way of running fixtures.
public struct FixtureRun<Decoder: OctetDecoder & ~Copyable> where Decoder.Failure: Equatable {
  private let makeDecoder: (Fixture) -> Decoder
  private let event: (borrowing Decoder, Decoder.Event) -> FixtureEvent
  private let error: (Decoder.Failure) -> FixtureEntry

  /// - Parameters:
  ///   - makeDecoder: a fresh decoder with the fixture's limits.
  ///   - event: what the log keeps of an event; called at once, while the event's slices are valid.
  ///   - error: the entry of an error, with the offset that the error names.
  public init(
    makeDecoder: @escaping (Fixture) -> Decoder,
    event: @escaping (borrowing Decoder, Decoder.Event) -> FixtureEvent,
    error: @escaping (Decoder.Failure) -> FixtureEntry
  ) {
    self.makeDecoder = makeDecoder
    self.event = event
    self.error = error
  }

  /// Runs a fixture whole, octet by octet, at every split and with what follows it, each piece before
  /// an unreadable page; the first deviation from what it expects, or nil.
  ///
  /// An event has to come with the piece that holds the octet at its offset: not earlier, and not
  /// later. An error has to name its offset whatever the pieces are.
  ///
  /// - Parameter followUp: octets behind the input, and their log with offsets from the first of
  ///   them; nil for an input that ends within a message.
  public func deviation(
    _ fixture: Fixture, followUp: (octets: [UInt8], log: [FixtureEntry])?
  ) -> String? {
    let input = fixture.input
    for feeding in [.octetByOctet] + Feeding.all(octetCount: input.count) {
      for receivingInPlace in [false, true] {
        let log = log(fixture, input, feeding, receivingInPlace)
        let expected = expected(fixture.expected, feeding, octetCount: input.count)
        if log.entries != expected || !log.isSticky {
          return Self.difference(feeding, log.entries, expected, isSticky: log.isSticky)
        }
      }
    }
    guard let followUp else { return nil }
    let all = input + followUp.octets
    let entries =
      fixture.expected
      + followUp.log.map { FixtureEntry(offset: $0.offset + input.count, text: $0.text) }
    for feeding in [Feeding.octetByOctet, .whole, .split(input.count)] {
      let log = log(fixture, all, feeding, false)
      let expected = expected(entries, feeding, octetCount: all.count)
      if log.entries != expected {
        return "with trailing data, "
          + Self.difference(feeding, log.entries, expected, isSticky: true)
      }
    }
    return nil
  }

  /// The entries with the offsets they have in a way of feeding: an event comes with the last octet
  /// of a piece, an error says its own offset.
  private func expected(
    _ entries: [FixtureEntry], _ feeding: Feeding, octetCount: Int
  ) -> [FixtureEntry] {
    let ends = feeding.pieces(octetCount: octetCount).map { $0.upperBound - 1 }
    return entries.map { entry in
      if entry.text.hasPrefix("error ") { return entry }
      let end = ends.first { $0 >= entry.offset } ?? octetCount
      return FixtureEntry(offset: end, text: entry.text)
    }
  }

  private func log(
    _ fixture: Fixture, _ input: [UInt8], _ feeding: Feeding, _ receivingInPlace: Bool
  ) -> (entries: [FixtureEntry], isSticky: Bool) {
    var decoder = makeDecoder(fixture)
    var entries: [FixtureEntry] = []
    var partName: String?
    do throws(Decoder.Failure) {
      for piece in feeding.pieces(octetCount: input.count) {
        feed(Array(input[piece]), to: &decoder, receivingInPlace: receivingInPlace)
        while let next = try decoder.next() {
          let offset = piece.upperBound - 1
          switch event(decoder, next) {
          case .event(let text):
            entries.append(FixtureEntry(offset: offset, text: text))
            partName = nil
          case .events(let texts):
            entries += texts.map { FixtureEntry(offset: offset, text: $0) }
            partName = nil
          case .part(let name, let octets):
            let text = FixtureNotation.text(octets)
            if partName == name {
              entries[entries.count - 1].text += text
              entries[entries.count - 1].offset = offset
            } else {
              entries.append(FixtureEntry(offset: offset, text: "\(name) \(text)"))
            }
            partName = name
          }
        }
      }
      try decoder.finish()
    } catch {
      entries.append(self.error(error))
      return (entries, isSticky(error, &decoder))
    }
    return (entries, true)
  }

  private static func difference(
    _ feeding: Feeding, _ log: [FixtureEntry], _ expected: [FixtureEntry], isSticky: Bool
  ) -> String {
    func lines(_ entries: [FixtureEntry]) -> String {
      entries.map(\.description).joined(separator: "\n")
    }
    if !isSticky { return "\(feeding): the error is not sticky" }
    return "\(feeding):\n\(lines(log))\nexpected:\n\(lines(expected))"
  }
}
