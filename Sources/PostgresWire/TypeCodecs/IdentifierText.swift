import NecroOctets

/// The text of values that are hexadecimal digits: uuid, macaddr, macaddr8, pg_lsn; and of "char".
public enum IdentifierText {
  /// Appends a UUID's 36 characters. `RFC 9562 §4`
  public static func uuid(
    _ octets: Span<UInt8>, into output: inout OctetBuffer
  ) throws(PostgresValueError) {
    guard octets.count == 16 else { throw PostgresValueError(.lengthInvalid) }
    for index in 0..<16 {
      if index == 4 || index == 6 || index == 8 || index == 10 { output.append(0x2D) }
      appendPair(octets[index], into: &output)
    }
  }

  /// Appends the octets of a UUID's text: 32 hexadecimal digits of either case, with the four hyphens of
  /// its usual form or none.
  ///
  /// - Returns: whether it was one; if not, nothing has been appended.
  public static func appendUUID(_ text: Span<UInt8>, into output: inout OctetBuffer) -> Bool {
    guard text.count == 36 || text.count == 32 else { return false }
    let start = output.count
    var position = 0
    for index in 0..<16 {
      if text.count == 36, index == 4 || index == 6 || index == 8 || index == 10 {
        guard text[position] == 0x2D else {
          output.truncate(toCount: start)
          return false
        }
        position += 1
      }
      guard let high = OctetClass.hexadecimalValue(text[position]),
        let low = OctetClass.hexadecimalValue(text[position + 1])
      else {
        output.truncate(toCount: start)
        return false
      }
      output.append(high << 4 | low)
      position += 2
    }
    return true
  }

  /// Appends a MAC address of 6 or 8 octets in pairs of digits with colons between them.
  public static func mac(
    _ octets: Span<UInt8>, octetCount: Int, into output: inout OctetBuffer
  ) throws(PostgresValueError) {
    guard octets.count == octetCount else { throw PostgresValueError(.lengthInvalid) }
    for index in octets.indices {
      if index > 0 { output.append(0x3A) }
      appendPair(octets[index], into: &output)
    }
  }

  /// Appends a position in the write-ahead log: both halves in capital digits, a slash between.
  public static func lsn(
    _ octets: Span<UInt8>, into output: inout OctetBuffer
  ) throws(PostgresValueError) {
    let position = try PostgresScalar.integer(octets, as: UInt64.self)
    append(hexadecimal: position >> 32, into: &output)
    output.append(0x2F)
    append(hexadecimal: position & 0xFFFF_FFFF, into: &output)
  }

  private static func append(hexadecimal number: UInt64, into output: inout OctetBuffer) {
    var shift: UInt64 = 28
    while shift > 0, number >> shift == 0 { shift -= 4 }
    while true {
      let digit = UInt8(truncatingIfNeeded: number >> shift & 0x0F)
      output.append(digit < 10 ? 0x30 + digit : 0x37 + digit)
      if shift == 0 { return }
      shift -= 4
    }
  }

  /// Appends what the server writes for a "char": nothing for 0, an octet in ASCII as it is, and any other
  /// as a backslash and three octal digits.
  public static func char(
    _ octets: Span<UInt8>, into output: inout OctetBuffer
  ) throws(PostgresValueError) {
    let octet = try PostgresScalar.integer(octets, as: UInt8.self)
    if octet >= 0x80 {
      output.append(0x5C)
      output.append(0x30 + (octet >> 6))
      output.append(0x30 + (octet >> 3 & 7))
      output.append(0x30 + (octet & 7))
    } else if octet != 0 {
      output.append(octet)
    }
  }

  private static func appendPair(_ octet: UInt8, into output: inout OctetBuffer) {
    output.append(digit(octet >> 4))
    output.append(digit(octet & 0x0F))
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? 0x30 + value : 0x57 + value
  }
}
