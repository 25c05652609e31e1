import NecroJSON
import NecroOctets
import NecroPostgresJSON
import NecroPostgresWire

/// Any octets, as a value of any kind, are read or refused at a place within them. What is read becomes JSON,
/// and what can be written again is the same value.
///
/// - Parameter octets: the kind, and behind it the value.
public func fuzzPostgresTypesRoundTrip(_ octets: Span<UInt8>) {
  guard octets.count > 0,
    let kind = PostgresValueKind(rawValue: octets[0] % UInt8(PostgresValueKind.allCases.count))
  else { return }
  let value = octets.extracting(1..<octets.count)
  checkJSON(kind, value)
  do {
    try checkRoundTrip(kind, value)
  } catch let error as PostgresValueError {
    precondition(error.offset >= 0 && error.offset <= value.count, "a fault in the value")
  } catch {
    preconditionFailure("what was read can be written")
  }
}

/// The OID that the fuzzed value's type has, and how its parts are read: as the type of an int4 range
/// in an array, or whatever OIDs the octets name.
private let fuzzedType: UInt32 = 100_000

private func checkJSON(_ kind: PostgresValueKind, _ value: Span<UInt8>) {
  var catalog = PostgresTypeCatalog()
  // An int4range, of which a multirange consists, for what has one element type.
  let element: UInt32 = kind == .multirange ? 3904 : 23
  catalog.add(PostgresType(oid: fuzzedType, kind: kind, element: element))
  catalog.add(
    PostgresType(oid: fuzzedType + 1, kind: .composite),
    fields: [PostgresCompositeField(name: [0x61, 0x22], type: fuzzedType + 1)])
  var output = OctetBuffer()
  do throws(PostgresValueError) {
    try PostgresJSONSerializer.append(catalog.type(fuzzedType), value, catalog, into: &output)
  } catch {
    precondition(error.offset >= 0 && error.offset <= value.count, "a fault in the value")
    return
  }
  // json is handed on as the server has it, here and in arrays and the like.
  switch kind {
  case .json, .jsonb, .array, .composite, .range, .multirange: return
  default: break
  }
  var parser = JSONParser()
  do throws(JSONError) {
    try parser.parse(output.octets)
  } catch {
    preconditionFailure("what was written is JSON")
  }
}

private func checkRoundTrip(_ kind: PostgresValueKind, _ value: Span<UInt8>) throws {
  var output = OctetBuffer()
  var isSame = true
  switch kind {
  case .numeric: isSame = try isSameNumeric(value)
  case .bits:
    try BitStringValue(value).append(into: &output)
    var written = OctetBuffer()
    try BitStringValue.append(text: output.octets, into: &written)
    var again = OctetBuffer()
    try BitStringValue(written.octets).append(into: &again)
    isSame = again.octets.equals(output.octets)
  case .uuid:
    var text = OctetBuffer()
    try IdentifierText.uuid(value, into: &text)
    isSame = IdentifierText.appendUUID(text.octets, into: &output) && output.octets.equals(value)
  case .inet, .cidr:
    let network = try NetworkValue(value)
    try NetworkValue.append(
      address: network.address, prefix: network.prefix, isNetwork: network.isNetwork,
      into: &output)
    isSame = output.octets.equals(value)
  case .interval:
    try IntervalValue(value).append(into: &output)
    isSame = output.octets.equals(value)
  case .date:
    let date = try DateValue(value)
    if !date.isInfinite { isSame = try DateValue(date.civil) == date }
  case .timestamp, .timestamptz:
    let timestamp = try TimestampValue(value)
    let (date, time) = timestamp.civil
    if !timestamp.isInfinite { isSame = try TimestampValue(date, time) == timestamp }
  case .time:
    let time = try TimeValue(value)
    isSame = time.clock.microseconds == time.microseconds
  default: break
  }
  precondition(isSame, "the same value")
}

/// Whether a numeric is the same number of the same scale when it is written from its text.
private func isSameNumeric(
  _ value: Span<UInt8>
) throws(PostgresValueError) -> Bool {
  let number = try NumericValue(value)
  var text = OctetBuffer()
  number.append(into: &text)
  var written = OctetBuffer()
  do throws(PostgresValueMisuse) {
    try NumericValue.append(text: text.octets, into: &written)
  } catch {
    return false
  }
  let again = try NumericValue(written.octets)
  var textAgain = OctetBuffer()
  again.append(into: &textAgain)
  var digits = OctetBuffer()
  number.appendSignificantDigits(into: &digits)
  return text.octets.equals(textAgain.octets)
    && again.sign == (number.isZero && number.isFinite ? .positive : number.sign)
    // Digits that a server sends with NaN or an infinity stand for nothing, and are not written again.
    && (!number.isFinite
      || again.scale == number.scale && digits.count == number.significantDigitCount
        && again.significantDigitCount == digits.count)
}
