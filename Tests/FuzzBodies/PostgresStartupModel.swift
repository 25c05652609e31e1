import NecroOctets
import NecroPostgresWire

/// The settings of a start-up and what may come in each of its phases, as plainly as it can be said.
struct PostgresStartupModel {
  enum Phase { case started, passwordSent, scramFirst, scramFinal, verified, authenticated, over }

  static let nonce = Array("0123456789abcdefgh".utf8)
  static let bindingData = Array("certificate".utf8)
  static let salt = Array("salt".utf8)

  let hasPassword: Bool
  let methods: [String]
  let binding: ChannelBindingPolicy
  let isEncrypted: Bool
  var minor: Int

  private(set) var phase = Phase.started
  private var hasNegotiated = false
  /// The GS2 header, with what is bound to behind it.
  private var header: [UInt8] = []
  private var exchange = ""

  init(settings: UInt8) {
    hasPassword = settings & 0x02 == 0
    methods =
      [
        ["none", "password", "md5", "scramSHA256"], ["scramSHA256"], ["none"],
        ["password", "md5", "scramSHA256"],
      ][Int(settings >> 2) % 4]
    binding = [.prefer, .prefer, .require, .disable][Int(settings >> 4) % 4]
    isEncrypted = settings & 0x40 != 0
    minor = settings & 0x80 != 0 ? 2 : 0
  }

  var clientNonce: String { PostgresStartupModel.base64(Self.nonce) }

  static func base64(_ octets: [UInt8]) -> String {
    var buffer = OctetBuffer()
    Base64.append(octets.span, into: &buffer)
    return PostgresMessageText.text(buffer.octets)
  }

  /// What a message comes to, and what has to be sent behind `send`.
  mutating func receive(_ message: String) -> (line: String, sent: String?) {
    let line: String
    switch message {
    case "ok": line = accept()
    case "cleartext", "md5": line = askForPassword(message == "md5" ? "md5" : "password")
    case "kerberosV5", "gss", "sspi":
      line = phase == .started ? "methodUnsupported \(message)" : "messageUnexpected"
    case "sasl plain", "sasl plus", "sasl both", "sasl none": return begin(message)
    case "first", "first nonce", "first count", "first extension": return goOn(message)
    case "final", "final wrong", "final error": line = finish(message)
    case "N": line = phase == .over ? "messageUnexpected" : "noticeResponse"
    case "E": line = phase == .over ? "messageUnexpected" : "refused:"
    case "K": line = phase == .authenticated ? "backendKeyData" : "messageUnexpected"
    case "S": line = phase == .authenticated ? "parameterStatus" : "messageUnexpected"
    case "A": line = phase == .authenticated ? "notificationResponse" : "messageUnexpected"
    case "Z": line = phase == .authenticated ? "ready" : "messageUnexpected"
    case "version", "version option", "version newest": line = negotiate(message)
    default: line = "messageUnexpected"
    }
    if line == "refused:" || line == "ready" { phase = .over }
    if line == "authenticated" { phase = .authenticated }
    if line == "send" { phase = .passwordSent }
    return (line, nil)
  }

  /// What the policy has against a method; nil for nothing.
  private func objection(_ method: String) -> String? {
    if !methods.contains(method) { return "methodNotAllowed \(method)" }
    if binding == .require && method != "scramSHA256" { return "channelBindingMissing" }
    return method != "none" && !hasPassword ? "passwordMissing" : nil
  }

  private func accept() -> String {
    switch phase {
    case .started: objection("none") ?? "authenticated"
    case .passwordSent, .verified: "authenticated"
    case .scramFirst, .scramFinal: "scram messageUnexpected"
    case .authenticated, .over: "messageUnexpected"
    }
  }

  private func askForPassword(_ method: String) -> String {
    phase == .started ? objection(method) ?? "send" : "messageUnexpected"
  }

  private mutating func begin(_ message: String) -> (String, String?) {
    if phase != .started { return ("messageUnexpected", nil) }
    if let objection = objection("scramSHA256") { return (objection, nil) }
    let hasPlus = message == "sasl plus" || message == "sasl both"
    let hasPlain = message == "sasl plain" || message == "sasl both"
    if hasPlus && !isEncrypted { return ("scram channelBindingUnexpected", nil) }
    let isPlus = hasPlus && binding != .disable
    if binding == .require && !isPlus { return ("scram channelBindingUnavailable", nil) }
    if !isPlus && !hasPlain { return ("scram mechanismUnsupported", nil) }
    let flag =
      isPlus
      ? "p=tls-server-end-point" : isEncrypted && binding != .disable && !hasPlus ? "y" : "n"
    header = Array("\(flag),,".utf8) + (isPlus ? Self.bindingData : [])
    exchange = "n=,r=\(clientNonce)"
    phase = .scramFirst
    let name = isPlus ? "SCRAM-SHA-256-PLUS" : "SCRAM-SHA-256"
    return ("send", "p \(name) \(flag),,\(exchange)")
  }

