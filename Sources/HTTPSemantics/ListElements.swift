import NecroOctets

/// The elements of a field value that is a list, one after another.
///
/// Commas within quoted strings separate nothing. Empty elements are passed over, as recipients have
/// to; there are never more than the value has octets. What an element is, is for its own grammar to
/// say; a quoted string that does not end makes the rest of the value one element.
///
/// RFC 9110 §5.6.1.2
public struct ListElements: Sendable {
  private var position = 0

  public init() {}

  /// The next element, without the white space around it; nil at the end of the list.
  ///
  /// - Parameter value: the same field value with every call.
  /// - Returns: positions in `value`. Complexity: O(octets passed over).
  public mutating func next(in value: Span<UInt8>) -> Slice? {
    while position < value.count {
      let octet = value[position]
      guard octet == 0x2C || FieldSyntax.isWhitespace(octet) else { break }
      position += 1
    }
    let start = position
    guard start < value.count else { return nil }
    var isQuoted = false
    while position < value.count {
      let octet = value[position]
      if octet == 0x22 {
        isQuoted.toggle()
      } else if isQuoted {
        if octet == 0x5C { position += 1 }
      } else if octet == 0x2C {
        break
      }
      position += 1
    }
    position = min(position, value.count)
    var end = position
    while FieldSyntax.isWhitespace(value[end - 1]) { end -= 1 }
    return Slice(offset: start, count: end - start)
  }
}
