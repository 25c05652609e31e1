import NecroOctets
import NecroPostgres
import NecroPostgresWire

/// One operation of a caller, and what has to come of it.
final class Call {
  /// What of its effect has to be found in the server's ledger at the end.
  enum Effect: UInt8 {
    /// It has none.
    case none
    case absent
    case present
    /// It may have taken effect or not.
    case either
  }

  let token: Int
  let caller: Int
  let operation: Operation
  /// What its rows and errors are held against; nil for a script or a copy.
  let statement: SimulatedStatement?
  let variant: Int
  let submitted: UInt64
  /// Called once, when the call is over.
  var whenOver: ((Call) -> Void)?

  var hasEffect = false
  /// Whether its effect depends on a transaction or a batch that others belong to.
  var isGrouped = false
  var isBatched = false
  var wasCancelled = false
  var copiedRowsLeft = 0
  var takesCopiedLater = false
  /// Whether the caller has failed the copy.
  var failsCopy = false
  var copiedOctets: [UInt8] = []

  init(
    token: Int, caller: Int, _ operation: Operation, statement: SimulatedStatement?, variant: Int,
    submitted: UInt64, whenOver: @escaping (Call) -> Void
  ) {
    self.token = token
    self.caller = caller
    self.operation = operation
    self.statement = statement
    self.variant = variant
    self.submitted = submitted
    self.whenOver = whenOver
  }

  /// What is wrong with a success; nil if the reply is this call's.
  func fault() -> String? {
    switch operation.kind {
    case .query, .cursorOpen, .cursorFetch: rowsFault()
    case .copyIn, .script: hasEffect ? tagFault() : nil
    case .copyOut: copyFault()
    case .describe, .cursorClose, .acquire: nil
    }
  }

  private func rowsFault() -> String? {
    guard let statement else { return nil }
    guard statement.returnsRows else { return tagFault() }
    if statement == .failing || statement == .nonsense { return "succeeded, which it cannot" }
    guard let rows = operation.rows else { return "no rows" }
    let isPart = operation.kind != .query
    if !isPart && rows.count != SimulatedReply.rowCount(token) { return "\(rows.count) rows" }
    let octets = rows.octets
    var iterator = DataRowIterator(octets)
    while let row = iterator.next() {
      var columns = row.columns
      guard let slice = columns.next(), text(octets.octets(slice)) == "\(ownToken)" else {
        return "a row of another call"
      }
    }
    return nil
  }

  /// A fetch brings rows of the call that has opened its cursor.
  var cursorToken: Int?
  private var ownToken: Int { cursorToken ?? token }

  private func tagFault() -> String? {
    operation.affectedRows == UInt64(SimulatedReply.affectedRows(token))
      ? nil : "the command tag of another call: \(tag)"
  }

  var tag: String {
    let operation = operation
    let tag = operation.commandTag
    return text(tag)
  }

  private func copyFault() -> String? {
    let row = [UInt8]("\(token)\n".utf8)
    let count = SimulatedReply.copiedRowCount(token)
    return copiedOctets.elementsEqual((0..<count).lazy.flatMap { _ in row })
      ? nil : "octets of another copy"
  }
}

func text(_ octets: Span<UInt8>) -> String {
  String(decoding: octets.indices.map { octets[$0] }, as: UTF8.self)
}
