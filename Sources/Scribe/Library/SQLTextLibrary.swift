// The reader of SQL as functions of C, for a program in Python to load.
//
// Each takes a text of UTF-8 and writes what it finds as records of four numbers, the first of which
// says what it is (`Record`), into room for `capacity` numbers. It returns how many numbers there are,
// so that a caller with too little room comes again with more. All positions are octets of the text.

import NecroOctets
import NecroSQLText

/// What a record is of. The three numbers behind it are named in their order.
enum Record: Int32 {
  /// Offset, count, whether it is inside a statement.
  case comment = 1
  /// Offset, count.
  case metaCommand = 2
  /// Offset, count of a parameter with what is around its name.
  case parameter = 3
  /// Offset, count.
  case trailingComma = 4
  /// Offset, count, whether it is damaged.
  case statement = 5
  /// Code, offset, count.
  case fault = 6
  /// Offset and count of the name, kind. What follows is of this query.
  case query = 7
  /// Kind, offset and count of the value.
  case directive = 8
  /// Kind, offset, count.
  case token = 9
}

/// Numbers that are written as far as there is room, and counted.
private struct Records {
  let output: UnsafeMutablePointer<Int32>
  let capacity: Int32
  private(set) var count: Int32 = 0

  init(_ output: UnsafeMutablePointer<Int32>, capacity: Int32) {
    self.output = output
    self.capacity = capacity
  }

  mutating func append(_ record: Record, _ slice: Slice, _ third: Int = 0) {
    append(record, slice.offset, slice.count, third)
  }

  mutating func append(_ fault: SQLTextFault) {
    append(.fault, Int(fault.code.rawValue), fault.slice.offset, fault.slice.count)
  }

  mutating func append(_ record: Record, _ first: Int, _ second: Int, _ third: Int) {
    if count <= capacity - 4 {
      output[Int(count)] = record.rawValue
      // A text has fewer than 2^30 octets.
      output[Int(count) + 1] = Int32(truncatingIfNeeded: first)
      output[Int(count) + 2] = Int32(truncatingIfNeeded: second)
      output[Int(count) + 3] = Int32(truncatingIfNeeded: third)
    }
    count += 4
  }
}

/// The tokens of a text, and its faults.
@_cdecl("necro_sqltext_tokens")
public func necroSQLTextTokens(
  _ start: UnsafePointer<UInt8>, _ octetCount: Int32,
  _ output: UnsafeMutablePointer<Int32>, _ capacity: Int32
) -> Int32 {
  let text = Span(_unsafeStart: start, count: Int(octetCount))
  var records = Records(output, capacity: capacity)
  do throws(SQLTextFault) {
    var tokens = try SQLTokens(text)
    while true {
      do throws(SQLTextFault) {
        guard let token = try tokens.next() else { break }
        records.append(
          .token, Int(token.kind.rawValue), token.slice.offset, token.slice.count)
      } catch {
        records.append(error)
      }
    }
  } catch {
    records.append(error)
  }
  return records.count
}

/// The parts of a file of statements.
@_cdecl("necro_sqltext_statements")
public func necroSQLTextStatements(
  _ start: UnsafePointer<UInt8>, _ octetCount: Int32,
  _ output: UnsafeMutablePointer<Int32>, _ capacity: Int32
) -> Int32 {
  let text = Span(_unsafeStart: start, count: Int(octetCount))
  var records = Records(output, capacity: capacity)
  do throws(SQLTextFault) {
    var statements = try SQLStatements(text)
    while true {
      do throws(SQLTextFault) {
        guard let part = try statements.next() else { break }
        append(part, to: &records)
      } catch {
        records.append(error)
      }
    }
  } catch {
    records.append(error)
  }
  return records.count
}

private func append(_ part: SQLStatements.Part, to records: inout Records) {
  switch part {
  case .comment(let token, let isInside):
    records.append(.comment, token.slice, isInside ? 1 : 0)
  case .metaCommand(let slice): records.append(.metaCommand, slice)
  case .parameter(let token): records.append(.parameter, token.slice)
  case .trailingComma(let slice): records.append(.trailingComma, slice)
  case .statement(let slice, let isDamaged):
    records.append(.statement, slice, isDamaged ? 1 : 0)
  }
}

/// The queries of a file of them.
@_cdecl("necro_sqltext_queries")
public func necroSQLTextQueries(
  _ start: UnsafePointer<UInt8>, _ octetCount: Int32,
  _ output: UnsafeMutablePointer<Int32>, _ capacity: Int32
) -> Int32 {
  let file = SQLQueryFile(Span(_unsafeStart: start, count: Int(octetCount)))
  var records = Records(output, capacity: capacity)
  for fault in file.faults { records.append(fault) }
  for slice in file.metaCommands { records.append(.metaCommand, slice) }
  for query in file.queries {
    records.append(.query, query.name, Int(query.kind.rawValue))
    for comment in query.comments { records.append(.comment, comment) }
    for directive in query.directives {
      records.append(
        .directive, Int(directive.kind.rawValue), directive.value.offset, directive.value.count)
    }
    records.append(.statement, query.statement)
    for use in query.parameters { records.append(.parameter, use.slice) }
    for comma in query.trailingCommas { records.append(.trailingComma, comma) }
  }
  return records.count
}
