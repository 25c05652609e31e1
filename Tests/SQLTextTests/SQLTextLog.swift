import NecroOctets
import NecroSQLText
import TestSupport

/// What is read from a text, written out for tests.
enum SQLTextLog {
  static func text(_ octets: Span<UInt8>, _ slice: Slice) -> String {
    var copy: [UInt8] = []
    for index in slice.offset..<slice.end { copy.append(octets[index]) }
    return String(decoding: copy, as: UTF8.self)
  }

  /// `kind text` of each token; `! code text` of each fault.
  static func tokens(_ source: String) throws -> [String] {
    let guarded = GuardedOctets(Array(source.utf8))
    var lines: [String] = []
    var tokens = try SQLTokens(guarded.span)
    while true {
      do {
        guard let token = try tokens.next() else { return lines }
        lines.append("\(token.kind) \(text(guarded.span, token.slice))")
      } catch {
        lines.append("! \(error.code) \(text(guarded.span, error.slice))")
      }
    }
  }

  /// The texts of the statements, and what else there is.
  static func statements(_ source: String) throws -> [String] {
    let guarded = GuardedOctets(Array(source.utf8))
    var lines: [String] = []
    var statements = try SQLStatements(guarded.span)
    while true {
      do {
        guard let part = try statements.next() else { return lines }
        switch part {
        case .comment(let token, let isInside):
          lines.append("comment\(isInside ? " inside" : ""): \(text(guarded.span, token.slice))")
        case .metaCommand(let slice): lines.append("meta: \(text(guarded.span, slice))")
        case .parameter(let token): lines.append("parameter: \(text(guarded.span, token.slice))")
        case .trailingComma(let slice): lines.append("comma at \(slice.offset)")
        case .statement(let slice, let isDamaged):
          lines.append("\(isDamaged ? "damaged" : "statement"): \(text(guarded.span, slice))")
        }
      } catch {
        lines.append("! \(error.code) \(text(guarded.span, error.slice))")
      }
    }
  }
}
