import NecroOctets
import TestSupport
import Testing

@testable import NecroJSON

@Suite("Numbers")
struct NumberTests {
  @Test(
    "integers are exact at any size",
    arguments: [
      ("0", "0"), ("-0", "0"), ("7", "7"), ("-12", "-12"),
      ("999999999999999999", "999999999999999999"),
      ("9223372036854775807", "9223372036854775807"),
      ("-9223372036854775808", "-9223372036854775808"),
      ("9223372036854775808", "big 9223372036854775808"),
      ("-9223372036854775809", "big -9223372036854775809"),
      ("9999999999999999999", "big 9999999999999999999"),
      ("18446744073709551616", "big 18446744073709551616"),
      ("36893488147419103232", "big 36893488147419103232"),
      ("-100000000000000000000", "big -100000000000000000000"),
    ])
  func integers(document: String, expected: String) {
    #expect(read(document) == .elements([expected]))
  }

  @Test("an integer of a thousand digits keeps them all")
  func longInteger() {
    let digits = String(repeating: "1234567890", count: 100)
    #expect(read(digits) == .elements(["big \(digits)"]))
    #expect(rewritten(Array("[-\(digits)]".utf8)) == "[-\(digits)]")
  }

  @Test(
    "a malformed number is refused at the octet at fault",
    arguments: [
      ("-", .unexpectedEnd, 1), ("1.", .unexpectedEnd, 2), ("1e", .unexpectedEnd, 2),
      ("1e+", .unexpectedEnd, 3), ("1E-", .unexpectedEnd, 3), ("[-]", .expectedDigit, 2),
      ("[1.]", .expectedDigit, 3), ("[1.e1]", .expectedDigit, 3), ("[1e]", .expectedDigit, 3),
      ("[1e+]", .expectedDigit, 4), ("[1e+-1]", .expectedDigit, 4), ("--1", .expectedDigit, 1),
      ("-.5", .expectedDigit, 1), ("01", .leadingZero, 1), ("-01", .leadingZero, 2),
      ("00", .leadingZero, 1), ("01.5", .leadingZero, 1), ("0x10", .trailingOctets, 1),
      ("1.5.5", .trailingOctets, 3), ("1e5e5", .trailingOctets, 3), ("1_000", .trailingOctets, 1),
      ("[ 1e309 ]", .numberOutOfRange, 2), ("[-1.8e308]", .numberOutOfRange, 1),
      ("1e99999999999999999999999999", .numberOutOfRange, 0),
      ("1.7976931348623159e308", .numberOutOfRange, 0),
    ] as [(String, JSONError.Code, Int)])
  func refused(document: String, code: JSONError.Code, offset: Int) {
    #expect(read(document) == .fault(code, offset: offset))
  }

  @Test("zeros keep their sign, and what is too small becomes one")
  func zeros() {
    for text in ["0.0", "0e5", "0E-9999", "1e-400", "0.000e999999999999999999999", "2e-324"] {
      #expect(double(text)?.bitPattern == 0)
      #expect(double("-" + text)?.bitPattern == 1 << 63)
    }
    #expect(double("1e-9999999999999999999999999999999") == 0)
  }

  @Test("digits and exponent balance over any length")
  func balance() {
    for count in [10, 400, 5000] {
      let zeros = String(repeating: "0", count: count)
      #expect(double("1\(zeros)e-\(count)") == 1)
      #expect(double("0.\(zeros)1e\(count + 1)") == 1)
      #expect(double("12.5\(zeros)") == 12.5)
      #expect(double("1\(zeros)0.0e-\(count + 1)") == 1)
    }
  }

  @Test("numbers half way between two doubles go to the even one, a digit more goes up")
  func halfway() {
    var generator = SeededGenerator(seed: 754)
    var patterns: [UInt64] = [0, 1, 2, 1 << 52 - 1, 1 << 52, 1 << 52 + 1, 0x7FE << 52]
    for _ in 0..<12 { patterns.append(UInt64.random(in: 0..<0x7FE << 52, using: &generator)) }
    // Around 1, where a few digits say it.
    for exponent in UInt64(1020)..<1090 {
      patterns.append(exponent << 52 + UInt64.random(in: 0..<1 << 52, using: &generator))
    }
    for pattern in patterns {
      let middle = decimalExpansion(halfAbove: pattern)
      let even = Double(bitPattern: pattern + pattern & 1)
      let above = Double(bitPattern: pattern + 1)
      #expect(double(middle) == even, "half way above \(pattern)")
      #expect(double(middle + "0000000000000000000001") == above)
      #expect(double(middle + String(repeating: "0", count: 900) + "1") == above)
      #expect(double(below(middle)) == Double(bitPattern: pattern))
    }
    // Above the greatest double, half way is infinite.
    let middle = decimalExpansion(halfAbove: 0x7FF << 52 - 1)
    #expect(double(middle) == nil)
    #expect(double(below(middle)) == .greatestFiniteMagnitude)
  }

