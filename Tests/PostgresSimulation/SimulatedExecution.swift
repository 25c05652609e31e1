/// The contents of a Bind.
struct BindContents {
  let portal: String
  let statement: String
  let token: Int
  let formats: [Int]

  init(_ contents: inout ContentsReader) {
    portal = contents.string()
    statement = contents.string()
    for _ in 0..<contents.number(2) { _ = contents.number(2) }
    var values: [[UInt8]] = []
    for _ in 0..<contents.number(2) {
      let length = contents.number(4)
      values.append(contents.octets(length))
    }
    token = values.first.flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? -1
    var formats: [Int] = []
    for _ in 0..<contents.number(2) { formats.append(contents.number(2)) }
    self.formats = formats
  }
}

/// The extended query.
///
/// PG protocol-flow-ext-query
extension SimulatedBackend {
  func fail(_ state: String, _ text: String, routine: String? = nil) {
    output.error(state, text, routine: routine)
    effects.removeAll()
    if transaction == .open { transaction = .failed }
    if isInScript {
      isInScript = false
      ready()
    } else {
      skipsToSync = true
      if random.perMille(500) { flush() }
    }
  }

  private func refusesInFailedTransaction() -> Bool {
    if transaction == .failed { fail("25P02", "the transaction has failed") }
    return transaction == .failed
  }

  private func columns(_ statement: SimulatedStatement) -> [(name: String, type: Int)] {
    if !statement.returnsRows { return [] }
    var columns = [(name: "token", type: SimulatedType.text)]
    if statement == .unknownType {
      columns.append((name: "mood", type: SimulatedType.mood))
    } else {
      columns.append((name: "n", type: SimulatedType.int4))
    }
    if !server.schemaVersion.isMultiple(of: 2) {
      columns.append((name: "extra", type: SimulatedType.text))
    }
    return columns
  }

  private func isStale(_ prepared: Prepared) -> Bool {
    prepared.statement.returnsRows
      && prepared.schemaVersion.isMultiple(of: 2) != server.schemaVersion.isMultiple(of: 2)
  }

  private func failAsStale() {
    server.simulation.statistics.stalePlans += 1
    fail("0A000", "cached plan must not change result type", routine: "RevalidateCachedQuery")
  }

  func parse(_ contents: inout ContentsReader) {
    let (name, text) = (contents.string(), contents.string())
    if copying != nil { server.simulation.violation("a Parse in the middle of a copy") }
    if refusesInFailedTransaction() { return }
    guard let statement = SimulatedStatement(text: text) else {
      server.simulation.violation("a statement nobody has sent: \(text)")
      return
    }
    if !name.isEmpty && prepared[name] != nil {
      server.simulation.violation("\(name) is prepared twice")
    }
    if statement == .nonsense {
      fail("42703", text)
      return
    }
    prepared[name] = Prepared(
      text: text, statement: statement, schemaVersion: server.schemaVersion)
    output.parseComplete()
  }

  func describe(_ contents: inout ContentsReader) {
    _ = contents.octet()
    guard let statement = prepared[contents.string()] else {
      fail("26000", "prepared statement does not exist")
      return
    }
    if isStale(statement) {
      failAsStale()
      return
    }
    output.parameterDescription([SimulatedType.text])
    let columns = columns(statement.statement)
    if columns.isEmpty { output.noData() } else { output.rowDescription(columns) }
  }

  func bind(_ contents: inout ContentsReader) {
    let bind = BindContents(&contents)
    if refusesInFailedTransaction() { return }
    guard let statement = prepared[bind.statement] else {
      server.simulation.statistics.lostStatements += 1
      fail("26000", "prepared statement does not exist")
      return
    }
    if isStale(statement) {
      failAsStale()
      return
    }
    let columnCount = columns(statement.statement).count
    guard bind.formats.count <= 1 || bind.formats.count == columnCount else {
      server.simulation.statistics.formatMismatches += 1
      fail("08P01", "bind message has \(bind.formats.count) result formats")
      return
    }
    checkOwner(bind.token)
    portals[bind.portal] = Portal(
      statement: statement.statement, token: bind.token, columnCount: columnCount,
      formats: bind.formats)
    output.bindComplete()
  }

  func executePortal(_ contents: inout ContentsReader) {
    let name = contents.string()
    let rowsMax = contents.number(4)
    if refusesInFailedTransaction() { return }
    guard let portal = portals[name] else {
      fail("34000", "portal does not exist")
      return
    }
    execute(token: portal.token, milliseconds: duration(portal.statement)) { [self] in
      answer(portal, name, rowsMax)
      if random.perMille(100) { flush() }
    }
  }

  private func duration(_ statement: SimulatedStatement) -> UInt64 {
    let isLong = random.perMille(20)
    switch statement {
    case .slowRead: return UInt64(1 + random.below(60))
    case .insert, .lockingRead: return UInt64(random.below(isLong ? 100 : 3))
    case .read, .failing, .nonsense, .unknownType:
      return isLong ? UInt64(random.below(40)) : random.perMille(900) ? 0 : 1
    }
  }

  private func answer(_ portal: Portal, _ name: String, _ rowsMax: Int) {
    switch portal.statement {
    case .insert:
      effects.append(portal.token)
      output.commandComplete("INSERT 0 \(SimulatedReply.affectedRows(portal.token))")
    case .failing, .nonsense: fail("22012", SimulatedReply.errorText(portal.token))
    case .read, .slowRead, .lockingRead, .unknownType: sendRows(portal, name, rowsMax)
    }
  }

  private func sendRows(_ portal: Portal, _ name: String, _ rowsMax: Int) {
    let total = SimulatedReply.rowCount(portal.token)
    let left = total - portal.sentRowCount
    let count = rowsMax == 0 ? left : min(left, rowsMax)
    let token = [UInt8](String(portal.token).utf8)
    for number in portal.sentRowCount..<portal.sentRowCount + count {
      var values: [[UInt8]?] = [token]
      if portal.statement == .unknownType {
        values.append(token)
      } else if portal.formats.count > 1 ? portal.formats[1] == 1 : portal.formats.first == 1 {
        values.append((0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) })
      } else {
        values.append([UInt8](String(number).utf8))
      }
      if portal.columnCount == 3 { values.append(nil) }
      output.dataRow(values)
      if random.perMille(5) { interject() }
    }
    portals[name]?.sentRowCount += count
    if rowsMax > 0 && count == rowsMax {
      output.portalSuspended()
    } else {
      output.commandComplete("SELECT \(count)")
    }
  }

  func close(_ contents: inout ContentsReader) {
    let isStatement = contents.octet() == 0x53
    let name = contents.string()
    if isStatement { prepared[name] = nil } else { portals[name] = nil }
    output.closeComplete()
  }

  func synchronize() {
    // PG protocol-copy: a Sync that comes while octets are copied is ignored.
    if copying != nil { return }
    skipsToSync = false
    settleEffects()
    ready()
  }

  /// Outside a transaction block what was done since the last Sync is a transaction.
  func settleEffects() {
    guard transaction == .none else { return }
    server.commit(effects)
    effects.removeAll()
    portals.removeAll()
  }
}
