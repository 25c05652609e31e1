import NecroOctets

/// Consecutive DataRow messages of the same number of columns, as they lie in the storage: a result is
/// kept with one copy of many rows.
///
/// Their structure has been checked, so that reading a column cannot reach outside.
///
/// PG protocol-message-formats-DataRow
@frozen
public struct DataRows: Sendable {
  /// The number of rows, at least 1.
  public let rowCount: Int
  /// Columns of each row.
  public let columnCount: Int
  /// The messages with their types and lengths: read with `DataRowIterator`.
  public let octets: Slice

  @inlinable
  init(rowCount: Int, columnCount: Int, octets: Slice) {
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.octets = octets
  }

  /// Octets before a row's first column: type, length, number of columns.
  @usableFromInline static var octetsBeforeColumns: Int { 7 }

  /// Takes the run of complete rows at the front of `input`. Nil when the first is not complete.
  ///
  /// A row that is wrong ends the run before it, and is reported once it is the first.
  @inline(__always)
  static func read(
    _ input: borrowing OctetBuffer, octetsMax: Int, columnsMax: Int
  ) throws(PostgresWireError) -> DataRows? {
    let octets = input.octets
    let available = octets.count
    var position = 0
    var rowCount = 0
    var columnCount = 0
    while available - position >= BackendDecoder.headerOctets,
      octets[position] == BackendMessageType.dataRow.rawValue
    {
      let length = Int(octets.bigEndian(at: position + 1, as: Int32.self))
      let hasSoundLength = length >= 6 && length <= octetsMax
      if !hasSoundLength && rowCount == 0 {
        throw PostgresWireError(
          code: length < 6 ? .lengthInvalid : .messageTooLong,
          offset: BackendDecoder.headerOctets - 1)
      }
      guard hasSoundLength && length < available - position else { break }
      let columns = Int(octets.bigEndian(at: position + 5, as: Int16.self))
      if rowCount == 0 {
        columnCount = columns
        try checkFirst(octets, end: 1 + length, columns, columnsMax)
      } else if columns != columnCount
        || fault(octets, from: position, end: position + 1 + length, columns) != nil
      {
        break
      }
      rowCount += 1
      position += 1 + length
    }
    if rowCount == 0 { return nil }
    return DataRows(
      rowCount: rowCount, columnCount: columnCount,
      octets: Slice(offset: input.readPosition, count: position))
  }

  /// Throws what is wrong with the row at the front.
  private static func checkFirst(
    _ octets: Span<UInt8>, end: Int, _ columnCount: Int, _ columnsMax: Int
  ) throws(PostgresWireError) {
    guard columnCount >= 0 && columnCount <= columnsMax else {
      throw PostgresWireError(code: .countInvalid, offset: BackendDecoder.headerOctets)
    }
    if let fault = fault(octets, from: 0, end: end, columnCount) { throw fault }
  }

  /// What is wrong with the columns of a row, at its offset from the front; nil if they fill the
  /// message exactly.
  @inline(__always)
  private static func fault(
    _ octets: Span<UInt8>, from start: Int, end: Int, _ columnCount: Int
  ) -> PostgresWireError? {
    var position = start + octetsBeforeColumns
    var columns = columnCount
    while columns > 0 {
      guard end - position >= 4 else {
        return PostgresWireError(code: .contentsTooShort, offset: position)
      }
      let length = Int(octets.bigEndian(at: position, as: Int32.self))
      guard length >= -1 && length <= end - position - 4 else {
        return PostgresWireError(code: .valueLengthInvalid, offset: position)
      }
      // NULL has no octets.
      position += 4 + max(length, 0)
      columns -= 1
    }
    return position == end ? nil : PostgresWireError(code: .contentsTooLong, offset: position)
  }
}
