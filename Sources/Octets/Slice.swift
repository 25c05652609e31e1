/// A run of octets by position: what a codec's events carry instead of copies.
///
/// What the positions count from (a buffer's storage, a message's first octet) and how long they
/// stay valid is said by whoever hands the slice out.
@frozen
public struct Slice: Equatable, Hashable, Sendable {
  /// The position of the first octet.
  public var offset: Int
  /// The number of octets.
  public var count: Int

  @inlinable
  public init(offset: Int, count: Int) {
    self.offset = offset
    self.count = count
  }

  /// The position behind the last octet.
  @inlinable
  public var end: Int { offset + count }

  @inlinable
  public var isEmpty: Bool { count == 0 }

  /// The slice of no octets at position 0.
  @inlinable
  public static var empty: Slice { Slice(offset: 0, count: 0) }

  /// The same run, its positions counted from `distance` octets earlier.
  @inlinable
  public func shifted(by distance: Int) -> Slice {
    Slice(offset: offset + distance, count: count)
  }
}

extension Span where Element == UInt8 {
  /// The octets of `slice`, whose positions count from this span's start.
  ///
  /// A slice that reaches outside is a broken invariant of ours and traps; no peer's octets get here
  /// unchecked.
  @inlinable
  @_lifetime(copy self)
  public func octets(_ slice: Slice) -> Span<UInt8> {
    extracting(slice.offset..<slice.offset + slice.count)
  }

  /// Whether both spans hold the same octets.
  @inlinable
  public func equals(_ other: Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    guard count >= 8 else {
      for index in indices where self[index] != other[index] { return false }
      return true
    }
    var position = 0
    while true {
      if OctetWord(self, at: position).octets != OctetWord(other, at: position).octets {
        return false
      }
      if position == count - 8 { return true }
      // The last word overlaps the one before it.
      position = min(position + 8, count - 8)
    }
  }

  /// Whether this span holds exactly the octets of `text`.
  @inlinable
  public func equals(_ text: StaticString) -> Bool {
    equals(text.octets)
  }

  /// Whether both spans hold the same octets, ASCII letters compared without case.
  @inlinable
  public func equalsIgnoringCase(_ other: Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    for index in indices
    where OctetClass.lowercased(self[index]) != OctetClass.lowercased(other[index]) {
      return false
    }
    return true
  }

  /// Whether this span holds the octets of `text`, ASCII letters compared without case. `text` is
  /// given in lower case, and what is no letter in it lies below 0x40, as digits and "-" do.
  @inlinable
  public func equalsIgnoringCase(_ text: StaticString) -> Bool {
    let other = text.octets
    guard count == other.count else { return false }
    guard count >= 8 else {
      if count < 4 {
        for index in indices where OctetClass.lowercased(self[index]) != other[index] {
          return false
        }
        return true
      }
      return OctetWord(ends: self).equalsIgnoringCase(OctetWord(ends: other))
    }
    var position = 0
    while true {
      let word = OctetWord(self, at: position)
      if !word.equalsIgnoringCase(OctetWord(other, at: position)) { return false }
      if position == count - 8 { return true }
      position = min(position + 8, count - 8)
    }
  }
}

extension StaticString {
  /// The literal's UTF-8 octets, which live as long as the program.
  @inlinable
  public var octets: Span<UInt8> {
    @_lifetime(immortal)
    get {
      // The pointer is to the program's constant data: there is no owner to outlive.
      let span = unsafe Span(_unsafeStart: utf8Start, count: utf8CodeUnitCount)
      return unsafe _overrideLifetime(span, borrowing: ())
    }
  }
}
