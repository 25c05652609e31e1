import NecroOctets

/// What a RowDescription says of one column.
@frozen
public struct FieldDescription: Sendable {
  /// The column's name, by its position in the run.
  public let name: Slice
  /// The table's object ID, or 0 when the column is no table's.
  public let tableOID: UInt32
  /// The attribute number of the table's column, or 0.
  public let attributeNumber: Int16
  public let typeOID: UInt32
  /// Octets of a value of the type; negative for types of variable width.
  public let typeSize: Int16
  /// What it means depends on the type.
  public let typeModifier: Int32
  /// The format of the column's values. In the description of a statement it is always text, since
  /// none has been asked for yet.
  public let format: FormatCode

  @inlinable
  init(name: Slice, _ octets: Span<UInt8>) {
    self.name = name
    let offset = name.end + 1
    tableOID = octets.bigEndian(at: offset)
    attributeNumber = octets.bigEndian(at: offset + 4)
    typeOID = octets.bigEndian(at: offset + 6)
    typeSize = octets.bigEndian(at: offset + 10)
    typeModifier = octets.bigEndian(at: offset + 12)
    format = octets.bigEndian(at: offset + 16, as: UInt16.self) == 0 ? .text : .binary
  }
}

/// The columns of a RowDescription, one after the other.
@frozen
public struct FieldDescriptionIterator: ~Escapable {
  @usableFromInline let octets: Span<UInt8>
  @usableFromInline var position = 0

  /// - Parameter octets: those at `RowDescription.fields`, or a copy of them.
  @inlinable
  @_lifetime(copy octets)
  public init(_ octets: Span<UInt8>) { self.octets = octets }

  /// Complexity: O(octets of the name).
  @inlinable
  public mutating func next() -> FieldDescription? {
    if position >= octets.count { return nil }
    let start = position
    while octets[position] != 0 { position += 1 }
    let name = Slice(offset: start, count: position - start)
    position += 1 + RowDescription.octetsBehindName
    return FieldDescription(name: name, octets)
  }
}
