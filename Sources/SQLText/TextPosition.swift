/// A place in a text as editors show it.
public struct TextPosition: Equatable, Sendable {
  /// The line, counted from 1. LF, CR LF and CR end one.
  public var line: Int
  /// The column in characters (Unicode scalar values), counted from 1.
  public var column: Int

  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  /// The place of the octet at `offset`.
  ///
  /// Complexity: O(`offset`).
  public init(of offset: Int, in text: Span<UInt8>) {
    var line = 1
    var column = 1
    for index in 0..<min(offset, text.count) {
      let octet = text[index]
      let endsLine =
        octet == 0x0A || (octet == 0x0D && !(index + 1 < text.count && text[index + 1] == 0x0A))
      if endsLine {
        line += 1
        column = 1
      } else if octet & 0xC0 != 0x80 {
        // Continuation octets of UTF-8 belong to the character before.
        column += 1
      }
    }
    self.init(line: line, column: column)
  }
}
