import CKernels

/// Writes numbers in decimal digits to memory that has room for them.
///
/// Eight digits are made at once in the octets of a word: it is halved into fours, twos and ones, with
/// a product in place of each division.
enum DigitWriter {
  /// The most octets that any number takes, and those written behind it.
  static var room: Int { 48 }

  /// The digits of a number below 10^8, the first in the lowest octet, as numbers.
  @inline(__always)
  private static func eight(_ number: UInt64) -> UInt64 {
    let high = (number &* 109_951_163) &>> 40
    let fours = high | (number &- high &* 10_000) &<< 32
    let hundreds = ((fours &* 10_486) &>> 20) & 0x0000_007F_0000_007F
    let twos = hundreds | (fours &- hundreds &* 100) &<< 16
    let tens = ((twos &* 103) &>> 10) & 0x000F_000F_000F_000F
    return tens | (twos &- tens &* 10) &<< 8
  }

  private static var zeros: UInt64 { 0x3030_3030_3030_3030 }

  /// Writes eight digits, with leading zeros.
  @inline(__always)
  private static func writeEight(_ number: UInt64, _ out: UnsafeMutablePointer<UInt8>) {
    necro_store_word(out, eight(number) | zeros)
  }

  /// Writes a number without leading zeros.
  ///
  /// - Returns: how many octets.
  @inline(__always)
  static func unsigned(_ number: UInt64, _ out: UnsafeMutablePointer<UInt8>) -> Int {
    if number < 100_000_000 { return leading(number, out) }
    return long(number, out)
  }

  /// Writes a number below 10^8 without leading zeros, and up to eight octets.
  @inline(__always)
  private static func leading(_ number: UInt64, _ out: UnsafeMutablePointer<UInt8>) -> Int {
    let digits = eight(number)
    // The last digit is written even if it is 0.
    let skipped = (digits | 1 &<< 56).trailingZeroBitCount &>> 3
    necro_store_word(out, (digits | zeros) &>> UInt64(truncatingIfNeeded: skipped &* 8))
    return 8 &- skipped
  }

  private static func long(_ number: UInt64, _ out: UnsafeMutablePointer<UInt8>) -> Int {
    let (high, low) = number.quotientAndRemainder(dividingBy: 100_000_000)
    var count: Int
    if high < 100_000_000 {
      count = leading(high, out)
    } else {
      let (top, middle) = high.quotientAndRemainder(dividingBy: 100_000_000)
      count = leading(top, out)
      writeEight(middle, out + count)
      count &+= 8
    }
    writeEight(low, out + count)
    return count &+ 8
  }

  @inline(__always)
  static func integer(_ number: Int64, _ out: UnsafeMutablePointer<UInt8>) -> Int {
    out[0] = 0x2D
    let sign = number < 0 ? 1 : 0
    return sign &+ unsigned(number.magnitude, out + sign)
  }

  /// Writes a finite double: the shortest digits that read back as it, in the form of Python's `repr`.
  static func double(_ value: Double, _ out: UnsafeMutablePointer<UInt8>) -> Int {
    out[0] = 0x2D
    let sign = Int(truncatingIfNeeded: value.bitPattern &>> 63)
    let start = out + sign
    let magnitude = value.magnitude
    if magnitude < 1e8, magnitude >= 1e-4 || magnitude == 0 {
      let count = fewDecimals(magnitude, start)
      if count > 0 { return sign &+ count }
    }
    let decimal = ShortestDecimal(value)
    if decimal.exponent == 0, decimal.significand < 10_000_000_000_000_000 {
      // A whole number, as many are.
      let count = unsigned(decimal.significand, start)
      start[count] = 0x2E
      start[count &+ 1] = 0x30
      return sign &+ count &+ 2
    }
    // All digits go to where those behind a leading zero and point would begin, and room for a point
    // is made where it belongs.
    var digits = start + 8
    if decimal.significand >= 1_000_000_000_000_000 {
      let (count, zeroCount) = seventeen(decimal.significand, &digits)
      return sign &+ place(start, digits, count &- zeroCount, count &+ decimal.exponent)
    }
    var count = unsigned(decimal.significand, digits)
    let point = count &+ decimal.exponent
    while count > 1 && digits[count &- 1] == 0x30 { count &-= 1 }
    return sign &+ place(start, digits, count, point)
  }

