/// Contiguous octets that are written at the end and read from the front.
///
/// Positions in slices count from the start of the storage, so they stay valid while octets are
/// only consumed, and become invalid with the next `reserve`, `append` or `removeAll`, which may
/// move or overwrite what was consumed.
///
/// A buffer without storage is 32 octets and costs no allocation; a server lends storage to a
/// connection only while it holds octets.
@frozen
public struct OctetBuffer: ~Copyable {
  // Invariant: 0 <= start <= end <= capacity, and `base` is nil only while `capacity` is 0.
  @usableFromInline var base: UnsafeMutablePointer<UInt8>?
  @usableFromInline var storageCapacity: Int
  @usableFromInline var start: Int
  @usableFromInline var end: Int

  /// A buffer without storage.
  @inlinable
  public init() {
    base = nil
    storageCapacity = 0
    start = 0
    end = 0
  }

  /// A buffer with storage for `capacity` octets.
  public init(capacity: Int) {
    self.init()
    if capacity > 0 { reallocate(to: capacity) }
  }

  deinit {
    base?.deallocate()
  }

  /// The octets of storage, used or not.
  @inlinable
  public var capacity: Int { storageCapacity }

  /// The number of octets written and not consumed.
  @inlinable
  public var count: Int { end &- start }

  @inlinable
  public var isEmpty: Bool { end == start }

  /// The position of the first octet that is not consumed.
  @inlinable
  public var readPosition: Int { start }

  /// The position where the next octet will be written.
  @inlinable
  public var writePosition: Int { end }

  /// The octets written and not consumed.
  @inlinable
  public var octets: Span<UInt8> {
    @_lifetime(borrow self)
    get {
      // The storage is owned by self and is not moved while self is borrowed.
      let span = unsafe Span<UInt8>(
        _unsafeElements: UnsafeBufferPointer(start: base.map { $0 + start }, count: end &- start))
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// The octets at a slice whose positions count from the start of the storage.
  @inlinable
  @_lifetime(borrow self)
  public func octets(_ slice: Slice) -> Span<UInt8> {
    precondition(
      slice.offset >= 0 && slice.count >= 0 && slice.count <= end - slice.offset,
      "a slice lies within the octets written")
    let span = unsafe Span<UInt8>(
      _unsafeElements: UnsafeBufferPointer(
        start: base.map { $0 + slice.offset }, count: slice.count))
    return unsafe _overrideLifetime(span, borrowing: self)
  }

  /// Makes room behind the last octet for at least `octetCount` more and returns it, to be written
  /// by a system call or a C function. Invalidates slices. `advance` then says how many were written.
  @inlinable
  public mutating func reserve(_ octetCount: Int) -> UnsafeMutableRawBufferPointer {
    if capacity &- end < octetCount { makeRoom(octetCount) }
    return unsafe UnsafeMutableRawBufferPointer(
      start: base.map { $0 + end }, count: capacity &- end)
  }

  /// Counts `octetCount` octets of the room that `reserve` returned as written.
  @inlinable
  public mutating func advance(_ octetCount: Int) {
    precondition(octetCount >= 0 && octetCount <= capacity - end, "written within the room")
    end &+= octetCount
  }

  /// Drops `octetCount` octets from the front. Slices stay valid.
  @inlinable
  public mutating func consume(_ octetCount: Int) {
    precondition(octetCount >= 0 && octetCount <= count, "consumed no more than is there")
    start &+= octetCount
  }

  /// Drops all octets and keeps the storage.
  @inlinable
  public mutating func removeAll() {
    start = 0
    end = 0
  }

  /// Drops the octets written from `position` on.
  @inlinable
  public mutating func truncate(to position: Int) {
    precondition(position >= start && position <= end, "a position among the octets")
    end = position
  }

  @inlinable
  public mutating func append(_ octet: UInt8) {
    if end == capacity { makeRoom(1) }
    unsafe base.unsafelyUnwrapped[end] = octet
    end &+= 1
  }

  @inlinable
  public mutating func append(_ octets: Span<UInt8>) {
    let added = octets.count
    if added == 0 { return }
    if capacity &- end < added { makeRoom(added) }
    unsafe octets.withUnsafeBytes { source in
      unsafe copy(from: source.baseAddress.unsafelyUnwrapped, count: added, to: end)
    }
    end &+= added
  }

  @inlinable
  public mutating func append(_ text: StaticString) {
    let added = text.utf8CodeUnitCount
    if capacity &- end < added { makeRoom(added) }
    if added > 0 {
      unsafe copy(from: text.utf8Start, count: added, to: end)
    }
    end &+= added
  }

  /// Copies octets to a position of the storage. As raw memory, since a typed copy of single octets
  /// becomes a loop over them in Embedded Swift.
  @inlinable
  func copy(from source: UnsafeRawPointer, count: Int, to position: Int) {
    unsafe UnsafeMutableRawPointer(base.unsafelyUnwrapped + position)
      .copyMemory(from: source, byteCount: count)
  }

  /// Appends a number in decimal digits without leading zeros.
  @inlinable
  public mutating func append(decimal number: UInt64) {
    // 20 digits hold 2^64 - 1.
    if capacity &- end < 20 { makeRoom(20) }
    let first = unsafe base.unsafelyUnwrapped + end
    var digitCount = 1
    var bound: UInt64 = 10
    while number >= bound {
      digitCount &+= 1
      if digitCount == 20 { break }
      bound &*= 10
    }
    var rest = number
    var position = digitCount
    while position > 0 {
      position &-= 1
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
      unsafe first[position] = UInt8(truncatingIfNeeded: digit) &+ 0x30
      rest = quotient
    }
    end &+= digitCount
  }

  /// Makes room for `octetCount` octets behind the last: moves what is not consumed to the front
  /// when that is enough and cheap, else at least doubles the storage.
  @inline(never)
  @usableFromInline
  mutating func makeRoom(_ octetCount: Int) {
    let used = end - start
    let (needed, overflows) = used.addingReportingOverflow(octetCount)
    precondition(!overflows && octetCount >= 0, "a size that memory can have")
    if needed <= capacity && used <= capacity / 2 {
      if used > 0, let base {
        unsafe copy(from: base + start, count: used, to: 0)
      }
      start = 0
      end = used
    } else {
      reallocate(to: max(needed, capacity * 2, 256))
    }
  }

  @usableFromInline
  mutating func reallocate(to newCapacity: Int) {
    let used = end - start
    let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: newCapacity)
    if let base {
      unsafe UnsafeMutableRawPointer(moved).copyMemory(from: base + start, byteCount: used)
      unsafe base.deallocate()
    }
    base = moved
    storageCapacity = newCapacity
    start = 0
    end = used
  }
}
