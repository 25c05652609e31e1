import NecroOctets
import NecroPostgresWire
import NecroReactor

/// What is sent: operations become messages in `output`, and `output` goes to the transport once
/// per flush.
extension Session {
  /// Turns what waits into messages, as far as it may be sent.
  func pump() {
    guard state == .ready, !isSettlingCancel else { return }
    if exchanges.isEmpty && !isExclusive && transactionStatus != .idle {
      clean("ROLLBACK")
      return
    }
    while let operation = nextSendable() {
      if operation.isBatched && !operation.goesFirst {
        sendBatch()
      } else {
        queue.remove(operation)
        begin(operation)
      }
      if state == .closed { return }
    }
    if isQuiet { rest() }
  }

  private func nextSendable() -> Operation? {
    let newest = exchanges.count - 1
    if newest >= 0 {
      // What a copy begins with would have what is behind it copied. And what may take long has
      // nothing behind it, also where all is one owner's: it can be cancelled then, with nothing
      // else there that a CancelRequest which comes late could hit.
      if exchanges[newest].purpose != .operation || !exchanges[newest].isQuick { return nil }
    }
    guard parked != nil else { return queue.first }
    var candidate = queue.first
    while let operation = candidate, !operation.goesFirst { candidate = operation.next }
    return candidate
  }

  /// Nothing is in flight or waiting: does what was put off until then.
  private func rest() {
    if isRetiring {
      end(.closed)
    } else if isReleasing {
      if transactionStatus != .idle {
        clean("ROLLBACK")
      } else if resetsOnRelease {
        resetsOnRelease = false
        clean(
          "CLOSE ALL; UNLISTEN *; RESET SESSION AUTHORIZATION; RESET ALL; SELECT pg_advisory_unlock_all()"
        )
      } else {
        isReleasing = false
        isExclusive = false
        pool.sessionIsFree(self)
      }
    }
  }

  private func clean(_ text: StaticString) {
    var exchange = exchange(.script, of: nil)
    exchange.purpose = .cleaning
    do throws(FrontendMisuse) {
      try FrontendSerializer.query(text.octets, into: &output)
      append(exchange)
    } catch {
      end(.misuse(error))
    }
  }

  /// An exchange whose first octet is the next to be appended.
  func exchange(_ messages: Exchange.Messages, of operation: Operation?) -> Exchange {
    Exchange(
      messages, of: operation, begin: sentCount + UInt64(output.count),
      sentNanoseconds: pool.reactor.nowNanoseconds)
  }

  /// Notes that an exchange's messages were appended.
  @_optimize(speed)
  func append(_ exchange: consuming Exchange) {
    if exchange.closeCount > 0 { pendingCloses.removeFirst(exchange.closeCount) }
    exchange.expect(&conversation)
    exchanges.append(exchange)
    pool.reactor.mark(self)
  }

  /// Sends an operation that is in no queue, or completes it when it cannot be sent.
  func begin(_ operation: Operation) {
    operation.session = self
    operation.state = .sent
    switch operation.kind {
    case .query, .describe, .cursorOpen:
      guard let statement = operation.statement, !statement.traits.contains(.copy) else {
        fail(operation, .copyMisplaced)
        return
      }
      pool.register(statement)
      if !statement.isDescribed {
        describe(statement, for: operation)
      } else if operation.kind == .describe {
        pool.complete(operation)
        pool.reactor.mark(self)
        if isFree { pool.sessionIsFree(self) }
      } else {
        execute(operation, statement)
      }
    case .script, .copyIn, .copyOut: query(operation)
    case .cursorFetch, .cursorClose: advance(operation)
    case .acquire:
      isExclusive = true
      pool.complete(operation)
    }
  }

  /// Completes an operation of which nothing was appended.
  private func fail(_ operation: Operation, _ failure: OperationFailure) {
    operation.failure = failure
    pool.complete(operation)
    if isFree { pool.sessionIsFree(self) }
  }

  // MARK: Simple queries

