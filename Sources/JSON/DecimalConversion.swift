import NecroOctets

/// From decimal digits to the nearest double, ties to even.
///
/// Three ways, each for what the one before cannot decide: exact arithmetic on doubles; a product
/// with a 128-bit power of ten, whose error is bounded above and below and which decides when both
/// bounds round alike; and a comparison of natural numbers of any size.
enum DecimalConversion {
  /// The double nearest to `significand * 10^exponent`, or nil when it would be infinite.
  ///
  /// - Parameters:
  ///   - significand: all digits of the number.
  ///   - exponent: the power of ten of the last digit.
  ///   - number: the same number by its text, for the exact way.
  static func double(
    _ significand: UInt64, exponent: Int, _ number: DecimalNumber, _ document: Span<UInt8>
  ) -> Double? {
    if significand <= 1 << 53, exponent >= -22, exponent <= 22 {
      return small(significand, exponent)
    }
    return approximate(significand, exponent, isTruncated: false, number, document)
  }

  /// `significand * 10^exponent` for at most 2^53 and exponents from -22 to 22: both factors are exact
  /// doubles, so the one operation rounds once, and right by IEEE 754.
  private static func small(_ significand: UInt64, _ exponent: Int) -> Double {
    let digits = Double(significand)
    return exponent < 0 ? digits / smallPowers[-exponent] : digits * smallPowers[exponent]
  }

  /// The bits of the double nearest to `significand * 10^exponent`, where the top 64 bits of the power
  /// decide and it is a normal one; nil elsewhere. Most numbers end here.
  ///
  /// The table rounds down. So the true product lies above what is computed, by less than one in the
  /// high word: unless the nine bits behind the 54 that matter are all ones, these are right, and no
  /// tie unless all that is cut off is zero.
  ///
  /// Source: D. Lemire, "Number parsing at a gigabyte per second", 2021, for the idea.
  @inline(__always)
  static func nearest(_ significand: UInt64, _ exponent: Int) -> UInt64? {
    if significand == 0 || exponent < PowersOfTen.exponentMin || exponent > 308 { return nil }
    let shift = significand.leadingZeroBitCount
    let (high, low) = (significand &<< UInt64(shift)).multipliedFullWidth(
      by: PowersOfTen.significand(exponent).high)
    if high & 0x1FF == 0x1FF { return nil }
    let top = Int(truncatingIfNeeded: high &>> 63)
    let cut = UInt64(truncatingIfNeeded: top &+ 9)
    var rounded = high &>> cut
    if low == 0, rounded &<< cut == high { return nil }
    rounded &+= rounded & 1
    let field = PowersOfTen.binaryExponent(exponent) &+ 1086 &- shift &+ top
    if field <= 0 { return nil }
    // The hidden bit adds the one that is taken away; a carry out of all bits adds another.
    let bits = UInt64(truncatingIfNeeded: field &- 1) &<< 52 &+ rounded &>> 1
    return bits < BinaryRounding.infinity ? bits : nil
  }

  /// The same for a number of more than 19 digits, which are taken from the text.
  static func double(_ number: DecimalNumber, _ document: Span<UInt8>) -> Double? {
    var significand: UInt64 = 0
    var taken = 0
    var dropped = 0
    var isTruncated = false
    for digits in [number.integer, number.fraction] {
      for position in digits.offset..<digits.end {
        let digit = document[position] &- 0x30
        if taken == 0, digit == 0 { continue }
        if taken < 19 {
          significand = significand * 10 + UInt64(digit)
          taken += 1
        } else {
          dropped += 1
          if digit != 0 { isTruncated = true }
        }
      }
    }
    let exponent = number.exponent - number.fraction.count + dropped
    return approximate(significand, exponent, isTruncated: isTruncated, number, document)
  }

