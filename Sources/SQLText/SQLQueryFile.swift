import NecroOctets

/// A file of queries: statements that each stand under `-- name: Name :kind`.
///
/// All that is wrong with it is found in one reading. A query with a fault is left out of `queries`.
public struct SQLQueryFile: Sendable {
  public private(set) var queries: [SQLQuery] = []
  /// What is wrong, in the order it was found.
  public private(set) var faults: [SQLTextFault] = []
  /// Commands to psql, which are not run.
  public private(set) var metaCommands: [Slice] = []

  private var open: SQLQuery?
  /// Every name up to now, those of queries with faults included.
  private var names: Set<[UInt8]> = []
  /// Whether the open query, or the statement that no name stands before, has a fault.
  private var isFaulty = false
  /// Whether there was a name at all, be it a malformed one.
  private var hasName = false
  private var uses: [SQLQuery.Use] = []
  private var trailingCommas: [Slice] = []

  /// Reads all of `text`.
  ///
  /// Complexity: linear in the octets.
  public init(_ text: Span<UInt8>) {
    do throws(SQLTextFault) {
      var statements = try SQLStatements(text, endsAtNames: true)
      while true {
        do throws(SQLTextFault) {
          guard let part = try statements.next() else { break }
          take(part, in: text)
        } catch {
          fault(error)
        }
      }
    } catch {
      fault(error)
    }
    endQuery()
  }

  private mutating func fault(_ fault: SQLTextFault) {
    faults.append(fault)
    isFaulty = true
  }

  private mutating func take(_ part: SQLStatements.Part, in text: Span<UInt8>) {
    switch part {
    case .comment(let token, isInside: false): comment(token, in: text)
    case .comment: break
    case .metaCommand(let slice): metaCommands.append(slice)
    case .parameter(let token): parameter(token)
    case .trailingComma(let slice): trailingCommas.append(slice)
    case .statement(let slice, let isDamaged): statement(slice, isDamaged: isDamaged, in: text)
    }
  }

  private mutating func comment(_ token: SQLToken, in text: Span<UInt8>) {
    let directive = token.kind == .lineComment ? SQLDirective(token.slice, in: text) : nil
    if let directive, directive.kind == .name {
      endQuery()
      begin(directive, in: text)
    } else if open?.statement.isEmpty == true {
      if let directive {
        if directive.value.isEmpty { fault(SQLTextFault(.emptyDirective, directive.comment)) }
        open?.directives.append(directive)
      } else {
        open?.comments.append(SQLComment.content(token.slice, in: text))
      }
    }
  }

  /// Reads `Name :kind`.
  private mutating func begin(_ directive: SQLDirective, in text: Span<UInt8>) {
    hasName = true
    let words = Self.words(directive.value, in: text)
    guard words.count == 2 else {
      return fault(SQLTextFault(.malformedName, directive.comment))
    }
    let name = words[0]
    let kind = SQLQueryKind(text.octets(words[1]))
    if kind == nil { fault(SQLTextFault(.unknownKind, words[1])) }
    if !Self.isName(text.octets(name)) { return fault(SQLTextFault(.invalidName, name)) }
    if !names.insert(Self.copy(text.octets(name))).inserted {
      fault(SQLTextFault(.duplicateName, name))
    }
    open = SQLQuery(name: name, kind: kind ?? .exec)
  }

  /// At most three words, which are more than there should be.
  private static func words(_ slice: Slice, in text: Span<UInt8>) -> [Slice] {
    var words: [Slice] = []
    var position = slice.offset
    while position < slice.end, words.count < 3 {
      let start = position
      while position < slice.end, !SQLOctets.isSpace(text[position]) { position += 1 }
      words.append(Slice(offset: start, count: position - start))
      while position < slice.end, SQLOctets.isSpace(text[position]) { position += 1 }
    }
    return words
  }

  /// An identifier without dollars, which languages that code is generated in do not have.
  private static func isName(_ name: Span<UInt8>) -> Bool {
    for index in name.indices {
      let octet = name[index]
      let isDigit = OctetClass.isDigit(octet) && index > 0
      if !SQLOctets.beginsWord(octet) && !isDigit { return false }
    }
    return name.count > 0
  }

  private mutating func parameter(_ token: SQLToken) {
    var name = token.slice
    name.offset += 1
    name.count -= token.kind == .parameter ? 2 : 1
    uses.append(SQLQuery.Use(name: name, slice: token.slice))
  }

  private mutating func statement(_ slice: Slice, isDamaged: Bool, in text: Span<UInt8>) {
    defer {
      uses = []
      trailingCommas = []
    }
    checkParameters(in: text)
    guard hasName else {
      return fault(SQLTextFault(.unnamedQuery, Self.firstLine(slice, in: text)))
    }
    guard open?.statement.isEmpty != false else {
      return fault(SQLTextFault(.secondStatement, Self.firstLine(slice, in: text)))
    }
    open?.statement = slice
    open?.parameters = uses
    open?.trailingCommas = trailingCommas
  }

  private mutating func checkParameters(in text: Span<UInt8>) {
    var distinct: Set<[UInt8]> = []
    for use in uses {
      let isNamed = text[use.slice.offset] == 0x7B
      if isNamed != (text[uses[0].slice.offset] == 0x7B) {
        return fault(SQLTextFault(.mixedParameters, use.slice))
      }
      distinct.insert(Self.copy(text.octets(use.name)))
      if distinct.count > SQLQuery.parameterCountMax {
        return fault(SQLTextFault(.tooManyParameters, use.slice))
      }
    }
  }

  private static func copy(_ octets: Span<UInt8>) -> [UInt8] {
    var copy: [UInt8] = []
    copy.reserveCapacity(octets.count)
    for index in octets.indices { copy.append(octets[index]) }
    return copy
  }

  private static func firstLine(_ slice: Slice, in text: Span<UInt8>) -> Slice {
    var end = slice.offset
    while end < slice.end, text[end] != 0x0A, text[end] != 0x0D { end += 1 }
    return Slice(offset: slice.offset, count: end - slice.offset)
  }

  private mutating func endQuery() {
    if let query = open, query.statement.isEmpty, !isFaulty {
      fault(SQLTextFault(.missingStatement, query.name))
    }
    if let query = open, !isFaulty { queries.append(query) }
    open = nil
    isFaulty = false
  }
}
