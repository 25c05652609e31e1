import NecroOctets
import NecroRESP
import NecroReactor

/// The greeting: who comes, in which version, to which database.
///
/// RESP3, "The HELLO command and connection handshake"
extension RedictConnection {
  /// Joins the reactor, and begins when the connection is open.
  func start() {
    client.reactor.add(self)
    greetingTimer = client.reactor.setTimer(
      self, tag: Self.greetingTag,
      deadlineMilliseconds: client.reactor.now + client.settings.connectMilliseconds)
    let isConnecting = transport.isConnecting
    if transport.descriptor >= 0 {
      do throws(SystemError) {
        try client.reactor.watch(self, transport.descriptor, isConnecting ? .write : .read)
      } catch {
        isAbandoned = true
        client.reactor.mark(self)
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
    case .wantsOctets: client.reactor.setInterest(self, .read)
    case .wantsRoom: client.reactor.setInterest(self, .write)
    case .failed(let reason): end(reason)
    }
  }

  private func introduce() {
    state = .greeting
    heardMilliseconds = client.reactor.now
    if greeting.version == .version2 {
      speakVersion2()
      return
    }
    let hasName = !greeting.name.isEmpty
    let hasPassword = !greeting.password.isEmpty
    begin(.hello, argumentCount: 2 + (hasPassword ? 3 : 0) + (hasName ? 2 : 0))
    RESPSerializer.argument("HELLO", into: &output)
    RESPSerializer.argument(3, into: &output)
    if hasPassword {
      RESPSerializer.argument("AUTH", into: &output)
      // A password alone is that of the default user.
      if greeting.user.isEmpty {
        RESPSerializer.argument("default", into: &output)
      } else {
        append(greeting.user)
      }
      append(greeting.password)
    }
    if hasName {
      RESPSerializer.argument("SETNAME", into: &output)
      append(greeting.name)
    }
  }

  /// Begins a command of the connection's own.
  func begin(_ purpose: Exchange.Purpose, argumentCount: Int, topic: Topic? = nil) {
    var exchange = Exchange()
    exchange.purpose = purpose
    exchange.topic = topic
    exchange.begin = position
    exchange.sentMilliseconds = client.reactor.now
    exchanges.append(exchange)
    RESPSerializer.command(argumentCount: argumentCount, into: &output)
    client.reactor.mark(self)
  }

  /// Appends an argument to a command of the connection's own.
  func append(_ argument: [UInt8]) {
    RESPSerializer.argument(argument.span, into: &output)
  }

  /// A server that does not know HELLO, or does not let us use it: what HELLO does is done by commands
  /// of their own.
  private func speakVersion2() {
    decoder.version = .version2
    if greeting.password.isEmpty {
      setUp(named: false)
      return
    }
    begin(.authentication, argumentCount: greeting.user.isEmpty ? 2 : 3)
    RESPSerializer.argument("AUTH", into: &output)
    if !greeting.user.isEmpty { append(greeting.user) }
    append(greeting.password)
  }

  /// Sends what comes behind the authentication, all at once.
  private func setUp(named: Bool) {
    if !named && !greeting.name.isEmpty {
      setClient("SETNAME", nil, greeting.name)
    }
    if !greeting.libraryName.isEmpty {
      setClient("SETINFO", "LIB-NAME", greeting.libraryName)
    }
    if !greeting.libraryVersion.isEmpty {
      setClient("SETINFO", "LIB-VER", greeting.libraryVersion)
    }
    if greeting.database != 0 && client.purpose != .sentinel {
      begin(.selection, argumentCount: 2)
      RESPSerializer.argument("SELECT", into: &output)
      RESPSerializer.argument(greeting.database, into: &output)
    }
    if client.purpose == .clusterNode {
      // Without it, a replica sends its readers away.
      if client.readsReplicas { beginSingle(.readOnly, "READONLY") }
    } else if client.purpose == .master {
      beginSingle(.role, "ROLE")
    }
    beginTracking()
    if exchanges.isEmpty { becomeReady() }
  }

  private func beginSingle(_ purpose: Exchange.Purpose, _ name: StaticString) {
    begin(purpose, argumentCount: 1)
    RESPSerializer.argument(name, into: &output)
  }

  private func setClient(_ subcommand: StaticString, _ attribute: StaticString?, _ value: [UInt8]) {
    begin(.courtesy, argumentCount: attribute == nil ? 3 : 4)
    RESPSerializer.argument("CLIENT", into: &output)
    RESPSerializer.argument(subcommand, into: &output)
    if let attribute { RESPSerializer.argument(attribute, into: &output) }
    append(value)
  }

  /// Takes a reply to one of these.
  func takeAtGreeting(_ purpose: Exchange.Purpose, _ octets: Span<UInt8>, isError: Bool) {
    exchanges.removeFirst()
    switch purpose {
    case .hello:
      guard isError else {
        hello = [UInt8](copying: octets)
        setUp(named: true)
        return
      }
      let error = Self.errorText(octets)
      if error.begins(with: "noproto") || error.begins(with: "err unknown command")
        || error.begins(with: "noperm")
      {
        speakVersion2()
      } else {
        end(.server(error))
      }
    case .authentication:
      if isError { end(.server(Self.errorText(octets))) } else { setUp(named: false) }
    case .tracking, .role, .readOnly:
      if purpose == .tracking { isTracking = !isError }
      // A sentinel may take for the master what was it once.
      if purpose == .role && !Self.isMaster(octets, isError: isError) {
        end(.connectFailed)
      } else if exchanges.isEmpty {
        becomeReady()
      }
    case .selection, .courtesy:
      if isError && purpose == .selection {
        end(.server(Self.errorText(octets)))
      } else if exchanges.isEmpty {
        becomeReady()
      }
    case .command, .subscribe, .unsubscribe, .ping: end(.replyUnexpected)
    }
  }

  private func becomeReady() {
    state = .ready
    if let timer = greetingTimer { client.reactor.cancelTimer(timer) }
    greetingTimer = nil
    if role == .subscriber || isTracking { setPingTimer() }
    client.connectionStarted(self)
    client.reactor.mark(self)
  }

  /// Whether ROLE was answered by a master; or not at all, by one that does not let us ask.
  static func isMaster(_ octets: Span<UInt8>, isError: Bool) -> Bool {
    if isError { return errorText(octets).begins(with: "noperm") }
    var reader = RESPReader(octets)
    guard case .array? = reader.next(), case .bulkString(let name)? = reader.next() else {
      return false
    }
    return octets.octets(name).equals("master")
  }

  /// The text of an error's value: without type, length and line end.
  static func errorText(_ octets: Span<UInt8>) -> [UInt8] {
    var reader = RESPReader(octets)
    switch reader.next() {
    case .simpleError(let slice), .bulkError(let slice):
      return [UInt8](copying: octets.octets(slice))
    default: return []
    }
  }
}