  /// - Parameter isTruncated: whether digits that are not all zero follow the significand; it then has
  ///   19 digits.
  private static func approximate(
    _ significand: UInt64, _ exponent: Int, isTruncated: Bool, _ number: DecimalNumber,
    _ document: Span<UInt8>
  ) -> Double? {
    // Below 2^64 * 10^-343 everything is nearer to 0 than to the least double.
    if significand == 0 || exponent < PowersOfTen.exponentMin { return 0 }
    if exponent > 308 { return nil }
    let shift = significand.leadingZeroBitCount
    let normal = significand << UInt64(shift)
    let power = PowersOfTen.significand(exponent)
    let product = normal.multipliedFullWidth(by: power.low)
    let upper = normal.multipliedFullWidth(by: power.high)
    let (low, carry) = upper.low.addingReportingOverflow(product.high)
    // The carry fits: the product of 64 and 128 bits has 192.
    let high = upper.high &+ (carry ? 1 : 0)
    // The top 128 of 192 bits: the value of the lowest is 2^(scale - 127).
    let scale = PowersOfTen.binaryExponent(exponent) - shift + 64
    let least = BinaryRounding.nearest(
      high, low, isInexact: product.low != 0 || isTruncated, scale)
    if !isTruncated, exponent >= 0, exponent <= PowersOfTen.exactExponentMax {
      return finite(least)
    }
    // The power of ten lacks less than one in its last place, which adds less than one to these 128
    // bits, and the digits cut off less than `1 << shift` to `normal`; one more covers the bits below.
    let (mostLow, lowCarry) = low.addingReportingOverflow(2)
    let cutOff: UInt64 = isTruncated ? 1 << UInt64(shift) : 0
    let added = cutOff &+ (lowCarry ? 1 : 0)
    let (mostHigh, overflows) = high.addingReportingOverflow(added)
    if !overflows,
      BinaryRounding.nearest(mostHigh, mostLow, isInexact: true, scale) == least
    {
      return finite(least)
    }
    return finite(exact(BinaryRounding.towardZero(high, scale), number, document))
  }

  private static func finite(_ bits: UInt64) -> Double? {
    bits < BinaryRounding.infinity ? Double(bitPattern: bits) : nil
  }

  /// Decides between a double and the next by comparing the number with the point half way.
  private static func exact(
    _ below: UInt64, _ number: DecimalNumber, _ document: Span<UInt8>
  ) -> UInt64 {
    let field = Int(below >> 52)
    let fraction = below & (1 << 52 - 1)
    let significand = field == 0 ? fraction : fraction | 1 << 52
    // Half way is (2 * significand + 1) * 2^binary.
    let binary = max(field, 1) - 1076
    var middle = BigNatural(2 * significand + 1)
    var (digits, exponent) = BigNatural.digits(of: number, document)
    if exponent >= 0 {
      digits.multiply(byPowerOfTen: exponent)
    } else {
      middle.multiply(byPowerOfTen: -exponent)
    }
    if binary >= 0 { middle.shiftLeft(binary) } else { digits.shiftLeft(-binary) }
    switch digits.compare(middle) {
    case .less: return below
    case .greater: return below + 1
    case .equal: return below + (below & 1)
    }
  }

  /// The powers of ten that a double holds exactly.
  private static let smallPowers: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]
}

/// Rounds a 128-bit significand to the 53 bits, or fewer, of a double.
enum BinaryRounding {
  /// The bits of the infinite double, and a bound to those of the finite.
  static var infinity: UInt64 { 0x7FF << 52 }

  /// The bits of the double nearest to `(high * 2^64 + low) * 2^(scale - 127)`, ties to even.
  ///
  /// - Parameters:
  ///   - high: has one of its two top bits set.
  ///   - isInexact: whether the true value is a little greater.
  static func nearest(_ high: UInt64, _ low: UInt64, isInexact: Bool, _ scale: Int) -> UInt64 {
    let (kept, field) = normalized(high, scale)
    guard let kept else { return field }
    if kept > 64 { return 0 }
    // The bits cut off: the first says half, any other says more.
    let half = high >> UInt64(kept - 1) & 1
    let rest = high & ((1 << UInt64(kept - 1)) &- 1)
    let significand = kept == 64 ? 0 : high >> UInt64(kept)
    let isMore = rest != 0 || low != 0 || isInexact
    let up = half & (isMore ? 1 : significand & 1)
    // A carry out of the significand runs into the exponent's field, which is just what it means.
    return field + significand + up
  }

  /// The bits of the greatest double that is not above.
  static func towardZero(_ high: UInt64, _ scale: Int) -> UInt64 {
    let (kept, field) = normalized(high, scale)
    guard let kept else { return infinity - 1 }
    return kept >= 64 ? 0 : field + high >> UInt64(kept)
  }

  /// How many low bits of `high` do not fit, and the exponent's field less one (the hidden bit adds
  /// it), already shifted; no count when the value is beyond all finite doubles.
  @inline(__always)
  private static func normalized(_ high: UInt64, _ scale: Int) -> (cut: Int?, field: UInt64) {
    let zeros = high.leadingZeroBitCount
    let exponent = scale - zeros + 1023
    if exponent >= 0x7FF { return (nil, infinity) }
    if exponent <= 0 { return (11 - zeros + 1 - exponent, 0) }
    return (11 - zeros, UInt64(exponent - 1) << 52)
  }
}
