import NecroOctets

/// The parameters behind a value, one after another: `;name=value`, the value a token or a quoted
/// string. Semicolons with nothing between them are passed over; there is no white space around `=`.
///
/// RFC 9110 §5.6.6
public struct Parameters: Sendable {
  /// One parameter: positions in the octets it was read from.
  public struct Parameter: Equatable, Sendable {
    /// The name, which is compared without case.
    public var name: Slice
    /// The value, of a quoted string what is within the quotation marks.
    public var value: Slice
    /// Whether the value may hold quoted pairs.
    public var isQuoted: Bool
  }

  /// What stands next.
  public enum Element: Sendable {
    case parameter(Parameter)
    case end
    case malformed
  }

  private var position: Int

  /// - Parameter position: where the first semicolon, or white space before it, may stand.
  public init(from position: Int) {
    self.position = position
  }

  /// The next parameter in the same octets.
  public mutating func next(in octets: Span<UInt8>) -> Element {
    let start = position
    var isSeparated = false
    while position < octets.count {
      if octets[position] == 0x3B {
        isSeparated = true
      } else if !FieldSyntax.isWhitespace(octets[position]) {
        break
      }
      position += 1
    }
    // White space stands beside semicolons alone.
    guard isSeparated || position == start && start == octets.count else { return .malformed }
    guard position < octets.count else { return .end }
    let name = Parameters.token(octets, at: position)
    position = name.end
    guard !name.isEmpty, position < octets.count, octets[position] == 0x3D else {
      return .malformed
    }
    position += 1
    if position < octets.count && octets[position] == 0x22 {
      guard let value = quotedString(octets) else { return .malformed }
      return .parameter(Parameter(name: name, value: value, isQuoted: true))
    }
    let value = Parameters.token(octets, at: position)
    guard !value.isEmpty else { return .malformed }
    position = value.end
    return .parameter(Parameter(name: name, value: value, isQuoted: false))
  }

  /// The token that stands at a position; empty if there is none.
  static func token(_ octets: Span<UInt8>, at position: Int) -> Slice {
    let token = FieldSyntax.tokenOctets
    var end = position
    while end < octets.count && token.contains(octets[end]) { end += 1 }
    return Slice(offset: position, count: end - position)
  }

  /// What is within the quotation marks of the quoted string at the position, which then lies behind
  /// it.
  private mutating func quotedString(_ octets: Span<UInt8>) -> Slice? {
    let start = position + 1
    var end = start
    while end < octets.count && octets[end] != 0x22 {
      if octets[end] == 0x5C { end += 1 }
      guard end < octets.count, FieldSyntax.valueOctets.contains(octets[end]) else { return nil }
      end += 1
    }
    guard end < octets.count else { return nil }
    position = end + 1
    return Slice(offset: start, count: end - start)
  }
}

extension Parameters.Parameter {
  /// Whether two values are the same text, however they are written: a quoted pair stands for the
  /// octet behind its backslash.
  ///
  /// - Parameters:
  ///   - octets: what this parameter was read from.
  ///   - other: another parameter, read from `otherOctets`.
  ///   - ignoringCase: whether ASCII letters are compared without case.
  ///
  /// RFC 9110 §5.6.4
  func hasSameValue(
    _ octets: Span<UInt8>, as other: Parameters.Parameter, _ otherOctets: Span<UInt8>,
    ignoringCase: Bool
  ) -> Bool {
    var position = value.offset
    var otherPosition = other.value.offset
    while let octet = next(octets, &position) {
      guard let otherOctet = other.next(otherOctets, &otherPosition) else { return false }
      let isEqual =
        ignoringCase
        ? OctetClass.lowercased(octet) == OctetClass.lowercased(otherOctet) : octet == otherOctet
      if !isEqual { return false }
    }
    return otherPosition == other.value.end
  }

  /// The octet of the text that stands at a position of the value.
  private func next(_ octets: Span<UInt8>, _ position: inout Int) -> UInt8? {
    if isQuoted && position < value.end && octets[position] == 0x5C { position += 1 }
    guard position < value.end else { return nil }
    position += 1
    return octets[position - 1]
  }
}
