import NecroOctets

/// A media type, or a range of them: `type/subtype` with parameters, in a range also `type/*` and
/// `*/*`.
///
/// RFC 9110 §8.3.1, §12.5.1
public struct MediaType: Sendable {
  /// What comes before the slash; positions in the octets it was read from.
  public let type: Slice
  /// What comes behind it.
  public let subtype: Slice
  /// How many parts are an asterisk: 2 of `*/*`, 1 of `type/*`, 0 of a media type.
  let wildcards: Int

  /// The media type that the octets are, the whole of them; nil if they are none.
  public init?(_ octets: Span<UInt8>) {
    self.init(range: octets)
    guard wildcards == 0 else { return nil }
  }

  /// The media range that the octets are, with the weight among its parameters.
  init?(range octets: Span<UInt8>) {
    type = Parameters.token(octets, at: 0)
    guard !type.isEmpty, type.end < octets.count, octets[type.end] == 0x2F else { return nil }
    subtype = Parameters.token(octets, at: type.end + 1)
    guard !subtype.isEmpty else { return nil }
    let isAnyType = octets.octets(type).equals("*")
    let isAnySubtype = octets.octets(subtype).equals("*")
    // Every subtype of no type in particular is none of the grammar's ranges, though `*` is a token.
    guard isAnySubtype || !isAnyType else { return nil }
    wildcards = (isAnyType ? 1 : 0) + (isAnySubtype ? 1 : 0)
    var parameters = parameters
    while true {
      switch parameters.next(in: octets) {
      case .end: return
      case .malformed: return nil
      case .parameter: break
      }
    }
  }

  /// The parameters, to be read from the same octets.
  public var parameters: Parameters { Parameters(from: subtype.end) }

  /// Whether the type and the subtype of a range cover those of a media type.
  func covers(_ octets: Span<UInt8>, _ other: MediaType, _ otherOctets: Span<UInt8>) -> Bool {
    if wildcards == 2 { return true }
    guard octets.octets(type).equalsIgnoringCase(otherOctets.octets(other.type)) else {
      return false
    }
    return wildcards == 1
      || octets.octets(subtype).equalsIgnoringCase(otherOctets.octets(other.subtype))
  }
}
