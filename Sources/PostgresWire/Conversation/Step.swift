/// What a frontend has asked for and a backend has to answer.
@frozen
public enum Step: UInt8, Sendable {
  /// Query: any number of results, then ReadyForQuery.
  case query
  case parse
  case bind
  /// Describe of a prepared statement: its parameters, then its rows.
  case describeStatement
  case describePortal
  /// Execute without a limit of rows.
  case execute
  /// Execute with a limit of rows, which may leave the portal suspended.
  case executeLimited
  case close
  /// Sync: ReadyForQuery.
  case sync
  /// FunctionCall: its result, then ReadyForQuery.
  case functionCall
}
