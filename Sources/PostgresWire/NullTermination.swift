import NecroOctets

extension Span where Element == UInt8 {
  /// The position of the first zero octet from `start` on and before `end`, or nil: the end of a
  /// `String` of the protocol.
  ///
  /// Complexity: O(n), eight octets at a time.
  func nullPosition(from start: Int, to end: Int) -> Int? {
    var position = start
    while position <= end - 8 {
      let word = word(at: position)
      // The lowest set bit is that of the first zero octet; bits above it may be set by a borrow.
      let mask = (word &- OctetWord.all(0x01)) & ~word & OctetWord.all(0x80)
      if mask != 0 { return position + OctetWord.countBefore(mask) }
      position += 8
    }
    while position < end {
      if self[position] == 0 { return position }
      position += 1
    }
    return nil
  }
}
