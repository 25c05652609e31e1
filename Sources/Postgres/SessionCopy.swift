import NecroOctets
import NecroPostgresWire
import NecroReactor

/// COPY, by a simple query.
///
/// PG protocol-copy
extension Session {
  func takeCopyIn(_ response: CopyResponse) {
    guard exchanges[replyIndex].messages == .script else {
      // A statement that is bound has been sent a Sync, which the server passes over while it copies:
      // the session is not saved.
      end(.copyMisplaced)
      return
    }
    guard exchanges[replyIndex].copy == .toServer, !exchanges[replyIndex].hasCopied else {
      if exchanges[replyIndex].copy != .none {
        exchanges[replyIndex].operation?.failure = .copyMisplaced
      }
      failCopy("COPY FROM STDIN needs an operation of its own")
      return
    }
    exchanges[replyIndex].hasCopied = true
    guard let operation = exchanges[replyIndex].operation else {
      failCopy("the copy was cancelled")
      return
    }
    operation.copyFormat = response.format
    pool.owner.copyRoomMade(operation)
  }

  /// Has the server undo the copy that it waits for.
  func failCopy(_ reason: StaticString) { failCopy(reason.octets) }

  private func failCopy(_ reason: Span<UInt8>) {
    do throws(FrontendMisuse) {
      try FrontendSerializer.copyFail(reason, into: &output)
      try conversation.copyFailed()
      pool.reactor.mark(self)
    } catch {
      isAbandoned = true
      pool.reactor.mark(self)
    }
  }

  func takeCopyOut(_ response: CopyResponse) {
    guard exchanges[replyIndex].messages == .script else {
      end(.copyMisplaced)
      return
    }
    if exchanges[replyIndex].copy == .fromServer && !exchanges[replyIndex].hasCopied {
      exchanges[replyIndex].hasCopied = true
      exchanges[replyIndex].operation?.copyFormat = response.format
    } else if exchanges[replyIndex].copy != .none {
      // A copy in the other direction, or a second one: its octets are dropped.
      exchanges[replyIndex].operation?.failure = .copyMisplaced
    }
  }

  func takeCopyData(_ slice: Slice) {
    guard exchanges[replyIndex].copy == .fromServer,
      let operation = exchanges[replyIndex].operation, operation.failure == nil
    else { return }
    operation.copyOctets.append(received(slice))
    if operation.copyOctets.count > pool.settings.copyOctetsMax { isPaused = true }
    pool.owner.copyOctetsArrived(operation)
  }

  /// Whether the server takes octets for an exchange's copy.
  func isCopying(_ index: Int) -> Bool {
    index == replyIndex && index < exchanges.count && exchanges[index].copy == .toServer
      && conversation.copy.isSending
  }

  private func isCopying(_ operation: Operation) -> Bool {
    operation.state == .sent && isCopying(replyIndex)
      && exchanges[replyIndex].operation === operation
  }

  /// Appends octets to be copied. False when the copy is over, or never was.
  func copy(_ operation: Operation, _ octets: Span<UInt8>) -> Bool {
    guard isCopying(operation) else { return false }
    do throws(FrontendMisuse) {
      try FrontendSerializer.copyData(octets, into: &output)
    } catch {
      return false
    }
    pool.reactor.mark(self)
    return true
  }

  /// Ends a copy in: successfully, or with a reason why not.
  func endCopy(_ operation: Operation, failing reason: Span<UInt8>?) {
    guard isCopying(operation) else { return }
    if let reason {
      // A reason that a message cannot have is as good as none.
      var hasZero = false
      for index in reason.indices where reason[index] == 0 { hasZero = true }
      failCopy(hasZero ? ("the copy has failed" as StaticString).octets : reason)
      return
    }
    FrontendSerializer.copyDone(into: &output)
    do throws(FrontendMisuse) {
      try conversation.copyDone()
    } catch {
      isAbandoned = true
    }
    pool.reactor.mark(self)
  }

  /// Tells the owner of a copy in that waits for room that there is some.
  func copyRoomMayBeMade() {
    guard state == .ready, isCopying(replyIndex), let operation = exchanges[replyIndex].operation,
      operation.waitsForCopyRoom, output.count <= pool.settings.copyOctetsMax / 2
    else { return }
    operation.waitsForCopyRoom = false
    pool.owner.copyRoomMade(operation)
  }
}
