import NecroJSON
import NecroOctets
import NecroPostgresWire

/// Writes values in binary format as JSON, with no object in between.
///
/// The JSON is what `necro.json.dumps` makes of the Python values that the same columns give:
///
/// | types | JSON |
/// |---|---|
/// | bool; integers, oid, xid, xid8 | `true`, `false`; numbers |
/// | float4, float8 | numbers, float4 by its exact value |
/// | numeric | a string with every digit, as Python's `str(Decimal)` has it |
/// | text, "char", enums, money, uuid, macaddr, bit, pg_lsn, inet, cidr | strings |
/// | bytea | a string in base64 |
/// | json, jsonb | themselves |
/// | date, time, timestamp | ISO 8601; infinity is the last day or microsecond of the year 9999 |
/// | interval | an ISO 8601 duration in days, a month of 30 days and a year of 365 |
/// | arrays, vectors, points and other shapes, records, tid | arrays |
/// | ranges | `{"lower":…,"upper":…,"bounds":"[)"}`; an empty one has the bounds `empty` |
/// | multiranges | arrays of ranges |
/// | composites, hstore | objects |
public enum PostgresJSONSerializer {
  /// Appends a value.
  ///
  /// - Parameters:
  ///   - type: from `PostgresTypeCatalog.type`, once for a column. Of type `textOnly` the value is in text
  ///     format.
  ///   - octets: the value, which is not NULL.
  ///   - catalog: for the types of elements and fields.
  ///
  /// - Throws: with a part appended, which the caller drops. `notFinite` for NaN and infinities; `outOfRange`
  ///   for dates outside of the years from 1 to 9999, the time 24:00 and intervals of a billion days;
  ///   `textInvalid` for text that is not UTF-8; else what is wrong with the octets.
  public static func append(
    _ type: PostgresType, _ octets: Span<UInt8>, _ catalog: borrowing PostgresTypeCatalog,
    into output: inout OctetBuffer
  ) throws(PostgresValueError) {
    try append(type, octets, catalog, depth: 0, into: &output)
  }

  static func append(
    _ type: PostgresType, _ octets: Span<UInt8>, _ catalog: borrowing PostgresTypeCatalog,
    depth: Int, into output: inout OctetBuffer
  ) throws(PostgresValueError) {
    switch type.kind {
    case .text, .textOnly: try string(octets, into: &output)
    case .boolean: JSONSerializer.boolean(try PostgresScalar.boolean(octets), into: &output)
    case .int2: try integer(octets, Int16.self, into: &output)
    case .int4: try integer(octets, Int32.self, into: &output)
    case .int8: try integer(octets, Int64.self, into: &output)
    case .unsigned4: try integer(octets, UInt32.self, into: &output)
    case .unsigned8:
      JSONSerializer.unsigned(try PostgresScalar.integer(octets), into: &output)
    case .float4: try number(Double(try PostgresScalar.float(octets)), into: &output)
    case .float8: try number(try PostgresScalar.double(octets), into: &output)
    case .json: try raw(octets, into: &output)
    case .jsonb: try raw(octets.octets(try PostgresScalar.versioned(octets)), into: &output)
    case .void:
      try PostgresScalar.void(octets)
      output.append("\"\"")
    case .array, .range, .multirange, .composite, .hstore:
      guard depth < PostgresTypeCatalog.depthMax else { throw PostgresValueError(.nestedTooDeep) }
      try compound(type, octets, catalog, depth: depth + 1, into: &output)
    case .point, .lseg, .path, .box, .polygon, .line, .circle:
      try shape(octets, type.kind, into: &output)
    case .vector, .halfvec, .sparsevec: try vector(octets, type.kind, into: &output)
    case .jsonpath: try string(octets.octets(try PostgresScalar.versioned(octets)), into: &output)
    case .tid:
      let (block, place) = try PostgresScalar.tid(octets)
      output.append(0x5B)
      output.append(decimal: UInt64(block))
      output.append(0x2C)
      output.append(decimal: UInt64(place))
      output.append(0x5D)
    case .char:
      // An octet may need to be escaped.
      var text = OctetBuffer()
      try IdentifierText.char(octets, into: &text)
      JSONSerializer.string(text.octets, into: &output)
    case .numeric, .money, .bytea, .uuid, .date, .time, .timetz, .timestamp, .timestamptz,
      .interval, .inet, .cidr, .macaddr, .macaddr8, .bits, .lsn:
      output.append(0x22)
      try plain(octets, type.kind, into: &output)
      output.append(0x22)
    }
  }

