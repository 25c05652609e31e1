import NecroOctets

/// A numeric in binary format: groups of four decimal digits, exact.
@frozen
public struct NumericValue: ~Escapable {
  public enum Sign: UInt8, Sendable {
    case positive, negative, nan, positiveInfinity, negativeInfinity
  }

  private let octets: Span<UInt8>
  public let sign: Sign
  /// Digits behind the decimal point that are shown.
  public let scale: Int
  // The groups without zeros before the first that is none: it stands for multiples of 10000^weight. Zero
  // has no groups.
  private let firstGroup: Int
  private let groupCount: Int
  private let weight: Int

  /// - Throws: `lengthInvalid`, `valueInvalid`.
  ///
  /// Complexity: O(octets).
  @_lifetime(copy octets)
  public init(_ octets: Span<UInt8>) throws(PostgresValueError) {
    self.octets = octets
    guard octets.count >= 8 else { throw PostgresValueError(.lengthInvalid) }
    let count = Int(octets.bigEndian(at: 0, as: UInt16.self))
    guard octets.count == 8 + 2 * count else { throw PostgresValueError(.lengthInvalid) }
    switch octets.bigEndian(at: 4, as: UInt16.self) {
    case 0x0000: sign = .positive
    case 0x4000: sign = .negative
    case 0xC000: sign = .nan
    case 0xD000: sign = .positiveInfinity
    case 0xF000: sign = .negativeInfinity
    default: throw PostgresValueError(.valueInvalid, at: 4)
    }
    scale = Int(octets.bigEndian(at: 6, as: UInt16.self))
    guard scale <= 16_383 else { throw PostgresValueError(.valueInvalid, at: 6) }
    var zeros = 0
    for index in 0..<count {
      let group = octets.bigEndian(at: 8 + 2 * index, as: UInt16.self)
      guard group < 10_000 else { throw PostgresValueError(.valueInvalid, at: 8 + 2 * index) }
      if group == 0, zeros == index { zeros += 1 }
    }
    firstGroup = zeros
    groupCount = count - zeros
    weight = zeros == count ? 0 : Int(octets.bigEndian(at: 2, as: Int16.self)) - zeros
  }

  public var isFinite: Bool { sign == .positive || sign == .negative }

  /// Whether all digits that are shown are zeros.
  public var isZero: Bool { significantDigitCount == 0 }

  /// The digits from the first that is not zero to the last that is shown; 0 for zero. Python's Decimal
  /// calls them its coefficient.
  public var significantDigitCount: Int {
    if groupCount == 0 { return 0 }
    let first = group(weight)
    let digits = first >= 1_000 ? 4 : first >= 100 ? 3 : first >= 10 ? 2 : 1
    // Groups below the first may be cut off by the scale, and the first's own last digits as well.
    return max(0, weight * 4 + digits + scale)
  }

  /// The digits that stand for multiples of 10000^power.
  private func group(_ power: Int) -> UInt16 {
    let index = weight - power
    if index < 0 || index >= groupCount { return 0 }
    return octets.bigEndian(at: 8 + 2 * (firstGroup + index))
  }

  /// Appends the server's own text: every digit, no exponent; `NaN`, `Infinity`, `-Infinity`.
  ///
  /// Complexity: O(digits), of which a numeric has at most 147,455, however few octets it is sent in.
  public func append(into output: inout OctetBuffer) {
    switch sign {
    case .nan: return output.append("NaN")
    case .positiveInfinity: return output.append("Infinity")
    case .negativeInfinity: return output.append("-Infinity")
    case .negative where !isZero: output.append(0x2D)
    case .negative, .positive: break
    }
    appendInteger(into: &output)
    if scale == 0 { return }
    output.append(0x2E)
    appendFraction(into: &output)
  }

  private func appendInteger(into output: inout OctetBuffer) {
    if weight < 0 || groupCount == 0 { return output.append(0x30) }
    output.append(decimal: UInt64(group(weight)))
    var power = weight
    while power > 0 {
      power -= 1
      append(group(power), digitCount: 4, into: &output)
    }
  }

  private func appendFraction(into output: inout OctetBuffer) {
    var left = scale
    var power = -1
    while left > 0 {
      append(group(power), digitCount: min(left, 4), into: &output)
      left -= 4
      power -= 1
    }
  }

  /// Appends the first digits of a group.
  private func append(_ group: UInt16, digitCount: Int, into output: inout OctetBuffer) {
    var divisor: UInt16 = 1_000
    for _ in 0..<digitCount {
      output.append(0x30 + UInt8(truncatingIfNeeded: group / divisor % 10))
      divisor /= 10
    }
  }

  /// Appends the digits that `significantDigitCount` counts, without sign and decimal point.
  public func appendSignificantDigits(into output: inout OctetBuffer) {
    let start = output.count
    if weight >= 0, groupCount > 0 { appendInteger(into: &output) }
    let digits = output.count - start
    appendFraction(into: &output)
    if digits > 0 || groupCount == 0 {
      if groupCount == 0 { output.truncate(toCount: start) }
      return
    }
    // The fraction's leading zeros come off.
    let count = significantDigitCount
    let end = output.count
    for index in 0..<count {
      let digit = output.octets[end - count + index]
      output.overwrite(bigEndian: digit, at: start + index)
    }
    output.truncate(toCount: start + count)
  }
}
