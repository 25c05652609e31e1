import NecroOctets

/// A piece of a document that arrives in parts.
public enum JSONEvent: Equatable, Sendable {
  case null
  case `true`
  case `false`
  /// A number without fraction and exponent that 64 bits hold. `-0` is 0.
  case integer(Int64)
  /// A longer one: its text, an optional `-` and digits without leading zeros.
  case bigInteger(JSONText)
  /// A number with fraction or exponent: the double nearest to it, never infinite.
  case double(Double)
  case string(JSONText)
  /// The name of a member, whose value comes next.
  case name(JSONText)
  case beginArray
  case endArray
  case beginObject
  case endObject
}

/// Where the octets of a string are, without its escapes; the decoder's `octets` gives them.
public struct JSONText: Equatable, Sendable {
  let slice: Slice
  /// Whether there were escapes, so that the octets are not those of the document.
  public let wasEscaped: Bool
  public let isASCII: Bool

  /// The number of octets.
  public var count: Int { slice.count }
}
