import NecroHTTP1
import NecroHTTPSemantics
import NecroOctets
import NecroReactor

/// The course of a connection: octets are received and decoded, requests handed to the application
/// one after another, and responses sent once per turn.
///
/// All of a connection's transitions stand here. The order of a turn is receive, decode, respond,
/// send; each step returns when it can do no more, and `drive` takes them up again.
extension Worker {
  // MARK: Events

  func connectionReady(_ connection: Connection, _ readiness: Readiness) {
    if readiness.contains(.error) || readiness.isSuperset(of: [.hangUp, .peerClosedWriting]) {
      peerGone(connection)
      return
    }
    if readiness.contains(.peerClosedWriting) { connection.endIsAnnounced = true }
    if readiness.contains(.readable) || connection.endIsAnnounced { connection.mayReceive = true }
    if connection.isBlockedOnSend {
      if !readiness.contains(.writable) && !connection.mayReceive { return }
      connection.isBlockedOnSend = false
    } else if !connection.mayReceive {
      return
    }
    drive(connection)
  }

  /// Does all that can be done for a connection now.
  func drive(_ connection: Connection) {
    if connection.isLingering {
      linger(connection)
      return
    }
    let exchange = connection.exchange ?? lend(to: connection)
    while true {
      decode(connection, exchange)
      // The decoder stopped: for want of octets, because the application has not answered yet, or
      // because the application wants control before another request is begun.
      if connection.exchange == nil { return }
      if application.wantsControl && canDecode(exchange) {
        schedule(connection)
        break
      }
      if !canReceive(connection, exchange) { break }
      if !receive(connection, exchange) { break }
    }
    if connection.exchange == nil { return }
    settle(connection, exchange)
  }

  /// Sends the output, and leaves the connection waiting for what can come next.
  private func settle(_ connection: Connection, _ exchange: Exchange) {
    if !exchange.output.isEmpty {
      guard send(connection, exchange) else { return }
      if exchange.output.isEmpty && connection.exchange != nil && exchange.phase == .head
        && !exchange.decoder.input.isEmpty && exchange.persists && !connection.isScheduled
      {
        // Pipelined requests waited for the output to drain.
        schedule(connection)
      }
    }
    switch exchange.phase {
    case .head where !exchange.persists:
      if exchange.output.isEmpty { finishOutput(connection) }
    case .head
    where exchange.output.isEmpty && exchange.decoder.input.isEmpty
      && exchange.decoder.isBetweenMessages:
      if connection.inputEnded || isDraining && connection.requestCount > 0 {
        close(connection)
      } else {
        connection.exchange = nil
        takeBack(exchange)
        setDeadline(
          connection,
          now + (isDraining ? limits.drainFreshMilliseconds : limits.keepAliveMilliseconds))
      }
    case .head, .collecting, .draining:
      if exchange.output.isEmpty && connection.inputEnded && !connection.isScheduled {
        inputCutShort(connection, exchange)
      }
    case .responding:
      if connection.inputEnded && !exchange.requestIsComplete { failContent(exchange) }
    }
  }

  // MARK: Receiving

  private func canReceive(_ connection: Connection, _ exchange: Exchange) -> Bool {
    guard connection.mayReceive, !connection.inputEnded,
      exchange.persists || exchange.phase != .head
    else { return false }
    if exchange.phase == .responding {
      if exchange.requestIsComplete {
        return exchange.decoder.input.count < limits.pipelinedOctetsMax
      }
      return exchange.policy != .streamed
        || exchange.content.count < limits.contentWindowOctets
    }
    return exchange.output.count < limits.outputOctetsMax
  }

  /// Receives once. Returns whether there is something new to decode.
  private func receive(_ connection: Connection, _ exchange: Exchange) -> Bool {
    // While the application is at work the head must stay readable, and receiving may move it.
    if exchange.phase != .head { exchange.keepHead() }
    let room = exchange.decoder.reserve(receiveOctetsMin)
    switch Socket.receive(connection.descriptor, into: room) {
    case .octets(let count):
      exchange.decoder.advance(count)
      if count < room.count && !connection.endIsAnnounced { connection.mayReceive = false }
      return true
    case .wouldBlock:
      connection.mayReceive = false
      return false
    case .closed:
      connection.mayReceive = false
      connection.inputEnded = true
      return false
    case .failed:
      peerGone(connection)
      return false
    }
  }