  private func query(_ operation: Operation) {
    var exchange = exchange(.script, of: operation)
    if operation.kind == .copyIn { exchange.copy = .toServer }
    if operation.kind == .copyOut { exchange.copy = .fromServer }
    let text = operation.text
    do throws(FrontendMisuse) {
      try FrontendSerializer.query(text.span, into: &output)
      append(exchange)
    } catch {
      fail(operation, .misuse(error))
    }
  }

  // MARK: Extended queries

  /// Sends a Parse and a Describe, and keeps the operation until they are answered.
  private func describe(_ statement: Statement, for operation: Operation) {
    let start = output.count
    do throws(FrontendMisuse) {
      let exchange = try description(of: statement, for: operation)
      FrontendSerializer.sync(into: &output)
      append(exchange)
    } catch {
      output.truncate(toCount: start)
      fail(operation, .misuse(error))
    }
  }

  /// Appends a Parse and a Describe for a statement of which nothing is known.
  ///
  /// - Parameter isFirst: whether nothing was appended since the last Sync.
  func description(
    of statement: Statement, for operation: Operation, isFirst: Bool = true
  ) throws(FrontendMisuse) -> Exchange {
    if isFirst { forget(statement) }
    var exchange = exchange(.description, of: operation)
    exchange.statement = statement
    exchange.purpose = .description
    statement.isArrived = false
    if isFirst { try appendCloses(&exchange) }
    try prepare(statement, parameterTypes: Span())
    return exchange
  }

  /// Appends Close of what was evicted. Statements are closed only where nothing comes before: so no
  /// error has the server pass it over.
  private func appendCloses(_ exchange: inout Exchange) throws(FrontendMisuse) {
    evict()
    if pendingCloses.isEmpty { return }
    for name in pendingCloses {
      try FrontendSerializer.close(.statement, name.span, into: &output)
    }
    // They are pending until the exchange is noted as appended.
    exchange.closeCount = pendingCloses.count
  }

  /// Appends Parse and Describe.
  private func prepare(
    _ statement: Statement, parameterTypes: Span<UInt32>
  ) throws(FrontendMisuse) {
    let name = isUnnamed ? [] : statement.name
    let text = statement.text
    try FrontendSerializer.parse(
      statement: name.span, text.span, parameterTypes: parameterTypes, into: &output)
    try FrontendSerializer.describe(.statement, name.span, into: &output)
    if !isUnnamed { prepared.touch(statement.index) }
  }

  /// An exchange is not sent after all.
  func takeBack(_ exchange: borrowing Exchange) {
    if exchange.messages.haveParse, let statement = exchange.statement {
      prepared.remove(statement.index)
    }
  }

  private var isUnnamed: Bool { pool.settings.preparedStatementsMax == 0 }

  /// Makes room for one more prepared statement.
  private func evict() {
    while prepared.count >= max(pool.settings.preparedStatementsMax, 1),
      let oldest = prepared.oldest
    {
      prepared.remove(oldest)
      if let evicted = pool.statements[oldest] { pendingCloses.append(evicted.name) }
    }
  }

  private func execute(_ operation: Operation, _ statement: Statement) {
    do throws(FrontendMisuse) {
      append(try execution(of: operation, statement))
    } catch {
      fail(operation, Self.failure(of: error))
    }
  }

  static func failure(of misuse: FrontendMisuse) -> OperationFailure {
    misuse == .parameterCountMismatch ? .ownerFailed : .misuse(misuse)
  }

  /// Appends an operation whose statement is described. After an error nothing of it is left.
  ///
  /// - Parameter isFirst: whether nothing was appended since the last Sync.
  @_optimize(speed)
  func execution(
    of operation: Operation, _ statement: Statement, isFirst: Bool = true
  ) throws(FrontendMisuse) -> Exchange {
    let start = output.count
    // A server behind a pooler may be another one each time: everything travels together.
    let isPrepared = !isUnnamed && prepared.contains(statement.index)
    var exchange = exchange(isPrepared ? .execution : .descriptionAndExecution, of: operation)
    exchange.statement = statement
    exchange.layout = statement.layout
    exchange.endsBatch = operation.endsBatch
    exchange.isQuick = isQuick(operation, statement)
    exchange.limitsRows = operation.kind == .cursorOpen && operation.rowsMax > 0
    do {
      // A member of a batch that comes later may have been forgotten, and is prepared again.
      if isFirst && (!isPrepared || operation.isBatched) { try appendCloses(&exchange) }
      if isPrepared {
        prepared.touch(statement.index)
      } else {
        let types = statement.parameterTypes
        try prepare(statement, parameterTypes: types.span)
      }
      try bindAndExecute(operation, statement)
      return exchange
    } catch {
      output.truncate(toCount: start)
      takeBack(exchange)
      throw error
    }
  }

