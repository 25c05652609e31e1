import NecroOctets

/// How welcome a representation is to a client, as its Accept fields say.
///
/// RFC 9110 §12.5.1
public struct Acceptance: Equatable, Sendable {
  /// The weight in thousandths: 0 is not acceptable, 1000 most preferred.
  public private(set) var weight = 0
  /// How closely the range that gave the weight names the media type: 0 for `*/*`, 1 for `type/*`, 2
  /// for the type itself, and more with each parameter that it names.
  public private(set) var specificity = -1

  /// The acceptance of a media type that no range covers.
  private init() {}

  private init(weight: Int, specificity: Int) {
    self.weight = weight
    self.specificity = specificity
  }

  /// Whether this one is to be preferred.
  ///
  /// Of equal weights the one that the client named more closely goes first.
  public func isBetter(than other: Acceptance) -> Bool {
    (weight, specificity) > (other.weight, other.specificity)
  }

  /// How welcome a media type is.
  ///
  /// The most specific range that covers it decides. Elements of the list that are no media range, or
  /// whose weight is malformed, are passed over. A request without Accept, or with an empty one,
  /// takes anything.
  ///
  /// - Parameters:
  ///   - offer: a media type; nil is returned for octets that are none.
  ///   - fields: the request's header section.
  ///   - octets: what the positions in `fields` count from.
  /// - Complexity: O(octets of Accept).
  public static func of(
    _ offer: Span<UInt8>, _ fields: borrowing FieldSection, _ octets: Span<UInt8>
  ) -> Acceptance? {
    guard let mediaType = MediaType(offer) else { return nil }
    var best = Acceptance()
    var hasRange = false
    for index in 0..<fields.count where fields[index].id == .accept {
      let value = octets.octets(fields[index].value)
      var elements = ListElements()
      while let element = elements.next(in: value) {
        hasRange = true
        let range = value.octets(element)
        if let found = judge(range, mediaType, offer),
          (found.specificity, found.weight) > (best.specificity, best.weight)
        {
          best = found
        }
      }
    }
    return hasRange ? best : Acceptance(weight: 1_000, specificity: 0)
  }

  /// What one range says of a media type; nil when it does not cover it.
  private static func judge(
    _ octets: Span<UInt8>, _ mediaType: MediaType, _ offer: Span<UInt8>
  ) -> Acceptance? {
    guard let range = MediaType(range: octets), range.covers(octets, mediaType, offer) else {
      return nil
    }
    var found = Acceptance(weight: 1_000, specificity: 2 - range.wildcards)
    var parameters = range.parameters
    while case .parameter(let parameter) = parameters.next(in: octets) {
      // A parameter of that name is the weight, wherever it stands.
      if octets.octets(parameter.name).equalsIgnoringCase("q") {
        guard !parameter.isQuoted, let weight = weight(octets.octets(parameter.value)) else {
          return nil
        }
        found.weight = weight
      } else {
        guard has(parameter, octets, mediaType, offer) else { return nil }
        found.specificity += 1
      }
    }
    return found
  }

  /// Whether a media type has a parameter of a range.
  private static func has(
    _ wanted: Parameters.Parameter, _ octets: Span<UInt8>, _ mediaType: MediaType,
    _ offer: Span<UInt8>
  ) -> Bool {
    let name = octets.octets(wanted.name)
    // Names of character sets have no case (RFC 9110 §8.3.2); of other values that is not known.
    let ignoringCase = name.equalsIgnoringCase("charset")
    var parameters = mediaType.parameters
    while case .parameter(let parameter) = parameters.next(in: offer) {
      if name.equalsIgnoringCase(offer.octets(parameter.name)),
        wanted.hasSameValue(octets, as: parameter, offer, ignoringCase: ignoringCase)
      {
        return true
      }
    }
    return false
  }

  /// `qvalue` in thousandths: 0 or 1, and at most three digits behind a point.
  ///
  /// RFC 9110 §12.4.2
  private static func weight(_ octets: Span<UInt8>) -> Int? {
    guard octets.count >= 1 && octets.count <= 5, octets[0] == 0x30 || octets[0] == 0x31 else {
      return nil
    }
    var thousandths = Int(octets[0] & 0x0F) * 1_000
    if octets.count > 1 && octets[1] != 0x2E { return nil }
    var place = 100
    for index in 2..<max(2, octets.count) {
      guard OctetClass.isDigit(octets[index]) else { return nil }
      thousandths += Int(octets[index] & 0x0F) * place
      place /= 10
    }
    return thousandths <= 1_000 ? thousandths : nil
  }
}
