import NecroOctets

/// A bit or varbit: any number of bits, the first in an octet's top.
@frozen
public struct BitStringValue: ~Escapable {
  public let count: Int
  /// The bits, with zeros behind the last.
  public let octets: Span<UInt8>

  /// - Throws: `lengthInvalid`, `countInvalid`.
  @_lifetime(copy octets)
  public init(_ octets: Span<UInt8>) throws(PostgresValueError) {
    guard octets.count >= 4 else { throw PostgresValueError(.lengthInvalid) }
    count = Int(octets.bigEndian(at: 0, as: Int32.self))
    guard count >= 0 else { throw PostgresValueError(.countInvalid) }
    guard octets.count - 4 == (count + 7) / 8 else { throw PostgresValueError(.lengthInvalid) }
    self.octets = octets.extracting(4..<octets.count)
  }

  /// Appends a 0 or 1 for each bit.
  ///
  /// Complexity: O(count), eight times the octets.
  public func append(into output: inout OctetBuffer) {
    for index in 0..<count {
      output.append(0x30 + (octets[index >> 3] >> UInt8(7 - index & 7) & 1))
    }
  }

  /// Appends the binary format of a text of 0 and 1.
  ///
  /// - Throws: `bitInvalid`, `countOutOfRange`, with nothing appended.
  public static func append(
    text: Span<UInt8>, into output: inout OctetBuffer
  ) throws(PostgresValueMisuse) {
    guard let count = Int32(exactly: text.count) else { throw .countOutOfRange }
    for index in text.indices where text[index] & 0xFE != 0x30 { throw .bitInvalid }
    output.append(bigEndian: count)
    var octet: UInt8 = 0
    for index in text.indices {
      octet |= (text[index] & 1) << UInt8(7 - index & 7)
      if index & 7 == 7 || index == text.count - 1 {
        output.append(octet)
        octet = 0
      }
    }
  }
}
