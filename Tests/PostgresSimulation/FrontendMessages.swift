/// Takes the messages of a frontend apart, as a server does.
struct FrontendMessages {
  struct Message {
    /// The type's octet; 0 for what begins a connection.
    let type: UInt8
    let body: ArraySlice<UInt8>
  }

  private var input: [UInt8] = []
  private var position = 0
  private var isFirst = true

  mutating func append(_ octets: [UInt8]) {
    if position == input.count {
      input.removeAll(keepingCapacity: true)
      position = 0
    } else if position > 1 << 16 {
      input.removeFirst(position)
      position = 0
    }
    input.append(contentsOf: octets)
  }

  /// The next message that is complete.
  mutating func next() -> Message? {
    let header = isFirst ? 0 : 1
    guard input.count - position >= header + 4 else { return nil }
    let type = isFirst ? 0 : input[position]
    let start = position + header
    let length = input[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
    guard input.count - start >= length else { return nil }
    position = start + length
    isFirst = false
    return Message(type: type, body: input[start + 4..<start + length])
  }
}

/// Reads the contents of a message of a frontend.
struct ContentsReader {
  private var rest: ArraySlice<UInt8>

  init(_ contents: ArraySlice<UInt8>) { rest = contents }

  var isEmpty: Bool { rest.isEmpty }

  mutating func string() -> String {
    let text = rest.prefix { $0 != 0 }
    rest = rest.dropFirst(text.count + 1)
    return String(decoding: text, as: UTF8.self)
  }

  mutating func octet() -> UInt8 { rest.popFirst() ?? 0 }

  mutating func number(_ octetCount: Int) -> Int {
    let number = rest.prefix(octetCount).reduce(0) { $0 << 8 | Int($1) }
    rest = rest.dropFirst(octetCount)
    return number
  }

  mutating func octets(_ count: Int) -> [UInt8] {
    let octets = [UInt8](rest.prefix(count))
    rest = rest.dropFirst(count)
    return octets
  }
}
