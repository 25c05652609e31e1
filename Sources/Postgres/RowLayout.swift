import NecroOctets
import NecroPostgresWire

/// What an owner of a pool keeps with a layout. A class to be subclassed, since Embedded Swift has
/// no existentials.
open class LayoutAttachment {
  public init() {}
}

/// The columns of a result: names, types, formats.
public final class RowLayout {
  public struct Column: Sendable {
    /// The name, by its position in `RowLayout.description`.
    public let name: Slice
    public let typeOID: UInt32
    public let typeModifier: Int32
    /// The table's object ID and the column's number in it, or 0.
    public let tableOID: UInt32
    public let attributeNumber: Int16
    /// The format of the values in rows of this layout.
    public let format: FormatCode
  }

  /// RowDescription's fields as the server sent them.
  public let description: [UInt8]
  public let columns: [Column]
  /// The format of all columns, where they have the same.
  public let uniformFormat: FormatCode?
  let formats: [FormatCode]
  /// What the owner keeps here: its own form of the layout.
  public final var attachment: LayoutAttachment?

  func hasDescription(_ other: Span<UInt8>) -> Bool {
    let description = description
    return description.span.equals(other)
  }

  /// - Parameters:
  ///   - description: RowDescription's fields; empty for a statement that returns no rows.
  ///   - format: that of a column's values, by index and type.
  init(_ description: Span<UInt8>, format: (Int, UInt32) -> FormatCode) {
    var columns: [Column] = []
    var formats: [FormatCode] = []
    var fields = FieldDescriptionIterator(description)
    while let field = fields.next() {
      let code = format(columns.count, field.typeOID)
      formats.append(code)
      columns.append(
        Column(
          name: field.name, typeOID: field.typeOID, typeModifier: field.typeModifier,
          tableOID: field.tableOID, attributeNumber: field.attributeNumber, format: code))
    }
    var uniform: FormatCode? = formats.first ?? .binary
    for code in formats where code != uniform { uniform = nil }
    self.description = [UInt8](copying: description)
    self.columns = columns
    self.formats = formats
    uniformFormat = uniform
  }
}
