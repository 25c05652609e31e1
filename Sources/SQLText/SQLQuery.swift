import NecroOctets

/// A statement under a name. All positions are those of the file.
public struct SQLQuery: Equatable, Sendable {
  /// The most different parameters of a statement: the protocol counts them in 16 bits.
  public static var parameterCountMax: Int { 65_535 }

  /// A parameter where it stands in the statement.
  public struct Use: Equatable, Sendable {
    /// The name in `{name}`, or the digits in `$1`.
    public var name: Slice
    /// All of it.
    public var slice: Slice
  }

  public var name: Slice
  public var kind: SQLQueryKind
  /// What the comments between name and statement say, in order.
  public var comments: [Slice] = []
  /// Those of them that are directives, the name's left out.
  public var directives: [SQLDirective] = []
  /// From the first token to the last, without the semicolon.
  public var statement = Slice.empty
  /// Every place of every parameter, in order.
  public var parameters: [Use] = []
  /// The commas that have to be left out for Postgres to read the statement.
  public var trailingCommas: [Slice] = []

  init(name: Slice, kind: SQLQueryKind) {
    self.name = name
    self.kind = kind
  }
}
