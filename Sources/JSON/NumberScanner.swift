import NecroOctets

extension JSONParser {
  /// Reads the number that begins at `position`.
  ///
  /// Source: `RFC 8259 §6`.
  mutating func scanNumber(
    _ document: Span<UInt8>, _ position: inout Int
  ) throws(JSONFault) {
    let start = position
    var at = position
    let isNegative = document[at] == 0x2D
    if isNegative { at += 1 }
    // The digits wrap around when there are more than 19; they are read again then.
    var significand: UInt64 = 0
    let integerStart = at
    try scanDigits(document, &at, &significand)
    let integerCount = at - integerStart
    if integerCount > 1, document[integerStart] == 0x30 {
      throw JSONFault(.leadingZero, at: integerStart + 1)
    }
    let next = at < document.count ? document[at] : 0
    if next != 0x2E, next | 0x20 != 0x65 {
      appendInteger(significand, Slice(offset: start, count: at - start), isNegative)
      position = at
      return
    }
    var fraction = Slice(offset: at, count: 0)
    if next == 0x2E {
      at += 1
      fraction.offset = at
      try scanDigits(document, &at, &significand)
      fraction.count = at - fraction.offset
    }
    var exponent = 0
    if at < document.count, document[at] | 0x20 == 0x65 {
      at += 1
      exponent = try scanExponent(document, &at)
    }
    let number = DecimalNumber(
      integer: Slice(offset: integerStart, count: integerCount), fraction: fraction,
      exponent: exponent)
    let magnitude: Double?
    if integerCount + fraction.count <= 19 {
      magnitude = DecimalConversion.double(
        significand, exponent: exponent - fraction.count, number, document)
    } else {
      magnitude = DecimalConversion.double(number, document)
    }
    guard let magnitude else { throw JSONFault(.numberOutOfRange, at: start) }
    let value = isNegative ? -magnitude : magnitude
    tape.append(Tape.Entry(.double, start, tail: value.bitPattern))
    position = at
  }

  /// Reads one digit or more.
  @inline(__always)
  private func scanDigits(
    _ document: Span<UInt8>, _ at: inout Int, _ significand: inout UInt64
  ) throws(JSONFault) {
    let start = at
    while at < document.count {
      let digit = document[at] &- 0x30
      if digit > 9 { break }
      significand = significand &* 10 &+ UInt64(digit)
      at &+= 1
    }
    if at == start {
      throw JSONFault(at < document.count ? .expectedDigit : .unexpectedEnd, at: at)
    }
  }

  /// Reads an exponent from its sign or first digit on. One with an absurd number of digits keeps an
  /// absurd value that no document's length can balance.
  private func scanExponent(_ document: Span<UInt8>, _ at: inout Int) throws(JSONFault) -> Int {
    guard at < document.count else { throw JSONFault(.unexpectedEnd, at: at) }
    let isNegative = document[at] == 0x2D
    if isNegative || document[at] == 0x2B { at += 1 }
    let start = at
    var exponent = 0
    while at < document.count {
      let digit = document[at] &- 0x30
      if digit > 9 { break }
      if exponent < 1 << 48 { exponent = exponent * 10 + Int(digit) }
      at += 1
    }
    if at == start {
      throw JSONFault(at < document.count ? .expectedDigit : .unexpectedEnd, at: at)
    }
    return isNegative ? -exponent : exponent
  }

  private mutating func appendInteger(
    _ significand: UInt64, _ text: Slice, _ isNegative: Bool
  ) {
    let digitCount = text.count - (isNegative ? 1 : 0)
    // 19 digits fit 64 bits without a sign.
    let bound = UInt64(Int64.max) + (isNegative ? 1 : 0)
    if digitCount > 19 || significand > bound {
      tape.append(Tape.Entry(.bigInteger, text, isASCII: true))
      return
    }
    tape.append(Tape.Entry(.integer, tail: isNegative ? 0 &- significand : significand))
  }
}

/// A number's digits and exponent by their place in the document.
struct DecimalNumber {
  /// The digits before the decimal point.
  var integer: Slice
  /// The digits behind it.
  var fraction: Slice
  /// What is written behind `e`.
  var exponent: Int
}
