import NecroOctets

/// A point, or the ends of a segment, the corners of a box, the three numbers of a line or circle: doubles in
/// a row. A path or polygon has their count before them.
@frozen
public struct GeometricValue: ~Escapable {
  private let octets: Span<UInt8>
  private let start: Int
  /// How many doubles it has.
  public let count: Int
  /// Whether a path's last point leads back to its first. Any other shape is what it is.
  public let isClosed: Bool

  /// - Parameter kind: point, lseg, path, box, polygon, line or circle.
  /// - Throws: `lengthInvalid`, `countInvalid`, `valueInvalid`.
  @_lifetime(copy octets)
  public init(_ octets: Span<UInt8>, _ kind: PostgresValueKind) throws(PostgresValueError) {
    self.octets = octets
    var cursor = ValueCursor(octets)
    switch kind {
    case .point: (count, isClosed) = (2, false)
    case .line, .circle: (count, isClosed) = (3, false)
    case .lseg, .box: (count, isClosed) = (4, false)
    case .path:
      let flag = try cursor.integer(UInt8.self)
      guard flag < 2 else { throw PostgresValueError(.valueInvalid) }
      isClosed = flag == 1
      count = 2 * (try cursor.count(octetsEach: 16))
    case .polygon:
      isClosed = true
      count = 2 * (try cursor.count(octetsEach: 16))
    default: preconditionFailure("a geometric type")
    }
    start = cursor.position
    guard octets.count == start + 8 * count else { throw PostgresValueError(.lengthInvalid) }
  }

  /// The doubles in the order of the wire: x and y of each point; a box's upper right corner first; a
  /// line's A, B and C; a circle's centre and radius.
  public subscript(index: Int) -> Double {
    precondition(index >= 0 && index < count, "a double of the shape")
    return Double(bitPattern: octets.bigEndian(at: start + 8 * index))
  }
}
