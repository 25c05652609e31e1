import NecroOctets
import NecroRESP

/// The arguments of a command in a request, its name first, as positions in the request.
struct RequestArguments {
  private(set) var slices: [Slice] = []

  var count: Int { slices.count }

  subscript(_ index: Int) -> Slice { slices[index] }

  /// Reads the command at `position`. Returns the position behind it; nil when what stands there is no
  /// command as `RESPSerializer` writes them.
  mutating func read(_ request: Span<UInt8>, at position: Int) -> Int? {
    slices.removeAll(keepingCapacity: true)
    var position = position
    guard let count = Self.header(0x2A, request, &position), count > 0, count <= request.count
    else { return nil }
    for _ in 0..<count {
      guard let octetCount = Self.header(0x24, request, &position),
        octetCount <= request.count - position - 2
      else { return nil }
      slices.append(Slice(offset: position, count: octetCount))
      position += octetCount + 2
    }
    return position
  }

  /// Reads a type and a number up to its line end.
  private static func header(
    _ type: UInt8, _ request: Span<UInt8>, _ position: inout Int
  ) -> Int? {
    guard position < request.count, request[position] == type else { return nil }
    position += 1
    var number = 0
    let begin = position
    while position < request.count, request[position] &- 0x30 < 10, position - begin < 16 {
      number = number * 10 + Int(request[position] - 0x30)
      position += 1
    }
    guard position > begin, position + 2 <= request.count, request[position] == 0x0D else {
      return nil
    }
    position += 2
    return number
  }

  /// The number that an argument is; nil when it is none.
  func number(_ index: Int, _ request: Span<UInt8>) -> Int? {
    guard index < count, slices[index].count > 0, slices[index].count < 10 else { return nil }
    var number = 0
    for position in slices[index].offset..<slices[index].end {
      guard request[position] &- 0x30 < 10 else { return nil }
      number = number * 10 + Int(request[position] - 0x30)
    }
    return number
  }

  /// The first argument from `start` on that is a word, in either case; nil when none is.
  func find(_ word: StaticString, from start: Int, _ request: Span<UInt8>) -> Int? {
    for index in min(start, count)..<count
    where request.octets(slices[index]).equalsIgnoringCase(word.octets) {
      return index
    }
    return nil
  }
}

/// Which arguments of a command are keys: every `step`th from `first` to `last`, and `extra`.
struct CommandKeys {
  private(set) var first = 1
  private(set) var last = 0
  private(set) var step = 1
  /// 0 when there is none.
  private(set) var extra = 0
  /// Whether the reply depends on the keys alone, so that it may be kept until one of them changes.
  let isCacheable: Bool

  /// - Parameter arguments: of a command that was read from `request`.
  init(_ arguments: borrowing RequestArguments, _ request: Span<UInt8>) {
    let name = request.octets(arguments[0])
    let subcommand = arguments.count > 1 ? request.octets(arguments[1]) : Span()
    let letter = CommandTraitsTable.entry(of: name, subcommand: subcommand)?.keys
    // A module's commands are in no table. Almost all begin with a key, and where that is wrong the
    // server says where to go.
    let place = letter ?? 0x61
    isCacheable = place < 0x61 && place != 0x2D
    find(place | 0x20, arguments, request)
    last = min(last, arguments.count - 1)
    if extra >= arguments.count { extra = 0 }
  }

  /// Letters as `commandtraits.py` has them.
  private mutating func find(
    _ letter: UInt8, _ arguments: borrowing RequestArguments, _ request: Span<UInt8>
  ) {
    let end = arguments.count - 1
    switch letter {
    case 0x61: last = 1
    case 0x62: (first, last) = (2, 2)
    case 0x63: last = end
    case 0x64: last = end - 1
    case 0x65: (last, step) = (end, 2)
    case 0x66: last = 2
    case 0x67: (first, last) = (2, end)
    case 0x68:
      extra = 1
      count(at: 2, arguments, request)
    case 0x69: count(at: 1, arguments, request)
    case 0x6A: count(at: 2, arguments, request)
    case 0x6B:
      last = 1
      // STORE and STOREDIST stand behind the place and the radius.
      let store =
        arguments.find("storedist", from: 5, request) ?? arguments.find("store", from: 5, request)
      if let store { extra = store + 1 }
    case 0x6C:
      (first, last) = (3, 3)
      if arguments.count > 3, arguments[3].isEmpty,
        let keys = arguments.find("keys", from: 4, request)
      {
        (first, last) = (keys + 1, end)
      }
    case 0x6D:
      guard let streams = arguments.find("streams", from: 1, request) else { return }
      // As many identifiers stand behind the keys.
      (first, last) = (streams + 1, streams + (end - streams) / 2)
    case 0x6E:
      last = 1
      if let store = arguments.find("store", from: 2, request) { extra = store + 1 }
    default: break
    }
  }

  /// The argument at `index` says how many keys follow it.
  private mutating func count(
    at index: Int, _ arguments: borrowing RequestArguments, _ request: Span<UInt8>
  ) {
    guard let number = arguments.number(index, request) else { return }
    (first, last) = (index + 1, index + number)
  }

  /// The number of keys.
  var count: Int { (last < first ? 0 : (last - first) / step + 1) + (extra > 0 ? 1 : 0) }

  /// The argument that is the key of this number.
  subscript(_ index: Int) -> Int {
    let position = first + index * step
    return position <= last ? position : extra
  }

  /// The slot of all keys: -1 when there is no key, nil when they are of several slots.
  func slot(_ arguments: borrowing RequestArguments, _ request: Span<UInt8>) -> Int? {
    var slot = -1
    for index in 0..<count {
      let one = KeySlot.of(request.octets(arguments[self[index]]))
      if slot >= 0 && one != slot { return nil }
      slot = one
    }
    return slot
  }
}

/// Which arguments of a command are keys, for whoever has to know before it is sent.
public enum RedictKeys {
  /// The keys of a command, its name the first argument; of one that is in no table, the first behind
  /// the name.
  public static func of(_ command: [[UInt8]]) -> [[UInt8]] {
    var request = OctetBuffer()
    RESPSerializer.command(argumentCount: command.count, into: &request)
    for argument in command { RESPSerializer.argument(argument.span, into: &request) }
    var arguments = RequestArguments()
    guard arguments.read(request.octets, at: 0) != nil else { return [] }
    let found = CommandKeys(arguments, request.octets)
    var keys: [[UInt8]] = []
    for index in 0..<found.count { keys.append(command[found[index]]) }
    return keys
  }
}
