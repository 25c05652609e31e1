/// Reads the messages of a frontend by their formats, in the plainest way, and traps where there is none.
struct PostgresFrontendReader {
  private var rest: ArraySlice<UInt8>

  init(_ octets: [UInt8]) { rest = octets[...] }

  /// The next message, as `PostgresFrontendScript` writes it down.
  mutating func next() -> String? {
    guard let type = rest.popFirst() else { return nil }
    let length = int32()
    precondition(length >= 4 && length - 4 <= rest.count, "a message has its length")
    let behind = rest.dropFirst(length - 4)
    rest = rest.prefix(length - 4)
    let line = contents(type)
    precondition(rest.isEmpty, "a message ends where its length says")
    rest = behind
    return line
  }

  private mutating func contents(_ type: UInt8) -> String {
    switch type {
    case UInt8(ascii: "Q"): return "Q \(string())"
    case UInt8(ascii: "P"):
      let name = string()
      let text = string()
      return "P \(name) \(text) \((0..<int16()).map { _ in int32() })"
    case UInt8(ascii: "B"):
      let portal = string()
      let statement = string()
      let formats = (0..<int16()).map { _ in int16() }
      let values = (0..<int16()).map { _ -> String in
        let length = int32()
        return length == 0xFFFF_FFFF ? "NULL" : "\(take(length))"
      }
      return "B \(portal) \(statement) \(formats) \(values) \((0..<int16()).map { _ in int16() })"
    case UInt8(ascii: "D"): return "D \(take(1)[0]) \(string())"
    case UInt8(ascii: "C"): return "C \(take(1)[0]) \(string())"
    case UInt8(ascii: "E"):
      let portal = string()
      return "E \(portal) \(int32())"
    case UInt8(ascii: "d"): return "d \(take(rest.count))"
    case UInt8(ascii: "f"): return "f \(string())"
    case UInt8(ascii: "S"): return "S"
    default: preconditionFailure("a type that a frontend sends")
    }
  }

  private mutating func take(_ count: Int) -> [UInt8] {
    precondition(count <= rest.count, "a message has all of its octets")
    defer { rest = rest.dropFirst(count) }
    return Array(rest.prefix(count))
  }

  private mutating func int16() -> Int { take(2).reduce(0) { $0 << 8 | Int($1) } }

  private mutating func int32() -> Int { take(4).reduce(0) { $0 << 8 | Int($1) } }

  private mutating func string() -> [UInt8] {
    let string = Array(rest.prefix { $0 != 0 })
    rest = rest.dropFirst(string.count)
    precondition(rest.popFirst() == 0, "a string ends with a zero octet")
    return string
  }
}
