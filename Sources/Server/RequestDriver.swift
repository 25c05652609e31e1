import NecroHTTP1
import NecroHTTPSemantics
import NecroOctets
import NecroReactor
import NecroRouter

/// The course of a request: its head, its content, its response and what follows it. All transitions
/// of an exchange stand here.
extension Worker {
  // MARK: Decoding

  /// Whether the decoder may have an event that can be followed now.
  func canDecode(_ exchange: Exchange) -> Bool {
    switch exchange.phase {
    case .head:
      exchange.hasUndecodedInput && exchange.persists
        && exchange.output.count < limits.outputOctetsMax
    case .collecting, .draining:
      !exchange.needsOctets
    case .responding:
      !exchange.requestIsComplete && !exchange.needsOctets && exchange.hasContentRoom
    }
  }

  /// Decodes what is there, until the application has to answer first or the turn is another's.
  func decode(_ connection: Connection, _ exchange: Exchange) {
    while requestsLeft > 0 && canDecode(exchange) {
      let event: RequestDecoder.Event?
      do throws(HTTP1Error) {
        event = try exchange.decoder.next()
      } catch {
        refuse(exchange, error.status)
        return
      }
      switch event {
      case nil:
        exchange.needsOctets = true
        octetsAreMissing(connection, exchange)
        return
      case .head(let head):
        requestsLeft -= 1
        connection.requestCount += 1
        headArrived(
          exchange, head, isLast: connection.requestCount >= limits.requestsPerConnectionMax)
      case .content(let slice):
        contentArrived(exchange, slice)
      case .end:
        contentEnded(exchange)
      }
      if application.wantsControl { return }
    }
  }

  private func octetsAreMissing(_ connection: Connection, _ exchange: Exchange) {
    switch exchange.phase {
    case .head:
      // The time of a head runs from its first octet, and later octets do not extend it.
      if exchange.headDeadline == .max && !exchange.decoder.isBetweenMessages {
        exchange.headDeadline =
          connection.requestCount == 0
          ? connection.idleDeadline : later(now, by: limits.headMilliseconds)
      }
    case .collecting:
      // Streamed content that came with the head is there when the application begins.
      if exchange.policy == .streamed { respond(exchange) }
    case .responding, .draining:
      break
    }
  }

  // MARK: The head

