import NecroOctets

/// A natural number of any size, for the few conversions that 128 bits cannot decide.
///
/// The digits taken from a number are limited, and so is its exponent by then: no document makes one
/// longer than some 4,000 bits.
struct BigNatural {
  enum Order {
    case less, equal, greater
  }

  /// The most digits that can matter: a point half way between two doubles has at most 767, so that
  /// of any behind these only whether they are all zero counts.
  static var digitCountMax: Int { 768 }

  /// 64 bits each, the least significant first, the last not 0.
  private(set) var words: [UInt64] = []

  init(_ value: UInt64) {
    if value != 0 { words.append(value) }
  }

  /// A number's digits as an integer, and the power of ten of its last digit.
  static func digits(
    of number: DecimalNumber, _ document: Span<UInt8>
  ) -> (digits: BigNatural, exponent: Int) {
    var digits = BigNatural(0)
    var exponent = number.exponent - number.fraction.count
    var taken = 0
    var dropped = 0
    var isTruncated = false
    for slice in [number.integer, number.fraction] {
      for position in slice.offset..<slice.end {
        let digit = document[position] &- 0x30
        if taken == 0, digit == 0 { continue }
        if taken < digitCountMax {
          digits.multiply(by: 10, adding: UInt64(digit))
          taken += 1
        } else {
          dropped += 1
          if digit != 0 { isTruncated = true }
        }
      }
    }
    exponent += dropped
    if isTruncated {
      digits.multiply(by: 10, adding: 1)
      exponent -= 1
    }
    return (digits, exponent)
  }

  mutating func multiply(by factor: UInt64, adding summand: UInt64 = 0) {
    var carry = summand
    for index in words.indices {
      let (high, low) = words[index].multipliedFullWidth(by: factor)
      let (sum, overflows) = low.addingReportingOverflow(carry)
      words[index] = sum
      carry = high &+ (overflows ? 1 : 0)
    }
    if carry != 0 { words.append(carry) }
  }

  mutating func multiply(byPowerOfTen exponent: Int) {
    var rest = exponent
    while rest >= 19 {
      multiply(by: 10_000_000_000_000_000_000)
      rest -= 19
    }
    while rest > 0 {
      multiply(by: 10)
      rest -= 1
    }
  }

  mutating func shiftLeft(_ bitCount: Int) {
    if words.isEmpty { return }
    if bitCount % 64 > 0 { multiply(by: 1 << UInt64(bitCount % 64)) }
    let low = [UInt64](repeating: 0, count: bitCount / 64)
    words = low + words
  }

  func compare(_ other: BigNatural) -> Order {
    if words.count != other.words.count {
      return words.count < other.words.count ? .less : .greater
    }
    var index = words.count
    while index > 0 {
      index -= 1
      if words[index] != other.words[index] {
        return words[index] < other.words[index] ? .less : .greater
      }
    }
    return .equal
  }
}
