import NecroOctets

/// A record or a value of a composite type: fields, each with its type.
@frozen
public struct CompositeValue: ~Escapable {
  private var cursor: ValueCursor
  /// Fields that have not been read.
  public private(set) var remaining: Int

  /// - Throws: `lengthInvalid`, `countInvalid`.
  @_lifetime(copy octets)
  public init(_ octets: Span<UInt8>) throws(PostgresValueError) {
    cursor = ValueCursor(octets)
    remaining = try cursor.count(octetsEach: 8)
    if remaining == 0 { try cursor.finish() }
  }

  /// The next field; nil behind the last. A field that is NULL has no value.
  public mutating func next() throws(PostgresValueError) -> (type: UInt32, value: Slice?)? {
    if remaining == 0 { return nil }
    remaining -= 1
    let type = try cursor.integer(UInt32.self)
    let value = try cursor.value()
    if remaining == 0 { try cursor.finish() }
    return (type, value)
  }

  /// Appends the head of a composite. Behind it stands for each field its type's OID and a value with its
  /// length, or NULL.
  public static func appendHead(fieldCount: Int, into output: inout OctetBuffer) {
    output.append(bigEndian: Int32(fieldCount))
  }
}

/// A multirange: ranges that do not touch, in order.
@frozen
public struct MultirangeValue: ~Escapable {
  private var cursor: ValueCursor
  /// Ranges that have not been read.
  public private(set) var remaining: Int

  /// - Throws: `lengthInvalid`, `countInvalid`.
  @_lifetime(copy octets)
  public init(_ octets: Span<UInt8>) throws(PostgresValueError) {
    cursor = ValueCursor(octets)
    remaining = try cursor.count(octetsEach: 5)
    if remaining == 0 { try cursor.finish() }
  }

  /// Where the next range is, for `RangeValue`; nil behind the last.
  public mutating func next() throws(PostgresValueError) -> Slice? {
    if remaining == 0 { return nil }
    remaining -= 1
    let start = cursor.position
    guard let range = try cursor.value() else {
      throw PostgresValueError(.valueInvalid, at: start)
    }
    if remaining == 0 { try cursor.finish() }
    return range
  }

  /// Appends the head of a multirange. Behind it stand the ranges, each a value with its length.
  public static func appendHead(rangeCount: Int, into output: inout OctetBuffer) {
    output.append(bigEndian: Int32(rangeCount))
  }
}

/// An hstore: keys, each with a text or NULL.
@frozen
public struct HstoreValue: ~Escapable {
  private var cursor: ValueCursor
  /// Pairs that have not been read.
  public private(set) var remaining: Int

  /// - Throws: `lengthInvalid`, `countInvalid`.
  @_lifetime(copy octets)
  public init(_ octets: Span<UInt8>) throws(PostgresValueError) {
    cursor = ValueCursor(octets)
    remaining = try cursor.count(octetsEach: 8)
    if remaining == 0 { try cursor.finish() }
  }

  /// The next pair; nil behind the last.
  public mutating func next() throws(PostgresValueError) -> (key: Slice, value: Slice?)? {
    if remaining == 0 { return nil }
    remaining -= 1
    let start = cursor.position
    guard let key = try cursor.value() else { throw PostgresValueError(.valueInvalid, at: start) }
    let value = try cursor.value()
    if remaining == 0 { try cursor.finish() }
    return (key, value)
  }

  /// Appends the head of an hstore. Behind it stand the pairs: a key and a value, each with its length.
  public static func appendHead(pairCount: Int, into output: inout OctetBuffer) {
    output.append(bigEndian: Int32(pairCount))
  }
}
