import NecroOctets
import NecroPostgresWire
import NecroReactor

/// How far the server's knowing its user has come.
struct SessionAuthentication: ~Copyable {
  enum Progress: UInt8 {
    /// Nothing was asked for.
    case unasked
    case passwordSent
    case scram
    case satisfied
  }

  var progress = Progress.unasked
  var scram: SCRAMClient?
}

/// The start-up: who comes, and the proof of it.
///
/// PG protocol-flow-start-up
extension Session {
  /// Joins the reactor, and begins when the connection is open.
  func start() {
    pool.reactor.add(self)
    transport.source = self
    if let deadline = startup?.deadlineMilliseconds, deadline > 0 {
      startupTimer = pool.reactor.setTimer(
        self, tag: Self.startupTag, deadlineMilliseconds: deadline)
    }
    let isConnecting = transport.isConnecting
    if transport.descriptor >= 0 {
      do throws(SystemError) {
        try pool.reactor.watch(self, transport.descriptor, isConnecting ? .write : .read)
      } catch {
        isAbandoned = true
        pool.reactor.mark(self)
        return
      }
    }
    if !isConnecting { introduce() }
  }

  /// Goes on opening the connection.
  func proceed() {
    switch transport.proceed() {
    case .open:
      introduce()
      updateInterest()
    case .wantsOctets: pool.reactor.setInterest(self, .read)
    case .wantsRoom: pool.reactor.setInterest(self, .write)
    case .failed(let reason): end(reason)
    }
  }

  private func introduce() {
    guard let startup else { return }
    state = .starting
    do throws(FrontendMisuse) {
      let message = try StartupMessage(version: .v3_0, user: startup.user.span, into: &output)
      if !startup.database.isEmpty {
        try message.parameter(
          ("database" as StaticString).octets, startup.database.span, into: &output)
      }
      try message.parameter(
        ("client_encoding" as StaticString).octets, ("UTF8" as StaticString).octets, into: &output)
      for parameter in startup.parameters {
        try message.parameter(parameter.name.span, parameter.value.span, into: &output)
      }
      try message.end(into: &output)
      pool.reactor.mark(self)
    } catch {
      failure = .misuse(error)
      isAbandoned = true
      pool.reactor.mark(self)
    }
  }

  func takeAtStart(_ message: BackendMessage) {
    switch message {
    case .authentication(let request): authenticate(request)
    case .backendKeyData(let data):
      guard authentication.progress == .satisfied else { return end(.messageUnexpected) }
      processID = data.processID
      secretKey = [UInt8](copying: received(data.secretKey))
    case .errorResponse(let fields):
      end(.server(ServerError(fields: received(fields.octets))))
    case .negotiateProtocolVersion:
      // The lowest version was asked for, and no extension: there is nothing to negotiate.
      end(.messageUnexpected)
    case .readyForQuery(let status):
      guard authentication.progress == .satisfied, status == .idle else {
        return end(.messageUnexpected)
      }
      becomeReady()
    case .noticeResponse(let fields): takeNotice(fields)
    case .parameterStatus(let status): setParameter(status)
    case .encryptionAnswer, .bindComplete, .closeComplete, .commandComplete, .copyBothResponse,
      .copyData, .copyDone, .copyInResponse, .copyOutResponse, .dataRows, .emptyQueryResponse,
      .functionCallResponse, .noData, .notificationResponse, .parameterDescription, .parseComplete,
      .portalSuspended, .rowDescription:
      end(.messageUnexpected)
    }
  }

  private func becomeReady() {
    state = .ready
    startup = nil
    authentication.scram = nil
    if let timer = startupTimer { pool.reactor.cancelTimer(timer) }
    startupTimer = nil
    readyMilliseconds = pool.reactor.now
    usedMilliseconds = readyMilliseconds
    lastReadyNanoseconds = pool.reactor.nowNanoseconds
    pool.sessionStarted(self)
  }

  // MARK: Authentication

