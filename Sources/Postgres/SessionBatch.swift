import NecroOctets
import NecroPostgresWire
import NecroReactor

/// Batches: queries with one Sync behind them.
extension Session {
  /// Sends the batch at the front of the queue; before it, with one Sync as well, what it takes to
  /// have its statements described.
  func sendBatch() {
    guard statementsAreKnown() else { return }
    let start = output.count
    var sent: [Exchange] = []
    var candidate = queue.first
    while let member = candidate, let statement = member.statement {
      member.session = self
      do throws(FrontendMisuse) {
        sent.append(try execution(of: member, statement, isFirst: sent.isEmpty))
      } catch {
        takeBack(sent, toCount: start)
        member.failure = Self.failure(of: error)
        failBatch(member)
        return
      }
      candidate = member.endsBatch ? nil : member.next
    }
    for exchange in sent { append(exchange) }
    while let member = queue.first, member.isBatched {
      queue.remove(member)
      member.state = .sent
      if member.endsBatch { break }
    }
  }

  /// Whether the statements of the batch at the front are described and their types known. If not,
  /// what it takes is under way, or the batch has failed.
  private func statementsAreKnown() -> Bool {
    var undescribed: [Operation] = []
    var candidate = queue.first
    while let member = candidate {
      candidate = member.endsBatch ? nil : member.next
      guard let statement = member.statement, !statement.traits.contains(.copy) else {
        member.failure = .copyMisplaced
        failBatch(member)
        return false
      }
      pool.register(statement)
      if statement.isDescribed { continue }
      if statement.isArrived && undescribed.isEmpty {
        if parks(member, statement) { return false }
        typesAreKnown(statement)
        continue
      }
      var isListed = statement.isArrived
      for other in undescribed where other.statement === statement { isListed = true }
      if !isListed { undescribed.append(member) }
    }
    if undescribed.isEmpty { return true }
    describe(undescribed)
    return false
  }

  /// Has the statements of members described, all in one round trip.
  private func describe(_ members: [Operation]) {
    let start = output.count
    var sent: [Exchange] = []
    // All before the first, which closes them.
    for member in members {
      if let statement = member.statement { forget(statement) }
    }
    for member in members {
      guard let statement = member.statement else { continue }
      do throws(FrontendMisuse) {
        var exchange = try description(of: statement, for: member, isFirst: sent.isEmpty)
        exchange.endsBatch = sent.count == members.count - 1
        sent.append(exchange)
      } catch {
        takeBack(sent, toCount: start)
        member.failure = .misuse(error)
        failBatch(member)
        return
      }
    }
    FrontendSerializer.sync(into: &output)
    for exchange in sent { append(exchange) }
  }

  /// Takes back what was appended and not noted.
  private func takeBack(_ sent: [Exchange], toCount start: Int) {
    output.truncate(toCount: start)
    for exchange in sent { takeBack(exchange) }
  }
}
