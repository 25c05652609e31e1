import NecroOctets
import NecroReactor
import NecroTLS

/// What TLS adds to a connection: its session stands between the socket and the codecs.
///
/// The session begins with the peer's first octets, so that a connection that never speaks costs no
/// more than a plain one, and its handshake goes on whenever octets are received.
extension Worker {
  // MARK: Lending

  /// Prepares an exchange for a connection that is no plain one.
  func equip(_ exchange: Exchange, for connection: Connection) {
    exchange.redirects = connection.role == .redirecting
    guard let session = connection.session else { return }
    exchange.session = session
    session.exchangeStorage(&exchange.sealedInput, &exchange.sealedOutput)
  }

  /// Begins the session of a connection whose first octets have come; nil when the worker has as many
  /// handshakes under way as it may.
  private func beginSession(_ connection: Connection, _ exchange: Exchange) -> TLSSession? {
    guard let tls, handshakeCount < limits.handshakesMax else { return nil }
    do throws(TLSError) {
      let session = try TLSSession(server: tls)
      connection.session = session
      connection.isHandshaking = true
      handshakeCount += 1
      equip(exchange, for: connection)
      return session
    } catch {
      return nil
    }
  }

  private func handshakeEnded(_ connection: Connection) {
    connection.isHandshaking = false
    handshakeCount -= 1
  }

  // MARK: Receiving

  /// As `Connection.receive`, of plaintext. It says itself whether more may be received: records that
  /// were received can hold more than there is room for.
  func receiveSecurely(
    _ connection: Connection, _ exchange: Exchange, into room: UnsafeMutableRawBufferPointer
  ) -> ReceiveResult {
    guard let session = connection.session ?? beginSession(connection, exchange) else {
      return .failed(0)
    }
    // Also what only answers records must go out.
    defer {
      if connection.session === session && session.pendingOutput > 0 { beginSending(exchange) }
    }
    while true {
      let result = session.read(into: room)
      if connection.isHandshaking && session.isEstablished {
        handshakeEnded(connection)
        // The first request has its own time.
        connection.idleDeadline = later(now, by: limits.headMilliseconds)
      }
      switch result {
      case .octets(let count):
        if connection.kernelIsDrained && !session.mayHavePlaintext { connection.mayReceive = false }
        return .octets(count)
      case .wantsOctets:
        if session.pendingOutput >= TLSSession.outputOctetsMax || octetsLeft <= 0 {
          return .wouldBlock
        }
        if let end = receiveRecords(connection, session) { return end }
      case .closed:
        return .closed
      case .failed(let error):
        return sessionFailed(connection, session, error)
      }
    }
  }

  /// Receives records, once. Nil when there are some to be read, else why not.
  private func receiveRecords(_ connection: Connection, _ session: TLSSession) -> ReceiveResult? {
    if connection.kernelIsDrained {
      connection.mayReceive = false
      return .wouldBlock
    }
    let room = session.reserve(TLSSession.sealedRecordOctetsMax)
    switch Socket.receive(connection.descriptor, into: room) {
    case .octets(let count):
      session.advance(count)
      octetsLeft -= count
      // As for a plain connection: only the end may come behind less than there was room for.
      connection.kernelIsDrained = count < room.count && !connection.endIsAnnounced
      return nil
    case .wouldBlock:
      connection.kernelIsDrained = true
      connection.mayReceive = false
      return .wouldBlock
    case .closed:
      // RFC 9112 §9.8: a client may leave out its closure alert. What it has asked for it still gets.
      connection.mayReceive = false
      return session.isEstablished ? .closed : .failed(0)
    case .failed(let code):
      return .failed(code)
    }
  }

  // MARK: Sending

  /// Writes the output as records and sends what the kernel takes of them, with one call for all that
  /// there are. Returns false when the connection is gone.
  func sendSecurely(_ connection: Connection, _ exchange: Exchange) -> Bool {
    guard let session = connection.session else {
      close(connection)
      return false
    }
    while true {
      if !exchange.output.isEmpty {
        guard session.isEstablished, let written = write(exchange.output, session) else {
          close(connection)
          return false
        }
        exchange.consumeOutput(written)
      }
      switch flush(connection, session) {
      case .octets(let count):
        if session.pendingOutput == 0 {
          if !exchange.output.isEmpty { continue }
          exchange.isSending = false
          return true
        }
        beginSending(exchange)
        exchange.sending.advance(count, now: now)
      case .wouldBlock:
        beginSending(exchange)
      case .failed:
        close(connection)
        return false
      }
      connection.isBlockedOnSend = true
      return true
    }
  }

  private func write(_ output: borrowing OctetBuffer, _ session: TLSSession) -> Int? {
    do throws(TLSError) {
      return try session.write(output.octets, now: now)
    } catch {
      return nil
    }
  }

  /// Sends records once.
  private func flush(_ connection: Connection, _ session: TLSSession) -> SendResult {
    if session.pendingOutput == 0 { return .octets(0) }
    let result = session.withOutput { Socket.send(connection.descriptor, $0) }
    if case .octets(let count) = result { session.consumeOutput(count) }
    return result
  }

  // MARK: The end

  /// Says with close_notify that nothing more comes, if the kernel takes it.
  ///
  /// RFC 9112 §9.8.
  func endSession(of connection: Connection) {
    guard let session = connection.session else { return }
    session.close()
    if !connection.isBlockedOnSend { _ = flush(connection, session) }
  }

  /// Ends the session of a connection that is closed.
  ///
  /// - Parameter isSilent: whether the peer is told nothing.
  func giveUpSession(of connection: Connection, isSilent: Bool) {
    if !isSilent { endSession(of: connection) }
    if connection.isHandshaking { handshakeEnded(connection) }
    if let session = connection.session, let exchange = connection.exchange {
      session.exchangeStorage(&exchange.sealedInput, &exchange.sealedOutput)
    }
    connection.session = nil
  }

  /// Tells the peer why its session has failed. After the handshake the connection is then closed, as
  /// the result says; before, nobody is at work for it, and it ends so that what was said arrives.
  private func sessionFailed(
    _ connection: Connection, _ session: TLSSession, _ error: TLSError
  ) -> ReceiveResult {
    if !connection.isBlockedOnSend {
      if error.code == .plainHTTP {
        _ = Socket.send(connection.descriptor, plainRequestAnswer.octets)
      } else {
        _ = flush(connection, session)
      }
    }
    guard connection.isHandshaking else { return .failed(0) }
    giveUpSession(of: connection, isSilent: true)
    finishOutput(connection)
    return .wouldBlock
  }

  /// The answer to a request in clear text.
  private var plainRequestAnswer: StaticString {
    """
    HTTP/1.1 400 Bad Request\r
    content-type: text/plain\r
    content-length: 65\r
    connection: close\r
    \r
    This port speaks HTTPS: ask it with https:// in place of http://\n
    """
  }
}
