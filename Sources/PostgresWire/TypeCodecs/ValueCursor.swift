import NecroOctets

/// Reads the parts of a value one after another, each checked against the octets that are left.
@frozen
public struct ValueCursor: ~Escapable {
  /// The value.
  public let octets: Span<UInt8>
  @usableFromInline var place = 0

  @inlinable
  @_lifetime(copy octets)
  public init(_ octets: Span<UInt8>, at position: Int = 0) {
    precondition(position >= 0 && position <= octets.count, "a position in the value")
    self.octets = octets
    place = position
  }

  /// Where the next part begins.
  @inlinable
  public var position: Int { place }

  /// Octets that have not been read.
  @inlinable
  public var remaining: Int { octets.count &- place }

  /// The next integer, the most significant octet first.
  @inlinable
  public mutating func integer<Number: FixedWidthInteger & BitwiseCopyable>(
    _ type: Number.Type = Number.self
  ) throws(PostgresValueError) -> Number {
    let size = MemoryLayout<Number>.size
    guard remaining >= size else { throw PostgresValueError(.lengthInvalid, at: octets.count) }
    let value = octets.bigEndian(at: place, as: Number.self)
    place &+= size
    return value
  }

  @inlinable
  public mutating func double() throws(PostgresValueError) -> Double {
    Double(bitPattern: try integer())
  }

  @inlinable
  public mutating func float() throws(PostgresValueError) -> Float {
    Float(bitPattern: try integer())
  }

  /// The next `count` octets.
  @inlinable
  public mutating func slice(_ count: Int) throws(PostgresValueError) -> Slice {
    guard count >= 0 && count <= remaining else {
      throw PostgresValueError(.lengthInvalid, at: place)
    }
    let slice = Slice(offset: place, count: count)
    place &+= count
    return slice
  }

  /// The next part with its length before it; nil for NULL, whose length is -1.
  @inlinable
  public mutating func value() throws(PostgresValueError) -> Slice? {
    let start = place
    let length = try integer(Int32.self)
    if length == -1 { return nil }
    guard length >= 0 && Int(length) <= remaining else {
      throw PostgresValueError(.lengthInvalid, at: start)
    }
    return try slice(Int(length))
  }

  /// A count of parts that have at least `octetsEach` octets each, at least 1.
  @inlinable
  public mutating func count(octetsEach: Int) throws(PostgresValueError) -> Int {
    let start = place
    let count = Int(try integer(Int32.self))
    guard count >= 0 && count <= remaining / octetsEach else {
      throw PostgresValueError(.countInvalid, at: start)
    }
    return count
  }

  /// Says that the value has no further parts.
  @inlinable
  public func finish() throws(PostgresValueError) {
    if remaining != 0 { throw PostgresValueError(.lengthInvalid, at: place) }
  }
}

extension OctetBuffer {
  /// Begins a value whose length stands before it: leaves room for that.
  ///
  /// - Returns: what `endValue` needs.
  @inlinable
  public mutating func beginValue() -> Int {
    append(bigEndian: 0 as Int32)
    return count
  }

  /// Ends a value: fills in its length, which has to fit 31 bits.
  @inlinable
  public mutating func endValue(_ begin: Int) {
    overwrite(bigEndian: Int32(count - begin), at: begin - 4)
  }

  /// Appends the length that stands for NULL.
  @inlinable
  public mutating func appendNull() {
    append(bigEndian: -1 as Int32)
  }

  /// Appends a double, as float8 and the geometric types have it.
  @inlinable
  public mutating func append(bigEndian number: Double) {
    append(bigEndian: number.bitPattern)
  }

  /// Appends a float, as float4 and vectors have it.
  @inlinable
  public mutating func append(bigEndian number: Float) {
    append(bigEndian: number.bitPattern)
  }
}