  private var receiveOctetsMin: Int { 4_096 }

  // MARK: Decoding

  private func canDecode(_ exchange: Exchange) -> Bool {
    switch exchange.phase {
    case .head:
      exchange.persists && exchange.output.count < limits.outputOctetsMax
        && !exchange.decoder.input.isEmpty
    case .collecting, .draining: true
    case .responding: !exchange.requestIsComplete
    }
  }

  /// Decodes what is there, until the application has to answer first.
  private func decode(_ connection: Connection, _ exchange: Exchange) {
    while canDecode(exchange) {
      if exchange.phase == .responding && exchange.policy == .streamed
        && exchange.content.count >= limits.contentWindowOctets
      {
        return
      }
      let event: RequestDecoder.Event?
      do throws(HTTP1Error) {
        event = try exchange.decoder.next()
      } catch {
        refuse(exchange, error.status)
        return
      }
      switch event {
      case nil:
        // Streamed content that came with the head is there when the application begins.
        if exchange.phase == .collecting && exchange.policy == .streamed { respond(exchange) }
        awaitOctets(connection, exchange)
        return
      case .head(let head):
        connection.requestCount += 1
        headArrived(connection, exchange, head)
      case .content(let slice):
        contentArrived(exchange, slice)
      case .end:
        contentEnded(connection, exchange)
      }
      if application.wantsControl { return }
    }
  }

  /// Sets the time by which the rest of a message has to come.
  private func awaitOctets(_ connection: Connection, _ exchange: Exchange) {
    if exchange.phase == .responding && exchange.requestIsComplete { return }
    if exchange.phase == .head {
      if exchange.decoder.isBetweenMessages { return }
      // The deadline of a head runs from its first octet, and later octets do not extend it.
      if !exchange.headDeadlineIsSet {
        exchange.headDeadlineIsSet = true
        setDeadline(connection, now + limits.headMilliseconds)
      }
    } else {
      setDeadline(connection, now + limits.contentMilliseconds)
    }
  }

  private func headArrived(
    _ connection: Connection, _ exchange: Exchange, _ head: RequestHead
  ) {
    exchange.beginRequest(head, now: now)
    if isDraining { exchange.persists = false }
    let decision = route(exchange)
    guard case .route(let route) = decision else {
      // The content of a request that nobody serves is dropped, and the answer does not wait for it.
      exchange.policy = .ignored
      exchange.phase = .responding
      switch decision {
      case .route: break
      case .options(let allowed): exchange.respondWithOptions(allowed)
      case .methodNotAllowed(let allowed):
        exchange.respondWithProblem(.methodNotAllowed, allowed: allowed)
      case .methodUnknown: exchange.respondWithProblem(.notImplemented)
      case .notFound: exchange.respondWithProblem(.notFound)
      }
      responded(exchange)
      return
    }
    exchange.route = route
    if case .none = head.content {
      exchange.requestIsComplete = true
      // The decoder's `end` follows at once and changes nothing that the application can see.
      _ = try? exchange.decoder.next()
      respond(exchange)
      return
    }
    exchange.policy = application.contentPolicy(for: exchange)
    switch exchange.policy {
    case .collected:
      exchange.phase = .collecting
      askForContent(exchange)
    case .streamed:
      exchange.phase = .collecting
    case .ignored:
      respond(exchange)
    }
  }

  private func route(_ exchange: Exchange) -> RouteTable.Decision {
    let head = exchange.head
    if head.form == .asterisk {
      return .options(routes.allowed)
    }
    let octets = exchange.headOctets
    if head.path.isEmpty {
      // RFC 9110 §4.2.3: an empty path of an http URI is "/".
      return routes.decide(
        head.method, path: ("/" as StaticString).octets, captures: &exchange.captures)
    }
    return routes.decide(head.method, path: octets.octets(head.path), captures: &exchange.captures)
  }

