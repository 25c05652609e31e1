import NecroOctets

/// Why a value cannot be written: the caller's fault.
public enum JSONMisuse: Error, Equatable, Sendable {
  /// NaN and the infinities have no JSON. `RFC 8259 §6`
  case notFinite
}

/// Writes JSON values, one call each. Commas, colons and brackets are the caller's, who knows where
/// in the document it is.
///
/// Source: `RFC 8259`.
public enum JSONSerializer {
  @inlinable
  public static func null(into output: inout OctetBuffer) {
    output.append("null")
  }

  @inlinable
  public static func boolean(_ value: Bool, into output: inout OctetBuffer) {
    output.append(value ? "true" : "false")
  }

  /// Writes an integer in decimal digits.
  @inlinable
  public static func integer(_ value: Int64, into output: inout OctetBuffer) {
    if value < 0 { output.append(0x2D) }
    output.append(decimal: value.magnitude)
  }

  /// Writes an integer in decimal digits.
  @inlinable
  public static func unsigned(_ value: UInt64, into output: inout OctetBuffer) {
    output.append(decimal: value)
  }

  /// Writes a string with its quotes. Escaped are `"`, `\` and the control characters below U+0020,
  /// in their short forms where there is one; nothing else.
  ///
  /// - Parameter octets: valid UTF-8, which is not checked.
  ///
  /// Source: `RFC 8259 §7`.
  public static func string(_ octets: Span<UInt8>, into output: inout OctetBuffer) {
    output.append(0x22)
    var runStart = 0
    var position = 0
    while true {
      position = plainEnd(octets, position)
      if position > runStart { output.append(octets.extracting(runStart..<position)) }
      if position == octets.count { break }
      escape(octets[position], into: &output)
      position += 1
      runStart = position
    }
    output.append(0x22)
  }

  /// The first position from `start` on whose octet is escaped, or the end.
  @inline(__always)
  private static func plainEnd(_ octets: Span<UInt8>, _ start: Int) -> Int {
    var position = start
    while octets.count &- position >= 8 {
      let escaped = StringWord.escaped(octets.word(at: position))
      if escaped != 0 { return position &+ escaped.trailingZeroBitCount / 8 }
      position &+= 8
    }
    if position < octets.count && octets.count >= 8 {
      // The last eight octets at once, those before `position` shifted out before the test, since its
      // borrows run upwards. The zeros that come in behind the end are taken for controls.
      let last = octets.count &- 8
      let seen = UInt64(truncatingIfNeeded: position &- last) &* 8
      let escaped = StringWord.escaped(octets.word(at: last) &>> seen)
      return escaped == 0 ? octets.count : position &+ escaped.trailingZeroBitCount / 8
    }
    while position < octets.count {
      let octet = octets[position]
      if octet < 0x20 || octet == 0x22 || octet == 0x5C { break }
      position &+= 1
    }
    return position
  }

  private static func escape(_ octet: UInt8, into output: inout OctetBuffer) {
    switch octet {
    case 0x22: output.append(#"\""#)
    case 0x5C: output.append(#"\\"#)
    case 0x08: output.append(#"\b"#)
    case 0x09: output.append(#"\t"#)
    case 0x0A: output.append(#"\n"#)
    case 0x0C: output.append(#"\f"#)
    case 0x0D: output.append(#"\r"#)
    default:
      output.append(octet < 0x10 ? #"\u000"# : #"\u001"#)
      let digit = octet & 0x0F
      output.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
    }
  }

  /// Writes the shortest number that reads back as the same double, in the form of Python's `repr`:
  /// always with a fraction or an exponent, the exponent from 1e16 on and below 1e-4.
  ///
  /// - Throws: `notFinite`, with nothing written.
  public static func double(
    _ value: Double, into output: inout OctetBuffer
  ) throws(JSONMisuse) {
    guard value.isFinite else { throw .notFinite }
    if value.sign == .minus { output.append(0x2D) }
    let decimal = ShortestDecimal(value)
    var digits = InlineArray<20, UInt8>(repeating: 0x30)
    var first = 20
    var rest = decimal.significand
    repeat {
      first -= 1
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
      digits[first] = 0x30 + UInt8(truncatingIfNeeded: digit)
      rest = quotient
    } while rest != 0
    // The value is 0.DIGITS times 10^point.
    let count = 20 - first
    let point = decimal.significand == 0 ? 1 : count + decimal.exponent
    let span = digits.span.extracting(first..<20)
    if point > 16 || point < -3 {
      scientific(span, exponent: point - 1, into: &output)
    } else if point <= 0 {
      output.append("0.")
      for _ in point..<0 { output.append(0x30) }
      output.append(span)
    } else if point >= count {
      output.append(span)
      for _ in count..<point { output.append(0x30) }
      output.append(".0")
    } else {
      output.append(span.extracting(0..<point))
      output.append(0x2E)
      output.append(span.extracting(point..<count))
    }
  }

  private static func scientific(
    _ digits: Span<UInt8>, exponent: Int, into output: inout OctetBuffer
  ) {
    output.append(digits[0])
    if digits.count > 1 {
      output.append(0x2E)
      output.append(digits.extracting(1..<digits.count))
    }
    output.append(exponent < 0 ? "e-" : "e+")
    let magnitude = exponent.magnitude
    if magnitude < 10 { output.append(0x30) }
    output.append(decimal: UInt64(magnitude))
  }
}
