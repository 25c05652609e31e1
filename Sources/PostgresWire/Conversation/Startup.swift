import NecroOctets

/// The start-up of a connection: encryption, authentication, and what the server tells before it is
/// ready.
///
/// Call order: `encryptionRequested` when SSLRequest or GSSENCRequest is sent (with the decoder's
/// `expectAnswer`), `encryptionBegan` once the answer was `beginEncryption` and the handshake is over (the
/// decoder's comes before the handshake), `startupSent` when the StartupMessage is sent, and `receive` for
/// every message, up to `ready`. After a throw, `receive` throws the same again.
///
/// The decoder should have `Limits.startup` until then: nobody knows yet who the server is.
///
/// PG protocol-flow-start-up
public struct Startup: ~Copyable {
  enum Phase: UInt8 {
    /// Nothing has been sent, or encryption has been settled.
    case idle
    /// SSLRequest or GSSENCRequest has been sent.
    case encryptionRequested
    /// StartupMessage has been sent, and the server has not asked for anything.
    case started
    /// The answer to a request for a password has been sent.
    case passwordSent
    /// An exchange of SCRAM.
    case scram
    /// The server is satisfied.
    case authenticated
    case ready
    case closed
  }

  /// The version in force: the one asked for, or that which the server chose.
  public private(set) var version = ProtocolVersion.v3_0
  /// How the client was authenticated, or tries to be.
  public private(set) var method = AuthenticationMethod.none
  /// The keys that an authentication with SCRAM came to, which spare the next with the same password its
  /// iterations. As secret as the password.
  public private(set) var scramKeys: SCRAMKeys?

  private var phase = Phase.idle
  private var failure: StartupError?
  private var hasNegotiated = false
  private let policy: AuthenticationPolicy
  private var user = OctetBuffer()
  private var password = OctetBuffer()
  private let hasPassword: Bool
  private var nonce = OctetBuffer()
  private var isEncrypted = false
  private var bindingType: ChannelBindingType?
  private var bindingData = OctetBuffer()
  private var scram: SCRAMClient?

  /// - Parameters:
  ///   - user: the name in the StartupMessage.
  ///   - password: nil if there is none.
  ///   - nonce: random octets for SCRAM, at least 18, new for every connection.
  ///   - scramKeys: those of an earlier start-up with the same user and password.
  public init(
    user: Span<UInt8>, password: Span<UInt8>?, nonce: Span<UInt8>,
    policy: AuthenticationPolicy = AuthenticationPolicy(), scramKeys: SCRAMKeys? = nil
  ) {
    precondition(nonce.count >= 18, "a nonce has enough octets to be new")
    self.policy = policy
    self.user.append(user)
    if let password {
      self.password.append(password)
      hasPassword = true
    } else {
      hasPassword = false
    }
    self.nonce.append(nonce)
    self.scramKeys = scramKeys
  }

  /// Says that a request for encryption is sent.
  public mutating func encryptionRequested() {
    precondition(phase == .idle && !isEncrypted, "encryption is asked for before anything else")
    phase = .encryptionRequested
  }

  /// Says that the connection is encrypted from here on: after `beginEncryption`, or because TLS was
  /// begun without a request.
  ///
  /// - Parameters:
  ///   - binding: what the layer of encryption gives data of for channel binding; nil for nothing.
  ///   - bindingData: that data.
  public mutating func encryptionBegan(binding: ChannelBindingType?, bindingData: Span<UInt8>) {
    precondition(phase == .idle, "encryption begins before the start-up message")
    isEncrypted = true
    // Without data there is nothing to bind to.
    bindingType = bindingData.isEmpty ? nil : binding
    self.bindingData.removeAll()
    self.bindingData.append(bindingData)
  }

  /// Says that the StartupMessage is sent.
  public mutating func startupSent(version: ProtocolVersion) {
    precondition(phase == .idle, "the start-up message follows the encryption")
    precondition(version == .v3_0 || version == .v3_2, "a version that is supported here")
    self.version = version
    phase = .started
  }

