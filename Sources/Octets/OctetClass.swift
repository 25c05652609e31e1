/// A set of octets, as grammars name them (`tchar`, `unreserved`), tested in three instructions
/// without a table in memory.
@frozen
public struct OctetClass: Sendable {
  @usableFromInline let low: UInt64
  @usableFromInline let high: UInt64
  @usableFromInline let includesAbove7F: Bool

  /// - Parameters:
  ///   - low: a bit for each octet from 0x00 to 0x3F, the least significant first.
  ///   - high: the same for 0x40 to 0x7F.
  ///   - includesAbove7F: whether all octets from 0x80 on are members.
  @inlinable
  public init(low: UInt64, high: UInt64, includesAbove7F: Bool = false) {
    self.low = low
    self.high = high
    self.includesAbove7F = includesAbove7F
  }

  /// Complexity: O(1).
  @inlinable
  public func contains(_ octet: UInt8) -> Bool {
    if octet >= 0x80 { return includesAbove7F }
    return ((octet < 0x40 ? low : high) &>> UInt64(octet & 0x3F)) & 1 != 0
  }

  /// `DIGIT`, RFC 5234 appendix B.1.
  @inlinable
  public static func isDigit(_ octet: UInt8) -> Bool { octet &- 0x30 < 10 }

  /// `ALPHA`, RFC 5234 appendix B.1.
  @inlinable
  public static func isAlpha(_ octet: UInt8) -> Bool { (octet | 0x20) &- 0x61 < 26 }

  /// An ASCII letter in lower case; any other octet as it is.
  @inlinable
  public static func lowercased(_ octet: UInt8) -> UInt8 {
    octet &- 0x41 < 26 ? octet | 0x20 : octet
  }

  /// The value of a hexadecimal digit of either case, or nil.
  @inlinable
  public static func hexadecimalValue(_ octet: UInt8) -> UInt8? {
    let digit = octet &- 0x30
    if digit < 10 { return digit }
    let letter = (octet | 0x20) &- 0x61
    return letter < 6 ? letter + 10 : nil
  }
}
