import NecroOctets
import NecroSQLText

/// The properties that tokens cover a text but for its white space, that they are read again when
/// comments are put between them, and that a query is read again from its own octets.
///
/// Traps on a violation.
public func fuzzSQLTextRoundTrip(_ octets: Span<UInt8>) {
  let texts = SQLTextFuzzing.tokens(octets)
  if let texts {
    var joined: [UInt8] = []
    for token in texts {
      joined += token.octets
      // What ends with its line needs the line's end; a comment keeps strings from being one.
      joined += Array(
        (token.kind == .lineComment || token.kind == .metaCommand ? "\n" : "/**/").utf8)
    }
    guard let again = SQLTextFuzzing.tokens(joined.span) else {
      preconditionFailure("tokens with comments between them are read")
    }
    let comment = SQLTextFuzzing.Token(kind: .blockComment, octets: Array("/**/".utf8))
    precondition(
      texts.filter { $0 != comment } == again.filter { $0 != comment }, "tokens are read again")
  }
  SQLTextFuzzing.checkStatements(octets)
  SQLTextFuzzing.checkQueries(octets)
}

enum SQLTextFuzzing {
  struct Token: Equatable {
    let kind: SQLToken.Kind
    let octets: [UInt8]
  }

  /// The tokens of a text, or nil where it has a fault.
  static func tokens(_ text: Span<UInt8>) -> [Token]? {
    var found: [Token] = []
    var isWhole = true
    // A mark of the octets' order is no token.
    var covered = text.count > 2 && text[0] == 0xEF && text[1] == 0xBB && text[2] == 0xBF ? 3 : 0
    do throws(SQLTextFault) {
      var tokens = try SQLTokens(text)
      while true {
        do throws(SQLTextFault) {
          guard let token = try tokens.next() else { break }
          precondition(token.slice.offset >= covered && token.slice.count > 0, "in order")
          if isWhole { checkSpace(text, covered..<token.slice.offset) }
          covered = token.slice.end
          found.append(Token(kind: token.kind, octets: copy(text, token.slice)))
        } catch {
          precondition(error.slice.end <= text.count, "a fault lies in the text")
          isWhole = false
        }
      }
    } catch {
      preconditionFailure("the text is not too large")
    }
    if isWhole { checkSpace(text, covered..<text.count) }
    return isWhole ? found : nil
  }

  private static func checkSpace(_ text: Span<UInt8>, _ range: Range<Int>) {
    for index in range {
      precondition(text[index] == 0x20 || (0x09...0x0D).contains(text[index]), "white space")
    }
  }

  static func copy(_ text: Span<UInt8>, _ slice: Slice) -> [UInt8] {
    var octets: [UInt8] = []
    for index in slice.offset..<slice.end { octets.append(text[index]) }
    return octets
  }

  /// Statements lie in order, and their parts within them.
  static func checkStatements(_ text: Span<UInt8>) {
    var previous = 0
    var latest = 0
    do throws(SQLTextFault) {
      var statements = try SQLStatements(text)
      while true {
        do throws(SQLTextFault) {
          guard let part = try statements.next() else { break }
          switch part {
          case .comment(let token, _), .parameter(let token): latest = token.slice.end
          case .metaCommand(let slice), .trailingComma(let slice): latest = slice.end
          case .statement(let slice, _):
            precondition(slice.offset >= previous && slice.count > 0, "statements are in order")
            previous = slice.end
          }
          precondition(latest <= text.count, "parts lie in the text")
        } catch {
          precondition(error.slice.end <= text.count, "a fault lies in the text")
        }
      }
    } catch {
      preconditionFailure("the text is not too large")
    }
  }

  /// Each query of a text, written alone, is the same query.
  static func checkQueries(_ text: Span<UInt8>) {
    let file = SQLQueryFile(text)
    for query in file.queries.prefix(64) {
      var alone: [UInt8] = Array("-- name: ".utf8)
      alone += copy(text, query.name) + Array(" \(keyword(query.kind))\n".utf8)
      let offset = alone.count
      alone += copy(text, query.statement)
      let again = SQLQueryFile(alone.span)
      precondition(again.faults.isEmpty && again.queries.count == 1, "a query is read again")
      let other = again.queries[0]
      precondition(other.kind == query.kind, "with its kind")
      precondition(other.statement == Slice(offset: offset, count: query.statement.count), "whole")
      precondition(
        other.parameters.map { copy(alone.span, $0.name) }
          == query.parameters.map { copy(text, $0.name) }, "with its parameters")
      precondition(other.trailingCommas.count == query.trailingCommas.count, "with its commas")
    }
  }

  private static func keyword(_ kind: SQLQueryKind) -> String {
    switch kind {
    case .one: ":one"
    case .many: ":many"
    case .exec: ":exec"
    case .execRows: ":execrows"
    case .stream: ":stream"
    case .batch: ":batch"
    case .copyFrom: ":copyfrom"
    }
  }
}
