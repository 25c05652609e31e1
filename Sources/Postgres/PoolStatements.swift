import NecroOctets

/// The statements that a pool knows, by their text.
extension Pool {
  /// The statement of a text: the same one for the same text, as long as it is not evicted.
  ///
  /// Whoever uses a text often keeps the statement. One that was evicted still works.
  public func statement(_ text: Span<UInt8>) -> Statement {
    let hash = Self.hash(text)
    var candidate = buckets[Int(truncatingIfNeeded: hash) & (buckets.count - 1)]
    while let statement = candidate {
      if statement.hash == hash && statement.hasText(text) { return statement }
      candidate = statement.nextInBucket
    }
    statementNumber += 1
    let statement = Statement(
      text: text, hash: hash, number: statementNumber, salt: settings.statementSalt)
    register(statement)
    return statement
  }

  /// Gives a statement a place, and counts it as used.
  func register(_ statement: Statement) {
    if statement.index >= 0 {
      statementRecency.touch(statement.index)
      return
    }
    if statementRecency.count >= max(settings.statementsMax, 1),
      let oldest = statementRecency.oldest
    {
      evict(oldest)
    }
    if let free = freeStatements.popLast() {
      statement.index = free
    } else {
      statement.index = statements.count
      statements.append(nil)
    }
    statements[statement.index] = statement
    statementRecency.touch(statement.index)
    let bucket = Int(truncatingIfNeeded: statement.hash) & (buckets.count - 1)
    statement.nextInBucket = buckets[bucket]
    buckets[bucket] = statement
    statementCount += 1
    if statementCount > buckets.count { growBuckets() }
  }

  /// Has a statement prepared anew on every session.
  func forget(_ statement: Statement, except spared: Session? = nil) {
    for session in sessions where session !== spared { session.forget(statement) }
  }

  private func evict(_ place: Int) {
    guard let statement = statements[place] else { return }
    forget(statement)
    statementRecency.remove(place)
    statements[place] = nil
    freeStatements.append(place)
    statement.index = -1
    statementCount -= 1
    let bucket = Int(truncatingIfNeeded: statement.hash) & (buckets.count - 1)
    if buckets[bucket] === statement {
      buckets[bucket] = statement.nextInBucket
    } else {
      var candidate = buckets[bucket]
      while let previous = candidate {
        if previous.nextInBucket === statement {
          previous.nextInBucket = statement.nextInBucket
          break
        }
        candidate = previous.nextInBucket
      }
    }
    statement.nextInBucket = nil
  }

  private func growBuckets() {
    let count = buckets.count * 2
    for bucket in 0..<buckets.count { buckets[bucket] = nil }
    buckets = [Statement?](repeating: nil, count: count)
    for case let statement? in statements {
      let bucket = Int(truncatingIfNeeded: statement.hash) & (count - 1)
      statement.nextInBucket = buckets[bucket]
      buckets[bucket] = statement
    }
  }

  /// FNV-1a.
  private static func hash(_ text: Span<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for index in text.indices { hash = (hash ^ UInt64(text[index])) &* 0x100_0000_01B3 }
    return hash ^ hash >> 32
  }
}
