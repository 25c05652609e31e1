import CKernels
import NecroOctets

/// Reads numbers of an indexed document, which ends in a bracket, so that digits end before it does.
struct DigitReader {
  let text: UnsafePointer<UInt8>
  let count: Int

  /// Reads the number that begins at `start`.
  ///
  /// - Returns: the position behind it; nil when it is none.
  @inline(__always)
  func read(_ start: Int, _ entry: inout Tape.Entry) -> Int? {
    var at = start
    let isNegative = text[at] == 0x2D
    if isNegative { at &+= 1 }
    let integerStart = at
    var significand = UInt64(text[at] &- 0x30)
    if significand > 9 { return nil }
    at &+= 1
    if significand != 0 {
      digits(&at, &significand)
    } else if text[at] &- 0x30 <= 9 {
      return nil
    }
    let next = text[at]
    if next != 0x2E, next | 0x20 != 0x65 {
      let digitCount = at &- integerStart
      // 18 digits fit 63 bits; the 19th may not.
      if digitCount > 18, digitCount > 19 || significand > UInt64(Int64.max) + (isNegative ? 1 : 0)
      {
        let slice = Slice(offset: start, count: at &- start)
        entry = Tape.Entry(.bigInteger, slice, isASCII: true)
        return at
      }
      entry = Tape.Entry(.integer, tail: isNegative ? 0 &- significand : significand)
      return at
    }
    return readDouble(start, at, integerStart, significand, &entry)
  }

  @inline(__always)
  private func readDouble(
    _ start: Int, _ integerEnd: Int, _ integerStart: Int, _ integer: UInt64,
    _ entry: inout Tape.Entry
  ) -> Int? {
    var at = integerEnd
    var significand = integer
    var fraction = Slice(offset: at, count: 0)
    if text[at] == 0x2E {
      at &+= 1
      fraction.offset = at
      digits(&at, &significand)
      fraction.count = at &- fraction.offset
      if fraction.count == 0 { return nil }
    }
    var exponent = 0
    if text[at] | 0x20 == 0x65 {
      at &+= 1
      let isNegative = text[at] == 0x2D
      if isNegative || text[at] == 0x2B { at &+= 1 }
      let exponentStart = at
      while true {
        let digit = text[at] &- 0x30
        if digit > 9 { break }
        if exponent < 1 << 48 { exponent = exponent &* 10 &+ Int(digit) }
        at &+= 1
      }
      if at == exponentStart { return nil }
      if isNegative { exponent = 0 &- exponent }
    }
    let sign = UInt64(truncatingIfNeeded: integerStart &- start) &<< 63
    let digitCount = integerEnd &- integerStart &+ fraction.count
    if digitCount <= 19,
      let bits = DecimalConversion.nearest(significand, exponent &- fraction.count)
    {
      entry = Tape.Entry(.double, start, tail: bits | sign)
      return at
    }
    let number = DecimalNumber(
      integer: Slice(offset: integerStart, count: integerEnd &- integerStart),
      fraction: fraction, exponent: exponent)
    guard let magnitude = magnitude(of: number, significand) else { return nil }
    entry = Tape.Entry(.double, start, tail: magnitude.bitPattern | sign)
    return at
  }

  /// The double nearest to a number, which the first way did not decide; nil when it is infinite.
  private func magnitude(of number: DecimalNumber, _ significand: UInt64) -> Double? {
    let document = Span(_unsafeStart: text, count: count)
    if number.integer.count + number.fraction.count > 19 {
      return DecimalConversion.double(number, document)
    }
    let exponent = number.exponent - number.fraction.count
    return DecimalConversion.double(significand, exponent: exponent, number, document)
  }

  /// Reads digits, eight at a time: how many there are in a word is a number, and no branch.
  @inline(__always)
  private func digits(_ at: inout Int, _ significand: inout UInt64) {
    while count &- at >= 8 {
      let word = necro_load_word(text + at) ^ 0x3030_3030_3030_3030
      // Nothing is carried up to the first that is no digit.
      let others = (word | (word &+ 0x0606_0606_0606_0606)) & 0xF0F0_F0F0_F0F0_F0F0
      if others != 0 {
        let digitCount = others.trailingZeroBitCount &>> 3
        if digitCount == 0 { return }
        let value = Self.eight(word &<< UInt64(truncatingIfNeeded: 64 &- digitCount &* 8))
        significand = significand &* Self.powers[digitCount] &+ value
        at &+= digitCount
        return
      }
      significand = significand &* 100_000_000 &+ Self.eight(word)
      at &+= 8
    }
    while true {
      let digit = text[at] &- 0x30
      if digit > 9 { return }
      significand = significand &* 10 &+ UInt64(digit)
      at &+= 1
    }
  }

  private static let powers: [UInt64] = [
    1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000,
  ]

  /// The number that eight digits are, the first in the lowest octet: neighbours are joined three times.
  @inline(__always)
  private static func eight(_ digits: UInt64) -> UInt64 {
    let pairs = (digits &* 10 &+ digits &>> 8) & 0x00FF_00FF_00FF_00FF
    let fours = (pairs &* 100 &+ pairs &>> 16) & 0x0000_FFFF_0000_FFFF
    return (fours &* 10_000 &+ fours &>> 32) & 0xFFFF_FFFF
  }
}
