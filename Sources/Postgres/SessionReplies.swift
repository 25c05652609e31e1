import NecroOctets
import NecroPostgresWire
import NecroReactor

/// The replies: each is for the exchange at `replyIndex`, and has to be the next that it expects.
extension Session {
  func take(_ message: BackendMessage) {
    guard replyIndex < exchanges.count else {
      takeUnasked(message)
      return
    }
    switch message {
    case .bindComplete: expect(.bind)
    case .dataRows(let rows): takeRows(rows)
    case .commandComplete(let completion): takeCompletion(completion)
    case .readyForQuery(let status): takeReady(status)
    case .errorResponse(let fields): takeError(fields)
    case .parseComplete: expect(.parse)
    case .closeComplete: takeCloseComplete()
    case .parameterDescription(let description): takeParameters(description)
    case .rowDescription(let description): takeDescription(description)
    case .noData: takeNoData()
    case .emptyQueryResponse:
      if !exchanges[replyIndex].expects.begins(with: .script) { executed() }
    case .portalSuspended:
      exchanges[replyIndex].operation?.isSuspended = true
      executed()
    case .copyInResponse(let response): takeCopyIn(response)
    case .copyOutResponse(let response): takeCopyOut(response)
    case .copyData(let slice): takeCopyData(slice)
    case .copyDone: takeCopyDone()
    default:
      if !takeAsynchronous(message) { end(.messageUnexpected) }
    }
  }

  /// A message while nothing is in flight. An error there announces that the server ends the
  /// session.
  private func takeUnasked(_ message: BackendMessage) {
    if takeAsynchronous(message) { return }
    if case .errorResponse(let fields) = message {
      failure = .server(ServerError(fields: received(fields.octets)))
      return
    }
    end(.messageUnexpected)
  }

  /// Takes `expected` off what the exchange expects, which has to begin with it.
  @inline(__always)
  @discardableResult
  private func expect(_ expected: ReplyExpectation) -> Bool {
    guard exchanges[replyIndex].closesExpected == 0,
      exchanges[replyIndex].expects.begins(with: expected)
    else {
      end(.messageUnexpected)
      return false
    }
    exchanges[replyIndex].expects.remove(expected)
    return true
  }

  private func takeCloseComplete() {
    if exchanges[replyIndex].closesExpected > 0 {
      exchanges[replyIndex].closesExpected -= 1
    } else if expect(.portalClosed) {
      stepBatch()
    }
  }

  // MARK: Rows

  private func takeRows(_ rows: DataRows) {
    let expects = exchanges[replyIndex].expects
    if expects.begins(with: .script) { return }
    guard expects.begins(with: .execute), exchanges[replyIndex].closesExpected == 0 else {
      end(.messageUnexpected)
      return
    }
    // A cancelled operation's rows are dropped, and those of one that has failed.
    guard let operation = exchanges[replyIndex].operation, operation.failure == nil else { return }
    guard let layout = exchanges[replyIndex].layout, layout.columns.count == rows.columnCount else {
      end(.messageUnexpected)
      return
    }
    let collected: ResultRows
    if let existing = operation.rows, existing.layout === layout {
      collected = existing
    } else {
      collected = ResultRows(layout: layout)
      operation.rows = collected
    }
    guard rows.octets.count <= pool.settings.resultOctetsMax - collected.octetCount else {
      operation.rows = nil
      abandon(replyIndex, .resultTooLarge)
      return
    }
    collected.append(received(rows.octets), rowCount: rows.rowCount)
  }

  private func takeCompletion(_ completion: CommandComplete) {
    let expects = exchanges[replyIndex].expects
    if let operation = exchanges[replyIndex].operation {
      operation.setTag(received(completion.tag))
    }
    noticeDeallocation(received(completion.tag))
    if expects.begins(with: .script) { return }
    if expects.begins(with: .copyCompletion) {
      exchanges[replyIndex].expects.remove(.copyCompletion)
    } else if expects.begins(with: .copyResponse) {
      // Some other statement than a COPY.
      exchanges[replyIndex].operation?.failure = .copyMisplaced
      exchanges[replyIndex].expects = .script
    } else {
      executed()
    }
  }

  /// A command that has dropped every prepared statement.
  private func noticeDeallocation(_ tag: Span<UInt8>) {
    if tag.count > 10, tag[0] == 0x44, tag.equals("DISCARD ALL") || tag.equals("DEALLOCATE ALL") {
      prepared.removeAll()
    }
  }

  private func executed() {
    if expect(.execute) { stepBatch() }
  }

