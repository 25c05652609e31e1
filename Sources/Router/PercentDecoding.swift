import NecroOctets

/// Why percent-encoded octets cannot be decoded.
///
/// Source: `RFC 3986 §2.1`.
public struct PercentDecodingError: Error, Equatable, Sendable {
  /// The position of the `%` that two hexadecimal digits do not follow.
  public var offset: Int

  public init(offset: Int) {
    self.offset = offset
  }
}

/// Percent-encoding, read: `%` and two hexadecimal digits stand for one octet.
///
/// A path is split at `/` before it is decoded, so this is applied to a segment or a query value and
/// never to a whole request-target.
///
/// Source: `RFC 3986 §2.1`.
public enum PercentDecoding {
  /// Whether decoding would change anything, so that the usual segment need not be copied.
  public static func isEncoded(_ octets: Span<UInt8>) -> Bool {
    for index in octets.indices where octets[index] == 0x25 { return true }
    return false
  }

  /// Whether decoding a query's name or value would change anything.
  public static func isFormEncoded(_ octets: Span<UInt8>) -> Bool {
    for index in octets.indices where octets[index] == 0x25 || octets[index] == 0x2B {
      return true
    }
    return false
  }

  /// Appends the decoded octets, which need not be valid UTF-8.
  ///
  /// - Parameters:
  ///   - octets: a path segment, or any other part of a target already split at its delimiters.
  ///   - output: takes at most `octets.count` more octets.
  /// - Throws: for a `%` that two hexadecimal digits do not follow, with nothing appended.
  public static func decode(
    _ octets: Span<UInt8>, into output: inout OctetBuffer
  ) throws(PercentDecodingError) {
    try decode(octets, into: &output, plusIsSpace: false)
  }

  /// Appends the decoded octets of a query's name or value, where `+` stands for a space.
  ///
  /// - Throws: for a `%` that two hexadecimal digits do not follow, with nothing appended.
  ///
  /// Source: `WHATWG URL §5.1`, which lets a stray `%` stand for itself; here it is an error.
  public static func decodeForm(
    _ octets: Span<UInt8>, into output: inout OctetBuffer
  ) throws(PercentDecodingError) {
    try decode(octets, into: &output, plusIsSpace: true)
  }

  private static func decode(
    _ octets: Span<UInt8>, into output: inout OctetBuffer, plusIsSpace: Bool
  ) throws(PercentDecodingError) {
    let written = output.count
    var position = 0
    while position < octets.count {
      let octet = octets[position]
      if octet == 0x25 {
        guard let value = triplet(octets, at: position) else {
          // Positions may have moved while appending, so what is kept is counted from the front.
          output.truncate(to: output.readPosition + written)
          throw PercentDecodingError(offset: position)
        }
        output.append(value)
        position += 3
      } else {
        output.append(plusIsSpace && octet == 0x2B ? 0x20 : octet)
        position += 1
      }
    }
  }

  /// The octet that the `%` at `position` and the next two octets stand for, or nil.
  @inline(__always)
  static func triplet(_ octets: Span<UInt8>, at position: Int) -> UInt8? {
    guard octets.count - position >= 3,
      let high = OctetClass.hexadecimalValue(octets[position + 1]),
      let low = OctetClass.hexadecimalValue(octets[position + 2])
    else { return nil }
    return high << 4 | low
  }
}
