/// What ReadyForQuery says about the session's transaction.
///
/// PG protocol-message-formats-ReadyForQuery
@frozen
public enum TransactionStatus: UInt8, Sendable {
  /// `I`: not in a transaction block.
  case idle = 0x49
  /// `T`: in a transaction block.
  case inTransaction = 0x54
  /// `E`: in a failed transaction block, which rejects queries until it ends.
  case failed = 0x45
}