  /// Appends what has no character that a string escapes.
  private static func plain(
    _ octets: Span<UInt8>, _ kind: PostgresValueKind, into output: inout OctetBuffer
  ) throws(PostgresValueError) {
    switch kind {
    case .numeric: try decimal(try NumericValue(octets), into: &output)
    case .money: money(try PostgresScalar.integer(octets), into: &output)
    case .bytea: Base64.append(octets, into: &output)
    case .uuid: try IdentifierText.uuid(octets, into: &output)
    case .date: try DateValue(octets).append(into: &output)
    case .time: try TimeValue(octets).append(into: &output)
    case .timetz: try TimeWithZoneValue(octets).append(into: &output)
    case .timestamp: try TimestampValue(octets).append(isUTC: false, into: &output)
    case .timestamptz: try TimestampValue(octets).append(isUTC: true, into: &output)
    case .interval: try IntervalValue(octets).appendDuration(into: &output)
    case .inet, .cidr: try NetworkValue(octets).append(into: &output)
    case .macaddr: try IdentifierText.mac(octets, octetCount: 6, into: &output)
    case .macaddr8: try IdentifierText.mac(octets, octetCount: 8, into: &output)
    case .bits: try BitStringValue(octets).append(into: &output)
    case .lsn: try IdentifierText.lsn(octets, into: &output)
    default: preconditionFailure("a kind that is plain text")
    }
  }

  @inline(__always)
  private static func integer<Number: FixedWidthInteger & BitwiseCopyable>(
    _ octets: Span<UInt8>, _ type: Number.Type, into output: inout OctetBuffer
  ) throws(PostgresValueError) {
    let value = try PostgresScalar.integer(octets, as: type)
    JSONSerializer.integer(Int64(truncatingIfNeeded: value), into: &output)
  }

  static func number(
    _ value: Double, into output: inout OctetBuffer
  ) throws(PostgresValueError) {
    do throws(JSONMisuse) {
      try JSONSerializer.double(value, into: &output)
    } catch {
      throw PostgresValueError(.notFinite)
    }
  }

  static func string(
    _ octets: Span<UInt8>, into output: inout OctetBuffer
  ) throws(PostgresValueError) {
    if let position = UTF8Text.firstInvalid(octets) {
      throw PostgresValueError(.textInvalid, at: position)
    }
    JSONSerializer.string(octets, into: &output)
  }

  /// Appends JSON as the server has it, which saw to it that it is JSON.
  private static func raw(
    _ octets: Span<UInt8>, into output: inout OctetBuffer
  ) throws(PostgresValueError) {
    if octets.isEmpty { throw PostgresValueError(.lengthInvalid) }
    if let position = UTF8Text.firstInvalid(octets) {
      throw PostgresValueError(.textInvalid, at: position)
    }
    output.append(octets)
  }

  /// Appends a decimal as Python's `str` has it: with an exponent where there are more than five zeros
  /// between the decimal point and the first digit.
  private static func decimal(
    _ value: borrowing NumericValue, into output: inout OctetBuffer
  ) throws(PostgresValueError) {
    guard value.isFinite else { throw PostgresValueError(.notFinite) }
    // Zero's coefficient is one digit.
    let digitCount = max(value.significantDigitCount, 1)
    let adjusted = digitCount - 1 - value.scale
    if adjusted >= -6 { return value.append(into: &output) }
    if value.sign == .negative && !value.isZero { output.append(0x2D) }
    var digits = OctetBuffer()
    value.appendSignificantDigits(into: &digits)
    if digits.isEmpty { digits.append(0x30) }
    output.append(digits.octets[0])
    if digits.count > 1 {
      output.append(0x2E)
      output.append(digits.octets.extracting(1..<digits.count))
    }
    output.append("E-")
    output.append(decimal: UInt64(-adjusted))
  }

  /// Appends an amount with two digits behind the decimal point, which is what most currencies have: the
  /// wire does not say.
  public static func money(_ amount: Int64, into output: inout OctetBuffer) {
    if amount < 0 { output.append(0x2D) }
    let magnitude = amount.magnitude
    output.append(decimal: magnitude / 100)
    output.append(0x2E)
    output.append(0x30 + UInt8(truncatingIfNeeded: magnitude / 10 % 10))
    output.append(0x30 + UInt8(truncatingIfNeeded: magnitude % 10))
  }
}
