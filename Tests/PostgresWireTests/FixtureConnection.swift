import NecroFuzzBodies
import NecroOctets
import NecroPostgresWire
import TestSupport

/// A client's side of a connection as the `Sent:` line of a fixture describes it: the decoder, the
/// start-up where there is one, and the conversation behind it.
///
/// The words of the line, in their order:
/// - `ssl`, `gss`: a request for encryption; `tls`: the connection is encrypted, with data to bind to;
/// - `startup` or `startup-3.2`: a StartupMessage. Before it may stand `no-password`,
///   `require-scram` and `require-channel-binding`;
/// - steps, as `Conversation` has them; behind `@copyIn` or `@copyBoth` what is sent once the backend
///   asks for a copy.
///
/// Without `ssl`, `gss` or a start-up the connection is ready; without any word messages are only read.
struct FixtureConnection: ~Copyable, OctetDecoder {
  private var decoder: BackendDecoder
  private var startup: Startup?
  private var conversation: FixtureConversation?
  private var failure: String?
  private var failureOffset = 0

  /// What ends a connection: the text of a fixture's error, with its offset.
  struct Failure: Error, Equatable {
    let offset: Int
    let text: String
  }

  init(_ fixture: Fixture) {
    let words = fixture.sent
    decoder = BackendDecoder(limits: Self.limits(fixture))
    if !words.isEmpty { conversation = FixtureConversation(sent: Self.steps(words)) }
    let isStarting = words.contains { $0.hasPrefix("startup") || $0 == "ssl" || $0 == "gss" }
    guard isStarting else { return }
    let nonce = Array("0123456789abcdefgh".utf8)
    let user = Array("user".utf8)
    let password = Array("pencil".utf8)
    let policy = AuthenticationPolicy(
      methods: words.contains("require-scram") ? [AuthenticationMethods(.scramSHA256)] : .all,
      channelBinding: words.contains("require-channel-binding") ? .require : .prefer)
    var startup = Startup(
      user: user.span, password: words.contains("no-password") ? nil : password.span,
      nonce: nonce.span, policy: policy)
    for word in words {
      switch word {
      case "ssl", "gss":
        startup.encryptionRequested()
        decoder.expectAnswer(to: word == "ssl" ? .ssl : .gss)
      case "tls":
        let data = Array("certificate".utf8)
        startup.encryptionBegan(binding: .tlsServerEndPoint, bindingData: data.span)
      case "startup": startup.startupSent(version: .v3_0)
      case "startup-3.2": startup.startupSent(version: .v3_2)
      default: break
      }
    }
    self.startup = consume startup
  }

  /// The words behind those of the start-up.
  private static func steps(_ words: [String]) -> [String] {
    let others: Set = [
      "ssl", "gss", "tls", "startup", "startup-3.2", "no-password", "require-scram",
      "require-channel-binding", "nothing",
    ]
    return words.filter { !others.contains($0) }
  }

  /// The default limits with those that a fixture sets.
  private static func limits(_ fixture: Fixture) -> Limits {
    var limits = Limits()
    for (name, value) in fixture.limits {
      switch name {
      case "startupMessageOctetsMax": limits.startupMessageOctetsMax = value
      case "dataMessageOctetsMax": limits.dataMessageOctetsMax = value
      case "messageOctetsMax": limits.messageOctetsMax = value
      case "columnsMax": limits.columnsMax = value
      case "parametersMax": limits.parametersMax = value
      case "errorFieldsMax": limits.errorFieldsMax = value
      case "secretKeyOctetsMax": limits.secretKeyOctetsMax = value
      case "protocolOptionsMax": limits.protocolOptionsMax = value
      case "saslMechanismsMax": limits.saslMechanismsMax = value
      default: preconditionFailure("\(fixture.path) names a limit: \(name)")
      }
    }
    return limits
  }

  mutating func feed(_ octets: Span<UInt8>) { decoder.feed(octets) }

  mutating func reserve(_ octetCount: Int) -> UnsafeMutableRawBufferPointer {
    decoder.reserve(octetCount)
  }

  mutating func advance(_ octetCount: Int) { decoder.advance(octetCount) }

