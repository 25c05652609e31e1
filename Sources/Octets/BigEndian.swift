// Integers in network byte order: the most significant octet first.

extension Span where Element == UInt8 {
  /// The integer whose octets begin at `offset`, the most significant first. They need no alignment.
  ///
  /// Complexity: O(1), one load.
  @inlinable
  public func bigEndian<Number: FixedWidthInteger & BitwiseCopyable>(
    at offset: Int, as type: Number.Type = Number.self
  ) -> Number {
    precondition(
      offset >= 0 && offset <= count - MemoryLayout<Number>.size, "a number lies within the span")
    // The bounds were checked above, and any octets are a number.
    return unsafe Number(
      bigEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: Number.self))
  }
}

extension OctetBuffer {
  /// Appends the octets of `number`, the most significant first.
  @inlinable
  public mutating func append<Number: FixedWidthInteger & BitwiseCopyable>(bigEndian number: Number)
  {
    let octetCount = MemoryLayout<Number>.size
    if capacity &- end < octetCount { makeRoom(octetCount) }
    store(number, at: end)
    end &+= octetCount
  }

  /// Replaces octets that were written by those of `number`, the most significant first: a length that
  /// is known only once what it counts has been appended.
  ///
  /// - Parameter index: counted from the first octet that is not consumed, so that it stays valid when
  ///   appending moves the storage.
  @inlinable
  public mutating func overwrite<Number: FixedWidthInteger & BitwiseCopyable>(
    bigEndian number: Number, at index: Int
  ) {
    precondition(
      index >= 0 && index <= count - MemoryLayout<Number>.size, "a number lies among the octets")
    store(number, at: start &+ index)
  }

  /// Drops the octets written from `index` on, counted from the first octet that is not consumed.
  @inlinable
  public mutating func truncate(toCount index: Int) {
    truncate(to: start + index)
  }

  @inlinable
  mutating func store<Number: FixedWidthInteger & BitwiseCopyable>(
    _ number: Number, at position: Int
  ) {
    // The callers have checked that the octets lie within the storage.
    unsafe UnsafeMutableRawPointer(base.unsafelyUnwrapped + position)
      .storeBytes(of: number.bigEndian, as: Number.self)
  }
}