  private func isQuick(_ operation: Operation, _ statement: Statement) -> Bool {
    guard operation.kind == .query, !operation.isBatched, statement.traits.contains(.plainRead),
      let latency = statement.latencyNanoseconds
    else { return false }
    return latency <= pool.settings.quickNanoseconds
  }

  /// An Execute of the unnamed portal for all rows, and the same with a Sync behind it.
  private static var executeAll: StaticString { "E\0\0\0\u{9}\0\0\0\0\0" }
  private static var executeAllAndSync: StaticString { "E\0\0\0\u{9}\0\0\0\0\0S\0\0\0\u{4}" }

  @_optimize(speed)
  private func bindAndExecute(
    _ operation: Operation, _ statement: Statement
  ) throws(FrontendMisuse) {
    let name = isUnnamed ? [] : statement.name
    let portal = operation.kind == .cursorOpen ? Self.portalName(operation.portal) : []
    var bind = try Bind(
      portal: portal.span, statement: name.span, parameterCount: statement.parameterTypes.count,
      formats: pool.owner.parameterFormats(of: operation), into: &output)
    guard pool.owner.encodeParameters(of: operation, &bind, into: &output) else {
      throw .parameterCountMismatch
    }
    if let layout = statement.layout, !layout.columns.isEmpty {
      if let uniform = layout.uniformFormat {
        try bind.end(results: uniform, into: &output)
      } else {
        let formats = layout.formats
        try bind.end(results: formats.span, into: &output)
      }
    } else {
      try bind.end(results: .text, into: &output)
    }
    if operation.kind == .cursorOpen {
      try FrontendSerializer.execute(
        portal: portal.span, rowsMax: operation.rowsMax, into: &output)
      FrontendSerializer.sync(into: &output)
    } else {
      output.append(operation.endsBatch ? Self.executeAllAndSync : Self.executeAll)
    }
  }

  // MARK: Cursors

  private static func portalName(_ number: UInt32) -> [UInt8] {
    var name = OctetBuffer()
    name.append("c")
    name.append(decimal: UInt64(number))
    return [UInt8](copying: name.octets)
  }

  private func advance(_ operation: Operation) {
    let isClose = operation.kind == .cursorClose
    var exchange = exchange(isClose ? .portalClose : .fetch, of: operation)
    let name = Self.portalName(operation.portal)
    do throws(FrontendMisuse) {
      if isClose {
        try FrontendSerializer.close(.portal, name.span, into: &output)
      } else {
        exchange.limitsRows = operation.rowsMax > 0
        try FrontendSerializer.execute(portal: name.span, rowsMax: operation.rowsMax, into: &output)
      }
      FrontendSerializer.sync(into: &output)
      append(exchange)
    } catch {
      fail(operation, .misuse(error))
    }
  }

  // MARK: The transport

  /// Sends what there is room for.
  func send() {
    while !(output.isEmpty && !transport.hasUnsentOctets) && !isBlockedOnSend && state != .closed
      && state != .connecting
    {
      switch transport.send(output.octets) {
      case .octets(let count):
        output.consume(count)
        sentCount += UInt64(count)
      case .wouldBlock: isBlockedOnSend = true
      case .failed:
        // The server may have said why, and that is still to be received.
        receive()
        if state != .closed { end(.connectionLost(wasSent: true)) }
        return
      }
    }
    if output.isEmpty {
      output.removeAll()
      if output.capacity > pool.settings.copyOctetsMax * 2 { output = OctetBuffer() }
    }
    copyRoomMayBeMade()
  }
}
