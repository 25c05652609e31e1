import NecroOctets

/// One row of a run, or of a copy of it.
@frozen
public struct DataRow: ~Escapable {
  /// The octets that the row lies in. Positions count from their start.
  public let octets: Span<UInt8>
  /// Where the row's message begins.
  public let offset: Int

  /// - Parameters:
  ///   - octets: those at `DataRows.octets`, or a copy of them.
  ///   - offset: where a message begins, as another `DataRow` told it.
  @inlinable
  @_lifetime(copy octets)
  public init(_ octets: Span<UInt8>, at offset: Int) {
    self.octets = octets
    self.offset = offset
  }

  @inlinable
  public var columnCount: Int { Int(octets.bigEndian(at: offset + 5, as: UInt16.self)) }

  /// Where the row's message ends, and the next begins.
  @inlinable
  public var end: Int { offset + 1 + Int(octets.bigEndian(at: offset + 1, as: UInt32.self)) }

  /// The columns from the first on.
  @inlinable
  public var columns: DataColumnIterator {
    @_lifetime(copy self)
    get {
      DataColumnIterator(
        octets, position: offset + DataRows.octetsBeforeColumns, remaining: columnCount)
    }
  }

  /// The value of a column, counted from 0; nil for NULL, and for a column that the row does not have.
  ///
  /// - Complexity: O(index)
  @inlinable
  public func column(_ index: Int) -> Slice? {
    guard index >= 0 && index < columnCount else { return nil }
    var columns = columns
    for _ in 0..<index { _ = columns.next() }
    return columns.next()
  }
}

/// The columns of a row, one after the other.
@frozen
public struct DataColumnIterator: ~Escapable {
  @usableFromInline let octets: Span<UInt8>
  @usableFromInline var position: Int
  @usableFromInline var columnsLeft: Int

  @inlinable
  @_lifetime(copy octets)
  init(_ octets: Span<UInt8>, position: Int, remaining: Int) {
    self.octets = octets
    self.position = position
    columnsLeft = remaining
  }

  /// Columns that have not been read.
  @inlinable
  public var remaining: Int { columnsLeft }

  /// The next column's value, its position counted as the row's; nil for NULL, and behind the last
  /// column, which `remaining` tells apart.
  ///
  /// - Complexity: O(1)
  @inlinable
  public mutating func next() -> Slice? {
    guard columnsLeft > 0 else { return nil }
    columnsLeft &-= 1
    let length = Int(octets.bigEndian(at: position, as: Int32.self))
    position += 4
    guard length >= 0 else { return nil }
    let value = Slice(offset: position, count: length)
    position += length
    return value
  }
}

/// The rows of a run, one after the other.
@frozen
public struct DataRowIterator: ~Escapable {
  @usableFromInline let octets: Span<UInt8>
  @usableFromInline var position = 0

  /// - Parameter octets: those at `DataRows.octets`, or a copy of one or several runs.
  @inlinable
  @_lifetime(copy octets)
  public init(_ octets: Span<UInt8>) { self.octets = octets }

  @inlinable
  @_lifetime(copy self)
  public mutating func next() -> DataRow? {
    guard position < octets.count else { return nil }
    let row = DataRow(octets, at: position)
    position = row.end
    return row
  }
}
