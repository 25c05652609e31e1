extension Span where Element == UInt8 {
  /// The eight octets from `offset` on as one number, the first octet least significant, so that a
  /// scanner can look at eight at once. They need no alignment.
  @inlinable
  public func word(at offset: Int) -> UInt64 {
    precondition(offset >= 0 && offset <= count - 8, "eight octets lie within the span")
    // The bounds were checked above, and any eight octets are a number.
    return unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self)
      .littleEndian
  }

  /// Four octets, as `word` has eight.
  @inlinable
  func halfWord(at offset: Int) -> UInt32 {
    precondition(offset >= 0 && offset <= count - 4, "four octets lie within the span")
    return unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt32.self)
      .littleEndian
  }
}

/// Eight octets handled as one number, for scans that would otherwise look at each of them.
///
/// A mask has the top bit of each octet that it tells of set, the first octet in the lowest place.
@frozen
public struct OctetWord: Sendable {
  /// The octets, the first in the lowest place.
  public let octets: UInt64

  @inlinable
  public init(_ octets: UInt64) { self.octets = octets }

  /// The eight octets of `span` from `position` on. Complexity: O(1), one load.
  @inlinable
  public init(_ span: Span<UInt8>, at position: Int) { octets = span.word(at: position) }

  /// The first four and the last four octets of a span that has from four to eight.
  @inlinable
  init(ends span: Span<UInt8>) {
    octets =
      UInt64(span.halfWord(at: 0)) | UInt64(span.halfWord(at: span.count &- 4)) &<< 32
  }

  /// Whether this has the octets of `text`, ASCII letters compared without case. `text` has letters in
  /// lower case, and others below 0x40.
  @inlinable
  public func equalsIgnoringCase(_ text: OctetWord) -> Bool {
    // The cases of a letter differ in 0x20, and letters alone have 0x40.
    let caseBits = (text.octets & OctetWord.all(0x40)) &>> 1
    return (octets ^ text.octets) & ~caseBits == 0
  }

  /// The number of octets before the first that a mask tells of; 8 if it tells of none.
  @inlinable
  public static func countBefore(_ mask: UInt64) -> Int { mask.trailingZeroBitCount &>> 3 }

  /// A number with the same octet in each place.
  @inlinable
  public static func all(_ octet: UInt8) -> UInt64 { UInt64(octet) &* 0x0101_0101_0101_0101 }

  /// The top bit of each octet.
  @inlinable
  static var tops: UInt64 { 0x8080_8080_8080_8080 }

  /// The mask of octets from `low` through `high`, both below 0x80.
  @inlinable
  public func mask(from low: UInt8, through high: UInt8) -> UInt64 {
    // Without the top bits no sum carries into the next octet.
    let rest = octets & ~OctetWord.tops
    let isAtLeast = rest &+ OctetWord.all(0x80 &- low)
    let isAbove = rest &+ OctetWord.all(0x7F &- high)
    return isAtLeast & ~isAbove & ~octets & OctetWord.tops
  }

  /// The mask of control octets: 0x00 through 0x1F, and 0x7F.
  @inlinable
  public var controls: UInt64 {
    let rest = octets & ~OctetWord.tops
    let isAtLeastSpace = rest &+ OctetWord.all(0x60)
    let isDelete = rest &+ OctetWord.all(0x01)
    return (~isAtLeastSpace | isDelete) & ~octets & OctetWord.tops
  }

  /// The mask of ASCII letters of either case.
  @inlinable
  public var letters: UInt64 {
    OctetWord(octets | OctetWord.all(0x20)).mask(from: 0x61, through: 0x7A)
  }

  /// The octets with ASCII letters in lower case.
  @inlinable
  public var lowercased: UInt64 { octets | mask(from: 0x41, through: 0x5A) &>> 2 }
}
