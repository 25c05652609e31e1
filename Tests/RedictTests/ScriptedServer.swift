import NecroOctets
import NecroRESP
import NecroReactor
import NecroRedict

/// A transport whose other end is the test: octets go in and out of arrays.
final class ScriptedTransport: RedictTransport {
  /// What the server has sent and the client not received.
  var incoming: [UInt8] = []
  /// What the client has sent.
  var outgoing: [UInt8] = []
  /// Octets that one call receives and sends at most; 0 for a full socket.
  var receiveMax = Int.max
  var sendMax = Int.max
  /// The server sends no more.
  var hasEnded = false
  var isClosed = false
  var sendCount = 0

  override func receive(into room: UnsafeMutableRawBufferPointer) -> ReceiveResult {
    let count = min(incoming.count, room.count, receiveMax)
    if count == 0 { return hasEnded ? .closed : .wouldBlock }
    incoming.withUnsafeBytes { room.copyMemory(from: .init(rebasing: $0[..<count])) }
    incoming.removeFirst(count)
    return .octets(count)
  }

  override func send(_ octets: Span<UInt8>) -> SendResult {
    if hasEnded { return .failed(104) }
    let count = min(octets.count, sendMax)
    if count == 0 { return .wouldBlock }
    for index in 0..<count { outgoing.append(octets[index]) }
    sendCount += 1
    return .octets(count)
  }

  override func close() { isClosed = true }

  /// The commands that have come since the last call, as words between spaces.
  func takeCommands() -> [String] {
    var decoder = RESPDecoder()
    decoder.feed(outgoing.span)
    var commands: [String] = []
    while let words = takeWords(&decoder) { commands.append(words.joined(separator: " ")) }
    let rest = decoder.input.count
    outgoing = Array(outgoing.suffix(rest))
    return commands
  }
}

/// The words of the next command that a decoder has; nil when it has none.
func takeWords(_ decoder: inout RESPDecoder) -> [String]? {
  guard let value = try? decoder.nextValue() else { return nil }
  let octets = decoder.input.octets(value.octets)
  var reader = RESPReader(octets)
  var words: [String] = []
  while let item = reader.next() {
    if case .bulkString(let slice) = item { words.append(text(octets.octets(slice))) }
  }
  return words
}

/// The next value that a decoder has; nil when it has none.
func takeReply(_ decoder: inout RESPDecoder) -> [UInt8]? {
  guard let taken = try? decoder.nextValue() else { return nil }
  let octets = decoder.input.octets(taken.octets)
  return octets.indices.map { octets[$0] }
}

/// A client in virtual time whose connections are scripted.
final class ScriptedClient {
  let owner = RecordingOwner()
  let reactor: DriverReactor
  let client: RedictClient
  var greeting = RedictGreeting()
  var transports: [ScriptedTransport] = []
  /// Whether connections can be opened, and whether HELLO is answered at once.
  var isReachable = true
  var greets = true

  init(_ configure: (inout RedictSettings) -> Void = { _ in }) throws {
    reactor = try DriverReactor(virtualMilliseconds: 1_000)
    var settings = RedictSettings()
    configure(&settings)
    client = RedictClient(owner: owner, reactor: reactor, settings: settings, chance: 7)
    owner.connect = { [unowned self] client in
      guard self.isReachable else { return client.connectionFailed() }
      let transport = ScriptedTransport()
      self.transports.append(transport)
      client.attach(transport, self.greeting)
      if self.greets { transport.incoming += octets("%1\r\n+proto\r\n:3\r\n") }
    }
  }

  deinit {
    client.close()
    reactor.flush()
  }

  var transport: ScriptedTransport { transports[transports.count - 1] }

  /// Lets everything happen that can without time going on.
  func settle() {
    for _ in 0..<10 {
      reactor.flush()
      for connection in client.connections { connection.ready([.readable, .writable]) }
    }
    reactor.flush()
  }

  /// Sends replies to the newest connection, and lets them be taken.
  func reply(_ text: String) {
    transport.incoming += octets(text)
    settle()
  }

  func submit(_ commands: RedictCommand...) {
    for command in commands { client.submit(command) }
    settle()
  }

  func advance(_ milliseconds: UInt64) {
    reactor.advance(toMilliseconds: reactor.now + milliseconds)
    settle()
  }
}
