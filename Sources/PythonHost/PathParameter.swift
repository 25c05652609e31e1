import CPython
import NecroOctets
import NecroRouter

/// A new str of percent-encoded octets.
///
/// - Parameter strictly: octets that are not UTF-8 raise UnicodeDecodeError; else they are kept as
///   lone surrogates.
func makeDecodedString(_ octets: Span<UInt8>, strictly: Bool) -> Object? {
  if !PercentDecoding.isEncoded(octets) {
    return strictly ? makeString(octets) : makeEscapedString(octets)
  }
  var decoded = OctetBuffer(capacity: octets.count)
  do throws(PercentDecodingError) {
    try PercentDecoding.decode(octets, into: &decoded)
  } catch {
    // The request decoder refuses targets with malformed triplets.
    raise(necro_value_error()!, "malformed percent-encoding")
    return nil
  }
  return strictly ? makeString(decoded.octets) : makeEscapedString(decoded.octets)
}

/// A new int of a path parameter; nil with ValueError.
///
/// - Parameter fallback: the Python function that judges what is not a short run of digits.
func makeInteger(_ octets: Span<UInt8>, otherwise fallback: Object) -> Object? {
  // 18 digits fit in 64 bits whatever they are.
  let isNegative = octets.count > 1 && octets[0] == 0x2D
  let first = isNegative ? 1 : 0
  if octets.count > first && octets.count - first <= 18 {
    var value = 0
    for index in first..<octets.count {
      let digit = octets[index] &- 0x30
      if digit > 9 { return converted(octets, fallback) }
      value = value &* 10 &+ Int(digit)
    }
    return PyLong_FromLong(isNegative ? -value : value)
  }
  return converted(octets, fallback)
}

/// A new value of a path parameter through a callable that takes a str.
func converted(_ octets: Span<UInt8>, _ converter: Object) -> Object? {
  guard let text = makeDecodedString(octets, strictly: true) else { return nil }
  defer { release(text) }
  return call(converter, text)
}
