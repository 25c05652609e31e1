import NecroOctets

/// A lexical element of a file of SQL, as Postgres' scanner tells them apart.
@frozen
public struct SQLToken: Equatable, Sendable {
  public var kind: Kind
  /// Its octets in the file, quotes and delimiters included.
  public var slice: Slice

  public init(_ kind: Kind, _ slice: Slice) {
    self.kind = kind
    self.slice = slice
  }

  public enum Kind: UInt8, Sendable, CaseIterable {
    /// `-- …` up to the end of its line, which is not part of it.
    case lineComment
    /// `/* … */`, with others in it.
    case blockComment
    /// A command to psql, `\connect` and the like, up to the end of its line; between statements alone.
    case metaCommand
    /// A key word or an identifier without quotes.
    case word
    /// `"…"` or `U&"…"`.
    case quotedIdentifier
    /// `'…'`, `E'…'`, `B'…'`, `X'…'` or `U&'…'`, with the strings that continue it on further
    /// lines.
    case string
    /// `$$…$$` or `$tag$…$tag$`.
    case dollarString
    /// A numeric constant.
    case number
    /// `$1`.
    case position
    /// `{name}`, which Postgres has not: a query's parameter.
    case parameter
    /// An operator of one or more characters.
    case operatorName
    case leftParenthesis
    case rightParenthesis
    case leftBracket
    case rightBracket
    case comma
    case semicolon
    case colon
    /// `::`, which casts.
    case doubleColon
    /// `:=`.
    case colonEquals
    case dot
    /// `..`, of a loop's bounds.
    case doubleDot

    /// Whether it is white space to Postgres.
    public var isComment: Bool { self == .lineComment || self == .blockComment }
  }
}
