import NecroOctets

/// What a query gives back, said behind its name.
public enum SQLQueryKind: UInt8, Sendable, CaseIterable {
  /// `:one`: a row, or none.
  case one
  /// `:many`: all rows.
  case many
  /// `:exec`: nothing.
  case exec
  /// `:execrows`: the number of rows that it affected.
  case execRows
  /// `:stream`: rows as they come.
  case stream
  /// `:batch`: run once for each of many sets of arguments.
  case batch
  /// `:copyfrom`: an INSERT whose rows are copied in.
  case copyFrom

  var keyword: StaticString {
    switch self {
    case .one: "one"
    case .many: "many"
    case .exec: "exec"
    case .execRows: "execrows"
    case .stream: "stream"
    case .batch: "batch"
    case .copyFrom: "copyfrom"
    }
  }

  /// The kind that is written as `word`, which begins with its colon.
  init?(_ word: Span<UInt8>) {
    guard word.count > 0, word[0] == 0x3A else { return nil }
    let keyword = word.extracting(1..<word.count)
    for kind in Self.allCases where keyword.equals(kind.keyword) {
      self = kind
      return
    }
    return nil
  }
}
