import NecroOctets

/// Base64 with padding, as SASL messages carry it.
///
/// Source: `RFC 4648 §4`.
public enum Base64 {
  /// Appends the text of `octets`.
  public static func append(_ octets: Span<UInt8>, into output: inout OctetBuffer) {
    var position = 0
    while octets.count - position >= 3 {
      let group =
        UInt32(octets[position]) << 16 | UInt32(octets[position + 1]) << 8
        | UInt32(octets[position + 2])
      output.append(digit(group >> 18))
      output.append(digit(group >> 12))
      output.append(digit(group >> 6))
      output.append(digit(group))
      position += 3
    }
    if octets.count - position == 2 {
      let group = UInt32(octets[position]) << 16 | UInt32(octets[position + 1]) << 8
      output.append(digit(group >> 18))
      output.append(digit(group >> 12))
      output.append(digit(group >> 6))
      output.append(0x3D)
    } else if octets.count - position == 1 {
      let group = UInt32(octets[position]) << 16
      output.append(digit(group >> 18))
      output.append(digit(group >> 12))
      output.append("==")
    }
  }

  private static func digit(_ value: UInt32) -> UInt8 {
    let six = UInt8(truncatingIfNeeded: value & 0x3F)
    switch six {
    case 0..<26: return 0x41 + six
    case 26..<52: return 0x61 + (six - 26)
    case 52..<62: return 0x30 + (six - 52)
    case 62: return 0x2B
    default: return 0x2F
    }
  }

  private static func value(_ digit: UInt8) -> UInt32? {
    switch digit {
    case 0x41...0x5A: UInt32(digit - 0x41)
    case 0x61...0x7A: UInt32(digit - 0x61) + 26
    case 0x30...0x39: UInt32(digit - 0x30) + 52
    case 0x2B: 62
    case 0x2F: 63
    default: nil
    }
  }

  /// Appends the octets that `text` stands for.
  ///
  /// - Returns: nil when all of it is base64 in its one canonical form; else the position of the octet
  ///   where it is not, having appended a part.
  public static func decode(_ text: Span<UInt8>, into output: inout OctetBuffer) -> Int? {
    guard text.count % 4 == 0 else { return text.count }
    var position = 0
    while position < text.count {
      var group: UInt32 = 0
      var digitCount = 0
      while digitCount < 4, let six = value(text[position + digitCount]) {
        group = group << 6 | six
        digitCount += 1
      }
      let isLast = position + 4 == text.count
      switch digitCount {
      case 4:
        output.append(UInt8(truncatingIfNeeded: group >> 16))
        output.append(UInt8(truncatingIfNeeded: group >> 8))
        output.append(UInt8(truncatingIfNeeded: group))
      case 3 where isLast && text[position + 3] == 0x3D && group & 0x03 == 0:
        output.append(UInt8(truncatingIfNeeded: group >> 10))
        output.append(UInt8(truncatingIfNeeded: group >> 2))
      case 2
      where isLast && text[position + 2] == 0x3D && text[position + 3] == 0x3D
        && group & 0x0F == 0:
        output.append(UInt8(truncatingIfNeeded: group >> 4))
      default: return position + digitCount
      }
      position += 4
    }
    return nil
  }
}
