import NecroOctets
import NecroPostgresWire
import NecroReactor
import NecroTLS

extension Session {
  /// Octets to make room for at least.
  private static var receiveOctetsMin: Int { 16_384 }
  /// Octets to make room for at most, whatever length a message claims to have.
  private static var receiveOctetsMax: Int { 1 << 18 }

  /// Receives and decodes what is there, up to what a session may have of a turn.
  func receive() {
    noticesLeft = pool.settings.noticesPerTurnMax
    var octetsLeft = pool.settings.receivedOctetsPerTurnMax
    while octetsLeft > 0 && !isPaused && state != .closed {
      let wanted = min(max(decoder.missingOctetCount, Self.receiveOctetsMin), Self.receiveOctetsMax)
      let room = decoder.reserve(wanted)
      switch transport.receive(into: room) {
      case .octets(let count):
        decoder.advance(count)
        octetsLeft -= count
        decode()
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

  /// Has `receive` called in the next turn where octets are there already: others have theirs before.
  func waitForBuffered() {
    guard transport.hasBufferedOctets, !isPaused, state != .closed, bufferedTimer == nil else {
      return
    }
    bufferedTimer = pool.reactor.setTimer(
      self, tag: Self.bufferedTag, deadlineMilliseconds: pool.reactor.now)
  }

  /// The server sends no more.
  private func peerGone() {
    if state == .closed { return }
    // A server that does not take our certificate says so behind the handshake of TLS 1.3.
    if state != .ready, let error = transport.encryptionFailure, error.code != .truncated {
      return end(.encryptionFailed(error))
    }
    end(.connectionLost(wasSent: true))
  }

  /// Octets of the message that was decoded last.
  @_lifetime(borrow self)
  func received(_ slice: Slice) -> Span<UInt8> {
    // The buffer is the session's own and is not touched before the next message is taken.
    let octets = decoder.input.octets(slice)
    return unsafe _overrideLifetime(octets, borrowing: self)
  }

  /// Takes the messages that are there.
  @_optimize(speed)
  func decode() {
    while !isPaused && state != .closed {
      do throws(PostgresWireError) {
        guard let message = try decoder.next() else { return }
        if state == .ready { take(message) } else { takeAtStart(message) }
      } catch {
        end(.protocolBroken(error))
      }
    }
  }

  // MARK: What may come at any moment

  func takeNotice(_ fields: ErrorFields) {
    if noticesLeft > 0 {
      noticesLeft -= 1
      pool.owner.noticed(self, fields: received(fields.octets))
    }
  }

  func takeNotification(_ notification: NotificationResponse) {
    pool.owner.notified(
      self, processID: notification.processID, channel: received(notification.channel),
      payload: received(notification.payload))
  }

  /// Parameters that a server may tell of, and the octets of one.
  private static var parametersMax: Int { 64 }
  private static var parameterOctetsMax: Int { 4_096 }

  func setParameter(_ status: ParameterStatus) {
    let name = received(status.name)
    let value = received(status.value)
    guard name.count + value.count <= Self.parameterOctetsMax else { return }
    for index in 0..<parameters.count {
      let known = parameters[index].name
      guard known.span.equals(name) else { continue }
      parameters[index].value = [UInt8](copying: value)
      return
    }
    guard parameters.count < Self.parametersMax else { return }
    parameters.append((name: [UInt8](copying: name), value: [UInt8](copying: value)))
  }
}
