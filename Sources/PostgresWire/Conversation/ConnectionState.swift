import NecroOctets

/// The conversation on a connection once its start-up is complete: what has been sent and is not
/// answered yet, and what each message of the backend answers.
///
/// Call order: `expect` for every message that is sent and has an answer, in the order of sending, before
/// its answer can come; `receive` for every message that comes. Flush, CopyData and Terminate have no
/// answer; the end of a copy is told to `copyDone` or `copyFailed`.
///
/// Steps are numbered from 0 as they are expected. `answeredCount` says how many are answered, so that
/// whoever sent the steps from `a` on and before `b` is served once it is at least `b`: no matter how an
/// error was passed over. A message belongs to the step numbered `answeredCount` before the message was
/// received.
///
/// PG protocol-flow
public struct ConnectionState: Sendable {
  /// How far the step at the front is answered.
  enum Progress: UInt8 {
    case none
    /// Parameters of a statement have been described, its rows have not.
    case parametersDescribed
    /// Rows may come.
    case rows
    /// A copy; `copy` says of which kind.
    case copy
    /// The function's result has come.
    case functionResult
    /// An error has come, and ReadyForQuery is to come.
    case failed
  }

  /// Which sides of the step's copy are still sending.
  public private(set) var copy = CopyState.none
  /// What the last ReadyForQuery said.
  public private(set) var transactionStatus: TransactionStatus
  /// Steps that have been expected.
  public private(set) var expectedCount = 0
  /// Steps that have been answered, or passed over behind an error.
  public private(set) var answeredCount = 0
  /// Whether the backend ends the session.
  public private(set) var isTerminated = false
  /// Whether it cannot be known how many ReadyForQuery are to come: a Sync was sent behind the Execute of
  /// a copy, which the backend ignores while it copies, and the copy failed; it may have failed before
  /// the backend read the Sync. The connection must not be used for anything further.
  public private(set) var isUnsynchronized = false

  private var queue = StepQueue()
  private var progress = Progress.none
  /// An error has come, and the Sync behind it has not been sent.
  private var isSkipping = false
  /// Syncs behind the Execute of a copy that the backend ignores, counted when the copy ends.
  private var ignoredSyncCount = 0
  /// Columns of the rows that come; -1 if it is not known.
  private var columnCount: Int32 = -1

  /// - Parameter transactionStatus: that of the ReadyForQuery that ended the start-up.
  public init(transactionStatus: TransactionStatus = .idle) {
    self.transactionStatus = transactionStatus
  }

  /// Whether everything that was sent is answered.
  @inlinable
  public var isIdle: Bool { expectedCount == answeredCount }

  /// The step that the next message may answer; nil if all are answered.
  public var step: Step? { queue.front?.step }

  /// Says that a message was appended to what is sent.
  ///
  /// - Parameter columnCount: of Execute, how many columns the rows have to have: what a description of
  ///   the statement or the portal has said. Without it the first row decides.
  /// - Returns: the step's number.
  @discardableResult
  @_optimize(speed)
  public mutating func expect(_ step: Step, columnCount: Int? = nil) -> Int {
    let number = expectedCount
    expectedCount += 1
    if isSkipping {
      // The backend reads and discards all but a Sync.
      guard step == .sync else {
        answeredCount += 1
        return number
      }
      isSkipping = false
    }
    let entry = StepQueue.Entry(
      step: step, columnCount: columnCount.flatMap { Int32(exactly: $0) } ?? -1)
    if queue.count == 0 { self.columnCount = entry.columnCount }
    queue.append(entry)
    return number
  }

  /// Says that CopyDone was appended to what is sent. What is expected from here on, the backend reads
  /// once it has ended the copy: in an extended query a Sync has to follow.
  ///
  /// - Throws: `notCopying`.
  public mutating func copyDone() throws(FrontendMisuse) {
    guard let next = copy.afterFrontendDone else { throw .notCopying }
    copy = next
    if next == .ended { countIgnoredSyncs() }
  }

  /// Says that CopyFail was appended to what is sent. The answer is an error.
  ///
  /// - Throws: `notCopying`.
  public mutating func copyFailed() throws(FrontendMisuse) {
    guard copy.isSending else { throw .notCopying }
    copy = .ended
    countIgnoredSyncs()
  }

