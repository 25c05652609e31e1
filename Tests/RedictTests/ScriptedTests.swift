import NecroOctets
import NecroRESP
import NecroReactor
import NecroRedict
import Testing

@Suite("Redict driver, a scripted server")
struct ScriptedTests {
  @Test(
    "HELLO comes first, with who comes",
    .clause(
      "RESP3-the-hello-command-and-connection-handshake-1",
      "RESP3-the-hello-command-and-connection-handshake-3"))
  func hello() throws {
    let scripted = try ScriptedClient()
    scripted.greeting.password = octets("sesame")
    scripted.greeting.name = octets("crypt")
    scripted.greeting.database = 3
    scripted.greeting.libraryName = octets("necro")
    scripted.greeting.libraryVersion = octets("1")
    let get = command("GET", "k")
    scripted.submit(get)
    #expect(
      scripted.transport.takeCommands() == [
        "HELLO 3 AUTH default sesame SETNAME crypt", "CLIENT SETINFO LIB-NAME necro",
        "CLIENT SETINFO LIB-VER 1", "SELECT 3",
      ])
    // Older servers do not know SETINFO.
    scripted.reply("-ERR unknown subcommand\r\n-ERR unknown subcommand\r\n+OK\r\n")
    #expect(scripted.transport.takeCommands() == ["GET k"])
    scripted.reply("$1\r\nv\r\n")
    #expect(outcome(get) == "\"v\"")
    #expect(scripted.client.connections.map(\.version) == [.version3])
  }

  @Test(
    "a server without HELLO is spoken to in version 2",
    .clause(
      "RESP3-the-hello-command-and-connection-handshake-5",
      "RESP3-the-hello-command-and-connection-handshake-6"),
    arguments: [
      "-ERR unknown command 'HELLO'\r\n", "-NOPROTO unsupported protocol version\r\n",
      "-NOPERM this user has no permissions to run the 'hello' command\r\n",
    ])
  func version2(error: String) throws {
    let scripted = try ScriptedClient()
    scripted.greets = false
    scripted.greeting.user = octets("igor")
    scripted.greeting.password = octets("sesame")
    scripted.greeting.name = octets("crypt")
    scripted.greeting.database = 3
    let all = command("HGETALL", "k")
    scripted.submit(all)
    scripted.reply(error)
    scripted.reply("+OK\r\n")
    #expect(
      scripted.transport.takeCommands() == [
        "HELLO 3 AUTH igor sesame SETNAME crypt", "AUTH igor sesame", "CLIENT SETNAME crypt",
        "SELECT 3",
      ])
    scripted.reply("+OK\r\n+OK\r\n")
    scripted.reply("*2\r\n$1\r\na\r\n$-1\r\n")
    #expect(outcome(all) == "[\"a\" null]")
    #expect(scripted.client.connections.map(\.version) == [.version2])
    // What version 2 does not have is not understood in it.
    let next = command("GET", "k")
    scripted.submit(next)
    scripted.reply("%0\r\n")
    #expect(outcome(next) == "protocolBroken typeUnknown")
  }

  @Test(
    "a server that refuses its client fails what waits, at once, and a later command tries again")
  func refused() throws {
    let scripted = try ScriptedClient()
    scripted.greets = false
    scripted.greeting.password = octets("wrong")
    let first = command("GET", "k")
    scripted.submit(first)
    scripted.reply("-WRONGPASS invalid username-password pair\r\n")
    #expect(outcome(first) == "server WRONGPASS invalid username-password pair")
    let second = command("GET", "k")
    scripted.greets = true
    scripted.submit(second)
    scripted.advance(100)
    scripted.reply("$-1\r\n")
    #expect(outcome(second) == "null" && scripted.transports.count == 2)
  }

  @Test(
    "commands of a turn are sent by one write and answered in order",
    .clause("RESP2-multiple-commands-and-pipelining-1"))
  func pipelining() throws {
    let scripted = try ScriptedClient()
    let ping = command("PING")
    scripted.submit(ping)
    scripted.reply("+PONG\r\n")
    let before = scripted.transport.sendCount
    let commands = (0..<64).map { command("GET", "k\($0)") }
    for command in commands { scripted.client.submit(command) }
    scripted.settle()
    #expect(scripted.transport.sendCount == before + 1)
    scripted.reply((0..<64).map { ":\($0)\r\n" }.joined())
    #expect(commands.map(outcome) == (0..<64).map { "\($0)" })
    #expect(commands.allSatisfy { scripted.owner.completions[ObjectIdentifier($0)] == 1 })
  }

  @Test("replies cut at every octet are the same")
  func everyCut() throws {
    let replies = octets(
      "$3\r\nfoo\r\n*2\r\n:1\r\n-ERR no\r\n>2\r\n+m\r\n+x\r\n-ERR bad\r\n%1\r\n+k\r\n$?\r\n;1\r\nz\r\n;0\r\n"
    )
    for cut in 0...replies.count {
      let scripted = try ScriptedClient()
      let commands = (0..<4).map { command("GET", "k\($0)") }
      for command in commands { scripted.client.submit(command) }
      scripted.settle()
      scripted.transport.incoming += replies[..<cut]
      scripted.settle()
      scripted.transport.incoming += replies[cut...]
      scripted.settle()
      #expect(commands[0...1].map(outcome) == ["\"foo\"", "[1 error ERR no]"])
      #expect(outcome(commands[2]) == "server ERR bad")
      #expect(commands[3].replies == [octets("%1\r\n+k\r\n$?\r\n;1\r\nz\r\n;0\r\n")])
      #expect(scripted.owner.pushes == [">2\r\n+m\r\n+x\r\n"])
    }
  }

  @Test("a cancelled command's reply reaches nobody")
  func cancelled() throws {
    let scripted = try ScriptedClient()
    let commands = (0..<3).map { command("GET", "k\($0)") }
    for command in commands { scripted.client.submit(command) }
    scripted.settle()
    scripted.client.cancel(commands[1])
    scripted.settle()
    #expect(outcome(commands[1]) == "cancelled")
    scripted.reply(":0\r\n:1\r\n:2\r\n")
    #expect(outcome(commands[0]) == "0" && outcome(commands[2]) == "2")
    #expect(scripted.owner.completions[ObjectIdentifier(commands[1])] == 1)
  }

  @Test(
    "octets that are not the protocol's fail what is in flight; the next call works",
    arguments: [
      ("?what\r\n", "typeUnknown"), ("$999999999999\r\n", "stringTooLong"),
      ("*999999999\r\n", "countTooLarge"), ("$3\r\nabcd\r\n", "stringUnterminated"),
      (String(repeating: "*1\r\n", count: 200), "depthTooLarge"), (":1\n", "numberInvalid"),
    ])
  func protocolBroken(octets: String, code: String) throws {
    let scripted = try ScriptedClient()
    let commands = [command("SET", "k", "v"), command("GET", "k"), command("GET", "l")]
    for command in commands { scripted.client.submit(command) }
    scripted.settle()
    scripted.reply("+OK\r\n" + octets)
    #expect(outcome(commands[0]) == "\"OK\"")
    #expect(commands[1...].map(outcome) == [String](repeating: "protocolBroken \(code)", count: 2))
    #expect(scripted.transports[0].isClosed)
    let next = command("GET", "k")
    scripted.submit(next)
    scripted.reply("$1\r\nv\r\n")
    #expect(outcome(next) == "\"v\"" && scripted.transports.count == 2)
  }

  @Test("a reply that nobody has asked for closes the connection")
  func unexpected() throws {
    let scripted = try ScriptedClient()
    let get = command("GET", "k")
    scripted.submit(get)
    scripted.reply(":1\r\n:2\r\n")
    #expect(outcome(get) == "1")
    guard case .replyUnexpected? = scripted.owner.closed.first?.failure else {
      Issue.record("closed for it")
      return
    }
  }

  @Test("of a lost connection, what only reads is sent again once, and what was not sent")
  func lost() throws {
    let scripted = try ScriptedClient()
    let read = command("GET", "k")
    let write = command("SET", "k", "v")
    let both = command([["GET", "k"], ["INCR", "n"]])
    for command in [read, write, both] { scripted.client.submit(command) }
    scripted.settle()
    scripted.transport.sendMax = 0
    let unsent = command("INCR", "n")
    scripted.submit(unsent)
    scripted.transport.hasEnded = true
    scripted.settle()
    #expect(outcome(write) == "connectionLost true" && outcome(both) == "connectionLost true")
    scripted.advance(100)
    #expect(scripted.transports.count == 2)
    #expect(scripted.transport.takeCommands() == ["HELLO 3", "GET k", "INCR n"])
    scripted.transport.hasEnded = true
    scripted.settle()
    #expect(outcome(read) == "connectionLost true", "once")
    #expect(outcome(unsent) == "connectionLost true", "this time it was sent")
  }

  @Test("a server that stalls holds no more than its bounds, and goes on in order")
  func backpressure() throws {
    let scripted = try ScriptedClient {
      $0.outputOctetsMax = 4_096
      $0.waitersMax = 100
    }
    scripted.submit(command("PING"))
    scripted.reply("+PONG\r\n")
    scripted.transport.sendMax = 0
    let commands = (0..<400).map { command("INCRBY", "n", "\($0)") }
    for command in commands { scripted.submit(command) }
    let refused = commands.filter { outcome($0) == "tooManyWaiters" }
    #expect(scripted.client.waitingCount == 100 && refused.count > 100)
    scripted.transport.sendMax = 50
    _ = scripted.transport.takeCommands()
    for _ in 0..<100 { scripted.settle() }
    let sent = scripted.transport.takeCommands()
    #expect(sent == (0..<400 - refused.count).map { "INCRBY n \($0)" })
    #expect(scripted.client.waitingCount == 0)
  }

  @Test("commands in flight are limited, by number as well")
  func inFlight() throws {
    let scripted = try ScriptedClient { $0.inFlightMax = 3 }
    let commands = (0..<5).map { command("GET", "k\($0)") }
    for command in commands { scripted.client.submit(command) }
    scripted.settle()
    #expect(scripted.transport.takeCommands().count == 4, "HELLO and three")
    scripted.reply(":0\r\n:1\r\n")
    #expect(scripted.transport.takeCommands() == ["GET k3", "GET k4"])
  }

  @Test("more connections are opened where they are allowed and all are busy")
  func growth() throws {
    let scripted = try ScriptedClient {
      $0.sharedConnectionsMax = 3
      $0.pipelineDepthToGrow = 4
    }
    for _ in 0..<40 { scripted.submit(command("GET", "k")) }
    #expect(scripted.client.connections.count == 3)
    let busy = scripted.transports.map { $0.takeCommands().count }
    #expect(busy.reduce(0, +) == 43 && busy.allSatisfy { $0 >= 5 })
  }

  @Test(
    "failed attempts are put off, longer each time and by chance, and fail what waited for three")
  func backoff() throws {
    let scripted = try ScriptedClient()
    scripted.isReachable = false
    let get = command("GET", "k")
    scripted.submit(get)
    var attempts: [UInt64] = [scripted.reactor.now]
    var seen = 1
    while !get.isFinished && scripted.reactor.now < 60_000 {
      scripted.advance(1)
      if scripted.owner.connectionsWanted > seen {
        seen = scripted.owner.connectionsWanted
        attempts.append(scripted.reactor.now)
      }
    }
    #expect(outcome(get) == "connectFailed" && attempts.count == 3)
    let delays = zip(attempts.dropFirst(), attempts).map { $0 - $1 }
    #expect((25...51).contains(delays[0]) && (50...101).contains(delays[1]))
    // Nobody wants anything now.
    scripted.advance(10_000)
    #expect(scripted.owner.connectionsWanted == 3)
    scripted.isReachable = true
    let next = command("GET", "k")
    scripted.submit(next)
    scripted.reply("$-1\r\n")
    #expect(outcome(next) == "null")
  }

  @Test("a server that closes each connection at once is not asked in a circle")
  func closingServer() throws {
    let scripted = try ScriptedClient()
    scripted.owner.whenCompleted = { _ in }
    let get = command("GET", "k")
    scripted.client.submit(get)
    for _ in 0..<2_000 where !get.isFinished {
      scripted.settle()
      scripted.transports.last?.hasEnded = true
      scripted.advance(1)
    }
    #expect(outcome(get).hasPrefix("connectionLost") && scripted.transports.count <= 4)
  }

  @Test("what waits too long fails, and so does a greeting that does not come")
  func waiting() throws {
    let scripted = try ScriptedClient { $0.connectAttemptsMax = 100 }
    scripted.greets = false
    let get = command("GET", "k")
    scripted.submit(get)
    scripted.advance(5_001)
    #expect(scripted.transports[0].isClosed && !get.isFinished)
    scripted.advance(5_001)
    #expect(outcome(get) == "waitTimedOut")
  }

  @Test("deadlines end commands wherever they are; a silent server loses its connection")
  func deadlines() throws {
    let scripted = try ScriptedClient { $0.silenceMilliseconds = 500 }
    let first = command("GET", "a", deadline: scripted.reactor.now + 100)
    let second = command("GET", "b")
    let third = command("GET", "c", deadline: scripted.reactor.now + 900)
    scripted.submit(first, second, third)
    scripted.advance(200)
    #expect(outcome(first) == "timedOut" && !second.isFinished)
    scripted.reply(":1\r\n:2\r\n")
    #expect(outcome(second) == "2", "the late reply is not mistaken for it")
    scripted.advance(800)
    #expect(outcome(third) == "timedOut" && scripted.transports[0].isClosed)
  }

  @Test("what would change a shared connection is refused; a whole transaction is not")
  func misplaced() throws {
    let scripted = try ScriptedClient()
    for words in [
      ["SELECT", "1"], ["WATCH", "k"], ["subscribe", "c"], ["client", "reply", "off"],
    ] {
      let refused = command([words])
      scripted.submit(refused)
      #expect(outcome(refused) == "connectionStateMisplaced", "\(words)")
    }
    let list = command("CLIENT", "LIST")
    let whole = command([["MULTI"], ["INCR", "n"], ["EXEC"]])
    scripted.submit(list, whole)
    scripted.reply("+\r\n+OK\r\n+QUEUED\r\n*1\r\n:1\r\n")
    #expect(outcome(whole) == "\"OK\" \"QUEUED\" [1]" && outcome(list) == "\"\"")
  }

  @Test("subscriptions are confirmed, shared, left, and made again behind a lost connection")
  func subscriptions() throws {
    let scripted = try ScriptedClient()
    let one = RedictSubscription(.channel, topics: [octets("a"), octets("b")])
    let two = RedictSubscription(.channel, topics: [octets("a")])
    let pattern = RedictSubscription(.pattern, topics: [octets("p*")])
    scripted.client.subscribe(one)
    scripted.client.subscribe(pattern)
    scripted.settle()
    // In whatever order; the server answers in the same.
    let asked = scripted.transport.takeCommands()
    #expect(asked.first == "HELLO 3")
    #expect(asked.dropFirst().sorted() == ["PSUBSCRIBE p*", "SUBSCRIBE a", "SUBSCRIBE b"])
    func confirm(_ kind: String, _ name: String) -> String {
      ">3\r\n$\(kind.count)\r\n\(kind)\r\n$\(name.count)\r\n\(name)\r\n:1\r\n"
    }
    for command in asked.dropFirst() {
      let name = String(command.split(separator: " ")[1])
      scripted.reply(name == "p*" ? "-NOPERM no\r\n" : confirm("subscribe", name))
    }
    #expect(scripted.owner.events.sorted() == ["active a,b", "refused p* NOPERM no"])
    scripted.client.subscribe(two)
    scripted.settle()
    #expect(scripted.owner.events.last == "active a" && scripted.transport.outgoing.isEmpty)
    scripted.reply(">3\r\n+message\r\n+a\r\n+hi\r\n>3\r\n+message\r\n+b\r\n+ho\r\n")
    #expect(scripted.owner.messages == ["a a hi", "a a hi", "b b ho"])
    scripted.client.unsubscribe(one)
    scripted.settle()
    #expect(scripted.transport.takeCommands() == ["UNSUBSCRIBE b"])
    // Wanted again before the server has answered.
    let three = RedictSubscription(.channel, topics: [octets("b")])
    scripted.client.subscribe(three)
    scripted.settle()
    #expect(scripted.transport.takeCommands() == ["SUBSCRIBE b"])
    scripted.reply(confirm("unsubscribe", "b"))
    #expect(!three.isActive)
    scripted.reply(confirm("subscribe", "b"))
    #expect(three.isActive)
    scripted.owner.events = []
    scripted.transport.hasEnded = true
    scripted.settle()
    #expect(Set(scripted.owner.events) == ["interrupted a", "interrupted b"])
    scripted.settle()
    #expect(Set(scripted.transport.takeCommands()) == ["HELLO 3", "SUBSCRIBE a", "SUBSCRIBE b"])
  }

  @Test("messages are held back while the owner has enough of them")
  func pausedMessages() throws {
    let scripted = try ScriptedClient()
    let subscription = RedictSubscription(.channel, topics: [octets("a")])
    scripted.client.subscribe(subscription)
    scripted.settle()
    scripted.owner.whenMessage = { [unowned scripted] in scripted.client.setMessagesPaused(true) }
    let message = ">3\r\n+message\r\n+a\r\n+hi\r\n"
    scripted.reply(">3\r\n+subscribe\r\n+a\r\n:1\r\n" + message + message)
    #expect(scripted.owner.messages.count == 1)
    scripted.client.setMessagesPaused(false)
    scripted.settle()
    #expect(scripted.owner.messages.count == 2)
  }

  @Test("a connection with subscriptions is pinged, and given up when it says nothing")
  func pings() throws {
    let scripted = try ScriptedClient()
    let subscription = RedictSubscription(.channel, topics: [octets("a")])
    scripted.client.subscribe(subscription)
    scripted.settle()
    scripted.reply(">3\r\n+subscribe\r\n+a\r\n:1\r\n")
    _ = scripted.transport.takeCommands()
    scripted.advance(15_001)
    #expect(scripted.transport.takeCommands() == ["PING"])
    scripted.reply("+PONG\r\n")
    scripted.advance(15_001)
    scripted.advance(15_001)
    #expect(scripted.transports[0].isClosed && scripted.owner.events.last == "interrupted a")
  }

  @Test("the table knows what commands do, in either case")
  func traits() {
    func traits(_ name: String, _ subcommand: String = "") -> CommandTraits {
      let name = octets(name)
      let subcommand = octets(subcommand)
      return CommandTraits(of: name.span, subcommand: subcommand.span)
    }
    #expect(traits("GET") == .readOnly && traits("get") == .readOnly && traits("SET") == [])
    #expect(traits("blpop") == .blocking && traits("XREAD") == [.readOnly, .blocking])
    #expect(traits("object", "encoding") == .readOnly && traits("OBJECT", "HELP") == [])
    #expect(traits("CLIENT", "reply") == .breaksReplies && traits("CLIENT", "LIST") == [])
    #expect(traits("MULTI") == .beginsTransaction && traits("exec") == .endsTransaction)
    #expect(traits("GETX") == [] && traits("") == [] && traits("ZZZ") == [] && traits("A") == [])
    #expect(traits("BITFIELD") == [] && traits("BITFIELD_RO") == .readOnly)
    #expect(traits("GET", "object") == .readOnly)
  }
}
