import NecroOctets

/// What a parser refuses although the grammar allows it.
///
/// Source: `RFC 7493`, I-JSON. That its texts are UTF-8 without surrogates holds for every document.
public struct JSONRules: OptionSet, Sendable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The names of an object differ, escapes undone. `RFC 7493 §2.3`
  public static var uniqueNames: JSONRules { JSONRules(rawValue: 1) }
  /// No string has a noncharacter, such as U+FFFE. `RFC 7493 §2.1`
  public static var noNoncharacters: JSONRules { JSONRules(rawValue: 2) }
  /// Both.
  public static var iJSON: JSONRules { [.uniqueNames, .noNoncharacters] }

  /// The first string of a document that is refused, by its place on the tape.
  ///
  /// - Complexity: O(n log n) for a tape of n elements.
  func violation(
    _ parser: borrowing JSONParser, _ document: Span<UInt8>
  ) -> (index: Int, code: JSONError.Code)? {
    var first: (index: Int, code: JSONError.Code)?
    for index in 0..<parser.tape.count {
      if let first, index >= first.index { return first }
      switch parser.tape[index] {
      case .beginObject where contains(.uniqueNames):
        guard let duplicate = JSONMembers(index, parser, document).duplicate else { continue }
        if duplicate < first?.index ?? .max { first = (duplicate, .duplicateName) }
      case .string(_, isASCII: false) where contains(.noNoncharacters),
        .escapedString(_, isASCII: false) where contains(.noNoncharacters):
        if hasNoncharacter(parser.octets(at: index, document)) { return (index, .noncharacter) }
      default: continue
      }
    }
    return first
  }

  /// Whether valid UTF-8 has U+FDD0 to U+FDEF, or the last two of a plane.
  private func hasNoncharacter(_ octets: Span<UInt8>) -> Bool {
    for index in octets.indices.dropLast(2) {
      let second = octets[index + 1]
      let third = octets[index + 2]
      if octets[index] == 0xEF {
        if second == 0xB7, third >= 0x90, third <= 0xAF { return true }
        if second == 0xBF, third >= 0xBE { return true }
      } else if octets[index] >= 0xF0, second & 0x0F == 0x0F, third == 0xBF {
        // The last octet of four is there, since the text is UTF-8.
        if octets[index + 3] >= 0xBE { return true }
      }
    }
    return false
  }
}