  /// Takes a message.
  ///
  /// - Parameters:
  ///   - message: what `BackendDecoder.next` returned.
  ///   - storage: the decoder's `input`.
  ///   - offset: the decoder's `messageOffset`.
  ///   - output: takes an answer, of which the action says that it is there.
  /// - Returns: what is to be done.
  /// - Throws: `wire` with `messageUnexpected` or `versionUnsupported`, `authentication`. Nothing is then
  ///   appended.
  /// - Complexity: a request of SCRAM takes the time of its iterations, up to the policy's limit.
  public mutating func receive(
    _ message: BackendMessage, in storage: borrowing OctetBuffer, at offset: Int,
    into output: inout OctetBuffer
  ) throws(StartupError) -> StartupAction {
    if let failure { throw failure }
    do throws(StartupError) {
      guard let action = try answer(message, storage, offset, &output) else {
        throw .wire(PostgresWireError(code: .messageUnexpected, offset: offset))
      }
      return action
    } catch {
      failure = error
      throw error
    }
  }

  /// What a message means; nil if it may not come now.
  private mutating func answer(
    _ message: BackendMessage, _ storage: borrowing OctetBuffer, _ offset: Int,
    _ output: inout OctetBuffer
  ) throws(StartupError) -> StartupAction? {
    switch message {
    case .encryptionAnswer(let answer):
      guard phase == .encryptionRequested else { return nil }
      phase = .idle
      switch answer {
      case .accepted: return .beginEncryption
      case .refused: return .encryptionRefused
      }
    case .errorResponse(let fields): return refuse(fields)
    case .authentication(let request): return try authenticate(request, storage, &output)
    case .negotiateProtocolVersion(let negotiation): return try negotiate(negotiation, offset)
    case .noticeResponse(let fields): return hasStarted ? .notice(fields) : nil
    case .backendKeyData(let data): return phase == .authenticated ? .keyData(data) : nil
    case .parameterStatus(let status):
      return phase == .authenticated ? .parameterStatus(status) : nil
    case .notificationResponse(let notification):
      return phase == .authenticated ? .notification(notification) : nil
    case .readyForQuery(let status):
      guard phase == .authenticated else { return nil }
      phase = .ready
      return .ready(status)
    case .bindComplete, .closeComplete, .commandComplete, .copyBothResponse, .copyData, .copyDone,
      .copyInResponse, .copyOutResponse, .dataRows, .emptyQueryResponse, .functionCallResponse,
      .noData, .parameterDescription, .parseComplete, .portalSuspended, .rowDescription:
      return nil
    }
  }

  /// Whether the server has the StartupMessage and is not ready.
  private var hasStarted: Bool {
    switch phase {
    case .started, .passwordSent, .scram, .authenticated: true
    case .idle, .encryptionRequested, .ready, .closed: false
    }
  }

  private mutating func refuse(_ fields: ErrorFields) -> StartupAction? {
    if phase == .encryptionRequested {
      phase = .closed
      return .encryptionFailed
    }
    guard hasStarted else { return nil }
    phase = .closed
    return .refused(fields)
  }

  /// The server may go down to an earlier minor version, once, or leave out options.
  private mutating func negotiate(
    _ negotiation: NegotiateProtocolVersion, _ offset: Int
  ) throws(StartupError) -> StartupAction? {
    guard phase == .started || phase == .authenticated, !hasNegotiated else { return nil }
    hasNegotiated = true
    let offered = ProtocolVersion(major: 3, minor: negotiation.minorVersion)
    let hasMajor = negotiation.version >> 16 == 0 || negotiation.version >> 16 == 3
    let isLower = offered == .v3_0 && version != .v3_0
    guard hasMajor && (isLower || offered == version && negotiation.optionCount > 0) else {
      throw .wire(PostgresWireError(code: .versionUnsupported, offset: offset))
    }
    version = offered
    return .negotiated(negotiation)
  }

  private mutating func authenticate(
    _ request: AuthenticationRequest, _ storage: borrowing OctetBuffer, _ output: inout OctetBuffer
  ) throws(StartupError) -> StartupAction? {
    switch request {
    case .ok: return try accept()
    case .saslContinue(let data):
      guard phase == .scram else { return nil }
      return try continueSCRAM(storage.octets(data), &output)
    case .saslFinal(let data):
      guard phase == .scram else { return nil }
      return try finishSCRAM(storage.octets(data))
    case .gssContinue: return nil
    case .cleartextPassword:
      guard phase == .started else { return nil }
      try choose(.password)
      return try sendPassword(salt: nil, &output)
    case .md5Password(let salt):
      guard phase == .started else { return nil }
      try choose(.md5)
      return try sendPassword(salt: salt, &output)
    case .sasl(let mechanisms):
      guard phase == .started else { return nil }
      try choose(.scramSHA256)
      return try beginSCRAM(storage.octets(mechanisms), &output)
    case .gss: return try refuse(.gss)
    case .sspi: return try refuse(.sspi)
    case .kerberosV5: return try refuse(.kerberosV5)
    }
  }

