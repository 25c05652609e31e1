import NecroOctets

/// What stands between the brackets of an IP literal: an IPv6 address or a future one.
///
/// RFC 3986 §3.2.2
enum IPLiteral {
  /// Whether `octet` may stand in a literal that begins with `first`.
  static func allows(_ octet: UInt8, first: UInt8) -> Bool {
    if first | 0x20 == 0x76 {
      // `unreserved`, `sub-delims` and ":".
      return OctetClass(low: 0x2FFF_7FD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFE).contains(octet)
    }
    return OctetClass.hexadecimalValue(octet) != nil || octet == 0x3A || octet == 0x2E
  }

  /// Whether `octets`, each of which `allows` has passed, are an address.
  static func isValid(_ octets: Span<UInt8>) -> Bool {
    guard octets.count > 0 else { return false }
    return octets[0] | 0x20 == 0x76 ? isFutureAddress(octets) : isIPv6Address(octets)
  }

  /// `"v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" )`
  private static func isFutureAddress(_ octets: Span<UInt8>) -> Bool {
    var position = 1
    while position < octets.count, OctetClass.hexadecimalValue(octets[position]) != nil {
      position += 1
    }
    return position > 1 && position + 1 < octets.count && octets[position] == 0x2E
  }

  /// Eight groups of up to four digits, the last two perhaps an IPv4 address; one run of groups may
  /// be left out for `::`.
  private static func isIPv6Address(_ octets: Span<UInt8>) -> Bool {
    let count = octets.count
    // 39 octets are the longest written in groups alone, 45 with an IPv4 address at the end.
    guard count >= 2 && count <= 45 else { return false }
    var position = 0
    var groups = 0
    var isCompressed = false
    if octets[0] == 0x3A {
      guard octets[1] == 0x3A else { return false }
      isCompressed = true
      position = 2
    }
    while position < count {
      let start = position
      while position < count, OctetClass.hexadecimalValue(octets[position]) != nil {
        position += 1
      }
      if position < count, octets[position] == 0x2E {
        guard isIPv4Address(octets.extracting(start..<count)) else { return false }
        groups += 2
        break
      }
      guard position > start && position - start <= 4 else { return false }
      groups += 1
      guard position < count else { break }
      // Only ":" is left of the octets that a literal allows.
      position += 1
      guard position < count else { return false }
      if octets[position] == 0x3A {
        guard !isCompressed else { return false }
        isCompressed = true
        position += 1
      }
    }
    return isCompressed ? groups <= 7 : groups == 8
  }

  /// Four decimal numbers up to 255, written without leading zeros.
  private static func isIPv4Address(_ octets: Span<UInt8>) -> Bool {
    var numbers = 0
    var position = 0
    while true {
      let start = position
      var number = 0
      while position < octets.count, OctetClass.isDigit(octets[position]), position - start < 3 {
        number = number * 10 + Int(octets[position] - 0x30)
        position += 1
      }
      guard position > start && number <= 255 else { return false }
      guard position == start + 1 || octets[start] != 0x30 else { return false }
      numbers += 1
      guard position < octets.count else { return numbers == 4 }
      guard numbers < 4 && octets[position] == 0x2E else { return false }
      position += 1
    }
  }
}
