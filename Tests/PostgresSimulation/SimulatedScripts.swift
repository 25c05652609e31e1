/// Simple queries and copies.
///
/// PG protocol-flow-simple-query, PG protocol-copy
extension SimulatedBackend {
  func runScript(_ text: String) {
    if copying != nil { server.simulation.violation("a query in the middle of a copy") }
    isInScript = true
    let token = Self.token(in: text)
    if let token { checkOwner(token) }
    let command = text.prefix { $0 != " " && $0 != ";" }
    switch command {
    case "rollback", "ROLLBACK": endTransaction(commits: false)
    case "commit": endTransaction(commits: transaction == .open)
    case _ where transaction == .failed: fail("25P02", "the transaction has failed")
    case "begin":
      transaction = .open
      transactionToken = token
      complete("BEGIN")
    case "CLOSE": complete("RESET")
    case "insert":
      execute(token: token, milliseconds: UInt64(random.below(3))) { [self] in
        effects.append(token ?? -1)
        complete("INSERT 0 \(SimulatedReply.affectedRows(token ?? -1))")
      }
    case "error": fail("22012", SimulatedReply.errorText(token ?? -1))
    case "copy":
      if text.hasPrefix("copy ledger") { beginCopyIn(token ?? -1) } else { copyOut(token ?? -1) }
    default: server.simulation.violation("a script nobody has sent: \(text)")
    }
  }

  private func complete(_ tag: String) {
    isInScript = false
    output.commandComplete(tag)
    settleEffects()
    ready()
  }

  private func endTransaction(commits: Bool) {
    if !commits { effects.removeAll() }
    execute(token: nil, milliseconds: UInt64(random.below(3))) { [self] in
      transaction = .none
      transactionToken = nil
      complete(commits ? "COMMIT" : "ROLLBACK")
    }
  }

  /// Whoever has begun the transaction is the only one to do something in it.
  func checkOwner(_ token: Int) {
    guard transaction != .none, let owner = transactionToken else { return }
    server.simulation.checkSameCaller(owner, token)
  }

  // MARK: Copies

  private func beginCopyIn(_ token: Int) {
    execute(token: token, milliseconds: UInt64(random.below(2))) { [self] in
      copying = token
      output.copyResponse("G", columnCount: 1)
      flush()
    }
  }

  func takeCopyData(_ body: ArraySlice<UInt8>) {
    // Behind an error the octets of a copy are passed over.
    guard let token = copying else { return }
    if [UInt8](body) != [UInt8]("\(token)\n".utf8) {
      server.simulation.violation("octets of another copy than \(token)")
    }
    if random.perMille(5) {
      copying = nil
      fail("22P04", SimulatedReply.errorText(token))
    }
  }

  func endCopy(isFailed: Bool) {
    guard let token = copying else { return }
    copying = nil
    if isFailed {
      fail("57014", SimulatedReply.errorText(token))
      return
    }
    execute(token: token, milliseconds: UInt64(random.below(3))) { [self] in
      effects.append(token)
      complete("COPY \(SimulatedReply.affectedRows(token))")
    }
  }

  private func copyOut(_ token: Int) {
    output.copyResponse("H", columnCount: 1)
    flush()
    copyRows(token, from: 0)
  }

  private func copyRows(_ token: Int, from begin: Int) {
    let count = SimulatedReply.copiedRowCount(token)
    execute(token: token, milliseconds: UInt64(random.below(2))) { [self] in
      let end = min(begin + 500, count)
      let row = [UInt8]("\(token)\n".utf8)
      for _ in begin..<end { output.copyData(row) }
      if random.perMille(20) {
        fail("22P04", SimulatedReply.errorText(token))
      } else if end < count {
        flush()
        copyRows(token, from: end)
      } else {
        output.copyDone()
        complete("COPY \(count)")
      }
    }
  }
}
