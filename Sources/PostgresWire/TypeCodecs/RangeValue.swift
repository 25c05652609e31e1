import NecroOctets

/// A range: two bounds of another type, each of which may be missing.
@frozen
public struct RangeValue: Equatable, Sendable {
  public var isEmpty: Bool
  public var includesLower: Bool
  public var includesUpper: Bool
  /// Where in the range's octets the lower bound is; nil where there is none.
  public var lower: Slice?
  /// The same of the upper bound.
  public var upper: Slice?

  private static var empty: UInt8 { 0x01 }
  private static var lowerInclusive: UInt8 { 0x02 }
  private static var upperInclusive: UInt8 { 0x04 }
  private static var lowerInfinite: UInt8 { 0x08 }
  private static var upperInfinite: UInt8 { 0x10 }

  /// - Throws: `lengthInvalid`, `valueInvalid`.
  public init(_ octets: Span<UInt8>) throws(PostgresValueError) {
    var cursor = ValueCursor(octets)
    let flags = try cursor.integer(UInt8.self)
    guard flags < 0x20 else { throw PostgresValueError(.valueInvalid) }
    isEmpty = flags & RangeValue.empty != 0
    includesLower = !isEmpty && flags & RangeValue.lowerInclusive != 0
    includesUpper = !isEmpty && flags & RangeValue.upperInclusive != 0
    if !isEmpty && flags & RangeValue.lowerInfinite == 0 { lower = try RangeValue.bound(&cursor) }
    if !isEmpty && flags & RangeValue.upperInfinite == 0 { upper = try RangeValue.bound(&cursor) }
    try cursor.finish()
  }

  private static func bound(_ cursor: inout ValueCursor) throws(PostgresValueError) -> Slice {
    let start = cursor.position
    guard let bound = try cursor.value() else {
      throw PostgresValueError(.valueInvalid, at: start)
    }
    return bound
  }

  /// Appends the first octet of a range's binary format. Behind it stand the bounds that there are, the
  /// lower first, each a value with its length.
  public static func appendFlags(
    isEmpty: Bool = false, includesLower: Bool = false, includesUpper: Bool = false, hasLower: Bool,
    hasUpper: Bool, into output: inout OctetBuffer
  ) {
    if isEmpty { return output.append(empty) }
    var flags: UInt8 = 0
    if !hasLower { flags |= lowerInfinite } else if includesLower { flags |= lowerInclusive }
    if !hasUpper { flags |= upperInfinite } else if includesUpper { flags |= upperInclusive }
    output.append(flags)
  }
}
