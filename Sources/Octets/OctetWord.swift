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
}
