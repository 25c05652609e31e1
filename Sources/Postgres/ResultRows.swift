import CLinux
import NecroOctets
import NecroPostgresWire

/// The rows of a result: DataRow messages behind each other, as they came, read with
/// `DataRowIterator`.
///
/// The octets are never moved once the operation is complete, so that whoever holds this may hold
/// positions in them.
public final class ResultRows {
  public let layout: RowLayout
  /// The number of rows.
  public private(set) var count = 0
  // Invariant: `base` has room for `capacity` octets, of which the first `octetCount` are written.
  private var base: UnsafeMutableRawPointer?
  private var capacity = 0
  public private(set) var octetCount = 0

  init(layout: RowLayout) { self.layout = layout }

  deinit { free(base) }

  public var isEmpty: Bool { count == 0 }

  /// The octets of all rows.
  public var octets: Span<UInt8> {
    @_lifetime(borrow self)
    get {
      let span = unsafe Span<UInt8>(
        _unsafeElements: UnsafeBufferPointer(
          start: base?.assumingMemoryBound(to: UInt8.self), count: octetCount))
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// Drops the rows and keeps the memory.
  func removeAll() {
    count = 0
    octetCount = 0
  }

  /// Appends a run of rows, by one copy.
  func append(_ run: Span<UInt8>, rowCount: Int) {
    let added = run.count
    if capacity - octetCount < added { grow(added) }
    run.withUnsafeBytes { source in
      if let target = base, let begin = source.baseAddress {
        memcpy(target + octetCount, begin, added)
      }
    }
    octetCount += added
    count += rowCount
  }

  /// The first run is usually all of the result and gets just its size; `realloc` moves large
  /// blocks
  /// without copying them.
  private func grow(_ added: Int) {
    let needed = octetCount + added
    let room = octetCount == 0 ? needed : max(needed, capacity * 2)
    guard let moved = realloc(base, room) else { fatalError("out of memory") }
    base = moved
    capacity = room
  }
}