  /// The Syncs that were sent before the copy's end and behind its Execute.
  private mutating func countIgnoredSyncs() {
    guard queue.front?.step != .query else { return }
    ignoredSyncCount = 0
    while queue.entry(at: 1 + ignoredSyncCount)?.step == .sync { ignoredSyncCount += 1 }
  }

  /// Takes a message.
  ///
  /// - Parameters:
  ///   - message: what `BackendDecoder.next` returned.
  ///   - storage: the decoder's `input`.
  ///   - offset: the decoder's `messageOffset`.
  /// - Returns: what it means.
  /// - Throws: `messageUnexpected`, `columnCountMismatch`. The connection is then to be closed.
  @_optimize(speed)
  public mutating func receive(
    _ message: BackendMessage, in storage: borrowing OctetBuffer, at offset: Int
  ) throws(PostgresWireError) -> ConnectionAction {
    guard let action = try meaning(of: message, storage, offset) else {
      throw PostgresWireError(code: .messageUnexpected, offset: offset)
    }
    return action
  }

  /// What a message means; nil if it may not come now.
  @_optimize(speed)
  private mutating func meaning(
    of message: BackendMessage, _ storage: borrowing OctetBuffer, _ offset: Int
  ) throws(PostgresWireError) -> ConnectionAction? {
    switch message {
    case .noticeResponse(let fields): return .notice(fields)
    case .parameterStatus(let status): return .parameterStatus(status)
    case .notificationResponse(let notification): return .notification(notification)
    case .errorResponse(let fields): return fail(fields, in: storage)
    case .encryptionAnswer, .authentication, .backendKeyData, .negotiateProtocolVersion:
      // These belong to the start-up.
      return nil
    case .parseComplete, .bindComplete, .closeComplete, .parameterDescription, .rowDescription,
      .noData, .dataRows, .commandComplete, .emptyQueryResponse, .portalSuspended, .copyInResponse,
      .copyOutResponse, .copyBothResponse, .copyData, .copyDone, .functionCallResponse,
      .readyForQuery:
      guard !isTerminated, let step = queue.front?.step else { return nil }
      return try answer(step, message, offset)
    }
  }

  /// What a message means for the step at the front.
  @_optimize(speed)
  private mutating func answer(
    _ step: Step, _ message: BackendMessage, _ offset: Int
  ) throws(PostgresWireError) -> ConnectionAction? {
    switch message {
    case .dataRows(let rows):
      guard progress == .rows || step.isExecute && progress == .none else { return nil }
      guard try take(rows, offset) else { return nil }
      return .rows(rows)
    case .parseComplete: return complete(step == .parse, .parsed)
    case .bindComplete: return complete(step == .bind, .bound)
    case .closeComplete: return complete(step == .close, .closed)
    case .parameterDescription(let description):
      guard step == .describeStatement && progress == .none else { return nil }
      progress = .parametersDescribed
      return .parameters(description)
    case .rowDescription(let description): return describe(step, description)
    case .noData: return complete(isDescription(step), .noColumns)
    case .commandComplete(let command):
      let isComplete = progress == .none || progress == .rows || copy == .ended
      guard progress != .failed && isComplete else { return nil }
      return endResult(step, .completed(command))
    case .emptyQueryResponse:
      guard progress == .none else { return nil }
      return endResult(step, .empty)
    case .portalSuspended:
      let isSuspended = step == .executeLimited && (progress == .none || progress == .rows)
      return complete(isSuspended, .suspended)
    case .copyInResponse(let response): return begin(.copyIn, step, .copyIn(response))
    case .copyOutResponse(let response): return begin(.copyOut, step, .copyOut(response))
    case .copyBothResponse(let response): return begin(.copyBoth, step, .copyBoth(response))
    case .copyData(let data): return copy.isReceiving ? .copyData(data) : nil
    case .copyDone:
      guard let next = copy.afterBackendDone else { return nil }
      copy = next
      return .copyDone
    case .functionCallResponse(let value):
      guard step == .functionCall && progress == .none else { return nil }
      progress = .functionResult
      return .functionResult(value)
    case .readyForQuery(let status): return ready(step, status)
    case .encryptionAnswer, .authentication, .backendKeyData, .negotiateProtocolVersion,
      .noticeResponse, .parameterStatus, .notificationResponse, .errorResponse:
      return nil
    }
  }

