import NecroOctets

/// Decimal text as a double, for codecs that have numbers of the same form.
public enum DecimalText {
  /// The double nearest to a number's text, ties to even; nil when it would be infinite.
  ///
  /// - Parameter text: digits, then optionally a point and digits, then optionally `e` or `E` and an
  ///   exponent with a sign or without. The caller has checked that; a text of another form gives some
  ///   number.
  public static func double(_ text: Span<UInt8>) -> Double? {
    var at = 0
    var significand: UInt64 = 0
    let integer = digits(text, &at, &significand)
    var fraction = Slice(offset: at, count: 0)
    if at < text.count, text[at] == 0x2E {
      at += 1
      fraction = digits(text, &at, &significand)
    }
    var exponent = 0
    if at < text.count, text[at] | 0x20 == 0x65 {
      at += 1
      let isNegative = at < text.count && text[at] == 0x2D
      if at < text.count, text[at] == 0x2D || text[at] == 0x2B { at += 1 }
      while at < text.count, OctetClass.isDigit(text[at]) {
        // An absurd number of digits keeps an absurd value that no text's length can balance.
        if exponent < 1 << 48 { exponent = exponent * 10 + Int(text[at] &- 0x30) }
        at += 1
      }
      if isNegative { exponent = -exponent }
    }
    let number = DecimalNumber(integer: integer, fraction: fraction, exponent: exponent)
    if integer.count + fraction.count <= 19 {
      return DecimalConversion.double(
        significand, exponent: exponent - fraction.count, number, text)
    }
    return DecimalConversion.double(number, text)
  }

  /// Passes over digits. They wrap around when there are more than 19; they are read again then.
  private static func digits(
    _ text: Span<UInt8>, _ at: inout Int, _ significand: inout UInt64
  ) -> Slice {
    let start = at
    while at < text.count, OctetClass.isDigit(text[at]) {
      significand = significand &* 10 &+ UInt64(text[at] &- 0x30)
      at += 1
    }
    return Slice(offset: start, count: at - start)
  }
}
