import NecroOctets
import NecroPostgresWire

/// The property that a connection takes the messages that a simple model says are legal in its state,
/// refuses all others, and says of each what the model says.
///
/// The first octet chooses between the start-up and what follows it; the others choose what is sent and
/// what the server says. Traps on a violation.
public func fuzzPostgresModel(_ octets: Span<UInt8>) {
  var copy: [UInt8] = []
  for index in octets.indices { copy.append(octets[index]) }
  guard let first = copy.first else { return }
  let script = PostgresModelScript(copy.dropFirst())
  if first % 2 == 0 {
    PostgresConversationRun.check(script)
  } else {
    PostgresStartupRun.check(script, settings: first)
  }
}

/// What an input chooses, octet by octet.
struct PostgresModelScript {
  private var rest: ArraySlice<UInt8>

  init(_ octets: ArraySlice<UInt8>) { rest = octets }

  /// The next octet; nil at the end.
  mutating func next() -> UInt8? { rest.popFirst() }

  /// The next octet; 0 behind the end.
  mutating func argument() -> Int { Int(rest.popFirst() ?? 0) }
}

/// Messages of a backend in their octets, made by their formats alone.
enum PostgresBackendWriter {
  static func message(_ type: Character, _ contents: [UInt8] = []) -> [UInt8] {
    let length = contents.count + 4
    return Array(String(type).utf8) + (0..<4).map { UInt8(length >> (24 - 8 * $0) & 0xFF) }
      + contents
  }

  static func string(_ text: String) -> [UInt8] { Array(text.utf8) + [0] }

  /// An error or notice of a severity.
  static func fields(_ type: Character, _ severity: String) -> [UInt8] {
    message(
      type,
      string("S" + severity) + string("V" + severity) + string("C00000") + string("Mtext") + [0])
  }

  /// A row of so many columns, NULL and not in turn.
  static func row(_ columns: Int) -> [UInt8] {
    var contents: [UInt8] = [0, UInt8(columns)]
    for index in 0..<columns {
      contents += index % 2 == 0 ? [0, 0, 0, 1, 0x78] : [0xFF, 0xFF, 0xFF, 0xFF]
    }
    return message("D", contents)
  }

  static func description(_ columns: Int) -> [UInt8] {
    var contents: [UInt8] = [0, UInt8(columns)]
    for _ in 0..<columns { contents += string("x") + [UInt8](repeating: 0, count: 18) }
    return message("T", contents)
  }

  /// A message that authenticates.
  static func authentication(_ kind: UInt8, _ contents: [UInt8] = []) -> [UInt8] {
    message("R", [0, 0, 0, kind] + contents)
  }

  /// Messages that the model's tables call by the letter of their type, with what an argument chooses.
  static func message(_ letter: Character, argument: Int) -> [UInt8] {
    switch letter {
    case "1", "2", "3", "c", "I", "n", "s": message(letter)
    case "C": message("C", string(argument % 2 == 0 ? "SELECT 1" : "BEGIN"))
    case "D": row(argument % 3)
    case "T": description(argument % 3)
    case "t": message("t", argument % 2 == 0 ? [0, 0] : [0, 1, 0, 0, 0, 23])
    case "G", "H", "W": message(letter, argument % 2 == 0 ? [0, 0, 0] : [1, 0, 1, 0, 1])
    case "d": message("d", Array("a\tb\n".utf8))
    case "V": message("V", argument % 2 == 0 ? [0xFF, 0xFF, 0xFF, 0xFF] : [0, 0, 0, 1, 0x31])
    case "Z": message("Z", [Array("ITE".utf8)[argument % 3]])
    case "E": fields("E", severities[argument % severities.count])
    case "N": fields("N", "WARNING")
    case "S": message("S", string("name") + string("value"))
    case "A": message("A", [0, 0, 0, 7] + string("channel") + string(""))
    case "R": authentication(0)
    case "K": message("K", [0, 0, 0, 1, 1, 2, 3, 4])
    case "v": message("v", [0, 3, 0, 0, 0, 0, 0, 0])
    default: preconditionFailure("\(letter) is no message")
    }
  }

  static let severities = ["ERROR", "FATAL", "ERROR", "PANIC"]
}