  /// A method that is not supported here.
  private func refuse(_ method: AuthenticationMethod) throws(StartupError) -> StartupAction? {
    guard phase == .started else { return nil }
    throw .authentication(.methodUnsupported(method))
  }

  /// Holds the method that the server wants against the policy.
  private mutating func choose(_ method: AuthenticationMethod) throws(StartupError) {
    guard policy.methods.contains(AuthenticationMethods(method)) else {
      throw .authentication(.methodNotAllowed(method))
    }
    // Only the exchange of SCRAM binds to a channel.
    guard policy.channelBinding != .require || method == .scramSHA256 else {
      throw .authentication(.channelBindingMissing)
    }
    if method != .none && !hasPassword { throw .authentication(.passwordMissing) }
    self.method = method
  }

  /// The server is satisfied. So has to be the client: it must have been asked as its policy says, and
  /// in SCRAM the server must have shown that it knows the password.
  private mutating func accept() throws(StartupError) -> StartupAction? {
    switch phase {
    case .started: try choose(.none)
    case .passwordSent: break
    case .scram:
      do throws(SCRAMError) {
        scramKeys = try scram?.finish()
      } catch {
        throw .authentication(.scram(error))
      }
    case .idle, .encryptionRequested, .authenticated, .ready, .closed: return nil
    }
    phase = .authenticated
    return .authenticated
  }

  private mutating func sendPassword(
    salt: UInt32?, _ output: inout OctetBuffer
  ) throws(StartupError) -> StartupAction {
    do throws(FrontendMisuse) {
      if let salt {
        var hash = OctetBuffer()
        var octets = OctetBuffer()
        octets.append(bigEndian: salt)
        MD5Password.append(
          user: user.octets, password: password.octets, salt: octets.octets, into: &hash)
        try FrontendSerializer.passwordMessage(hash.octets, into: &output)
      } else {
        try FrontendSerializer.passwordMessage(password.octets, into: &output)
      }
    } catch {
      throw .authentication(.misuse(error))
    }
    phase = .passwordSent
    return .send
  }

  private mutating func beginSCRAM(
    _ mechanisms: Span<UInt8>, _ output: inout OctetBuffer
  ) throws(StartupError) -> StartupAction {
    var offer = SASLOffer()
    var names = StringIterator(mechanisms)
    while let name = names.next() { offer.add(mechanisms.octets(name)) }
    var message = OctetBuffer()
    let mechanism: SCRAMMechanism
    do throws(SCRAMError) {
      mechanism = try offer.mechanism(
        policy: policy.channelBinding, binding: bindingType, isEncrypted: isEncrypted)
      var client = SCRAMClient(
        // The server takes the name from the StartupMessage.
        userName: user.octets.extracting(first: 0), password: password.octets,
        nonce: nonce.octets, mechanism: mechanism, bindingData: bindingData.octets,
        keys: scramKeys, limits: policy.scramLimits)
      _ = try client.begin(into: &message)
      scram = consume client
    } catch {
      throw .authentication(.scram(error))
    }
    do throws(FrontendMisuse) {
      try FrontendSerializer.saslInitialResponse(
        mechanism: mechanism.name.octets, initialResponse: message.octets, into: &output)
    } catch {
      throw .authentication(.misuse(error))
    }
    phase = .scram
    return .send
  }

  private mutating func continueSCRAM(
    _ challenge: Span<UInt8>, _ output: inout OctetBuffer
  ) throws(StartupError) -> StartupAction {
    var message = OctetBuffer()
    do throws(SCRAMError) {
      _ = try scram?.receiveContinue(challenge, into: &message)
    } catch {
      throw .authentication(.scram(error))
    }
    do throws(FrontendMisuse) {
      try FrontendSerializer.saslResponse(message.octets, into: &output)
    } catch {
      throw .authentication(.misuse(error))
    }
    return .send
  }

  private mutating func finishSCRAM(_ message: Span<UInt8>) throws(StartupError) -> StartupAction {
    do throws(SCRAMError) {
      _ = try scram?.receiveFinal(message)
    } catch {
      throw .authentication(.scram(error))
    }
    return .wait
  }
}
