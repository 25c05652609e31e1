import NecroOctets

/// A parsed document as a flat list of elements in the document's order.
///
/// A consumer walks it once from front to back, and can step over an array or object by its `end`.
/// Strings stay where they are, in the document or in the parser's `unescaped`.
@frozen
public struct Tape: ~Copyable {
  @usableFromInline
  enum Kind: UInt8 {
    case null, `true`, `false`, integer, bigInteger, double
    case string, escapedString, beginArray, beginObject, endArray, endObject
  }

  /// An element in 16 octets.
  @usableFromInline
  struct Entry {
    /// The kind in the low four bits; above them an offset, for a double that of its text, or a count.
    @usableFromInline var head: UInt64
    /// A number's bits; a slice's count, shifted by one for the ASCII flag; an `end`.
    @usableFromInline var tail: UInt64

    @inlinable
    @inline(__always)
    init(_ kind: Kind, _ value: Int = 0, tail: UInt64 = 0) {
      head = UInt64(truncatingIfNeeded: value) &<< 4 | UInt64(kind.rawValue)
      self.tail = tail
    }

    @inlinable
    @inline(__always)
    init(_ kind: Kind, _ slice: Slice, isASCII: Bool) {
      self.init(
        kind, slice.offset,
        tail: UInt64(truncatingIfNeeded: slice.count) &<< 1 | (isASCII ? 1 : 0))
    }

    // Only kinds are ever stored in the low four bits.
    @inlinable var kind: Kind {
      unsafeBitCast(UInt8(truncatingIfNeeded: head & 15), to: Kind.self)
    }
    @inlinable var value: Int { Int(truncatingIfNeeded: head &>> 4) }
    @inlinable var slice: Slice {
      Slice(offset: value, count: Int(truncatingIfNeeded: tail &>> 1))
    }
    @inlinable var isASCII: Bool { tail & 1 != 0 }
  }

  // Invariant: 0 <= entryCount <= capacity, and `base` is nil only while `capacity` is 0. Entries need no
  // deinitialisation.
  @usableFromInline var base: UnsafeMutablePointer<Entry>?
  @usableFromInline var capacity = 0

  @usableFromInline var entryCount = 0

  /// The number of elements.
  @inlinable
  public var count: Int { entryCount }

  @usableFromInline
  init() {}

  @inlinable
  deinit {
    base?.deallocate()
  }

  /// The entry at an index, which is checked: what walks a tape may be misled by its user.
  @inlinable
  subscript(entry index: Int) -> Entry {
    @inline(__always)
    get {
      precondition(index >= 0 && index < count, "an element of the tape")
      return base.unsafelyUnwrapped[index]
    }
    @inline(__always)
    set {
      precondition(index >= 0 && index < count, "an element of the tape")
      base.unsafelyUnwrapped[index] = newValue
    }
  }

  /// The element at an index.
  ///
  /// - Complexity: O(1).
  @inlinable
  public subscript(index: Int) -> JSONElement {
    let entry = self[entry: index]
    switch entry.kind {
    case .null: return .null
    case .true: return .true
    case .false: return .false
    case .integer: return .integer(Int64(bitPattern: entry.tail))
    case .bigInteger: return .bigInteger(entry.slice)
    case .double: return .double(Double(bitPattern: entry.tail))
    case .string: return .string(entry.slice, isASCII: entry.isASCII)
    case .escapedString: return .escapedString(entry.slice, isASCII: entry.isASCII)
    case .beginArray:
      return .beginArray(count: entry.value, end: Int(truncatingIfNeeded: entry.tail))
    case .beginObject:
      return .beginObject(count: entry.value, end: Int(truncatingIfNeeded: entry.tail))
    case .endArray: return .endArray
    case .endObject: return .endObject
    }
  }

  /// The index behind the value that begins at `index`: the next value, name or end.
  @inlinable
  public func index(after index: Int) -> Int {
    let entry = self[entry: index]
    switch entry.kind {
    case .beginArray, .beginObject: return Int(entry.tail) + 1
    default: return index + 1
    }
  }

  /// Calls `body` with the elements as they lie in memory, for a consumer in C: 16 octets each, as
  /// `Entry` says. There is one at least, or `body` must not look.
  @inlinable
  public func withEntries<Result>(_ body: (UnsafeRawPointer) -> Result) -> Result {
    body(UnsafeRawPointer(base.unsafelyUnwrapped))
  }

  mutating func removeAll() {
    entryCount = 0
  }

  @inline(__always)
  mutating func append(_ entry: Entry) {
    if count == capacity { reserve(count + 1) }
    base.unsafelyUnwrapped[count] = entry
    entryCount &+= 1
  }

  /// Makes room for `entryCount` entries in all, and at least doubles what there is when that is less.
  @inline(never)
  mutating func reserve(_ entryCount: Int) {
    if entryCount <= capacity { return }
    let larger = max(entryCount, capacity * 2, 64)
    let moved = UnsafeMutablePointer<Entry>.allocate(capacity: larger)
    if let base {
      moved.moveInitialize(from: base, count: count)
      base.deallocate()
    }
    base = moved
    capacity = larger
  }
}
