import NecroOctets

/// The texts of doubles and of big numbers.
enum NumberText {
  /// Passes over decimal digits. False when there is none where one has to be, and `at` lies there.
  private static func digits(_ octets: Span<UInt8>, _ at: inout Int, _ end: Int) -> Bool {
    let start = at
    while at < end, OctetClass.isDigit(octets[at]) { at += 1 }
    return at > start
  }

  /// Where a text breaks off that may go on to be right, or where it is wrong.
  enum Fault: Error {
    case incomplete
    case wrong(at: Int)
  }

  /// The end of a big number that begins at `start`.
  ///
  /// RESP3, "Big number"
  static func bigNumber(
    _ octets: Span<UInt8>, from start: Int, to end: Int
  ) throws(Fault) -> Int {
    var at = start
    if at < end, octets[at] == 0x2D || octets[at] == 0x2B { at += 1 }
    guard digits(octets, &at, end) else { throw at < end ? .wrong(at: at) : .incomplete }
    return at
  }

  /// The end of a double that begins at `start`.
  ///
  /// RESP3, "Double"
  static func double(
    _ octets: Span<UInt8>, from start: Int, to end: Int
  ) throws(Fault) -> Int {
    var at = start
    if at < end, octets[at] == 0x2D || octets[at] == 0x2B { at += 1 }
    guard at < end else { throw .incomplete }
    switch octets[at] {
    case 0x69: return try word("inf", octets, at, end)
    case 0x6E, 0x4E: return try notANumber(octets, at, end)
    default: break
    }
    guard digits(octets, &at, end) else { throw .wrong(at: at) }
    if at < end, octets[at] == 0x2E {
      at += 1
      guard digits(octets, &at, end) else { throw at < end ? .wrong(at: at) : .incomplete }
    }
    if at < end, octets[at] | 0x20 == 0x65 {
      at += 1
      if at < end, octets[at] == 0x2D || octets[at] == 0x2B { at += 1 }
      guard digits(octets, &at, end) else { throw at < end ? .wrong(at: at) : .incomplete }
    }
    return at
  }

  private static func word(
    _ word: StaticString, _ octets: Span<UInt8>, _ start: Int, _ end: Int
  ) throws(Fault) -> Int {
    let letters = word.octets
    for index in letters.indices {
      guard start + index < end else { throw .incomplete }
      guard octets[start + index] == letters[index] else { throw .wrong(at: start + index) }
    }
    return start + letters.count
  }

  /// What the C libraries of older servers write for NaN: in either case, and with characters in
  /// parentheses behind it.
  private static func notANumber(
    _ octets: Span<UInt8>, _ start: Int, _ end: Int
  ) throws(Fault) -> Int {
    let letters = ("nan" as StaticString).octets
    for index in letters.indices {
      guard start + index < end else { throw .incomplete }
      guard OctetClass.lowercased(octets[start + index]) == letters[index] else {
        throw .wrong(at: start + index)
      }
    }
    var at = start + letters.count
    guard at < end, octets[at] == 0x28 else { return at }
    at += 1
    while at < end, octets[at] != 0x29 {
      let octet = octets[at]
      guard OctetClass.isAlpha(octet) || OctetClass.isDigit(octet) || octet == 0x5F else {
        throw .wrong(at: at)
      }
      at += 1
    }
    guard at < end else { throw .incomplete }
    return at + 1
  }

  /// A line that is one of these, and the position behind its line end.
  static func line(
    _ octets: Span<UInt8>, from start: Int, octetsMax: Int, invalid: RESPError.Code,
    end: inout Int
  ) throws(RESPError) -> Slice? {
    let last = min(octets.count, start + octetsMax)
    var at = start
    do throws(Fault) {
      at =
        invalid == .doubleInvalid
        ? try double(octets, from: start, to: last) : try bigNumber(octets, from: start, to: last)
    } catch {
      switch error {
      case .wrong(let position): throw RESPError(code: invalid, offset: position)
      case .incomplete:
        if octets.count > last { throw RESPError(code: .numberTooLong, offset: last) }
        return nil
      }
    }
    let text = Slice(offset: start, count: at - start)
    if at == last, octets.count > last, octets[at] != 0x0D {
      throw RESPError(code: .numberTooLong, offset: at)
    }
    guard try LineSyntax.lineEnd(octets, &at, otherwise: invalid) else { return nil }
    end = at
    return text
  }
}
