import NecroOctets
import NecroRESP

/// Items as text, to compare and to read.
public enum RESPItemText {
  /// - Parameter octets: of a slice of the item's.
  public static func line(_ item: RESPItem, _ octets: (Slice) -> [UInt8]) -> String {
    func text(_ slice: Slice) -> String { octets(slice).map(Self.visible).joined() }
    func count(_ count: Int?) -> String { count.map(String.init) ?? "?" }
    switch item {
    case .simpleString(let slice): return "simple string \(text(slice))"
    case .simpleError(let slice): return "simple error \(text(slice))"
    case .number(let number): return "number \(number)"
    case .bulkString(let slice): return "bulk string \(text(slice))"
    case .null: return "null"
    case .boolean(let value): return "boolean \(value)"
    case .double(let slice): return "double \(text(slice))"
    case .bigNumber(let slice): return "big number \(text(slice))"
    case .bulkError(let slice): return "bulk error \(text(slice))"
    case .verbatimString(let slice):
      let format = Slice(offset: slice.offset - 4, count: 3)
      return "verbatim string \(text(format)) \(text(slice))"
    case .array(let elements): return "array \(count(elements))"
    case .set(let elements): return "set \(count(elements))"
    case .map(let pairs): return "map \(count(pairs))"
    case .attribute(let pairs): return "attribute \(pairs)"
    case .push(let elements): return "push \(elements)"
    case .streamedString: return "streamed string"
    case .stringPart(let slice): return "part \(text(slice))"
    case .streamEnd: return "end"
    case .inlineCommand(let slice): return "inline command \(text(slice))"
    }
  }

  /// The same of an item that a decoder has just given out.
  public static func line(_ item: RESPItem, in input: borrowing OctetBuffer) -> String {
    var line = ""
    // A borrowed buffer cannot be captured.
    switch item {
    case .simpleString(let slice), .simpleError(let slice), .bulkString(let slice),
      .double(let slice), .bigNumber(let slice), .bulkError(let slice), .stringPart(let slice),
      .inlineCommand(let slice):
      let octets = copy(input.octets(slice))
      line = Self.line(item) { _ in octets }
    case .verbatimString(let slice):
      let octets = copy(input.octets(slice))
      let format = copy(input.octets(Slice(offset: slice.offset - 4, count: 3)))
      line = Self.line(item) { $0 == slice ? octets : format }
    case .number, .null, .boolean, .array, .set, .map, .attribute, .push, .streamedString,
      .streamEnd:
      line = Self.line(item) { _ in [] }
    }
    return line
  }

  static func copy(_ span: Span<UInt8>) -> [UInt8] {
    var octets: [UInt8] = []
    octets.reserveCapacity(span.count)
    for index in span.indices { octets.append(span[index]) }
    return octets
  }

  private static func visible(_ octet: UInt8) -> String {
    switch octet {
    case 0x0D: return "␍"
    case 0x0A: return "␊"
    case 0x5C: return "\\\\"
    case 0x20...0x7E: return String(Unicode.Scalar(octet))
    default:
      return "\\x" + (octet < 0x10 ? "0" : "") + String(octet, radix: 16, uppercase: true)
    }
  }
}