  /// The step at the front is answered, if the message is its answer.
  private mutating func complete(
    _ isAnswer: Bool, _ action: ConnectionAction
  ) -> ConnectionAction? {
    guard isAnswer else { return nil }
    removeFront()
    return action
  }

  private mutating func removeFront() {
    queue.removeFront()
    answeredCount += 1
    progress = .none
    copy = .none
    columnCount = queue.front?.columnCount ?? -1
  }

  /// Whether a description of rows, or that there is none, is what comes next.
  private func isDescription(_ step: Step) -> Bool {
    step == .describePortal || step == .describeStatement && progress == .parametersDescribed
  }

  private mutating func describe(
    _ step: Step, _ description: RowDescription
  ) -> ConnectionAction? {
    if step == .query {
      guard progress == .none else { return nil }
      progress = .rows
      columnCount = Int32(truncatingIfNeeded: description.columnCount)
      return .columns(description)
    }
    guard isDescription(step) else { return nil }
    return complete(true, .columns(description))
  }

  /// Holds rows against their description. False if none may come.
  private mutating func take(_ rows: DataRows, _ offset: Int) throws(PostgresWireError) -> Bool {
    let count = Int32(truncatingIfNeeded: rows.columnCount)
    if columnCount < 0 { columnCount = count }
    guard count == columnCount else {
      throw PostgresWireError(code: .columnCountMismatch, offset: offset)
    }
    progress = .rows
    return true
  }

  /// A command of the step is complete: the step of an extended query with it.
  private mutating func endResult(_ step: Step, _ action: ConnectionAction) -> ConnectionAction? {
    switch step {
    case .query:
      progress = .none
      copy = .none
      columnCount = -1
      return action
    case .execute, .executeLimited:
      let ignored = copy == .ended ? ignoredSyncCount : 0
      removeFront()
      for _ in 0..<ignored { removeFront() }
      return action
    case .parse, .bind, .describeStatement, .describePortal, .close, .sync, .functionCall:
      return nil
    }
  }

  private mutating func begin(
    _ kind: CopyState, _ step: Step, _ action: ConnectionAction
  ) -> ConnectionAction? {
    // Replication, which copies both ways, knows simple queries alone.
    guard step == .query || step.isExecute && kind != .copyBoth, progress == .none else {
      return nil
    }
    progress = .copy
    copy = kind
    ignoredSyncCount = 0
    return action
  }

  private mutating func ready(_ step: Step, _ status: TransactionStatus) -> ConnectionAction? {
    switch step {
    case .sync: break
    case .query: guard progress == .none || progress == .failed else { return nil }
    case .functionCall:
      guard progress == .functionResult || progress == .failed else { return nil }
    case .parse, .bind, .describeStatement, .describePortal, .execute, .executeLimited, .close:
      return nil
    }
    transactionStatus = status
    return complete(true, .ready(status))
  }

  /// An error ends the step at the front, a result or a copy of it included.
  private mutating func fail(
    _ fields: ErrorFields, in storage: borrowing OctetBuffer
  ) -> ConnectionAction? {
    if isTerminated { return nil }
    let isFatal = ErrorSeverity(fields: storage.octets(fields.octets))?.endsSession == true
    guard !isFatal, let step = queue.front?.step else {
      // What comes unasked says why the session ends, whatever language its severity is in.
      isTerminated = true
      copy = .none
      return .terminated(fields)
    }
    switch step {
    case .query, .functionCall, .sync:
      guard progress != .failed else { return nil }
      progress = .failed
      copy = .none
    case .execute, .executeLimited:
      let wasSending = copy == .copyIn || copy == .ended
      let ignored = copy == .ended ? ignoredSyncCount : 0
      if wasSending && queue.entry(at: 1)?.step == .sync && (copy == .copyIn || ignored > 0) {
        isUnsynchronized = true
      }
      removeFront()
      for _ in 0..<ignored { removeFront() }
      skipToSync()
    case .parse, .bind, .describeStatement, .describePortal, .close:
      removeFront()
      skipToSync()
    }
    return .failed(fields)
  }

  /// Passes over the steps that the backend discards.
  private mutating func skipToSync() {
    while let step = queue.front?.step {
      if step == .sync { return }
      removeFront()
    }
    isSkipping = true
  }
}

extension Step {
  var isExecute: Bool { self == .execute || self == .executeLimited }
}