  /// - Parameter isLast: whether the connection has had as many requests as it may.
  private func headArrived(_ exchange: Exchange, _ head: RequestHead, isLast: Bool) {
    beginRequest(exchange, head)
    if isDraining || isLast { exchange.persists = false }
    if exchange.redirects {
      exchange.policy = .ignored
      exchange.phase = .responding
      exchange.respondWithRedirect(port: redirectPort)
      responded(exchange)
      return
    }
    let decision = route(exchange)
    if case .route(let route) = decision {
      exchange.route = route
    } else if let fallbackRoute {
      exchange.unmatched = decision.unmatched
      exchange.route = fallbackRoute
    } else {
      // The content of a request that nobody serves is dropped, and the answer does not wait for it.
      exchange.policy = .ignored
      exchange.phase = .responding
      exchange.respond(decision.unmatched!)
      responded(exchange)
      return
    }
    if case .none = head.content {
      exchange.requestIsComplete = true
      // The decoder's `end` follows at once and changes nothing that the application can see.
      _ = try? exchange.decoder.next()
      respond(exchange)
      return
    }
    exchange.receiving.begin(now: now)
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

  private func beginRequest(_ exchange: Exchange, _ head: RequestHead) {
    exchange.beginRequest(head)
    if accessLog != nil { exchange.startedNanoseconds = Clock.monotonicNanoseconds() }
  }

  /// Whether a request-target in absolute form is an https URI and not an http one.
  private func hasSecureScheme(_ exchange: Exchange) -> Bool {
    OctetClass.lowercased(exchange.headOctets.octets(exchange.head.target)[4]) == 0x73
  }

  private func route(_ exchange: Exchange) -> RouteTable.Decision {
    let head = exchange.head
    switch head.form {
    case .asterisk:
      return .options(routes.allowed)
    case .authority:
      // CONNECT asks for a tunnel, which this is no proxy for, and names no path.
      return .methodUnknown
    case .absolute where exchange.session == nil && hasSecureScheme(exchange):
      // An https resource is not to be had over a connection that nothing secures (RFC 9110 §7.4).
      return .misdirected
    case .origin, .absolute:
      break
    }
    if head.path.isEmpty {
      // RFC 9112 §3.2.4: OPTIONS without a path is about the server as a whole.
      if head.method == .options { return .options(routes.allowed) }
      // RFC 9110 §4.2.3: an empty path of an http URI is "/".
      return routes.decide(
        head.method, path: ("/" as StaticString).octets, captures: &exchange.captures)
    }
    return routes.decide(
      head.method, path: exchange.headOctets.octets(head.path), captures: &exchange.captures)
  }

  private func respond(_ exchange: Exchange) {
    exchange.phase = .responding
    switch application.respond(to: exchange) {
    case .responded: responded(exchange)
    case .pending: break
    }
  }

  // MARK: Content

  private func contentArrived(_ exchange: Exchange, _ slice: Slice) {
    // The client did not wait for 100 (Continue), which need not be sent any more.
    exchange.contentContinues = false
    exchange.receivedContentOctets += UInt64(slice.count)
    switch exchange.phase {
    case .collecting:
      exchange.collect(slice)
      account(exchange)
      if exchange.policy == .streamed {
        if !exchange.hasContentRoom { respond(exchange) }
      } else if contentOctets > limits.contentOctetsInAllMax {
        refuse(exchange, .serviceUnavailable)
      }
    case .responding where exchange.policy == .streamed:
      exchange.collect(slice)
      account(exchange)
      application.contentArrived(exchange)
    case .responding, .head:
      break
    case .draining:
      exchange.drainedOctets += UInt64(slice.count)
      if exchange.drainedOctets > limits.drainedContentOctetsMax {
        exchange.persists = false
        exchange.endRequest()
      }
    }
  }

  private func contentEnded(_ exchange: Exchange) {
    exchange.requestIsComplete = true
    switch exchange.phase {
    case .head: break
    case .collecting: respond(exchange)
    case .responding: if exchange.policy == .streamed { application.contentArrived(exchange) }
    case .draining: exchange.endRequest()
    }
  }

  /// Sends 100 (Continue) when the client waits for it, before content is first read. Once the
  /// response has begun it is too late: that tells the client that nobody waits for its content.
  ///
  /// RFC 9110 §10.1.1, §15.2.
  public func askForContent(_ exchange: Exchange) {
    guard exchange.contentContinues, !exchange.responseHasBegun else { return }
    exchange.contentContinues = false
    exchange.receiving.begin(now: now)
    ResponseSerializer.continueResponse(into: &exchange.output)
  }

  /// Reads on after the application has taken content from `Exchange.content`.
  public func contentTaken(_ exchange: Exchange) {
    let hadRoom = exchange.accountedOctets < limits.contentWindowOctets
    account(exchange)
    guard let slot = exchange.slot, let connection = connections[slot] else { return }
    // While there was no room the peer was not waited for. Else its time goes on: that each octet is
    // taken at once must not excuse a peer that sends one now and then.
    if !hadRoom { exchange.receiving.begin(now: now) }
    schedule(connection)
  }

  /// Brings the count of all content that is held up to date with one exchange's.
  func account(_ exchange: Exchange) {
    contentOctets += exchange.content.count - exchange.accountedOctets
    exchange.accountedOctets = exchange.content.count
  }

  /// Tells the application, which is at work on its response, that the rest of the content will not
  /// come.
  func failContent(_ exchange: Exchange, _ failure: ContentFailure) {
    exchange.persists = false
    exchange.requestIsComplete = true
    exchange.contentFailure = failure
    if exchange.policy == .streamed { application.contentArrived(exchange) }
  }

  // MARK: The response

  /// Follows a complete response: the next request, the rest of this one, or the end.
  func responded(_ exchange: Exchange) {
    exchange.concludeResponse()
    accessLog?.append(exchange, status: exchange.status)
    if exchange.accountedOctets > 0 {
      exchange.content.removeAll()
      account(exchange)
    }
    if exchange.requestIsComplete || !exchange.persists {
      exchange.endRequest()
    } else {
      exchange.phase = .draining
      exchange.drainedOctets = 0
      exchange.receiving.begin(now: now)
    }
  }

  /// Answers what cannot be served as a request, and closes: where the next one would begin is
  /// unknown.
  func refuse(_ exchange: Exchange, _ status: StatusCode) {
    switch exchange.phase {
    case .responding:
      failContent(exchange, .refused(status))
    case .draining:
      exchange.persists = false
      exchange.endRequest()
    case .head, .collecting:
      if exchange.phase == .head {
        var head = RequestHead.undecoded
        head.method = exchange.decoder.method
        beginRequest(exchange, head)
      }
      exchange.persists = false
      exchange.respondWithProblem(status)
      responded(exchange)
    }
  }
}
