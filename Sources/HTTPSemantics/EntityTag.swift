import NecroOctets

/// An entity tag: an opaque text in quotation marks that names one representation of a resource,
/// marked weak when it names representations that mean the same.
///
/// RFC 9110 §8.8.3
@frozen
public struct EntityTag: Equatable, Sendable {
  /// Whether `W/` precedes the tag.
  public let isWeak: Bool
  /// Where the opaque tag lies, with its quotation marks, in the octets it was read from.
  public let opaqueTag: Slice

  /// The entity tag that the octets are, the whole of them; nil if they are none.
  public init?(_ octets: Span<UInt8>) {
    var position = 0
    guard let tag = EntityTag.scan(octets, from: &position), position == octets.count else {
      return nil
    }
    self = tag
  }

  private init(isWeak: Bool, opaqueTag: Slice) {
    self.isWeak = isWeak
    self.opaqueTag = opaqueTag
  }

  /// Reads an entity tag and passes over it; nil when none stands there.
  ///
  /// A backslash in it is an octet like others: an opaque tag is no quoted string.
  static func scan(_ octets: Span<UInt8>, from position: inout Int) -> EntityTag? {
    var end = position
    var isWeak = false
    if octets.count - end >= 2 && octets[end] == 0x57 && octets[end + 1] == 0x2F {
      isWeak = true
      end += 2
    }
    let start = end
    guard end < octets.count && octets[end] == 0x22 else { return nil }
    end += 1
    while end < octets.count && isTagOctet(octets[end]) { end += 1 }
    guard end < octets.count && octets[end] == 0x22 else { return nil }
    position = end + 1
    return EntityTag(isWeak: isWeak, opaqueTag: Slice(offset: start, count: position - start))
  }

  /// `etagc`: visible octets but the quotation mark, and `obs-text`.
  private static func isTagOctet(_ octet: UInt8) -> Bool {
    octet > 0x20 && octet != 0x22 && octet != 0x7F
  }

  /// Whether two entity tags name the same representation.
  ///
  /// - Parameters:
  ///   - octets: what this tag was read from.
  ///   - other: another tag, read from `otherOctets`.
  ///   - comparison: strong demands that neither tag is weak.
  ///
  /// RFC 9110 §8.8.3.2
  public func matches(
    _ octets: Span<UInt8>, _ other: EntityTag, _ otherOctets: Span<UInt8>,
    _ comparison: Comparison
  ) -> Bool {
    if comparison == .strong && (isWeak || other.isWeak) { return false }
    return octets.octets(opaqueTag).equals(otherOctets.octets(other.opaqueTag))
  }

  /// The two ways to compare entity tags.
  public enum Comparison: Sendable {
    /// Equal, and neither is weak: for what depends on every octet.
    case strong
    /// Equal, weak or not: for what depends on the meaning.
    case weak
  }
}

/// The entity tags of a list, one after another, empty elements passed over.
///
/// RFC 9110 §13.1.1, §5.6.1.2
struct EntityTagList {
  enum Element {
    case tag(EntityTag)
    case end
    /// What follows is no entity tag, or no comma follows the last one.
    case malformed
  }

  private var position = 0
  /// Whether a comma, or the start, precedes the position.
  private var isSeparated = true

  mutating func next(in value: Span<UInt8>) -> Element {
    while position < value.count {
      let octet = value[position]
      if octet == 0x2C {
        isSeparated = true
      } else if !FieldSyntax.isWhitespace(octet) {
        break
      }
      position += 1
    }
    guard position < value.count else { return .end }
    guard isSeparated, let tag = EntityTag.scan(value, from: &position) else { return .malformed }
    isSeparated = false
    return .tag(tag)
  }
}
