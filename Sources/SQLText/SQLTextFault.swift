import NecroOctets

/// What is wrong with a file of SQL before Postgres has seen it, and where.
public struct SQLTextFault: Error, Equatable, Sendable {
  public var code: Code
  /// The octets at fault; where something never ends, those it begins with.
  public var slice: Slice

  public init(_ code: Code, _ slice: Slice) {
    self.code = code
    self.slice = slice
  }

  public enum Code: UInt8, Sendable, CaseIterable {
    /// A string without its closing quote.
    case unterminatedString
    /// An identifier without its closing quote.
    case unterminatedIdentifier
    /// `$tag$` without the same again.
    case unterminatedDollarString
    /// `/*` without its `*/`.
    case unterminatedComment
    /// `""`.
    case emptyIdentifier
    /// Letters directly behind a number or `$1`.
    case junkAfterNumber
    /// An octet that begins nothing.
    case strayOctet
    /// A `{` that no name and `}` follow.
    case invalidParameter
    /// The file is larger than `SQLTokens.octetsMax`.
    case fileTooLarge

    /// A statement that no `-- name:` stands before.
    case unnamedQuery
    /// A query without a statement.
    case missingStatement
    /// A second statement under one name.
    case secondStatement
    /// `-- name:` without a name and a kind, or with more than those.
    case malformedName
    /// A name that is no identifier.
    case invalidName
    /// A kind that there is not.
    case unknownKind
    /// A name that an earlier query has.
    case duplicateName
    /// `$1` and `{name}` in one query.
    case mixedParameters
    /// More parameters than a statement can have.
    case tooManyParameters
    /// A directive that names nothing.
    case emptyDirective
  }
}