  /// The number a very little below one whose last digit is not 0.
  private func below(_ text: String) -> String {
    var digits = Array(text.utf8)
    while digits.last == 0x30 { digits.removeLast() }
    if digits.last == 0x2E {
      // An even integer with zeros behind the point: the digit before it is not 0 here.
      digits.removeLast()
      var index = digits.count - 1
      while digits[index] == 0x30 {
        digits[index] = 0x39
        index -= 1
      }
      digits[index] -= 1
      return String(decoding: digits, as: UTF8.self) + ".99999999999999999999999"
    }
    digits[digits.count - 1] -= 1
    return String(decoding: digits, as: UTF8.self) + "99999999999999999999999"
  }

  /// All digits of the number half way between two doubles, by doubling and halving decimal digits.
  private func decimalExpansion(halfAbove pattern: UInt64) -> String {
    let field = Int(pattern >> 52)
    let fraction = pattern & (1 << 52 - 1)
    let significand = (field == 0 ? fraction : fraction | 1 << 52) * 2 + 1
    let exponent = max(field, 1) - 1076
    // The least significant first; `point` of them are behind the decimal point.
    var digits = String(significand).utf8.reversed().map { Int($0 - 0x30) }
    var point = 0
    for _ in 0..<exponent.magnitude {
      // Halving is five times as much with one more digit behind the point.
      let factor = exponent < 0 ? 5 : 2
      if exponent < 0 { point += 1 }
      var carry = 0
      for index in digits.indices {
        carry += digits[index] * factor
        digits[index] = carry % 10
        carry /= 10
      }
      if carry > 0 { digits.append(carry) }
    }
    while digits.count <= point { digits.append(0) }
    let text = digits.reversed().map { String($0) }.joined()
    return "\(text.dropLast(point)).\(text.suffix(point))" + (point == 0 ? "0" : "")
  }

  @Test("doubles of random bits survive being written, in the fewest digits")
  func randomDoubles() {
    var generator = SeededGenerator(seed: 53)
    for _ in 0..<20_000 {
      expectShortest(Double(bitPattern: generator.next()))
      expectShortest(Double(UInt64.random(in: 0..<1 << 60, using: &generator)) / 1000)
    }
  }

