import NecroOctets

/// Why a JSON Pointer leads to no value of a document.
///
/// Source: `RFC 6901 §7`.
public enum JSONPointerError: Error, Equatable, Sendable {
  /// It does not begin with a slash, or a tilde is not followed by 0 or 1; the octet's offset.
  case invalidSyntax(offset: Int)
  /// A token into an array is no index: not digits, with a leading zero, or beyond all bounds.
  case invalidIndex(offset: Int)
  /// There is no such member or element; `-` is the one behind an array's last, which is never there.
  case notFound(offset: Int)
  /// What a token is to lead into is no array or object.
  case notContainer(offset: Int)
}

extension JSONParser {
  /// The tape index of the value that a JSON Pointer leads to. Of equal names the last counts.
  ///
  /// - Parameters:
  ///   - pointer: in UTF-8, as text: not in a JSON string, and not in a URI's fragment.
  ///   - document: what was given to `parse`.
  /// - Throws: `JSONPointerError`, with the offset of the token at fault in the pointer.
  /// - Complexity: O(`tape.count` + `pointer.count`).
  ///
  /// Source: `RFC 6901 §4`.
  public func value(
    at pointer: Span<UInt8>, in document: Span<UInt8>
  ) throws(JSONPointerError) -> Int {
    try checkSyntax(pointer)
    var value = 0
    var start = 0
    while start < pointer.count {
      var end = start + 1
      while end < pointer.count, pointer[end] != 0x2F { end += 1 }
      let token = pointer.extracting(start + 1..<end)
      switch tape[value] {
      case .beginArray(let count, _):
        let index = try index(token, start + 1)
        if index >= count { throw .notFound(offset: start + 1) }
        value += 1
        for _ in 0..<index { value = tape.index(after: value) }
      case .beginObject(_, let end):
        guard let found = member(token, of: value, end, document) else {
          throw .notFound(offset: start + 1)
        }
        value = found
      default:
        throw .notContainer(offset: start + 1)
      }
      start = end
    }
    return value
  }

  private func checkSyntax(_ pointer: Span<UInt8>) throws(JSONPointerError) {
    if pointer.count > 0, pointer[0] != 0x2F { throw .invalidSyntax(offset: 0) }
    for offset in pointer.indices where pointer[offset] == 0x7E {
      let next = offset + 1 < pointer.count ? pointer[offset + 1] : 0
      if next != 0x30, next != 0x31 { throw .invalidSyntax(offset: offset) }
    }
  }

  private func index(_ token: Span<UInt8>, _ offset: Int) throws(JSONPointerError) -> Int {
    if token.count == 1, token[0] == 0x2D { throw .notFound(offset: offset) }
    // 18 digits fit 63 bits, and no array is longer.
    guard token.count > 0, token.count <= 18, token[0] != 0x30 || token.count == 1 else {
      throw .invalidIndex(offset: offset)
    }
    var index = 0
    for position in token.indices {
      let digit = token[position] &- 0x30
      if digit > 9 { throw .invalidIndex(offset: offset) }
      index = index * 10 + Int(digit)
    }
    return index
  }

  private func member(
    _ token: Span<UInt8>, of object: Int, _ end: Int, _ document: Span<UInt8>
  ) -> Int? {
    var found: Int?
    var name = object + 1
    while name < end {
      if isName(octets(at: name, document), token) { found = name + 1 }
      name = tape.index(after: name + 1)
    }
    return found
  }

  /// Whether a name is what a token stands for.
  private func isName(_ name: Span<UInt8>, _ token: Span<UInt8>) -> Bool {
    var position = 0
    for index in name.indices {
      guard position < token.count else { return false }
      var octet = token[position]
      position += 1
      if octet == 0x7E {
        octet = token[position] == 0x30 ? 0x7E : 0x2F
        position += 1
      }
      if octet != name[index] { return false }
    }
    return position == token.count
  }
}
