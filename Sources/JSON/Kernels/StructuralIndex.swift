import CKernels

/// Where a document's tokens begin, as a kernel finds them, and which octets need a closer look.
@frozen
@usableFromInline
struct StructuralIndex: ~Copyable {
  /// The positions; a further one behind the last is that of the first.
  @usableFromInline var places: UnsafeMutablePointer<UInt32>?
  /// Two words for each 64 octets: a bit for each backslash or octet above 0x7F, and for each backslash.
  @usableFromInline var blocks: UnsafeMutablePointer<UInt64>?
  @usableFromInline var octetCapacity = 0

  init() {}

  @inlinable
  deinit {
    places?.deallocate()
    blocks?.deallocate()
  }

  /// What is allocated; as much of it is in memory as documents had tokens.
  var storageOctets: Int { octetCapacity * MemoryLayout<UInt32>.stride + octetCapacity / 4 }

  /// Positions have 32 bits.
  static var octetCountMax: Int { 1 << 31 }

  /// Indexes a document; nil when it cannot be JSON.
  ///
  /// - Returns: the number of places.
  mutating func fill(
    _ text: UnsafePointer<UInt8>, _ count: Int, _ kernel: JSONKernel
  ) -> Int? {
    if count > octetCapacity {
      places?.deallocate()
      blocks?.deallocate()
      octetCapacity = max(count, octetCapacity * 2, 1024)
      places = .allocate(capacity: octetCapacity + 64)
      blocks = .allocate(capacity: octetCapacity / 32 + 4)
    }
    let placeCount = necro_json_index(kernel.level, text, count, places, blocks)
    // NECRO_JSON_FAULT is beyond all counts.
    if placeCount > count { return nil }
    if placeCount > 0 { places![placeCount] = places![0] }
    return placeCount
  }

  /// Indexes a document that is looked at place by place.
  mutating func fill(_ document: Span<UInt8>, _ kernel: JSONKernel) -> Int? {
    document.withUnsafeBufferPointer { octets in
      octets.baseAddress.flatMap { fill($0, octets.count, kernel) }
    }
  }

  /// The position of a place; nil when there are not as many.
  @inline(__always)
  func place(_ index: Int, of count: Int) -> Int? {
    index >= 0 && index < count ? Int(places.unsafelyUnwrapped[index]) : nil
  }

  /// Whether no octet of a string needs a closer look; false may be said of others, too.
  ///
  /// - Parameters:
  ///   - start: behind the opening quote.
  ///   - end: the closing quote.
  @inline(__always)
  func isPlain(_ start: Int, _ end: Int) -> Bool {
    let words = blocks.unsafelyUnwrapped
    let first = start &>> 6
    let last = end &>> 6
    return words[2 &* first] | words[2 &* last] == 0 && last &- first <= 1
  }

  /// Whether the octets of a string have a backslash, and one above 0x7F.
  func marks(_ start: Int, _ end: Int) -> (backslashes: Bool, high: Bool) {
    let words = blocks.unsafelyUnwrapped
    let last = end &>> 6
    var block = start &>> 6
    var mask = UInt64.max &<< UInt64(truncatingIfNeeded: start)
    var backslashes: UInt64 = 0
    var high: UInt64 = 0
    while true {
      if block == last { mask &= UInt64.max &>> (63 &- UInt64(truncatingIfNeeded: end) & 63) }
      let strange = words[2 &* block] & mask
      let escaping = words[2 &* block &+ 1] & mask
      backslashes |= escaping
      high |= strange & ~escaping
      if block == last { return (backslashes != 0, high != 0) }
      mask = UInt64.max
      block &+= 1
    }
  }

  /// The first backslash from `start` on and before `end`, or `end`.
  @inline(__always)
  func backslash(_ start: Int, _ end: Int) -> Int {
    let words = blocks.unsafelyUnwrapped
    var block = start &>> 6
    var bits = words[2 &* block &+ 1] & UInt64.max &<< UInt64(truncatingIfNeeded: start)
    let last = end &>> 6
    while bits == 0, block < last {
      block &+= 1
      bits = words[2 &* block &+ 1]
    }
    return bits == 0 ? end : min(end, block &<< 6 | bits.trailingZeroBitCount)
  }
}
