import CPython
import NecroOctets
import NecroPostgres

/// A call whose result a future of Python waits for, whoever answers it.
class AwaitedCall {
  /// Owned; nil once somebody cancelled it.
  var future: Object?

  /// Nobody waits for the answer any more.
  func cancel() {}
}

/// A call of Python's that a pool has been asked to answer: an operation, and what it is for.
///
/// It is kept alive by the operation's token from `submit` to `completed`.
final class PendingCall: AwaitedCall {
  /// What the future's result is made of.
  enum Mode: UInt8 {
    /// The first row, or None.
    case one
    /// A list of rows.
    case all
    /// The first column of the first row, or None.
    case value
    /// The number of rows affected.
    case execute
    /// None.
    case nothing
    /// The PostgresConnection that was acquired.
    case connection
    /// The rows of a cursor, and whether there are more.
    case cursor
    /// A member of a batch: a list of rows, or the number of rows affected where it returns none.
    case member
    /// Of a copy in the number of rows, of a copy out the octets that were not taken before its
    /// end.
    case copy
  }

  let operation: Operation
  var mode: Mode
  /// The arguments, a tuple, until the call is over: they may have to be encoded again.
  var arguments: Object?
  /// The statement, a str, for errors.
  var query: Object?
  /// The pool that answers, from `begin` on. It outlives what it has been asked.
  unowned(unsafe) private(set) var owner: PostgresPool?
  /// What the encoding of the arguments raised.
  var error: Object?

  init(_ operation: Operation, _ mode: Mode) {
    self.operation = operation
    self.mode = mode
  }

  /// The call that an operation belongs to.
  static func of(_ operation: Operation) -> PendingCall {
    Unmanaged<PendingCall>.fromOpaque(UnsafeRawPointer(bitPattern: operation.ownerToken)!)
      .takeUnretainedValue()
  }

  /// Keeps itself until `finish`.
  func begin(_ owner: PostgresPool) {
    self.owner = owner
    operation.ownerToken = UInt(bitPattern: Unmanaged.passRetained(self).toOpaque())
  }

  /// Gives up what the call holds.
  func finish() {
    release(future)
    release(arguments)
    release(query)
    release(error)
    (future, arguments, query, error) = (nil, nil, nil, nil)
    Unmanaged.passUnretained(self).release()
  }

  /// Nobody waits for the answer any more: the operation is taken back, or its reply dropped.
  override func cancel() {
    release(future)
    future = nil
    owner?.withdraw(operation)
  }
}
