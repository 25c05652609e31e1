import NecroOctets

/// What a path and a method lead to.
@frozen
public enum RouteMatch: Equatable, Sendable {
  /// The number that the route was inserted with.
  case route(Int)
  /// Templates match the path, none of them for this method; the set is for the Allow field.
  ///
  /// Source: `RFC 9110 §15.5.6`.
  case methodNotAllowed(MethodSet)
  /// No template matches the path.
  case notFound
}

/// Where the parameters of the last match lie in its path, in the template's order.
///
/// Reused from match to match: after the first few, matching allocates nothing. The slices hold the
/// raw octets, still percent-encoded.
public struct RouteCaptures: ~Copyable {
  /// A node that matching comes back to when what it tried first leads nowhere.
  struct Alternative {
    var node: Int
    var position: Int
    var captureCount: Int
    /// Whether the parameter was tried too, so that only the rest remains.
    var isParameterTried: Bool
  }

  private var slices: [Slice] = []
  private var alternatives: [Alternative] = []
  private var alternativeCount = 0

  /// The number of parameters captured.
  public private(set) var count = 0

  /// No captures yet; room for the usual number of them.
  public init() {
    slices.reserveCapacity(8)
    alternatives.reserveCapacity(8)
  }

  /// The position of a parameter in the path.
  public subscript(index: Int) -> Slice {
    precondition(index >= 0 && index < count, "a parameter of the matched template")
    return slices[index]
  }

  mutating func removeAll() {
    count = 0
    alternativeCount = 0
  }

  mutating func append(_ slice: Slice) {
    if count < slices.count { slices[count] = slice } else { slices.append(slice) }
    count += 1
  }

  mutating func push(_ alternative: Alternative) {
    if alternativeCount < alternatives.count {
      alternatives[alternativeCount] = alternative
    } else {
      alternatives.append(alternative)
    }
    alternativeCount += 1
  }

  /// The alternative left last, with the captures as they were there.
  mutating func pop() -> Alternative? {
    if alternativeCount == 0 { return nil }
    alternativeCount -= 1
    let alternative = alternatives[alternativeCount]
    count = alternative.captureCount
    return alternative
  }
}
