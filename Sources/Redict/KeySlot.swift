import NecroOctets

/// The hash slots that a cluster divides its keys among.
///
/// Valkey cluster specification, "Key distribution model" and "Hash tags"
public enum KeySlot {
  /// The number of slots.
  public static var count: Int { 16_384 }

  /// The slot of a key: of what stands between its first brace and the next closing one, unless that is
  /// nothing, else of the whole key.
  public static func of(_ key: Span<UInt8>) -> Int {
    var begin = 0
    var end = key.count
    if let opening = position(of: 0x7B, in: key, from: 0),
      let closing = position(of: 0x7D, in: key, from: opening + 1), closing > opening + 1
    {
      begin = opening + 1
      end = closing
    }
    // CRC16 with the polynomial 0x1021, an octet at a time without a table.
    var checksum: UInt16 = 0
    for index in begin..<end {
      var mixed = UInt8(checksum >> 8) ^ key[index]
      mixed ^= mixed >> 4
      let wide = UInt16(mixed)
      checksum = (checksum << 8) ^ (wide << 12) ^ (wide << 5) ^ wide
    }
    return Int(checksum) & (count - 1)
  }

  private static func position(of octet: UInt8, in key: Span<UInt8>, from start: Int) -> Int? {
    for index in start..<key.count where key[index] == octet { return index }
    return nil
  }
}
