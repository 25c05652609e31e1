import NecroOctets

/// One field line: where its name and its value lie.
@frozen
public struct FieldLine: Equatable, Sendable {
  /// The name as the peer spelled it.
  public var name: Slice
  /// The value without the white space around it.
  public var value: Slice
  /// Which of the names that this stack interprets it is.
  public var id: FieldID

  @inlinable
  public init(name: Slice, value: Slice, id: FieldID) {
    self.name = name
    self.value = value
    self.id = id
  }
}

/// The field lines of one section (a head's or a trailer's), in the order they came.
///
/// It holds positions and no octets; what the positions count from is said by whoever fills it. The
/// table keeps its storage when emptied, so that a connection's second request costs no allocation.
///
/// RFC 9110 §5.4
@frozen
public struct FieldSection: ~Copyable {
  @usableFromInline var lines: [FieldLine]
  /// A bit for each `FieldID` that occurs.
  @usableFromInline var present: UInt64

  @inlinable
  public init() {
    lines = []
    present = 0
  }

  /// The number of field lines.
  @inlinable
  public var count: Int { lines.count }

  @inlinable
  public var isEmpty: Bool { lines.isEmpty }

  @inlinable
  public subscript(index: Int) -> FieldLine { lines[index] }

  @inlinable
  public mutating func append(_ line: FieldLine) {
    lines.append(line)
    present |= 1 &<< UInt64(line.id.rawValue)
  }

  /// Drops all lines and keeps the storage.
  @inlinable
  public mutating func removeAll() {
    // Few requests have trailers.
    if lines.isEmpty { return }
    lines.removeAll(keepingCapacity: true)
    present = 0
  }

  /// Whether a line with that name is there. Complexity: O(1).
  @inlinable
  public func contains(_ id: FieldID) -> Bool {
    present & (1 &<< UInt64(id.rawValue)) != 0
  }

  /// The first line with that name. Complexity: O(1) when there is none, else O(`count`).
  @inlinable
  public func first(_ id: FieldID) -> FieldLine? {
    guard contains(id) else { return nil }
    for index in 0..<lines.count where lines[index].id == id { return lines[index] }
    return nil
  }

  /// Makes this table hold the lines of `other`, in storage of its own.
  @inlinable
  public mutating func copy(from other: borrowing FieldSection) {
    lines.removeAll(keepingCapacity: true)
    for index in 0..<other.lines.count { lines.append(other.lines[index]) }
    present = other.present
  }
}