  private func respond(_ exchange: Exchange) {
    exchange.phase = .responding
    switch application.respond(to: exchange) {
    case .responded: responded(exchange)
    case .pending: if accessLog != nil { exchange.keepHead() }
    }
  }

  private func contentArrived(_ exchange: Exchange, _ slice: Slice) {
    switch exchange.phase {
    case .collecting:
      exchange.collect(slice)
      if exchange.policy == .streamed && exchange.content.count >= limits.contentWindowOctets {
        respond(exchange)
      }
    case .responding where exchange.policy == .streamed:
      exchange.collect(slice)
      application.contentArrived(exchange)
    case .responding, .head, .draining:
      exchange.drainedOctets += UInt64(slice.count)
      if exchange.phase == .draining && exchange.drainedOctets > limits.drainedContentOctetsMax {
        exchange.persists = false
        exchange.endRequest()
      }
    }
  }

  private func contentEnded(_ connection: Connection, _ exchange: Exchange) {
    exchange.requestIsComplete = true
    switch exchange.phase {
    case .head: break
    case .collecting: respond(exchange)
    case .responding: if exchange.policy == .streamed { application.contentArrived(exchange) }
    case .draining: exchange.endRequest()
    }
  }

  /// Sends 100 (Continue) when the client waits for it, before content is first read.
  /// RFC 9110 §10.1.1.
  public func askForContent(_ exchange: Exchange) {
    guard exchange.contentContinues else { return }
    exchange.contentContinues = false
    ResponseSerializer.continueResponse(into: &exchange.output)
  }

  // MARK: After the response

  /// Follows a complete response: the next request, the rest of this one, or the end.
  func responded(_ exchange: Exchange) {
    accessLog?.append(exchange, now: now)
    if exchange.requestIsComplete || !exchange.persists {
      exchange.endRequest()
    } else {
      exchange.phase = .draining
      exchange.drainedOctets = 0
    }
  }

  /// Sends what the kernel takes. Returns false when the connection is gone.
  private func send(_ connection: Connection, _ exchange: Exchange) -> Bool {
    switch Socket.send(connection.descriptor, exchange.output.octets) {
    case .octets(let count):
      exchange.output.consume(count)
      if exchange.output.isEmpty {
        exchange.output.removeAll()
        return true
      }
    case .wouldBlock:
      break
    case .failed:
      peerGone(connection)
      return false
    }
    connection.isBlockedOnSend = true
    setDeadline(connection, now + limits.sendMilliseconds)
    return true
  }

  /// Acts on a deadline that has passed.
  func timedOut(_ connection: Connection) {
    guard !connection.isLingering, let exchange = connection.exchange, exchange.output.isEmpty
    else {
      close(connection)
      return
    }
    switch exchange.phase {
    case .head where exchange.decoder.isBetweenMessages, .draining, .responding:
      close(connection)
    case .head, .collecting:
      // RFC 9110 §15.5.9.
      refuse(exchange, .requestTimeout)
      settle(connection, exchange)
    }
  }

  /// Answers what cannot be a request, and closes: where the next message would begin is unknown.
  private func refuse(_ exchange: Exchange, _ status: StatusCode) {
    switch exchange.phase {
    case .responding:
      failContent(exchange)
    case .draining:
      exchange.persists = false
      exchange.endRequest()
    case .head, .collecting:
      exchange.beginRequest(.undecoded, now: now)
      exchange.persists = false
      exchange.respondWithProblem(status)
      responded(exchange)
    }
  }

  /// Tells the application, which is at work on its response, that the rest of the content will not
  /// come.
  private func failContent(_ exchange: Exchange) {
    exchange.persists = false
    exchange.requestIsComplete = true
    exchange.contentIsCutShort = true
    if exchange.policy == .streamed { application.contentArrived(exchange) }
  }

  /// Follows the peer's closing of its side before a message was complete.
  private func inputCutShort(_ connection: Connection, _ exchange: Exchange) {
    do throws(HTTP1Error) {
      try exchange.decoder.finish()
      close(connection)
    } catch {
      if exchange.phase == .draining {
        close(connection)
      } else {
        refuse(exchange, error.status)
        settle(connection, exchange)
      }
    }
  }
}
