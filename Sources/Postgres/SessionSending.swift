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
    if newest >= 0 && exchanges[newest].purpose != .operation { return nil }
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
    append(
      Exchange(
        operation: nil, statement: nil, purpose: .cleaning, expects: .script, begin: position,
        sentNanoseconds: pool.reactor.nowNanoseconds))
    do throws(FrontendMisuse) {
      try FrontendSerializer.query(text.octets, into: &output)
    } catch {
      end(.misuse(error))
    }
  }

  /// The place of the next octet among all that are ever sent.
  private var position: UInt64 { sentCount + UInt64(output.count) }

  private func append(_ exchange: Exchange) {
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
        _ = execute(operation, statement)
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
    var exchange = Exchange(
      operation: operation, statement: nil, expects: .script, begin: position,
      sentNanoseconds: pool.reactor.nowNanoseconds)
    switch operation.kind {
    case .copyIn:
      exchange.expects = [.copyResponse, .copyCompletion, .ready]
      exchange.isCopyIn = true
    case .copyOut: exchange.expects = [.copyResponse, .copyData, .copyCompletion, .ready]
    default: break
    }
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
  func describe(_ statement: Statement, for operation: Operation) {
    let start = output.count
    forget(statement)
    let closes = pendingCloses
    var exchange = Exchange(
      operation: operation, statement: statement, purpose: .description,
      expects: [.parse, .parameterDescription, .statementRows, .ready], begin: position,
      sentNanoseconds: pool.reactor.nowNanoseconds)
    do throws(FrontendMisuse) {
      exchange.closesExpected = try appendCloses()
      try prepare(statement, parameterTypes: Span())
      FrontendSerializer.sync(into: &output)
      append(exchange)
    } catch {
      output.truncate(toCount: start)
      pendingCloses = closes
      prepared.remove(statement.index)
      if operation.isBatched {
        operation.failure = .misuse(error)
        failBatch(operation)
      } else {
        fail(operation, .misuse(error))
      }
    }
  }

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

  private var isUnnamed: Bool { pool.settings.preparedStatementsMax == 0 }

  /// Closes what was evicted. Returns how many CloseComplete come first.
  private func appendCloses() throws(FrontendMisuse) -> Int {
    while prepared.count >= max(pool.settings.preparedStatementsMax, 1),
      let oldest = prepared.oldest
    {
      prepared.remove(oldest)
      if let evicted = pool.statements[oldest] { pendingCloses.append(evicted.name) }
    }
    let count = pendingCloses.count
    if count == 0 { return 0 }
    for name in pendingCloses {
      try FrontendSerializer.close(.statement, name.span, into: &output)
    }
    pendingCloses.removeAll(keepingCapacity: true)
    return count
  }

  /// Sends an operation whose statement is described. False when it was completed instead.
  func execute(_ operation: Operation, _ statement: Statement) -> Bool {
    let start = output.count
    var exchange = Exchange(
      operation: operation, statement: statement, expects: [.bind, .execute], begin: position,
      sentNanoseconds: pool.reactor.nowNanoseconds)
    exchange.layout = statement.layout
    exchange.endsBatch = operation.endsBatch
    exchange.isQuick = isQuick(operation, statement)
    if operation.endsBatch { exchange.expects.insert(.ready) }
    do throws(FrontendMisuse) {
      if isUnnamed {
        try appendUnnamed(statement, &exchange)
      } else if !prepared.contains(statement.index) {
        let types = statement.parameterTypes
        exchange.closesExpected = try appendCloses()
        try prepare(statement, parameterTypes: types.span)
        exchange.expects.formUnion([.parse, .parameterDescription, .statementRows])
      } else {
        prepared.touch(statement.index)
      }
      try bindAndExecute(operation, statement)
      append(exchange)
      return true
    } catch {
      output.truncate(toCount: start)
      if exchange.expects.contains(.parse) && !isUnnamed { prepared.remove(statement.index) }
      let failure: OperationFailure =
        error == .parameterCountMismatch ? .ownerFailed : .misuse(error)
      if operation.isBatched {
        operation.failure = failure
      } else {
        fail(operation, failure)
      }
      return false
    }
  }

  /// A server behind a pooler may be another one each time: everything travels together.
  private func appendUnnamed(
    _ statement: Statement, _ exchange: inout Exchange
  ) throws(FrontendMisuse) {
    let types = statement.parameterTypes
    try prepare(statement, parameterTypes: types.span)
    exchange.expects.formUnion([.parse, .parameterDescription, .statementRows])
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
    var exchange = Exchange(
      operation: operation, statement: nil, expects: [.execute, .ready], begin: position,
      sentNanoseconds: pool.reactor.nowNanoseconds)
    exchange.layout = operation.statement?.layout
    let name = Self.portalName(operation.portal)
    do throws(FrontendMisuse) {
      if operation.kind == .cursorClose {
        exchange.expects = [.portalClosed, .ready]
        exchange.layout = nil
        try FrontendSerializer.close(.portal, name.span, into: &output)
      } else {
        try FrontendSerializer.execute(portal: name.span, rowsMax: operation.rowsMax, into: &output)
      }
      FrontendSerializer.sync(into: &output)
      append(exchange)
    } catch {
      fail(operation, .misuse(error))
    }
  }

  // MARK: Batches

  /// Sends the batch at the front of the queue, its statements described before.
  private func sendBatch() {
    var candidate = queue.first
    while let member = candidate {
      guard let statement = member.statement else { break }
      pool.register(statement)
      if statement.traits.contains(.copy) {
        member.failure = .copyMisplaced
        failBatch(member)
        return
      }
      if !statement.isDescribed {
        describe(statement, for: member)
        return
      }
      candidate = member.endsBatch ? nil : member.next
    }
    let start = output.count
    let exchangeCount = exchanges.count
    candidate = queue.first
    while let member = candidate, let statement = member.statement {
      member.session = self
      guard execute(member, statement) else {
        while exchanges.count > exchangeCount {
          let sent = exchanges[exchanges.count - 1]
          if sent.expects.contains(.parse), let statement = sent.statement {
            prepared.remove(statement.index)
          }
          exchanges.removeLast()
        }
        output.truncate(toCount: start)
        failBatch(member)
        return
      }
      candidate = member.endsBatch ? nil : member.next
    }
    while let member = queue.first, member.isBatched {
      queue.remove(member)
      member.state = .sent
      if member.endsBatch { break }
    }
  }

  // MARK: The transport

  /// Sends what there is room for.
  func send() {
    while !output.isEmpty && !isBlockedOnSend && state != .closed && state != .connecting {
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
