import NecroPostgres

/// The statements that callers use, and what a server does with them.
enum SimulatedStatement: CaseIterable {
  case read
  case slowRead
  case lockingRead
  case insert
  case failing
  case nonsense
  case unknownType

  /// The statement's text; variants do the same.
  func text(variant: Int) -> String {
    switch self {
    case .read: "select token, n from graves where token = $1 and plot = \(variant)"
    case .slowRead: "select token, n from slow_graves where token = $1 and plot = \(variant)"
    case .lockingRead:
      "select token, n from graves where token = $1 and plot = \(variant) for update"
    case .insert: "insert into ledger values ($1, \(variant))"
    case .failing: "select token, n from broken_graves where token = $1 and plot = \(variant)"
    case .nonsense: "select nonsense\(variant) from graves where token = $1"
    case .unknownType: "select token, mood from spirits where token = $1 and plot = \(variant)"
    }
  }

  init?(text: String) {
    if text.hasSuffix("for update") {
      self = .lockingRead
    } else if text.hasPrefix("insert into ledger") {
      self = .insert
    } else if text.hasPrefix("select nonsense") {
      self = .nonsense
    } else if text.contains("slow_graves") {
      self = .slowRead
    } else if text.contains("broken_graves") {
      self = .failing
    } else if text.contains("spirits") {
      self = .unknownType
    } else if text.contains("graves") {
      self = .read
    } else {
      return nil
    }
  }

  /// Whether others' statements may wait behind it.
  var isPlainRead: Bool {
    switch self {
    case .read, .slowRead, .failing, .nonsense, .unknownType: true
    case .lockingRead, .insert: false
    }
  }

  var returnsRows: Bool { self != .insert }
}

/// What a token determines, so that a reply shows whose it is.
enum SimulatedReply {
  /// Rows of a query; 300 of some.
  static func rowCount(_ token: Int) -> Int { token % 97 == 0 ? 300 : token % 4 }
  static func affectedRows(_ token: Int) -> Int { token % 1009 + 1 }
  /// Rows of a copy out.
  static func copiedRowCount(_ token: Int) -> Int { token % 89 == 0 ? 2_000 : token % 5 }
  static func errorText(_ token: Int) -> String { "no grave \(token)" }
}

enum SimulatedType {
  static let text = 25
  static let int4 = 23
  /// One that the owner has to look up.
  static let mood = 20_001
}
