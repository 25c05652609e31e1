import NecroOctets

/// An array: its dimensions, and behind them the elements in rows.
@frozen
public struct ArrayValue: ~Escapable {
  /// PostgreSQL's own limit.
  public static var dimensionsMax: Int { 6 }

  private let octets: Span<UInt8>
  /// How many dimensions there are; none for an array without elements.
  public let dimensionCount: Int
  /// The type of the elements.
  public let elementType: UInt32
  /// Whether an element may be NULL.
  public let hasNulls: Bool
  /// All elements, over all dimensions.
  public let count: Int

  /// - Throws: `lengthInvalid`, `countInvalid`, `valueInvalid`.
  @_lifetime(copy octets)
  public init(_ octets: Span<UInt8>) throws(PostgresValueError) {
    self.octets = octets
    var cursor = ValueCursor(octets)
    let dimensions = try cursor.integer(Int32.self)
    guard dimensions >= 0 && dimensions <= ArrayValue.dimensionsMax else {
      throw PostgresValueError(.countInvalid)
    }
    dimensionCount = Int(dimensions)
    let flags = try cursor.integer(UInt32.self)
    guard flags < 2 else { throw PostgresValueError(.valueInvalid, at: 4) }
    hasNulls = flags == 1
    elementType = try cursor.integer()
    var all = dimensions == 0 ? 0 : 1
    for _ in 0..<dimensionCount {
      let start = cursor.position
      let size = Int(try cursor.integer(Int32.self))
      _ = try cursor.integer(Int32.self)
      let (product, overflows) = all.multipliedReportingOverflow(by: size)
      guard size >= 0, !overflows else { throw PostgresValueError(.countInvalid, at: start) }
      all = product
    }
    // Each element has four octets at least, of its length.
    guard all <= cursor.remaining / 4 else { throw PostgresValueError(.countInvalid) }
    count = all
    if all == 0 { try cursor.finish() }
  }

  /// The number of elements in a dimension, the outermost first.
  public func size(_ dimension: Int) -> Int {
    precondition(dimension >= 0 && dimension < dimensionCount, "a dimension of the array")
    return Int(octets.bigEndian(at: 12 + 8 * dimension, as: Int32.self))
  }

  /// The subscript of the first element in a dimension.
  public func lowerBound(_ dimension: Int) -> Int {
    precondition(dimension >= 0 && dimension < dimensionCount, "a dimension of the array")
    return Int(octets.bigEndian(at: 16 + 8 * dimension, as: Int32.self))
  }

  /// The elements, to be read with `value`, `count` times, and then `finish`. The last dimension runs
  /// fastest.
  public var elements: ValueCursor {
    @_lifetime(copy self)
    get { ValueCursor(octets, at: 12 + 8 * dimensionCount) }
  }

  /// Appends the head of an array of one dimension, or of none where it has no elements. Behind it stand
  /// the elements, each a value with its length, or NULL.
  public static func appendHead(
    elementType: UInt32, hasNulls: Bool, count: Int, lowerBound: Int32 = 1,
    into output: inout OctetBuffer
  ) throws(PostgresValueMisuse) {
    appendHead(
      elementType: elementType, hasNulls: hasNulls, dimensionCount: count == 0 ? 0 : 1,
      into: &output)
    if count > 0 { try appendDimension(size: count, lowerBound: lowerBound, into: &output) }
  }

  /// Appends the head of an array of several dimensions. Behind it stand `appendDimension` for each, and
  /// then the elements.
  public static func appendHead(
    elementType: UInt32, hasNulls: Bool, dimensionCount: Int, into output: inout OctetBuffer
  ) {
    output.append(bigEndian: Int32(dimensionCount))
    output.append(bigEndian: (hasNulls ? 1 : 0) as Int32)
    output.append(bigEndian: elementType)
  }

  public static func appendDimension(
    size: Int, lowerBound: Int32 = 1, into output: inout OctetBuffer
  ) throws(PostgresValueMisuse) {
    guard let size = Int32(exactly: size), size >= 0 else { throw .countOutOfRange }
    output.append(bigEndian: size)
    output.append(bigEndian: lowerBound)
  }
}
