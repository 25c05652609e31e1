import NecroOctets

/// A file of SQL as statements: what stands between semicolons, but for those in parentheses and in
/// the body of a function that is written in SQL itself (`BEGIN ATOMIC … END`).
///
/// Call `next()` until it returns nil. After an error it goes on with the same statement, whose end
/// then says that it is damaged.
public struct SQLStatements: ~Escapable {
  /// What is in a file, in the order of its octets.
  public enum Part: Equatable, Sendable {
    /// A comment, between statements or inside of one.
    case comment(SQLToken, isInside: Bool)
    /// A command to psql.
    case metaCommand(Slice)
    /// A parameter: `$1`, or with its name in braces.
    case parameter(SQLToken)
    /// A comma before a closing parenthesis, which Postgres refuses.
    case trailingComma(Slice)
    /// The end of a statement, which comes behind its parts.
    ///
    /// `slice` reaches from its first token to its last, without the semicolon.
    case statement(Slice, isDamaged: Bool)
  }

  private var tokens: SQLTokens
  private let text: Span<UInt8>
  private let endsAtNames: Bool
  private var pending: Part?
  private var open = OpenStatement()
  private var isAtEnd = false

  /// - Parameter endsAtNames: whether a statement also ends where `-- name:` begins the next query.
  /// - Throws: `fileTooLarge`.
  @_lifetime(copy text)
  public init(_ text: Span<UInt8>, endsAtNames: Bool = false) throws(SQLTextFault) {
    tokens = try SQLTokens(text)
    self.text = text
    self.endsAtNames = endsAtNames
  }

  /// The next part, or nil at the end of the file.
  public mutating func next() throws(SQLTextFault) -> Part? {
    if let part = pending {
      pending = nil
      return part
    }
    while !isAtEnd {
      let token: SQLToken?
      do {
        token = try tokens.next()
      } catch {
        open.damage(error.slice)
        throw error
      }
      guard let token else {
        isAtEnd = true
        return open.end()
      }
      if let part = take(token) { return part }
    }
    return nil
  }

  private mutating func take(_ token: SQLToken) -> Part? {
    if token.kind.isComment {
      guard open.hasBegun else { return .comment(token, isInside: false) }
      if endsAtNames, SQLDirective(token.slice, in: text)?.kind == .name {
        pending = .comment(token, isInside: false)
        return open.end()
      }
      return .comment(token, isInside: true)
    }
    if token.kind == .metaCommand { return .metaCommand(token.slice) }
    if token.kind == .semicolon, open.endsAtSemicolon { return open.end() }
    let comma = token.kind == .rightParenthesis ? open.comma : nil
    open.append(token, in: text)
    if token.kind == .parameter || token.kind == .position { return .parameter(token) }
    return comma.map { .trailingComma($0) }
  }
}

/// What is known of a statement whose end has not come.
private struct OpenStatement {
  private var slice: Slice?
  private var parenthesisDepth = 0
  /// How many of a function's blocks and of the CASEs in them are open.
  private var blockDepth = 0
  private var definition = FunctionDefinition.possible
  private var isDamaged = false
  /// The comma that the last token was.
  private(set) var comma: Slice?

  var hasBegun: Bool { slice != nil }
  var endsAtSemicolon: Bool { parenthesisDepth == 0 && blockDepth == 0 }

  mutating func append(_ token: SQLToken, in text: Span<UInt8>) {
    extend(to: token.slice)
    comma = token.kind == .comma ? token.slice : nil
    switch token.kind {
    case .leftParenthesis: parenthesisDepth += 1
    case .rightParenthesis: parenthesisDepth = max(0, parenthesisDepth - 1)
    case .word where parenthesisDepth == 0: follow(text.octets(token.slice))
    default: break
    }
  }

  mutating func damage(_ at: Slice) {
    extend(to: at)
    isDamaged = true
    comma = nil
  }

  mutating func end() -> SQLStatements.Part? {
    defer { self = OpenStatement() }
    return slice.map { .statement($0, isDamaged: isDamaged) }
  }

  private mutating func extend(to other: Slice) {
    let start = slice?.offset ?? other.offset
    slice = Slice(offset: start, count: max(other.end, slice?.end ?? 0) - start)
  }

  /// Counts the blocks of a function, which begin with BEGIN and end with END as CASEs do.
  private mutating func follow(_ word: Span<UInt8>) {
    definition.follow(word)
    guard definition == .certain else { return }
    if word.equalsIgnoringCase("begin") {
      blockDepth += 1
    } else if word.equalsIgnoringCase("case") {
      if blockDepth > 0 { blockDepth += 1 }
    } else if word.equalsIgnoringCase("end") {
      blockDepth = max(0, blockDepth - 1)
    }
  }
}

/// Whether a statement is `CREATE [OR REPLACE] {FUNCTION | PROCEDURE}`, from its words up to now.
private enum FunctionDefinition {
  case possible, created, orSeen, replaced, certain, impossible

  mutating func follow(_ word: Span<UInt8>) {
    switch self {
    case .possible: self = word.equalsIgnoringCase("create") ? .created : .impossible
    case .created:
      self = word.equalsIgnoringCase("or") ? .orSeen : Self.defined(word)
    case .orSeen: self = word.equalsIgnoringCase("replace") ? .replaced : .impossible
    case .replaced: self = Self.defined(word)
    case .certain, .impossible: break
    }
  }

  private static func defined(_ word: Span<UInt8>) -> Self {
    word.equalsIgnoringCase("function") || word.equalsIgnoringCase("procedure")
      ? .certain : .impossible
  }
}