  @Test("doubles are written by the quick ways as by the long one")
  func doublesBothWays() {
    var generator = SeededGenerator(seed: 20_261_126)
    for index in 0..<300_000 {
      let bits = generator.next()
      let value: Double
      switch index % 4 {
      case 0: value = Double(bitPattern: bits)
      case 1: value = Double(Int64(bitPattern: bits) >> Int64(index % 60)) / 10_000
      case 2: value = Double(Int64(bitPattern: bits) >> Int64(index % 60)) * 0.001
      default: value = Double(bitPattern: bits & ~(0x7F0 << 52) | 0x3F0 << 52) * 1e5
      }
      guard value.isFinite else { continue }
      #expect(
        digits(value, DigitWriter.double) == digits(value, DigitWriter.anyDouble))
    }
  }

  private func digits(
    _ value: Double, _ write: (Double, UnsafeMutablePointer<UInt8>) -> Int
  ) -> String {
    var octets = [UInt8](repeating: 0, count: DigitWriter.room)
    return octets.withUnsafeMutableBufferPointer { room in
      let count = write(value, room.baseAddress!)
      return String(decoding: room[..<count], as: UTF8.self)
    }
  }

  @Test("doubles at the ends of every exponent survive being written, in the fewest digits")
  func everyExponent() {
    for field in UInt64(0)..<0x7FF {
      for fraction in [0, 1, 2, 1 << 51, 1 << 52 - 2, 1 << 52 - 1] as [UInt64] {
        expectShortest(Double(bitPattern: field << 52 | fraction))
      }
    }
    for exponent in -323...308 { expectShortest(Double("1e\(exponent)")!) }
  }

  /// Compares with Swift's own shortest digits, whatever their form.
  private func expectShortest(_ value: Double) {
    guard value.isFinite else { return }
    let mine = written(value)
    if double(mine)?.bitPattern != value.bitPattern || significant(mine) != significant("\(value)")
    {
      Issue.record("\(value) is written \(mine)")
    }
  }

  private func significant(_ text: String) -> Substring {
    var digits = text.prefix { $0 != "e" }.filter { $0.isNumber }[...]
    while digits.first == "0" { digits.removeFirst() }
    while digits.last == "0" { digits.removeLast() }
    return digits
  }

  @Test(
    "a double is written in the form of Python's repr",
    arguments: [
      (0.0, "0.0"), (-0.0, "-0.0"), (1, "1.0"), (-1.5, "-1.5"), (100, "100.0"), (0.1, "0.1"),
      (0.0001, "0.0001"), (0.00012345, "0.00012345"), (0.00001, "1e-05"), (1.5e-7, "1.5e-07"),
      (123456.789, "123456.789"), (1e15, "1000000000000000.0"), (1e16, "1e+16"),
      (9_999_999_999_999_998, "9999999999999998.0"),
      (12345678901234567e3, "1.2345678901234567e+19"),
      (1e22, "1e+22"), (1e23, "1e+23"), (1e100, "1e+100"), (1.5e300, "1.5e+300"),
      (-2e-10, "-2e-10"), (1e-100, "1e-100"), (.leastNonzeroMagnitude, "5e-324"),
      (.leastNormalMagnitude, "2.2250738585072014e-308"), (.pi, "3.141592653589793"),
      (.greatestFiniteMagnitude, "1.7976931348623157e+308"), (0.3, "0.3"),
      (2.0 / 3, "0.6666666666666666"), (2251799813685248.5, "2251799813685248.5"),
      (9_007_199_254_740_992, "9007199254740992.0"), (5e-5, "5e-05"), (0.001, "0.001"),
    ] as [(Double, String)])
  func form(value: Double, expected: String) {
    #expect(written(value) == expected)
  }

  @Test("NaN and the infinities are misuse, with nothing written", arguments: [1, -1])
  func notFinite(sign: Double) {
    for value in [Double.infinity * sign, .nan * sign, .signalingNaN] {
      var output = OctetBuffer()
      #expect(throws: JSONMisuse.notFinite) { try JSONSerializer.double(value, into: &output) }
      #expect(output.count == 0)
    }
  }

  @Test("integers and literals are written in full")
  func integersAndLiterals() {
    for value in [0, 1, -1, 10, -99, .max, .min] as [Int64] {
      #expect(text { JSONSerializer.integer(value, into: &$0) } == "\(value)")
    }
    #expect(text { JSONSerializer.unsigned(.max, into: &$0) } == "18446744073709551615")
    #expect(text { JSONSerializer.null(into: &$0) } == "null")
    #expect(text { JSONSerializer.boolean(true, into: &$0) } == "true")
    #expect(text { JSONSerializer.boolean(false, into: &$0) } == "false")
  }

  @Test("the table of powers of ten is right in every bit")
  func powersOfTen() {
    for q in PowersOfTen.exponentMin...PowersOfTen.exponentMax {
      let (high, low) = PowersOfTen.significand(q)
      #expect(high >> 63 == 1)
      // significand * 2^scale <= 10^q < (significand + 1) * 2^scale, brought to whole numbers.
      let scale = PowersOfTen.binaryExponent(q) - 127
      var least = BigNatural(high)
      least.shiftLeft(64)
      least.multiply(by: 1, adding: low)
      var most = least
      most.multiply(by: 1, adding: 1)
      var power = BigNatural(1)
      if q >= 0 {
        power.multiply(byPowerOfTen: q)
      } else {
        least.multiply(byPowerOfTen: -q)
        most.multiply(byPowerOfTen: -q)
      }
      if scale >= 0 {
        least.shiftLeft(scale)
        most.shiftLeft(scale)
      } else {
        power.shiftLeft(-scale)
      }
      #expect(power.compare(most) == .less)
      #expect(power.compare(least) == (0...55 ~= q ? .equal : .greater))
    }
  }
}
