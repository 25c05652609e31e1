import NecroOctets

/// The sets of octets in Postgres' lexical grammar.
enum SQLOctets {
  /// Space, tab, LF, CR, form feed and, since Postgres 16, vertical tab.
  static func isSpace(_ octet: UInt8) -> Bool {
    octet == 0x20 || octet &- 0x09 < 5
  }

  /// A letter, `_` or any octet that is not ASCII.
  static func beginsWord(_ octet: UInt8) -> Bool {
    OctetClass.isAlpha(octet) || octet == 0x5F || octet >= 0x80
  }

  /// The same, a digit or `$`.
  static func continuesWord(_ octet: UInt8) -> Bool {
    beginsWord(octet) || OctetClass.isDigit(octet) || octet == 0x24
  }

  /// `~ ! @ # ^ & | ` ? + - * / % < > =`.
  static func isOperator(_ octet: UInt8) -> Bool {
    switch octet {
    case 0x2B, 0x2D, 0x2A, 0x2F, 0x3C, 0x3E, 0x3D: true
    default: isOfPostgresOperator(octet)
    }
  }

  /// Those of them that no operator of the SQL standard has: `~ ! @ # ^ & | ` ? %`.
  static func isOfPostgresOperator(_ octet: UInt8) -> Bool {
    switch octet {
    case 0x7E, 0x21, 0x40, 0x23, 0x5E, 0x26, 0x7C, 0x60, 0x3F, 0x25: true
    default: false
    }
  }

  /// The base of the digits behind `0x`, `0o` and `0b`.
  static func radix(_ letter: UInt8) -> UInt8? {
    switch letter | 0x20 {
    case 0x78: 16
    case 0x6F: 8
    case 0x62: 2
    default: nil
    }
  }

  static func isDigit(_ octet: UInt8?, radix: UInt8) -> Bool {
    guard let octet, let value = OctetClass.hexadecimalValue(octet) else { return false }
    return value < radix
  }
}
