import NecroOctets

/// What a server may ask for before it has shown that it knows the password.
public struct SCRAMLimits: Sendable {
  /// Iterations of the hash. A million take about half a second; PostgreSQL's default is 4096.
  public var iterationsMax: Int
  /// Octets of a message.
  public var messageOctetsMax: Int

  /// - Parameter iterationsMax: from 1 to 2^31 - 1.
  public init(iterationsMax: Int = 1_000_000, messageOctetsMax: Int = 4_096) {
    precondition(iterationsMax >= 1 && iterationsMax <= Int(Int32.max), "a count of iterations")
    self.iterationsMax = iterationsMax
    self.messageOctetsMax = messageOctetsMax
  }
}

/// The client's side of an authentication with SCRAM-SHA-256 or SCRAM-SHA-256-PLUS.
///
/// Call order: `begin`; `receiveContinue` with the contents of AuthenticationSASLContinue;
/// `receiveFinal` with those of AuthenticationSASLFinal; `finish` when AuthenticationOk comes. Each takes one
/// message and returns what is to be done with what it appended. After a throw the connection is
/// closed: every further call throws `messageUnexpected`.
///
/// Source: `RFC 5802`, `RFC 7677`, `PG sasl-scram-sha-256`.
public struct SCRAMClient: ~Copyable {
  /// What is to be done next.
  public enum Action: Equatable, Sendable {
    /// Send a SASLInitialResponse with the mechanism's name and the octets that were appended.
    case sendInitialResponse(SCRAMMechanism)
    /// Send a SASLResponse with the octets that were appended.
    case sendResponse
    /// The server has shown that it knows the password; wait for AuthenticationOk.
    case awaitOk
  }

  private enum State {
    case idle, awaitingFirst, awaitingFinal, verified, failed
  }

  private var state = State.idle
  private let mechanism: SCRAMMechanism
  private let limits: SCRAMLimits
  private let password: HMACSHA256
  /// The GS2 header and the channel binding's data, which the last message carries in base64.
  private var bindingInput = OctetBuffer()
  /// The messages of both sides, as the proof and the signature are made of.
  private var exchange = OctetBuffer()
  /// Where in `exchange` the client's nonce is.
  private var clientNonce = Slice.empty
  /// The keys that this authentication came to, or those of an earlier one.
  private var cachedKeys: SCRAMKeys?

  /// - Parameters:
  ///   - userName: in UTF-8. PostgreSQL takes the name from the StartupMessage and ignores this one; libpq
  ///     leaves it empty.
  ///   - password: as SASLprep makes it (`RFC 4013`); in ASCII every password is what it was. PostgreSQL
  ///     takes one that cannot be prepared, or is no UTF-8, as it is.
  ///   - nonce: random octets, of which 18 are enough, new each time. They are sent in base64.
  ///   - mechanism: from `SASLOffer.mechanism`.
  ///   - bindingData: with `plus`, the channel binding's data; else empty.
  ///   - keys: those of an earlier authentication with the same password, if there are any.
  public init(
    userName: Span<UInt8>, password: Span<UInt8>, nonce: Span<UInt8>, mechanism: SCRAMMechanism,
    bindingData: Span<UInt8>, keys: SCRAMKeys? = nil, limits: SCRAMLimits = SCRAMLimits()
  ) {
    precondition(!nonce.isEmpty, "a nonce has octets")
    self.mechanism = mechanism
    self.limits = limits
    self.password = HMACSHA256(key: password)
    cachedKeys = keys
    switch mechanism {
    case .plain: bindingInput.append("n,,")
    case .plainNotOffered: bindingInput.append("y,,")
    case .plus(let type):
      precondition(!bindingData.isEmpty, "a channel binding has data")
      bindingInput.append("p=")
      bindingInput.append(type.name)
      bindingInput.append(",,")
    }
    exchange.append("n=")
    SCRAMClient.appendName(userName, into: &exchange)
    exchange.append(",r=")
    let start = exchange.count
    Base64.append(nonce, into: &exchange)
    clientNonce = Slice(offset: start, count: exchange.count - start)
    if case .plus = mechanism { bindingInput.append(bindingData) }
  }

  /// `saslname`: `,` and `=` as `=2C` and `=3D`.
  private static func appendName(_ name: Span<UInt8>, into output: inout OctetBuffer) {
    for index in name.indices {
      switch name[index] {
      case 0x2C: output.append("=2C")
      case 0x3D: output.append("=3D")
      default: output.append(name[index])
      }
    }
  }

