import NecroFuzzBodies
import TestSupport

/// Replies of a server, made at random by the message flow, message by message.
struct PostgresReplies {
  private var generator: SeededGenerator

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  private mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &generator) }

  private mutating func isOneIn(_ count: Int) -> Bool { below(count) == 0 }

  /// A reply to a command. Errors come at any point, and asynchronous messages between any two.
  mutating func next(_ command: PostgresCommand) -> [[UInt8]] {
    var reply: [[UInt8]] = []
    switch command {
    case .query:
      for _ in 0...below(3) where !isFailed(reply) { result(isDescribed: false, into: &reply) }
    case .parameters: parameters(hasCopies: true, into: &reply)
    case .pipeline:
      parameters(hasCopies: false, into: &reply)
      if !isFailed(reply) { parameters(hasCopies: false, into: &reply) }
    case .prepare: reply.append(isOneIn(3) ? error() : Self.message("1"))
    case .describe: describe(into: &reply)
    }
    reply.append(Self.message("Z", [Array("ITE".utf8)[below(3)]]))
    return reply.flatMap { asynchronous() + [$0] }
  }

  private func isFailed(_ reply: [[UInt8]]) -> Bool { reply.last?.first == UInt8(ascii: "E") }

  private mutating func asynchronous() -> [[UInt8]] {
    guard isOneIn(6) else { return [] }
    let names = ["TimeZone", "application_name", "DateStyle", "x", "search_path"]
    switch below(3) {
    case 0: return [fields("N", ["NOTICE", "WARNING", "INFO"][below(3)])]
    case 1: return [Self.message("S", Self.string(names[below(5)]) + Self.string("v\(below(9))"))]
    default:
      let pid: [UInt8] = [0, 0, 1, UInt8(below(256))]
      return [Self.message("A", pid + Self.string("graves") + Self.string("opened"))]
    }
  }

  private mutating func parameters(hasCopies: Bool, into reply: inout [[UInt8]]) {
    for letter in ["1", "2"] as [Character] {
      if isOneIn(12) { return reply.append(error()) }
      reply.append(Self.message(letter))
    }
    if isOneIn(2) {
      result(isDescribed: true, into: &reply)
    } else {
      reply.append(Self.message("n"))
      withoutRows(hasCopies: hasCopies, into: &reply)
    }
  }

  private mutating func describe(into reply: inout [[UInt8]]) {
    if isOneIn(4) { return reply.append(error()) }
    let count = below(4)
    let types = (0..<count).flatMap { _ -> [UInt8] in [0, 0, 0, UInt8(below(256))] }
    reply.append(Self.message("t", [0, UInt8(count)] + types))
    reply.append(isOneIn(3) ? Self.message("n") : description(below(4)))
  }

  /// A result, of rows where they were described.
  private mutating func result(isDescribed: Bool, into reply: inout [[UInt8]]) {
    guard isDescribed || isOneIn(2) else { return withoutRows(hasCopies: true, into: &reply) }
    let columns = below(4)
    reply.append(description(columns))
    for _ in 0..<below(4) { reply.append(row(columns)) }
    reply.append(isOneIn(6) ? error() : tag())
  }

  private mutating func withoutRows(hasCopies: Bool, into reply: inout [[UInt8]]) {
    switch below(hasCopies ? 6 : 3) {
    case 0: reply.append(error())
    case 1: reply.append(Self.message("I"))
    case 2: reply.append(tag())
    case 3:
      reply.append(copyResponse("G"))
      reply.append(isOneIn(2) ? error() : tag())
    default:
      reply.append(copyResponse("H"))
      for _ in 0..<below(4) {
        reply.append(Self.message("d", (0..<below(9)).map { _ in UInt8(below(256)) }))
      }
      if isOneIn(3) { return reply.append(error()) }
      reply.append(Self.message("c"))
      reply.append(tag())
    }
  }

  private mutating func copyResponse(_ letter: Character) -> [UInt8] {
    let columns = below(4)
    let isBinary = isOneIn(2)
    let formats = (0..<columns).flatMap { _ -> [UInt8] in [0, isBinary ? UInt8(below(2)) : 0] }
    return Self.message(letter, [isBinary ? 1 : 0, 0, UInt8(columns)] + formats)
  }

  private mutating func description(_ columns: Int) -> [UInt8] {
    var contents: [UInt8] = [0, UInt8(columns)]
    for index in 0..<columns {
      contents += Self.string(["id", "name", "", "caf\u{E9}"][below(4)])
      contents += (0..<16).map { _ in UInt8(below(256)) }
      contents += [0, UInt8((index + columns) % 2)]
    }
    return Self.message("T", contents)
  }

  private mutating func row(_ columns: Int) -> [UInt8] {
    var contents: [UInt8] = [0, UInt8(columns)]
    for _ in 0..<columns {
      if isOneIn(4) {
        contents += [0xFF, 0xFF, 0xFF, 0xFF]
      } else {
        let count = below(12)
        contents += [0, 0, 0, UInt8(count)] + (0..<count).map { _ in UInt8(below(256)) }
      }
    }
    return Self.message("D", contents)
  }

  private mutating func tag() -> [UInt8] {
    Self.message("C", Self.string(["SELECT 3", "INSERT 0 1", "BEGIN", "CREATE TABLE"][below(4)]))
  }

  private mutating func error() -> [UInt8] { fields("E", "ERROR") }

  /// An error or notice with some of the fields that there are, in any order.
  private mutating func fields(_ letter: Character, _ severity: String) -> [UInt8] {
    var fields = ["S" + severity, "V" + severity, "C0100\(below(9))", "Mtext"]
    for name in "DHPpqWstcdnFLRy" where isOneIn(4) { fields.append("\(name)\(below(99))") }
    fields.shuffle(using: &generator)
    return Self.message(letter, fields.flatMap(Self.string) + [0])
  }

  private static func string(_ text: String) -> [UInt8] { Array(text.utf8) + [0] }

  private static func message(_ type: Character, _ contents: [UInt8] = []) -> [UInt8] {
    let length = contents.count + 4
    return Array(String(type).utf8) + [0, 0, UInt8(length >> 8), UInt8(length & 0xFF)] + contents
  }

  /// A reply with an octet changed, its end cut off, or a message doubled, left out, put in or moved.
  mutating func changed(_ reply: [[UInt8]], _ pool: [[UInt8]]) -> [UInt8] {
    var messages = reply
    let position = below(messages.count)
    switch below(7) {
    case 0: messages.insert(messages[position], at: position)
    case 1: messages.remove(at: position)
    case 2: messages.insert(pool[below(pool.count)], at: position)
    case 3: messages.swapAt(position, below(messages.count))
    case 4:
      let octets = messages.flatMap(\.self)
      return Array(octets.prefix(below(octets.count)))
    default:
      // Rather in the message's structure than in what it carries.
      let index = min(below(12), messages[position].count - 1)
      messages[position][index] = isOneIn(2) ? UInt8(below(4)) : UInt8(below(256))
    }
    return messages.flatMap(\.self)
  }
}
