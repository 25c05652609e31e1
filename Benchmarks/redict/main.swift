import CHiredisClient
import NecroOctets
import NecroRESP
import NecroReactor
import NecroRedict

/// Submits a command again as soon as it is answered, until enough are.
final class Load: RedictOwner {
  let path: UnsafePointer<CChar>
  let words: [[UInt8]]
  var left: Int
  var commands: [RedictCommand] = []
  var answered = 0
  var again: [RedictCommand] = []

  init(path: UnsafePointer<CChar>, words: [[UInt8]], count: Int) {
    self.path = path
    self.words = words
    left = count
  }

  /// Makes the request anew each time, as callers do.
  func submit(_ command: RedictCommand, _ client: RedictClient) {
    left -= 1
    command.reset()
    RESPSerializer.command(argumentCount: words.count, into: &command.request)
    for word in words { RESPSerializer.argument(word.span, into: &command.request) }
    client.submit(command)
  }

  override func replied(
    _ command: RedictCommand, index: Int, _ octets: Span<UInt8>, attributes: Span<UInt8>
  ) {
    answered += 1
  }

  override func completed(_ command: RedictCommand) {
    precondition(command.failure == nil, "the server answers")
    again.append(command)
  }

  override func connectionWanted(_ client: RedictClient) {
    let socket = connect_unix(path)
    precondition(socket >= 0, "the server is there")
    client.attach(RedictSocketTransport(socket: socket, isConnecting: false), RedictGreeting())
  }
}

/// The driver's processor time for so many commands.
func driver(
  _ path: UnsafePointer<CChar>, _ words: [[UInt8]], depth: Int, count: Int
) throws(SystemError) -> UInt64 {
  let reactor = try DriverReactor()
  let load = Load(path: path, words: words, count: count)
  let client = RedictClient(owner: load, reactor: reactor, chance: 1)
  let start = processor_nanoseconds()
  for _ in 0..<depth {
    let command = RedictCommand()
    load.commands.append(command)
    load.submit(command, client)
  }
  reactor.flush()
  while load.answered < count {
    wait_readable(reactor.descriptor)
    try reactor.turn()
    let again = load.again
    load.again.removeAll(keepingCapacity: true)
    for command in again where load.left > 0 { load.submit(command, client) }
    reactor.flush()
  }
  let time = processor_nanoseconds() - start
  client.close()
  reactor.flush()
  return time
}

func octets(_ text: String) -> [UInt8] { Array(text.utf8) }

guard let path = server_path() else { fatalError("NECRO_REDICT names a unix socket") }
let rounds = Int(round_count())
let value = [UInt8](repeating: 0x76, count: 64)
let megabyte = [UInt8](repeating: 0x76, count: 1_000_000)
let list: [[UInt8]] = [octets("RPUSH"), octets("list")] + (0..<1_000).map { octets("\($0)") }
do throws(SystemError) {
  for words in [
    [octets("FLUSHALL")], [octets("SET"), octets("large"), megabyte], list,
    [octets("MSET")] + (0..<100).flatMap { [octets("key\($0)"), value] },
  ] {
    _ = try driver(path, words, depth: 1, count: 1)
  }
  let shapes: [(name: StaticString, words: [[UInt8]], count: Int)] = [
    ("GET of 64 octets", [octets("GET"), octets("key1")], 200_000),
    ("SET of 64 octets", [octets("SET"), octets("key1"), value], 200_000),
    ("MGET of 100", [octets("MGET")] + (0..<100).map { octets("key\($0)") }, 5_000),
    ("LRANGE of 1,000", [octets("LRANGE"), octets("list"), octets("0"), octets("-1")], 2_000),
    ("GET of 1 MB", [octets("GET"), octets("large")], 256),
  ]
  print("command, in flight: per second of the client's processor: driver, hiredis; ratio")
  for (name, words, count) in shapes {
    // The same words for C, which keeps no copy of them.
    let pointers = words.map { word in
      let copy = UnsafeMutablePointer<CChar>.allocate(capacity: word.count)
      for index in 0..<word.count { copy[index] = CChar(bitPattern: word[index]) }
      return Optional(UnsafePointer(copy))
    }
    let lengths = words.map { $0.count }
    for depth in [1, 64] {
      // Alone, a command waits for the network; fewer will do.
      let number = max(64, depth == 1 ? count / 8 : count / depth * depth)
      var ours: [UInt64] = []
      var theirs: [UInt64] = []
      for _ in 0..<rounds {
        ours.append(try driver(path, words, depth: depth, count: number))
        var arguments = pointers
        theirs.append(
          hiredis_run(
            path, Int32(words.count), &arguments, lengths, Int32(depth), Int32(number)))
      }
      let our = ours.sorted()[rounds / 2]
      let their = theirs.sorted()[rounds / 2]
      precondition(their > 0, "hiredis was answered")
      func perSecond(_ time: UInt64) -> UInt64 { UInt64(number) * 1_000_000_000 / time }
      let hundredths = their * 100 / our
      let rest = hundredths % 100
      print(
        "\(name), \(depth): \(perSecond(our)), \(perSecond(their)); "
          + "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)")
    }
  }
} catch {
  fatalError("the reactor works")
}
