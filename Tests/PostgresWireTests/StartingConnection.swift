import NecroFuzzBodies
import NecroOctets
import TestSupport

@testable import NecroPostgresWire

/// A client's side of a start-up, and what it came to.
struct StartingConnection: ~Copyable {
  var decoder = BackendDecoder(limits: .startup)
  var startup: Startup
  /// A line for each message, the octets that were sent behind `send`, the error at the end.
  private(set) var log: [String] = []
  /// The octets of the last answer.
  private(set) var sent: [UInt8] = []

  init(
    password: String? = "pencil", policy: AuthenticationPolicy = AuthenticationPolicy(),
    keys: SCRAMKeys? = nil
  ) {
    let nonce = Array("0123456789abcdefgh".utf8)
    let user = Array("user".utf8)
    if let password {
      startup = Startup(
        user: user.span, password: Array(password.utf8).span, nonce: nonce.span, policy: policy,
        scramKeys: keys)
    } else {
      startup = Startup(user: user.span, password: nil, nonce: nonce.span, policy: policy)
    }
  }

  /// A connection whose StartupMessage has been sent.
  static func started(
    password: String? = "pencil", policy: AuthenticationPolicy = AuthenticationPolicy(),
    version: ProtocolVersion = .v3_0, keys: SCRAMKeys? = nil
  ) -> StartingConnection {
    var connection = StartingConnection(password: password, policy: policy, keys: keys)
    connection.startup.startupSent(version: version)
    return connection
  }

  /// Takes octets in the notation of fixtures.
  mutating func receive(_ text: String) { receive(FixtureNotation.octets(text) ?? []) }

  mutating func receive(_ octets: [UInt8]) {
    decoder.feed(octets.span)
    do throws(PostgresWireError) {
      while let message = try decoder.next() {
        if !receive(message) { return }
      }
    } catch {
      log.append(PostgresStartupText.line(.wire(error)))
    }
  }

  private mutating func receive(_ message: BackendMessage) -> Bool {
    var output = OctetBuffer()
    do throws(StartupError) {
      let action = try startup.receive(
        message, in: decoder.input, at: decoder.messageOffset, into: &output)
      log.append(PostgresStartupText.line(action, decoder.input))
      if case .send = action {
        sent = output.octets.indices.map { output.octets[$0] }
      } else if !output.isEmpty {
        log.append("octets that are not sent")
      }
      return true
    } catch {
      log.append(PostgresStartupText.line(error))
      if !output.isEmpty { log.append("octets behind an error") }
      return false
    }
  }
}

/// A message that authenticates, with what it has behind its kind.
func authentication(_ kind: UInt8, _ contents: String = "") -> [UInt8] {
  let octets = [0, 0, 0, kind] + Array(contents.utf8)
  return [0x52, 0, 0, 0, UInt8(octets.count + 4)] + octets
}