  /// Writes a double that has four decimals at most; 0 if it has more.
  ///
  /// Ten thousand times such a double, rounded to an integer, is below 10^12, so that the quotient of
  /// the two, both exact, rounds to the double: the decimal reads back as it. No two decimals of
  /// fifteen digits or fewer read back as the same double, so none is shorter.
  ///
  /// - Parameter magnitude: 0, or from 10^-4 up to 10^8.
  @inline(__always)
  private static func fewDecimals(
    _ magnitude: Double, _ start: UnsafeMutablePointer<UInt8>
  ) -> Int {
    let scaled = UInt64(magnitude * 10_000 + 0.5)
    if Double(Int64(bitPattern: scaled)) / 10_000 != magnitude { return 0 }
    let integer = scaled / 10_000
    let count = leading(integer, start)
    let fraction = eight((scaled &- integer &* 10_000) &* 10_000)
    start[count] = 0x2E
    necro_store_word(start + count + 1, fraction | zeros)
    // The first decimal is written even if it is 0.
    return count &+ 1 &+ (71 &- (fraction | 1).leadingZeroBitCount) &>> 3
  }

  /// Writes a number of 16 or 17 digits, as most doubles have, and moves `digits` to the first.
  ///
  /// - Returns: how many they are, and how many of them are zeros at the end.
  @inline(__always)
  private static func seventeen(
    _ number: UInt64, _ digits: inout UnsafeMutablePointer<UInt8>
  ) -> (count: Int, zeroCount: Int) {
    let high = number / 100_000_000
    let first = high / 100_000_000
    let middle = eight(high &- first &* 100_000_000)
    let last = eight(number &- high &* 100_000_000)
    digits[0] = UInt8(truncatingIfNeeded: first) &+ 0x30
    necro_store_word(digits + 1, middle | zeros)
    necro_store_word(digits + 9, last | zeros)
    let skipped = first == 0 ? 1 : 0
    digits += skipped
    if last != 0 { return (17 &- skipped, last.leadingZeroBitCount &>> 3) }
    return (17 &- skipped, 8 &+ middle.leadingZeroBitCount &>> 3)
  }

  /// Puts `count` digits, which stand for 0.DIGITS times 10^`point`, where they belong.
  @inline(__always)
  private static func place(
    _ start: UnsafeMutablePointer<UInt8>, _ digits: UnsafeMutablePointer<UInt8>, _ count: Int,
    _ point: Int
  ) -> Int {
    if point > 16 || point < -3 {
      start[0] = digits[0]
      var end = 1
      if count > 1 {
        start[1] = 0x2E
        move(digits + 1, to: start + 2)
        end = count &+ 1
      }
      let exponent = point &- 1
      start[end] = 0x65
      start[end &+ 1] = exponent < 0 ? 0x2D : 0x2B
      end &+= 2
      let magnitude = UInt64(exponent.magnitude)
      if magnitude < 10 {
        start[end] = 0x30
        end &+= 1
      }
      return end &+ unsigned(magnitude, start + end)
    }
    if point <= 0 {
      // 0.000DIGITS, with at most three zeros.
      let zeroCount = 0 &- point
      necro_store_word(start, 0x3030_3030_3030_2E30)
      move(digits, to: start + (2 &+ zeroCount))
      return 2 &+ zeroCount &+ count
    }
    if point >= count {
      move(digits, to: start)
      var end = count
      while end < point {
        start[end] = 0x30
        end &+= 1
      }
      start[end] = 0x2E
      start[end &+ 1] = 0x30
      return end &+ 2
    }
    // The digits behind the point are kept before those in front of it are moved over them.
    let first = necro_load_word(digits + point)
    let second = necro_load_word(digits + point + 8)
    move(digits, to: start)
    start[point] = 0x2E
    necro_store_word(start + point + 1, first)
    necro_store_word(start + point + 9, second)
    return count &+ 1
  }

  /// Moves the 17 digits that a double has at most, and what is behind them.
  @inline(__always)
  private static func move(_ digits: UnsafeMutablePointer<UInt8>, to: UnsafeMutablePointer<UInt8>) {
    let first = necro_load_word(digits)
    let second = necro_load_word(digits + 8)
    let last = digits[16]
    necro_store_word(to, first)
    necro_store_word(to + 8, second)
    to[16] = last
  }
}
