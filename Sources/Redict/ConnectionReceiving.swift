import NecroOctets
import NecroRESP
import NecroReactor
import NecroTLS

extension RedictConnection {
  /// Octets to make room for at least, and at most whatever length a string claims to have.
  private static var receiveOctetsMin: Int { 16_384 }
  private static var receiveOctetsMax: Int { 1 << 18 }

  /// Receives and takes what is there, up to what a connection may have of a turn.
  func receive() {
    var octetsLeft = client.settings.receivedOctetsPerTurnMax
    while octetsLeft > 0 && !isPaused && state != .closed {
      let wanted = min(max(decoder.missingOctetCount, Self.receiveOctetsMin), Self.receiveOctetsMax)
      let room = decoder.reserve(wanted)
      switch transport.receive(into: room) {
      case .octets(let count):
        heardMilliseconds = client.reactor.now
        decoder.advance(count)
        octetsLeft -= count
        takeValues()
        if state == .closed { return }
        if let command = exchanges.isEmpty ? nil : exchanges[0].command,
          decoder.input.count > command.replyOctetsMax
        {
          return end(.replyUnexpected)
        }
        // Less than there is room for was all there is; the end comes by itself.
        if count < room.count { break }
        continue
      case .wouldBlock: break
      case .closed, .failed: peerGone()
      }
      break
    }
    if decoder.input.isEmpty && decoder.input.capacity > Self.receiveOctetsMax {
      decoder.input = OctetBuffer()
    }
    waitForBuffered()
    updateInterest()
  }

  /// The server sends no more.
  private func peerGone() {
    // A server that does not take our certificate says so behind the handshake of TLS 1.3.
    if state == .greeting, let error = transport.encryptionFailure, error.code != .truncated {
      return end(.encryptionFailed(error))
    }
    end(.connectionLost(wasSent: true))
  }

  /// Has `receive` called in the next turn where octets are there already: others have theirs before.
  func waitForBuffered() {
    guard transport.hasBufferedOctets, !isPaused, state != .closed, bufferedTimer == nil else {
      return
    }
    bufferedTimer = client.reactor.setTimer(
      self, tag: Self.bufferedTag, deadlineMilliseconds: client.reactor.now)
  }

  /// Octets of the value that was decoded last.
  @_lifetime(borrow self)
  private func received(_ slice: Slice) -> Span<UInt8> {
    // The buffer is the connection's own and is not touched before the next value is taken.
    let octets = decoder.input.octets(slice)
    return unsafe _overrideLifetime(octets, borrowing: self)
  }

  /// Takes the values that are there.
  func takeValues() {
    while !isPaused && state != .closed {
      do throws(RESPError) {
        guard let value = try decoder.nextValue() else { return }
        take(value)
      } catch {
        end(.protocolBroken(error))
      }
    }
  }

  private func take(_ value: RESPValue) {
    let octets = received(value.octets)
    if role == .subscriber && state == .ready {
      takeMessage(octets, isPush: value.isPush)
      return
    }
    if value.isPush {
      if isTracking { invalidate(octets) }
      client.owner.pushed(self, octets)
      return
    }
    guard !exchanges.isEmpty else { return end(unasked(octets)) }
    let isError = RedictReply.isError(octets)
    let purpose = exchanges[0].purpose
    if purpose == .ping {
      exchanges.removeFirst()
      return
    }
    guard purpose == .command else {
      return takeAtGreeting(purpose, octets, isError: isError)
    }
    hasAnswered = true
    if let cached = exchanges[0].cached, let cache = client.cache {
      if isError { cache.drop(cached) } else { cache.store(cached, octets) }
    }
    let command = exchanges[0].command
    let index = exchanges[0].replyIndex
    exchanges[0].replyIndex &+= 1
    exchanges[0].repliesLeft &-= 1
    let isComplete = exchanges[0].repliesLeft == 0
    // Out of the way before the owner is told, who may end the connection.
    if isComplete { exchanges.removeFirst() }
    if let command {
      if isComplete && !command.traits.contains(.readOnly), let cache = client.cache {
        cache.invalidateKeys(of: command.requestOctets)
      }
      if isError && command.commandCount == 1 {
        command.failure = .server(Self.errorText(octets))
      } else {
        client.owner.replied(
          command, index: index, octets, attributes: received(value.attributes))
      }
      if isComplete && command.state == .sent { client.complete(command) }
    }
    if role == .shared {
      if isComplete && client.isWaitingForRoom { client.reactor.mark(client) }
    } else if exchanges.isEmpty && state == .ready && !isAcquired {
      client.ownedIsDone(self)
    } else if isReleasing {
      client.reactor.mark(self)
    }
  }

  /// What a server says before it closes a connection that it does not want any more.
  private func unasked(_ octets: Span<UInt8>) -> RedictFailure {
    RedictReply.isError(octets) ? .server(Self.errorText(octets)) : .replyUnexpected
  }
}
