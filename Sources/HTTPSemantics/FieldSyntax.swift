import NecroOctets

/// The grammar of field names and values, as octet classes for decoders and as checks for whatever
/// writes fields: a name or value that passes cannot end its line, so it cannot split a response.
public enum FieldSyntax {
  /// `tchar`: the octets of a token, and so of a method and a field name.
  ///
  /// RFC 9110 §5.6.2
  @inlinable
  public static var tokenOctets: OctetClass {
    OctetClass(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE)
  }

  /// What a field value may hold: `VCHAR`, `obs-text`, and between them SP and HTAB.
  ///
  /// RFC 9110 §5.5
  @inlinable
  public static var valueOctets: OctetClass {
    OctetClass(
      low: 0xFFFF_FFFF_0000_0200, high: 0x7FFF_FFFF_FFFF_FFFF, includesAbove7F: true)
  }

  /// Whether `octet` is optional white space, SP or HTAB.
  ///
  /// RFC 9110 §5.6.3
  @inlinable
  public static func isWhitespace(_ octet: UInt8) -> Bool { octet == 0x20 || octet == 0x09 }

  /// Whether `octets` is a token, as field names and methods are.
  ///
  /// RFC 9110 §5.1
  public static func isName(_ octets: Span<UInt8>) -> Bool {
    let token = tokenOctets
    for index in octets.indices where !token.contains(octets[index]) { return false }
    return !octets.isEmpty
  }

  /// Whether `octets` is a field value: empty, or of the permitted octets and without white space at
  /// either end.
  ///
  /// RFC 9110 §5.5
  public static func isValue(_ octets: Span<UInt8>) -> Bool {
    let count = octets.count
    guard count > 0 else { return true }
    let value = valueOctets
    for index in octets.indices where !value.contains(octets[index]) { return false }
    return !isWhitespace(octets[0]) && !isWhitespace(octets[count - 1])
  }
}