  private func authenticate(_ request: AuthenticationRequest) {
    guard let startup else { return end(.messageUnexpected) }
    if startup.channelBinding == .require && !hasChannelBinding(request) {
      return end(.channelBindingMissing)
    }
    switch request {
    case .ok: satisfied(startup)
    case .cleartextPassword:
      guard authentication.progress == .unasked, startup.authentication.contains(.password) else {
        return end(.authenticationUnsupported)
      }
      answer(startup.password.span)
    case .md5Password(let salt):
      guard authentication.progress == .unasked, startup.authentication.contains(.md5) else {
        return end(.authenticationUnsupported)
      }
      var saltOctets = OctetBuffer()
      saltOctets.append(bigEndian: salt)
      var password = OctetBuffer()
      MD5Password.append(
        user: startup.user.span, password: startup.password.span, salt: saltOctets.octets,
        into: &password)
      answer(password.octets)
    case .sasl(let mechanisms):
      guard authentication.progress == .unasked, startup.authentication.contains(.scramSHA256),
        !startup.nonce.isEmpty
      else { return end(.authenticationUnsupported) }
      beginSCRAM(mechanisms, startup)
    case .saslContinue(let slice): continueSCRAM(slice, isFinal: false)
    case .saslFinal(let slice): continueSCRAM(slice, isFinal: true)
    case .kerberosV5, .gss, .gssContinue, .sspi: end(.authenticationUnsupported)
    }
  }

  /// Whether a request goes with `channel_binding=require`: SCRAM alone binds to a channel.
  private func hasChannelBinding(_ request: AuthenticationRequest) -> Bool {
    switch request {
    case .sasl, .saslContinue, .saslFinal: true
    case .ok: authentication.progress == .scram
    case .cleartextPassword, .md5Password, .kerberosV5, .gss, .gssContinue, .sspi: false
    }
  }

  private func satisfied(_ startup: StartupParameters) {
    switch authentication.progress {
    case .unasked:
      guard startup.authentication.contains(.none) else { return end(.authenticationUnsupported) }
    case .passwordSent: break
    case .scram:
      // A server that leaves out its own proof may be anybody.
      do throws(SCRAMError) {
        _ = try authentication.scram?.finish()
      } catch {
        return end(.scramFailed(error.code))
      }
    case .satisfied: return end(.messageUnexpected)
    }
    authentication.progress = .satisfied
  }

  private func answer(_ password: Span<UInt8>) {
    authentication.progress = .passwordSent
    do throws(FrontendMisuse) {
      try FrontendSerializer.passwordMessage(password, into: &output)
      pool.reactor.mark(self)
    } catch {
      end(.misuse(error))
    }
  }

  private func beginSCRAM(_ mechanisms: Slice, _ startup: StartupParameters) {
    var offer = SASLOffer()
    let names = received(mechanisms)
    var iterator = StringIterator(names)
    while let name = iterator.next() { offer.add(names.octets(name)) }
    do throws(SCRAMError) {
      let binding = startup.channelBinding == .disable ? nil : transport.serverEndPoint
      let mechanism = try offer.mechanism(
        policy: startup.channelBinding, binding: binding == nil ? nil : .tlsServerEndPoint,
        isEncrypted: transport.isEncrypted)
      // Only a mechanism that binds has data to bind to.
      let bindingData: [UInt8] = if case .plus = mechanism { binding ?? [] } else { [] }
      let password = startup.preparedPassword ?? startup.password
      var client = SCRAMClient(
        userName: Span(), password: password.span, nonce: startup.nonce.span,
        mechanism: mechanism, bindingData: bindingData.span)
      var message = OctetBuffer()
      _ = try client.begin(into: &message)
      authentication.scram = consume client
      authentication.progress = .scram
      do throws(FrontendMisuse) {
        try FrontendSerializer.saslInitialResponse(
          mechanism: mechanism.name.octets, initialResponse: message.octets, into: &output)
        pool.reactor.mark(self)
      } catch {
        end(.misuse(error))
      }
    } catch {
      end(.scramFailed(error.code))
    }
  }

  private func continueSCRAM(_ slice: Slice, isFinal: Bool) {
    guard authentication.progress == .scram else { return end(.messageUnexpected) }
    var message = OctetBuffer()
    do throws(SCRAMError) {
      if isFinal {
        _ = try authentication.scram?.receiveFinal(received(slice))
        return
      }
      _ = try authentication.scram?.receiveContinue(received(slice), into: &message)
    } catch {
      return end(.scramFailed(error.code))
    }
    do throws(FrontendMisuse) {
      try FrontendSerializer.saslResponse(message.octets, into: &output)
      pool.reactor.mark(self)
    } catch {
      end(.misuse(error))
    }
  }
}