  /// Appends the client-first-message.
  public mutating func begin(into output: inout OctetBuffer) throws(SCRAMError) -> Action {
    try step(from: .idle, to: .awaitingFirst)
    let header = bindingInput.octets
    switch mechanism {
    case .plain, .plainNotOffered: output.append(header)
    case .plus(let type):
      // "p=", the name and ",,", without the data behind them.
      output.append(header.extracting(first: type.name.utf8CodeUnitCount + 4))
    }
    output.append(exchange.octets)
    return .sendInitialResponse(mechanism)
  }

  /// Takes the server-first-message and appends the client-final-message.
  ///
  /// Complexity: O(iterations) of the server's choice, up to the limit.
  public mutating func receiveContinue(
    _ message: Span<UInt8>, into output: inout OctetBuffer
  ) throws(SCRAMError) -> Action {
    try step(from: .awaitingFirst, to: .failed)
    if message.count > limits.messageOctetsMax { throw SCRAMError(.messageTooLong) }
    let first = try SCRAMServerFirst(
      message, clientNonce: exchange.octets.octets(clientNonce), limits: limits)
    var salt = OctetBuffer()
    if let position = Base64.decode(message.octets(first.salt), into: &salt) {
      throw SCRAMError(.base64Invalid, at: first.salt.offset + position)
    }
    if salt.isEmpty { throw SCRAMError(.base64Invalid, at: first.salt.offset) }
    let keys = keys(salt: salt.octets, iterations: first.iterations)
    cachedKeys = keys
    let start = output.count
    output.append("c=")
    Base64.append(bindingInput.octets, into: &output)
    output.append(",r=")
    output.append(message.octets(first.nonce))
    exchange.append(0x2C)
    exchange.append(message)
    exchange.append(0x2C)
    exchange.append(output.octets.extracting(start..<output.count))
    output.append(",p=")
    Base64.append(SHA256.octets(keys.proof(of: exchange.octets)).span, into: &output)
    state = .awaitingFinal
    return .sendResponse
  }

  private func keys(salt: Span<UInt8>, iterations: Int) -> SCRAMKeys {
    if let cachedKeys {
      let origin = SCRAMKeys.origin(salt: salt, iterations: iterations)
      if SHA256.equals(origin, SHA256.octets(cachedKeys.origin).span) { return cachedKeys }
    }
    return SCRAMKeys(password: password, salt: salt, iterations: iterations)
  }

  /// Takes the server-final-message and holds its signature against the password.
  public mutating func receiveFinal(_ message: Span<UInt8>) throws(SCRAMError) -> Action {
    try step(from: .awaitingFinal, to: .failed)
    if message.count > limits.messageOctetsMax { throw SCRAMError(.messageTooLong) }
    var attributes = SCRAMAttributes(message)
    let attribute = try attributes.next()
    if attribute.name == 0x65 {
      throw SCRAMError(.serverError, at: attribute.offset, detail: attribute.value)
    }
    guard attribute.name == 0x76 else { throw SCRAMError(.attributeInvalid, at: attribute.offset) }
    try attributes.skipExtensions()
    var signature = OctetBuffer()
    if let position = Base64.decode(message.octets(attribute.value), into: &signature) {
      throw SCRAMError(.base64Invalid, at: attribute.value.offset + position)
    }
    guard let cachedKeys,
      SHA256.equals(cachedKeys.signature(of: exchange.octets), signature.octets)
    else { throw SCRAMError(.signatureMismatch, at: attribute.value.offset) }
    state = .verified
    return .awaitOk
  }

  /// Says that the server considers the client authenticated.
  ///
  /// - Throws: `messageUnexpected` where the server has not shown that it knows the password.
  /// - Returns: keys that spare the iterations the next time, with the same password.
  public mutating func finish() throws(SCRAMError) -> SCRAMKeys {
    try step(from: .verified, to: .verified)
    guard let cachedKeys else { throw SCRAMError(.messageUnexpected) }
    return cachedKeys
  }

  private mutating func step(from expected: State, to next: State) throws(SCRAMError) {
    guard state == expected else {
      state = .failed
      throw SCRAMError(.messageUnexpected)
    }
    state = next
  }
}
