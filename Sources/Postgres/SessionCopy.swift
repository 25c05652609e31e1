import NecroOctets
import NecroPostgresWire
import NecroReactor

/// COPY, by a simple query.
///
/// PG protocol-copy
extension Session {
  func takeCopyIn(_ response: CopyResponse) {
    guard exchanges[replyIndex].isCopyIn, exchanges[replyIndex].expects.begins(with: .copyResponse)
    else {
      refuseCopyIn()
      return
    }
    exchanges[replyIndex].expects.remove(.copyResponse)
    guard let operation = exchanges[replyIndex].operation else {
      failCopy("the copy was cancelled")
      return
    }
    exchanges[replyIndex].isCopying = true
    operation.copyFormat = response.format
    pool.owner.copyRoomMade(operation)
  }

  /// A copy that nobody asked for: in a simple query it can be refused; the extended one has sent a
  /// Sync
  /// already, which the server passes over, and is not saved.
  private func refuseCopyIn() {
    let expects = exchanges[replyIndex].expects
    guard expects.begins(with: .script) || expects.begins(with: .copyResponse) else {
      end(.messageUnexpected)
      return
    }
    if expects.begins(with: .copyResponse) {
      exchanges[replyIndex].operation?.failure = .copyMisplaced
      exchanges[replyIndex].expects = .script
    }
    failCopy("COPY FROM STDIN needs an operation of its own")
  }

  private func failCopy(_ reason: StaticString) {
    exchanges[replyIndex].isCopying = false
    do throws(FrontendMisuse) {
      try FrontendSerializer.copyFail(reason.octets, into: &output)
      pool.reactor.mark(self)
    } catch {
      end(.misuse(error))
    }
  }

  func takeCopyOut(_ response: CopyResponse) {
    let expects = exchanges[replyIndex].expects
    if expects.begins(with: .script) { return }
    guard expects.begins(with: .copyResponse) else {
      end(.messageUnexpected)
      return
    }
    if exchanges[replyIndex].isCopyIn {
      exchanges[replyIndex].operation?.failure = .copyMisplaced
      exchanges[replyIndex].expects = .script
      return
    }
    exchanges[replyIndex].expects.remove(.copyResponse)
    exchanges[replyIndex].operation?.copyFormat = response.format
  }

  func takeCopyData(_ slice: Slice) {
    let expects = exchanges[replyIndex].expects
    if expects.begins(with: .script) { return }
    guard expects.begins(with: .copyData) else {
      end(.messageUnexpected)
      return
    }
    guard let operation = exchanges[replyIndex].operation, operation.failure == nil else { return }
    operation.copyOctets.append(received(slice))
    if operation.copyOctets.count > pool.settings.copyOctetsMax { isPaused = true }
    pool.owner.copyOctetsArrived(operation)
  }

  func takeCopyDone() {
    let expects = exchanges[replyIndex].expects
    if expects.begins(with: .script) { return }
    guard expects.begins(with: .copyData) else {
      end(.messageUnexpected)
      return
    }
    exchanges[replyIndex].expects.remove(.copyData)
  }

  /// The exchange of a copy in that takes octets.
  private func copying(_ operation: Operation) -> Bool {
    operation.state == .sent && replyIndex < exchanges.count
      && exchanges[replyIndex].operation === operation && exchanges[replyIndex].isCopying
  }

  /// Appends octets to be copied. False when the copy is over, or never was.
  func copy(_ operation: Operation, _ octets: Span<UInt8>) -> Bool {
    guard copying(operation) else { return false }
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
    guard copying(operation) else { return }
    exchanges[replyIndex].isCopying = false
    if let reason {
      do throws(FrontendMisuse) {
        try FrontendSerializer.copyFail(reason, into: &output)
      } catch {
        failCopy("the copy has failed")
      }
    } else {
      FrontendSerializer.copyDone(into: &output)
    }
    pool.reactor.mark(self)
  }

  /// Tells the owner of a copy in that waits for room that there is some.
  func copyRoomMayBeMade() {
    guard state == .ready, replyIndex < exchanges.count, exchanges[replyIndex].isCopying,
      let operation = exchanges[replyIndex].operation, operation.waitsForCopyRoom,
      output.count <= pool.settings.copyOctetsMax / 2
    else { return }
    operation.waitsForCopyRoom = false
    pool.owner.copyRoomMade(operation)
  }
}
