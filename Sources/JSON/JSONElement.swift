import NecroOctets

/// One entry of a tape.
///
/// An object's members are two elements each or more: the name, which is a string, and its value.
@frozen
public enum JSONElement: Equatable, Sendable {
  case null
  case `true`
  case `false`
  /// A number without fraction and exponent that 64 bits hold. `-0` is 0.
  case integer(Int64)
  /// A longer one: its text in the document, an optional `-` and digits without leading zeros.
  case bigInteger(Slice)
  /// A number with fraction or exponent: the double nearest to it, never infinite.
  case double(Double)
  /// A string without escapes: its octets in the document, valid UTF-8.
  case string(Slice, isASCII: Bool)
  /// A string with escapes: its octets, unescaped and valid UTF-8, in the parser's `unescaped`.
  case escapedString(Slice, isASCII: Bool)
  /// An array of `count` values; `end` is the index of its `endArray`.
  case beginArray(count: Int, end: Int)
  /// An object of `count` members; `end` is the index of its `endObject`.
  case beginObject(count: Int, end: Int)
  case endArray
  case endObject
}
