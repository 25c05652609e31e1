import NecroOctets

/// Values of one fixed size that are a number or a truth value.
///
/// Each function throws `lengthInvalid` for any other number of octets, and allocates nothing.
public enum PostgresScalar {
  /// An integer of the type's size: int2, int4, int8; oid, xid, cid, xid8 without a sign; money in the
  /// smallest unit of the currency.
  @inlinable
  public static func integer<Number: FixedWidthInteger & BitwiseCopyable>(
    _ octets: Span<UInt8>, as type: Number.Type = Number.self
  ) throws(PostgresValueError) -> Number {
    guard octets.count == MemoryLayout<Number>.size else {
      throw PostgresValueError(.lengthInvalid)
    }
    return octets.bigEndian(at: 0, as: Number.self)
  }

  @inlinable
  public static func boolean(_ octets: Span<UInt8>) throws(PostgresValueError) -> Bool {
    let octet = try integer(octets, as: UInt8.self)
    guard octet < 2 else { throw PostgresValueError(.valueInvalid) }
    return octet != 0
  }

  /// A float4, or its exact value as a double.
  @inlinable
  public static func float(_ octets: Span<UInt8>) throws(PostgresValueError) -> Float {
    Float(bitPattern: try integer(octets))
  }

  @inlinable
  public static func double(_ octets: Span<UInt8>) throws(PostgresValueError) -> Double {
    Double(bitPattern: try integer(octets))
  }

  /// Throws unless there are no octets.
  @inlinable
  public static func void(_ octets: Span<UInt8>) throws(PostgresValueError) {
    if !octets.isEmpty { throw PostgresValueError(.lengthInvalid) }
  }

  /// The text behind the version octet of jsonb and jsonpath, which is 1.
  @inlinable
  public static func versioned(_ octets: Span<UInt8>) throws(PostgresValueError) -> Slice {
    guard octets.count > 0 else { throw PostgresValueError(.lengthInvalid) }
    guard octets[0] == 1 else { throw PostgresValueError(.valueInvalid) }
    return Slice(offset: 1, count: octets.count - 1)
  }

  /// The block and the place in it of a tid.
  @inlinable
  public static func tid(
    _ octets: Span<UInt8>
  ) throws(PostgresValueError) -> (block: UInt32, place: UInt16) {
    guard octets.count == 6 else { throw PostgresValueError(.lengthInvalid) }
    return (octets.bigEndian(at: 0), octets.bigEndian(at: 4))
  }
}
