import CKernels

/// Writes numbers in decimal digits to memory that has room for them.
///
/// Eight digits are made at once in the octets of a word: it is halved into fours, twos and ones, with
/// a product in place of each division.
enum DigitWriter {
  /// The most octets that any number takes, and those written behind it.
  static var room: Int { 48 }

  private static var zeros: UInt64 { 0x3030_3030_3030_3030 }

  /// Writes eight digits, with leading zeros.
  @inline(__always)
  private static func writeEight(_ number: UInt64, _ out: UnsafeMutablePointer<UInt8>) {
    necro_store_word(out, necro_eight_digits(number) | zeros)
  }

  /// Writes a number without leading zeros.
  ///
  /// - Returns: how many octets.
  @inline(__always)
  static func unsigned(_ number: UInt64, _ out: UnsafeMutablePointer<UInt8>) -> Int {
    if number < 100_000_000 { return necro_write_leading(number, out) - out }
    return long(number, out)
  }

  private static func long(_ number: UInt64, _ out: UnsafeMutablePointer<UInt8>) -> Int {
    let (high, low) = number.quotientAndRemainder(dividingBy: 100_000_000)
    var count: Int
    if high < 100_000_000 {
      count = necro_write_leading(high, out) - out
    } else {
      let (top, middle) = high.quotientAndRemainder(dividingBy: 100_000_000)
      count = necro_write_leading(top, out) - out
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
  @inline(__always)
  static func double(_ value: Double, _ out: UnsafeMutablePointer<UInt8>) -> Int {
    let count = necro_json_double_digits(value, out)
    return count != 0 ? count : anyDouble(value, out)
  }

  /// Writes any finite double: what is left over by C, and what that is held against.
  static func anyDouble(_ value: Double, _ out: UnsafeMutablePointer<UInt8>) -> Int {
    out[0] = 0x2D
    let sign = value.sign == .minus ? 1 : 0
    let start = out + sign
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
    let digits = start + 8
    var count = unsigned(decimal.significand, digits)
    let point = count &+ decimal.exponent
    while count > 1 && digits[count &- 1] == 0x30 { count &-= 1 }
    return sign &+ place(start, digits, count, point)
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