  /// A member of a batch that is not its last is answered by what comes before the next one's
  /// replies.
  private func stepBatch() {
    if exchanges[replyIndex].expects.isEmpty && !exchanges[replyIndex].endsBatch { replyIndex += 1 }
  }

  // MARK: Descriptions

  private func takeParameters(_ description: ParameterDescription) {
    guard expect(.parameterDescription), let statement = exchanges[replyIndex].statement,
      exchanges[replyIndex].purpose == .description
    else { return }
    let octets = received(description.typeOIDs)
    statement.parameterTypes.removeAll(keepingCapacity: true)
    for index in 0..<description.count {
      statement.parameterTypes.append(ParameterDescription.typeOID(index, in: octets))
    }
  }

  private func takeDescription(_ description: RowDescription) {
    if exchanges[replyIndex].expects.begins(with: .script) { return }
    if exchanges[replyIndex].expects.begins(with: .copyResponse) {
      exchanges[replyIndex].operation?.failure = .copyMisplaced
      exchanges[replyIndex].expects = .script
      return
    }
    guard takeRowsExpectation() else { return }
    described(received(description.fields))
  }

  private func takeNoData() {
    if takeRowsExpectation() { described(Span()) }
  }

  private func takeRowsExpectation() -> Bool {
    let isPortal = exchanges[replyIndex].expects.begins(with: .portalRows)
    return expect(isPortal ? .portalRows : .statementRows)
  }

  /// Takes the columns of a statement: for the first time, or to see whether they are what they
  /// were.
  ///
  /// Between two sessions' preparing the same text, the tables may have changed. Then rows are read
  /// as they come:
  /// with the columns that are told here, in the formats that were asked for.
  private func described(_ fields: Span<UInt8>) {
    guard let statement = exchanges[replyIndex].statement else { return }
    if exchanges[replyIndex].purpose == .description {
      let owner = pool.owner
      statement.layout = RowLayout(fields) { _, type in
        owner.resultFormat(ofType: type) == .binary ? .binary : .text
      }
      return
    }
    guard let asked = exchanges[replyIndex].layout, !asked.hasDescription(fields) else {
      return
    }
    if exchanges[replyIndex].expects.contains(.portalRows) { return }
    let layout = RowLayout(fields) { index, _ in
      asked.uniformFormat ?? (index < asked.formats.count ? asked.formats[index] : .text)
    }
    exchanges[replyIndex].layout = layout
    // The next operation has it described anew.
    statement.isDescribed = false
  }

  // MARK: Errors

  private func takeError(_ fields: ErrorFields) {
    let error = ServerError(fields: received(fields.octets))
    let exchange = exchanges[replyIndex]
    if exchange.closesExpected > 0 || exchange.expects.contains(.parse) {
      // It was not prepared after all.
      if let statement = exchange.statement { prepared.remove(statement.index) }
    }
    if let operation = exchange.operation, operation.failure == nil {
      operation.failure = .server(error)
      operation.rows = nil
    }
    if exchange.purpose == .cleaning && !exchange.expects.contains(.script) {
      end(.server(error))
      return
    }
    if error.endsSession { failure = .server(error) }
    exchanges[replyIndex].closesExpected = 0
    exchanges[replyIndex].isCopying = false
    if exchange.expects.contains(.script) { return }
    exchanges[replyIndex].expects = exchange.endsBatch ? .ready : []
    // The server passes over the rest up to the Sync.
    while !exchanges[replyIndex].endsBatch {
      replyIndex += 1
      guard replyIndex < exchanges.count else {
        end(.messageUnexpected)
        return
      }
      let skipped = exchanges[replyIndex]
      if let statement = skipped.statement, skipped.expects.contains(.parse) {
        prepared.remove(statement.index)
      }
      if let operation = skipped.operation, operation.failure == nil {
        operation.failure = .batchAborted
      }
      exchanges[replyIndex].expects = skipped.endsBatch ? .ready : []
    }
  }

  private func takeReady(_ status: TransactionStatus) {
    let exchange = exchanges[replyIndex]
    guard exchange.expects == .ready || exchange.expects == .script, exchange.closesExpected == 0
    else {
      end(.messageUnexpected)
      return
    }
    transactionStatus = status
    let answeredCount = replyIndex + 1
    replyIndex = 0
    for _ in 0..<answeredCount {
      let answered = exchanges.removeFirst()
      finish(answered)
      if state == .closed { return }
    }
    lastReadyNanoseconds = pool.reactor.nowNanoseconds
    settled()
  }
}

extension ServerError {
  /// Whether the server closes the session behind it.
  var endsSession: Bool {
    has(.severity, "FATAL") || has(.severity, "PANIC")
  }
}
