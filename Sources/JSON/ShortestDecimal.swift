/// The shortest decimal that reads back as a double: of those, the one nearest to it.
///
/// Scaled by a power of ten, the interval that rounds to the double is a little wider than one, so
/// that of the integers in it at most two, and of the multiples of ten at most one, are candidates.
/// Products keep as a sticky bit whether anything was cut off, which is enough for every comparison.
///
/// Source: R. Giulietti, "The Schubfach way to render doubles", 2020.
struct ShortestDecimal: Equatable {
  /// The digits, which may end in zeros.
  private(set) var significand: UInt64
  /// The power of ten of the last digit.
  private(set) var exponent: Int

  /// - Parameter value: finite; its sign is left out.
  init(_ value: Double) {
    let bits = value.bitPattern
    let fraction = bits & (1 << 52 - 1)
    let field = Int(truncatingIfNeeded: bits >> 52 & 0x7FF)
    precondition(field < 0x7FF, "only a finite double has digits")
    (significand, exponent) = (0, 0)
    if field == 0, fraction == 0 { return }
    let c = field == 0 ? fraction : fraction | 1 << 52
    let q = max(field, 1) - 1075
    if q <= 0, q > -53, c & ((1 << UInt64(-q)) - 1) == 0 {
      significand = c >> UInt64(-q)
    } else {
      let isLowerCloser = fraction == 0 && field > 1
      (significand, exponent) = Self.shortest(c, q, isLowerCloser: isLowerCloser)
    }
  }

  /// The shortest decimal for `c * 2^q`.
  ///
  /// - Parameter isLowerCloser: whether the next double below is at half the distance of the next
  ///   above, as it is for a power of two.
  private static func shortest(
    _ c: UInt64, _ q: Int, isLowerCloser: Bool
  ) -> (significand: UInt64, exponent: Int) {
    // floor(log10) of the interval's width, 2^q or 3/4 of it: the constants are log10(2) and
    // log10(4/3), times 2^22.
    let k = (q * 1_262_611 - (isLowerCloser ? 524_031 : 0)) >> 22
    let shift = UInt64(q + PowersOfTen.binaryExponent(-k) + 1)
    var power = PowersOfTen.significand(-k)
    if -k < 0 || -k > PowersOfTen.exactExponentMax {
      // Rounded up, an inexact power errs by at most one in its last place, to the safe side.
      let (low, overflows) = power.low.addingReportingOverflow(1)
      power = (power.high &+ (overflows ? 1 : 0), low)
    }
    // All times four: the double, and the ends of the interval that rounds to it. An even double owns
    // the ends themselves.
    let isOdd = c & 1
    let value = product(power, 4 * c << shift)
    let lower = product(power, (4 * c - (isLowerCloser ? 1 : 2)) << shift) + isOdd
    let upper = product(power, (4 * c + 2) << shift) - isOdd
    let s = value / 4
    if s >= 10 {
      let tenth = s / 10
      let isBelowInside = lower <= 40 * tenth
      let isAboveInside = 40 * tenth + 40 <= upper
      if isBelowInside != isAboveInside { return (tenth + (isAboveInside ? 1 : 0), k + 1) }
    }
    let isBelowInside = lower <= 4 * s
    let isAboveInside = 4 * s + 4 <= upper
    if isBelowInside != isAboveInside { return (s + (isAboveInside ? 1 : 0), k) }
    let middle = 4 * s + 2
    let isUp = value > middle || value == middle && s & 1 != 0
    return (s + (isUp ? 1 : 0), k)
  }

  /// The top 64 bits of the product, the lowest set when anything but the power's error was cut off.
  @inline(__always)
  private static func product(_ power: (high: UInt64, low: UInt64), _ factor: UInt64) -> UInt64 {
    let below = power.low.multipliedFullWidth(by: factor).high
    let above = power.high.multipliedFullWidth(by: factor)
    let (low, carry) = above.low.addingReportingOverflow(below)
    return (above.high &+ (carry ? 1 : 0)) | (low > 1 ? 1 : 0)
  }
}