  /// The server's first message.
  func first(_ message: String) -> String {
    let text = "r=\(clientNonce)server,s=\(Self.base64(Self.salt)),i=1"
    switch message {
    case "first nonce": return "r=server,s=\(Self.base64(Self.salt)),i=1"
    case "first count": return "r=\(clientNonce)server,s=\(Self.base64(Self.salt)),i=1000001"
    case "first extension": return "m=x,\(text)"
    default: return text
    }
  }

  private mutating func goOn(_ message: String) -> (String, String?) {
    switch phase {
    case .scramFirst: break
    case .scramFinal, .verified: return ("scram messageUnexpected", nil)
    default: return ("messageUnexpected", nil)
    }
    switch message {
    case "first nonce": return ("scram nonceMismatch", nil)
    case "first count": return ("scram iterationCountTooHigh", nil)
    case "first extension": return ("scram extensionMandatory", nil)
    default: break
    }
    let answer = "c=\(Self.base64(header)),r=\(clientNonce)server"
    exchange += ",\(first(message)),\(answer)"
    phase = .scramFinal
    return ("send", "p \(answer),p=")
  }

  /// The server's last message, its signature made from the password and both sides' messages.
  func final(_ message: String) -> String {
    if message == "final error" { return "e=other-error" }
    func code(_ key: [UInt8], _ text: [UInt8]) -> [UInt8] {
      let octets = SHA256.octets(HMACSHA256(key: key.span).code(text.span))
      return (0..<32).map { octets[$0] }
    }
    let salted = code(Array("pencil".utf8), Self.salt + [0, 0, 0, 1])
    let key = code(salted, Array("Server Key".utf8))
    var signature = code(key, Array(exchange.utf8))
    if message == "final wrong" { signature[31] ^= 1 }
    return "v=\(Self.base64(signature))"
  }

  private mutating func finish(_ message: String) -> String {
    switch phase {
    case .scramFinal: break
    case .scramFirst, .verified: return "scram messageUnexpected"
    default: return "messageUnexpected"
    }
    switch message {
    case "final wrong": return "scram signatureMismatch"
    case "final error": return "scram serverError"
    default:
      phase = .verified
      return "wait"
    }
  }

  private mutating func negotiate(_ message: String) -> String {
    guard phase == .started || phase == .authenticated, !hasNegotiated else {
      return "messageUnexpected"
    }
    hasNegotiated = true
    let offered = message == "version newest" ? 2 : 0
    let hasOptions = message != "version"
    if offered > minor || offered == minor && !hasOptions { return "versionUnsupported" }
    minor = offered
    return "negotiateProtocolVersion"
  }
}

/// Runs a start-up and its model beside each other.
struct PostgresStartupRun: ~Copyable {
  private static let messages = [
    "ok", "cleartext", "md5", "kerberosV5", "gss", "sspi", "gssContinue", "sasl plain", "sasl plus",
    "sasl both", "sasl none", "first", "first", "first", "first nonce", "first count",
    "first extension", "final", "final", "final", "final wrong", "final error", "N", "E", "K", "S",
    "A", "Z", "version", "version option", "version newest", "1", "D", "G", "W", "d", "V", "ok",
  ]

  private var model: PostgresStartupModel
  private var startup: Startup
  private var decoder = BackendDecoder(limits: .startup)
  private var failure: StartupError?

  private init(_ settings: UInt8) {
    model = PostgresStartupModel(settings: settings)
    var methods: AuthenticationMethods = []
    for method in [AuthenticationMethod.none, .password, .md5, .scramSHA256]
    where model.methods.contains("\(method)") {
      methods.insert(AuthenticationMethods(method))
    }
    let policy = AuthenticationPolicy(methods: methods, channelBinding: model.binding)
    let user = Array("user".utf8)
    let password = Array("pencil".utf8)
    startup = Startup(
      user: user.span, password: model.hasPassword ? password.span : nil,
      nonce: PostgresStartupModel.nonce.span, policy: policy)
    if model.isEncrypted {
      startup.encryptionBegan(
        binding: .tlsServerEndPoint, bindingData: PostgresStartupModel.bindingData.span)
    }
    startup.startupSent(version: model.minor == 2 ? .v3_2 : .v3_0)
  }

