import NecroOctets

/// A way of handing octets to a decoder in several pieces.
public enum Feeding: Equatable, Sendable, CustomStringConvertible {
  case whole
  case octetByOctet
  /// In two pieces, the first of so many octets.
  case split(Int)

  /// All ways for an input: whole, octet by octet, and at every split.
  public static func all(octetCount: Int) -> [Feeding] {
    [.whole, .octetByOctet] + (1..<max(octetCount, 1)).map { .split($0) }
  }

  public var description: String {
    switch self {
    case .whole: "fed whole"
    case .octetByOctet: "fed octet by octet"
    case .split(let count): "split behind octet \(count)"
    }
  }

  /// The pieces of an input, as ranges.
  public func pieces(octetCount: Int) -> [Range<Int>] {
    switch self {
    case .whole: [0..<octetCount]
    case .octetByOctet: (0..<octetCount).map { $0..<$0 + 1 }
    case .split(let count): [0..<count, count..<octetCount]
    }
  }
}

/// Every event of an input and how it ended.
public struct DecodingLog<Entry: Equatable, Failure: Error & Equatable>: Equatable {
  public var events: [Entry] = []
  /// What `next` or `finish` threw.
  public var failure: Failure?
  /// Whether every later call threw the same again; true when nothing was thrown.
  public var isSticky = true

  public init() {}
}

/// Decodes an input that is fed in one way.
///
/// - Parameters:
///   - octets: each piece ends at an unreadable page.
///   - receivingInPlace: through `reserve` and `advance` instead of `feed`.
///   - finishing: whether `finish` is called at the end.
///   - makeDecoder: a fresh decoder.
///   - log: what is kept of an event; called at once, while the event's slices are valid.
public func decode<Decoder: OctetDecoder & ~Copyable, Entry: Equatable>(
  _ octets: [UInt8], _ feeding: Feeding, receivingInPlace: Bool = false, finishing: Bool = true,
  with makeDecoder: () -> Decoder,
  log: (borrowing Decoder, Decoder.Event) -> Entry
) -> DecodingLog<Entry, Decoder.Failure> where Decoder.Failure: Equatable {
  var decoder = makeDecoder()
  var result = DecodingLog<Entry, Decoder.Failure>()
  do throws(Decoder.Failure) {
    for piece in feeding.pieces(octetCount: octets.count) {
      feed(Array(octets[piece]), to: &decoder, receivingInPlace: receivingInPlace)
      while let event = try decoder.next() { result.events.append(log(decoder, event)) }
    }
    if finishing { try decoder.finish() }
  } catch {
    result.failure = error
    result.isSticky = isSticky(error, &decoder)
  }
  return result
}

/// Decodes an input in every way there is and returns the log of the whole, with the first feeding
/// that gave another one or an error that is not sticky; nil when there is none.
///
/// Decoders whose events depend on the pieces by design (content that comes as it arrives) pass a
/// `normalize` that joins such events.
public func decodeEveryWay<Decoder: OctetDecoder & ~Copyable, Entry: Equatable>(
  _ octets: [UInt8], finishing: Bool = true,
  with makeDecoder: () -> Decoder,
  log: (borrowing Decoder, Decoder.Event) -> Entry,
  normalize: ([Entry]) -> [Entry] = { $0 }
) -> (
  whole: DecodingLog<Entry, Decoder.Failure>,
  deviation: (feeding: Feeding, log: DecodingLog<Entry, Decoder.Failure>)?
) where Decoder.Failure: Equatable {
  var whole = decode(octets, .whole, finishing: finishing, with: makeDecoder, log: log)
  whole.events = normalize(whole.events)
  for feeding in Feeding.all(octetCount: octets.count) {
    for receivingInPlace in [false, true] {
      var other = decode(
        octets, feeding, receivingInPlace: receivingInPlace, finishing: finishing,
        with: makeDecoder, log: log)
      other.events = normalize(other.events)
      if other != whole || !other.isSticky { return (whole, (feeding, other)) }
    }
  }
  return (whole, nil)
}

func feed<Decoder: OctetDecoder & ~Copyable>(
  _ octets: [UInt8], to decoder: inout Decoder, receivingInPlace: Bool
) {
  if receivingInPlace {
    if octets.isEmpty { return }
    let room = decoder.reserve(octets.count)
    precondition(room.count >= octets.count, "reserve returns the room it was asked for")
    room.copyBytes(from: octets)
    decoder.advance(octets.count)
  } else {
    let guarded = GuardedOctets(octets)
    decoder.feed(guarded.span)
  }
}

func isSticky<Decoder: OctetDecoder & ~Copyable>(
  _ failure: Decoder.Failure, _ decoder: inout Decoder
) -> Bool where Decoder.Failure: Equatable {
  do throws(Decoder.Failure) {
    _ = try decoder.next()
    return false
  } catch {
    if error != failure { return false }
  }
  do throws(Decoder.Failure) {
    try decoder.finish()
    return false
  } catch {
    return error == failure
  }
}
