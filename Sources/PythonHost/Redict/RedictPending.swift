import CPython
import NecroOctets
import NecroRedict

/// A call of Python's that a RedictPool has been asked to answer: a command, or several, and what its
/// replies become.
///
/// It is kept alive by the command's token from `begin` to `finish`.
final class RedictPending: AwaitedCall {
  enum Mode: UInt8 {
    /// The reply to one command.
    case value
    /// A list of the replies to all, in which an error is an exception.
    case list
    /// The same of a transaction: the commands stand between MULTI and EXEC.
    case transaction
    /// The RedictConnection that was acquired.
    case connection
  }

  let command = RedictCommand()
  var mode = Mode.value
  /// Whether strings become bytes.
  var isRaw = false
  /// What the reply is made of, a str (see `RedictReplies`); of several commands a list of them. Owned.
  var shape: Object?
  /// The result as far as the replies have come. Owned.
  var value: Object?
  /// What was wrong with a reply, or a command of a transaction. Owned.
  var error: Object?
  /// What wakes the Task that waits, and its context; owned. It is called without the loop's detour.
  private(set) var waker: Object?
  private(set) var wakerContext: Object?
  unowned(unsafe) private(set) var owner: RedictPool?

  /// The call that a command belongs to.
  static func of(_ command: RedictCommand) -> RedictPending {
    Unmanaged<RedictPending>.fromOpaque(UnsafeRawPointer(bitPattern: command.ownerToken)!)
      .takeUnretainedValue()
  }

  /// Keeps itself until `finish`.
  func begin(_ owner: RedictPool) {
    self.owner = owner
    command.ownerToken = UInt(bitPattern: Unmanaged.passRetained(self).toOpaque())
  }

  /// Gives up what the call holds.
  func finish() {
    giveUp()
    Unmanaged.passUnretained(self).release()
  }

  private func giveUp() {
    release(future)
    release(shape)
    release(value)
    release(error)
    (future, shape, value, error) = (nil, nil, nil, nil)
    release(takeWaker())
    release(wakerContext)
    wakerContext = nil
  }

  /// Takes what is to wake a Task; false where there is one already.
  func setWaker(_ waker: Object, _ context: Object) -> Bool {
    guard self.waker == nil else { return false }
    self.waker = retained(waker)
    release(wakerContext)
    wakerContext = retained(context)
    return true
  }

  /// The waker, whose reference is the caller's from now on; nil where there is none.
  func takeWaker() -> Object? {
    defer { waker = nil }
    return waker
  }

  override func cancel() {
    if let future, let context = wakerContext, let waker = takeWaker() {
      owner?.schedule(waker, future, context)
      release(waker)
    }
    release(future)
    future = nil
    owner?.withdraw(command)
  }

  deinit { giveUp() }
}
