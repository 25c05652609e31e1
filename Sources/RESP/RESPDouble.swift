import NecroJSON
import NecroOctets

/// The number of a double's text.
public enum RESPDouble {
  /// The double nearest to a text whose grammar a decoder has checked, ties to even; infinite where no
  /// finite one is near.
  ///
  /// RESP3, "Double"
  public static func value(_ text: Span<UInt8>) -> Double {
    var digits = text
    let isNegative = text.count > 0 && text[0] == 0x2D
    if text.count > 0, text[0] == 0x2D || text[0] == 0x2B {
      digits = text.extracting(1..<text.count)
    }
    guard digits.count > 0, OctetClass.isDigit(digits[0]) else {
      if digits.count == 0 || digits[0] != 0x69 { return .nan }
      return isNegative ? -.infinity : .infinity
    }
    let magnitude = DecimalText.double(digits) ?? .infinity
    return isNegative ? -magnitude : magnitude
  }
}