  mutating func next() throws(Failure) -> [String]? {
    if let failure { throw Failure(offset: failureOffset, text: failure) }
    do throws(PostgresWireError) {
      guard let message = try decoder.next() else { return nil }
      if startup != nil {
        if let lines = try start(message) { return lines }
      } else if conversation == nil {
        return PostgresMessageText.lines(message, decoder.input)
      } else {
        return try conversation?.receive(message, in: decoder.input, at: decoder.messageOffset)
      }
    } catch {
      throw fail("\(error.code)", at: error.offset)
    }
    // The authentication has failed.
    throw Failure(offset: failureOffset, text: failure ?? "")
  }

  private mutating func fail(_ text: String, at offset: Int) -> Failure {
    failure = text
    failureOffset = offset
    return Failure(offset: offset, text: text)
  }

  /// A message of the start-up. What is sent stands behind `send`, in a line of its own.
  private mutating func start(_ message: BackendMessage) throws(PostgresWireError) -> [String]? {
    var output = OctetBuffer()
    let action: StartupAction
    do throws(StartupError) {
      // It stays in its place: it cannot be copied.
      guard
        let answer = try startup?.receive(
          message, in: decoder.input, at: decoder.messageOffset, into: &output)
      else { return nil }
      action = answer
    } catch {
      switch error {
      case .wire(let error): throw error
      case .authentication:
        let line = PostgresStartupText.line(error)
        let words = line.split(whereSeparator: { "(.)".contains($0) })
        failure = words.count > 2 ? "\(words[0]) \(words[words.count - 1])" : line
        failureOffset = decoder.messageOffset
        return nil
      }
    }
    var line = PostgresStartupText.line(action, decoder.input)
    if !output.isEmpty { line += "\n  \(PostgresMessageText.text(output.octets))" }
    if case .ready = action { startup = nil }
    return [line]
  }

  mutating func finish() throws(Failure) {
    if let failure { throw Failure(offset: failureOffset, text: failure) }
    do throws(PostgresWireError) {
      try decoder.finish()
    } catch {
      throw fail("\(error.code)", at: error.offset)
    }
  }
}

/// The steps that a fixture sends, and the lines of what they are answered with.
struct FixtureConversation {
  private(set) var state = ConnectionState()
  /// What is sent once the backend asks for a copy.
  private let atCopy: [String]

  init(sent: [String]) {
    let cut = sent.firstIndex { $0.hasPrefix("@") } ?? sent.count
    atCopy = Array(sent[cut...].dropFirst())
    for name in sent[..<cut] { send(name) }
  }

  private mutating func send(_ name: String) {
    switch name {
    case "query": state.expect(.query)
    case "parse": state.expect(.parse)
    case "bind": state.expect(.bind)
    case "describeStatement": state.expect(.describeStatement)
    case "describePortal": state.expect(.describePortal)
    case "execute": state.expect(.execute)
    case "execute2": state.expect(.execute, columnCount: 2)
    case "executeLimited": state.expect(.executeLimited)
    case "close": state.expect(.close)
    case "sync": state.expect(.sync)
    case "functionCall": state.expect(.functionCall)
    case "copyDone": try? state.copyDone()
    case "copyFail": try? state.copyFailed()
    default: preconditionFailure("\(name) is nothing to be sent")
    }
  }

  /// The lines of a message's action, each with the steps that are answered and those that were sent.
  mutating func receive(
    _ message: BackendMessage, in storage: borrowing OctetBuffer, at offset: Int
  ) throws(PostgresWireError) -> [String] {
    let action = try state.receive(message, in: storage, at: offset)
    var lines = PostgresActionText.lines(action, storage)
    switch action {
    case .copyIn, .copyBoth: for name in atCopy { send(name) }
    case .parsed, .bound, .closed, .parameters, .columns, .noColumns, .rows, .completed, .empty,
      .suspended, .copyOut, .copyData, .copyDone, .functionResult, .failed, .terminated, .ready,
      .notice, .parameterStatus, .notification:
      break
    }
    var suffix = " [\(state.answeredCount)/\(state.expectedCount)"
    if state.copy != .none { suffix += " \(state.copy)" }
    if state.isUnsynchronized { suffix += " unsynchronized" }
    for index in lines.indices {
      let head = lines[index].prefix { $0 != "\n" }
      lines[index] = head + suffix + "]" + lines[index].dropFirst(head.count)
    }
    return lines
  }
}
