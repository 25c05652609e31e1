import NecroOctets
import NecroPostgresWire
import NecroReactor

/// The replies: what the conversation says that a message means is for the exchange at `replyIndex`.
extension Session {
  @_optimize(speed)
  func take(_ message: BackendMessage) {
    let action: ConnectionAction
    do throws(PostgresWireError) {
      action = try conversation.receive(message, in: decoder.input, at: decoder.messageOffset)
    } catch {
      end(.protocolBroken(error))
      return
    }
    switch action {
    case .bound, .parsed, .closed: passExchanges()
    case .rows(let rows): takeRows(rows)
    case .completed(let completion):
      takeCompletion(received(completion.tag))
      passExchanges()
    case .ready(let status): takeReady(status)
    case .empty: passExchanges()
    case .failed(let fields):
      takeError(ServerError(fields: received(fields.octets)))
      passExchanges()
    case .terminated(let fields): takeTermination(ServerError(fields: received(fields.octets)))
    case .suspended:
      exchanges[replyIndex].operation?.isSuspended = true
      passExchanges()
    case .parameters(let description): takeParameters(description)
    case .columns(let description):
      takeColumns(received(description.fields))
      passExchanges()
    case .noColumns:
      takeColumns(Span())
      passExchanges()
    case .copyIn(let response): takeCopyIn(response)
    case .copyOut(let response): takeCopyOut(response)
    case .copyData(let slice): takeCopyData(slice)
    case .copyDone: break
    case .copyBoth, .functionResult: end(.messageUnexpected)
    case .notice(let fields): takeNotice(fields)
    case .parameterStatus(let status): setParameter(status)
    case .notification(let notification): takeNotification(notification)
    }
  }

  /// Goes on to the exchange that the next message answers: a member of a batch that is not its last
  /// is over before the Sync.
  private func passExchanges() {
    while replyIndex < exchanges.count, !exchanges[replyIndex].endsBatch,
      exchanges[replyIndex].endStep <= conversation.answeredCount
    {
      replyIndex += 1
    }
  }

  // MARK: Rows

  @_optimize(speed)
  private func takeRows(_ rows: DataRows) {
    if exchanges[replyIndex].messages == .script { return }
    // A cancelled operation's rows are dropped, and those of one that has failed.
    guard let operation = exchanges[replyIndex].operation, operation.failure == nil else { return }
    guard let layout = exchanges[replyIndex].layout ?? layout(ofCursor: operation),
      layout.columns.count == rows.columnCount
    else {
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

  private func takeCompletion(_ tag: Span<UInt8>) {
    noticeDeallocation(tag)
    guard let operation = exchanges[replyIndex].operation else { return }
    if exchanges[replyIndex].copy != .none && !exchanges[replyIndex].hasCopied {
      // Some other statement than the COPY that was to be.
      operation.failure = .copyMisplaced
      return
    }
    operation.setTag(tag)
  }

  /// A command that has dropped every prepared statement.
  private func noticeDeallocation(_ tag: Span<UInt8>) {
    if tag.count > 10, tag[0] == 0x44, tag.equals("DISCARD ALL") || tag.equals("DEALLOCATE ALL") {
      prepared.removeAll()
    }
  }

  // MARK: Descriptions

  private func takeParameters(_ description: ParameterDescription) {
    guard exchanges[replyIndex].purpose == .description,
      let statement = exchanges[replyIndex].statement
    else { return }
    let octets = received(description.typeOIDs)
    statement.parameterTypes.removeAll(keepingCapacity: true)
    for index in 0..<description.count {
      statement.parameterTypes.append(ParameterDescription.typeOID(index, in: octets))
    }
  }

  /// Takes the columns of a statement: for the first time, or to see whether they are what they
  /// were. Those of a simple query are of no interest.
  ///
  /// Between two sessions' preparing the same text, the tables may have changed. Then rows are read
  /// as they come: with the columns that are told here, in the formats that were asked for.
  private func takeColumns(_ fields: Span<UInt8>) {
    guard let statement = exchanges[replyIndex].statement else { return }
    if exchanges[replyIndex].purpose == .description {
      let owner = pool.owner
      if let known = statement.layout, !known.hasDescription(fields) {
        // What others have prepared returns other columns.
        pool.forget(statement, except: self)
      }
      statement.layout = RowLayout(fields) { _, type in
        owner.resultFormat(ofType: type) == .binary ? .binary : .text
      }
      return
    }
    guard let asked = exchanges[replyIndex].layout, !asked.hasDescription(fields) else { return }
    let layout = RowLayout(fields) { index, _ in
      asked.uniformFormat ?? (index < asked.formats.count ? asked.formats[index] : .text)
    }
    // Whatever the columns are when it is used again, it is prepared anew.
    forget(statement)
    // Those behind it were asked for in the same way.
    for index in replyIndex..<exchanges.count where exchanges[index].layout === asked {
      exchanges[index].layout = layout
      exchanges[index].hasOtherColumns = true
    }
    // The next operation has it described anew.
    statement.isDescribed = false
  }

  // MARK: Errors

  /// An error: the server passes over what is behind it up to the Sync.
  private func takeError(_ error: ServerError) {
    if exchanges[replyIndex].purpose == .cleaning {
      end(.server(error))
      return
    }
    if let operation = exchanges[replyIndex].operation, operation.failure == nil {
      operation.failure = .server(error)
      operation.rows = nil
    }
    var index = replyIndex
    noticeUnprepared(index)
    while !exchanges[index].endsBatch && index + 1 < exchanges.count {
      index += 1
      noticeUnprepared(index)
      if let operation = exchanges[index].operation, operation.failure == nil {
        operation.failure = .batchAborted
      }
    }
  }

  /// Whether what an exchange was to prepare is prepared, and as what, is not known.
  private func noticeUnprepared(_ index: Int) {
    if exchanges[index].messages.haveParse, let statement = exchanges[index].statement {
      forget(statement)
    }
  }

  /// The server ends the session: the operation that it is doing has failed, whatever that has done.
  private func takeTermination(_ error: ServerError) {
    failure = .server(error)
    guard replyIndex < exchanges.count else { return }
    if let operation = exchanges[replyIndex].operation, operation.failure == nil,
      exchanges[replyIndex].purpose == .operation
    {
      operation.failure = .server(error)
      operation.rows = nil
    }
  }

  @_optimize(speed)
  private func takeReady(_ status: TransactionStatus) {
    transactionStatus = status
    let answeredCount = replyIndex + 1
    replyIndex = 0
    for _ in 0..<answeredCount {
      let answered = exchanges.removeFirst()
      finish(answered)
      if state == .closed { return }
    }
    // Cursors end with their transaction.
    if status == .idle && !cursors.isEmpty { cursors.removeAll() }
    lastReadyNanoseconds = pool.reactor.nowNanoseconds
    settled()
  }
}
