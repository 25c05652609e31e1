import NecroOctets

extension NumericValue {
  /// Appends the binary format of a decimal number in text: an optional sign, digits with at most one
  /// decimal point, an optional exponent; `NaN`, `Infinity`, `Inf` with an optional sign, in any case. That is what
  /// Python's `str(Decimal)` writes.
  ///
  /// - Throws: `numericInvalid`, `numericOutOfRange`, with nothing appended.
  public static func append(
    text: Span<UInt8>, into output: inout OctetBuffer
  ) throws(PostgresValueMisuse) {
    var start = 0
    let isNegative = text.count > 0 && text[0] == 0x2D
    if text.count > 0, isNegative || text[0] == 0x2B { start = 1 }
    let word = text.extracting(start..<text.count)
    if word.equalsIgnoringCase("nan") {
      return appendHeader(0, 0, 0xC000, 0, into: &output)
    }
    if word.equalsIgnoringCase("infinity") || word.equalsIgnoringCase("inf") {
      return appendHeader(0, 0, isNegative ? 0xF000 : 0xD000, 0, into: &output)
    }
    try DecimalText(text, from: start).append(isNegative: isNegative, into: &output)
  }

  fileprivate static func appendHeader(
    _ groupCount: Int, _ weight: Int, _ sign: UInt16, _ scale: Int, into output: inout OctetBuffer
  ) {
    output.append(bigEndian: UInt16(groupCount))
    output.append(bigEndian: Int16(weight))
    output.append(bigEndian: sign)
    output.append(bigEndian: UInt16(scale))
  }
}

/// The digits of a decimal number in text, each by the power of ten that it stands for.
private struct DecimalText: ~Escapable {
  private let text: Span<UInt8>
  private let start: Int
  /// Digits before the decimal point, and all digits, as they are written.
  private var integerCount = 0
  private var digitCount = 0
  /// The index of the first digit that is not zero and behind the last; equal for zero.
  private var firstSignificant = 0
  private var endSignificant = 0
  private var exponent = 0

  /// Beyond this no exponent can be balanced by digits within the limits of a text that anybody writes.
  private static var exponentMax: Int { 1 << 40 }

  @_lifetime(copy text)
  init(_ text: Span<UInt8>, from start: Int) throws(PostgresValueMisuse) {
    self.text = text
    self.start = start
    var position = start
    var point: Int?
    while position < text.count {
      let octet = text[position]
      if OctetClass.isDigit(octet) {
        if octet != 0x30 {
          if endSignificant == 0 { firstSignificant = digitCount }
          endSignificant = digitCount + 1
        }
        digitCount += 1
      } else if octet == 0x2E, point == nil {
        point = digitCount
      } else {
        break
      }
      position += 1
    }
    integerCount = point ?? digitCount
    guard digitCount > 0 else { throw .numericInvalid }
    if position == text.count { return }
    guard text[position] | 0x20 == 0x65 else { throw .numericInvalid }
    try readExponent(from: position + 1)
  }

  private mutating func readExponent(from start: Int) throws(PostgresValueMisuse) {
    var position = start
    let isNegative = position < text.count && text[position] == 0x2D
    if position < text.count, isNegative || text[position] == 0x2B { position += 1 }
    guard position < text.count else { throw .numericInvalid }
    while position < text.count {
      guard OctetClass.isDigit(text[position]) else { throw .numericInvalid }
      if exponent < DecimalText.exponentMax {
        exponent = exponent * 10 + Int(text[position] - 0x30)
      }
      position += 1
    }
    if isNegative { exponent = -exponent }
  }

  /// The digit with an index; 0 outside of those that are written.
  private func digit(_ index: Int) -> UInt16 {
    if index < 0 || index >= digitCount { return 0 }
    return UInt16(text[start + index + (index >= integerCount ? 1 : 0)] - 0x30)
  }

  func append(isNegative: Bool, into output: inout OctetBuffer) throws(PostgresValueMisuse) {
    // The power of ten of the digit with index i is `point - 1 - i`.
    let point = integerCount + exponent
    let scale = max(0, digitCount - point)
    guard scale <= 16_383 else { throw .numericOutOfRange }
    if endSignificant == 0 { return NumericValue.appendHeader(0, 0, 0, scale, into: &output) }
    // Shifts round towards the lower group, also below the decimal point.
    let weight = (point - 1 - firstSignificant) >> 2
    let least = (point - endSignificant) >> 2
    guard weight <= Int(Int16.max), weight >= Int(Int16.min), weight - least <= Int(Int16.max)
    else { throw .numericOutOfRange }
    let groupCount = weight - least + 1
    NumericValue.appendHeader(groupCount, weight, isNegative ? 0x4000 : 0, scale, into: &output)
    for offset in 0..<groupCount {
      let first = point - 1 - ((weight - offset) * 4 + 3)
      let high = digit(first) * 1_000 + digit(first + 1) * 100
      output.append(bigEndian: high + digit(first + 2) * 10 + digit(first + 3))
    }
  }
}