  static func check(_ script: PostgresModelScript, settings: UInt8) {
    var script = script
    var run = PostgresStartupRun(settings)
    while let choice = script.next() {
      if !run.receive(messages[Int(choice) % messages.count]) { break }
      precondition(Int(run.startup.version.minor) == run.model.minor, "the version in force")
    }
    if run.failure != nil { run.checkFailureStays() }
  }

  private func octets(_ message: String) -> [UInt8] {
    typealias Writer = PostgresBackendWriter
    switch message {
    case "ok": return Writer.authentication(0)
    case "kerberosV5": return Writer.authentication(2)
    case "cleartext": return Writer.authentication(3)
    case "md5": return Writer.authentication(5, [1, 2, 3, 4])
    case "gss": return Writer.authentication(7)
    case "gssContinue": return Writer.authentication(8)
    case "sspi": return Writer.authentication(9)
    case "sasl plain": return Writer.authentication(10, Writer.string("SCRAM-SHA-256") + [0])
    case "sasl plus": return Writer.authentication(10, Writer.string("SCRAM-SHA-256-PLUS") + [0])
    case "sasl both":
      return Writer.authentication(
        10, Writer.string("SCRAM-SHA-256-PLUS") + Writer.string("SCRAM-SHA-256") + [0])
    case "sasl none": return Writer.authentication(10, Writer.string("OAUTHBEARER") + [0])
    case "first", "first nonce", "first count", "first extension":
      return Writer.authentication(11, Array(model.first(message).utf8))
    case "final", "final wrong", "final error":
      return Writer.authentication(12, Array(model.final(message).utf8))
    case "version": return Writer.message("v", [0, 3, 0, 0, 0, 0, 0, 0])
    case "version option":
      return Writer.message("v", [0, 3, 0, 0, 0, 0, 0, 1] + Writer.string("_pq_.x"))
    case "version newest":
      return Writer.message("v", [0, 3, 0, 2, 0, 0, 0, 1] + Writer.string("_pq_.x"))
    default: return Writer.message(Character(message), argument: 0)
    }
  }

  /// False behind an error, with which both end.
  private mutating func receive(_ message: String) -> Bool {
    let octets = octets(message)
    let expected = model.receive(message)
    decoder.feed(octets.span)
    var output = OctetBuffer()
    do throws(PostgresWireError) {
      guard let message = try decoder.next() else { preconditionFailure("a message is complete") }
      do throws(StartupError) {
        let action = try startup.receive(
          message, in: decoder.input, at: decoder.messageOffset, into: &output)
        let line = Self.brief(PostgresStartupText.line(action, decoder.input))
        precondition(line == expected.line, "\(expected.line), not \(line)")
        precondition(output.isEmpty == (line != "send"), "what is to be sent is said")
        if let sent = expected.sent { checkSent(sent, output.octets) }
        return true
      } catch {
        let line = Self.brief(PostgresStartupText.line(error))
        precondition(line == expected.line, "\(expected.line), not \(line)")
        precondition(output.isEmpty, "nothing is sent behind an error")
        failure = error
        return false
      }
    } catch {
      preconditionFailure("every message has its form")
    }
  }

  private mutating func checkFailureStays() {
    var output = OctetBuffer()
    decoder.feed(PostgresBackendWriter.authentication(0).span)
    do {
      guard let message = try decoder.next() else { preconditionFailure("a message is complete") }
      _ = try startup.receive(message, in: decoder.input, at: 0, into: &output)
      preconditionFailure("an error stays")
    } catch let error as StartupError {
      precondition(error == failure, "an error stays as it is")
    } catch {
      preconditionFailure("every message has its form")
    }
  }

  /// Holds what is sent against `p`, the mechanism where there is one, and how the message begins.
  private func checkSent(_ expected: String, _ octets: Span<UInt8>) {
    let text = PostgresMessageText.text(octets)
    let words = expected.split(separator: " ")
    precondition(text.hasPrefix("p\\x00\\x00\\x00"), "it has a message's form")
    if words.count == 3 {
      precondition(text.contains("\(words[1])\\x00"), "it names the mechanism")
    }
    precondition(text.contains(words[words.count - 1]), "it has the message")
  }

  /// The first word, or two where the second is what matters.
  private static func brief(_ line: String) -> String {
    if line.hasPrefix("scram ") { return line }
    if let bracket = line.firstIndex(of: "("), let point = line.lastIndex(of: ".") {
      return "\(line[..<bracket]) \(line[line.index(after: point)...].dropLast())"
    }
    return String(line.prefix { $0 != " " && $0 != "\n" })
  }
}
