/// The grammar of HTTP/1.1 requests as functions that look at whole elements: slow, and plain enough to
/// be compared with the specification by eye. They share no code with the decoder, and no tables.
enum HTTP1ModelGrammar {
  typealias Octets = ArraySlice<UInt8>

  // RFC 5234 appendix B.1, RFC 9110 §5.6.2, RFC 3986 §2

  static func isAlpha(_ octet: UInt8) -> Bool {
    (0x41...0x5A).contains(octet) || (0x61...0x7A).contains(octet)
  }

  static func isDigit(_ octet: UInt8) -> Bool { (0x30...0x39).contains(octet) }

  static func isHexDigit(_ octet: UInt8) -> Bool {
    isDigit(octet) || (0x41...0x46).contains(octet) || (0x61...0x66).contains(octet)
  }

  static func isWhitespace(_ octet: UInt8) -> Bool { octet == 0x20 || octet == 0x09 }

  static func isTokenOctet(_ octet: UInt8) -> Bool {
    isAlpha(octet) || isDigit(octet) || "!#$%&'*+-.^_`|~".utf8.contains(octet)
  }

  static func isToken(_ octets: Octets) -> Bool {
    !octets.isEmpty && octets.allSatisfy(isTokenOctet)
  }

  /// RFC 9110 §5.5
  static func isValueOctet(_ octet: UInt8) -> Bool {
    octet == 0x09 || octet >= 0x20 && octet != 0x7F
  }

  static func isUnreserved(_ octet: UInt8) -> Bool {
    isAlpha(octet) || isDigit(octet) || "-._~".utf8.contains(octet)
  }

  static func isSubDelimiter(_ octet: UInt8) -> Bool { "!$&'()*+,;=".utf8.contains(octet) }

  /// Octets of a set, and percent-encodings.
  static func isEncoded(_ octets: Octets, _ allows: (UInt8) -> Bool) -> Bool {
    var rest = octets
    while let first = rest.first {
      if first == 0x25 {
        guard rest.count >= 3, rest.dropFirst().prefix(2).allSatisfy(isHexDigit) else {
          return false
        }
        rest = rest.dropFirst(3)
      } else {
        guard allows(first) else { return false }
        rest = rest.dropFirst()
      }
    }
    return true
  }

  static func isPath(_ octets: Octets) -> Bool {
    isEncoded(octets) { isUnreserved($0) || isSubDelimiter($0) || ":@/".utf8.contains($0) }
  }

  static func isQuery(_ octets: Octets) -> Bool {
    isEncoded(octets) { isUnreserved($0) || isSubDelimiter($0) || ":@/?".utf8.contains($0) }
  }

  // RFC 3986 §3.2

  /// The host and the port of `uri-host [ ":" port ]`; a nil port is one without its colon.
  static func authority(_ octets: Octets) -> (host: Octets, port: Octets?)? {
    var host = octets
    var port: Octets?
    if octets.first == 0x5B {
      guard let end = octets.firstIndex(of: 0x5D) else { return nil }
      host = octets[...end]
      guard isIPLiteral(octets[octets.startIndex + 1..<end]) else { return nil }
      let rest = octets[(end + 1)...]
      guard rest.isEmpty || rest.first == 0x3A else { return nil }
      if !rest.isEmpty { port = rest.dropFirst() }
    } else {
      if let colon = octets.firstIndex(of: 0x3A) {
        host = octets[..<colon]
        port = octets[(colon + 1)...]
        // A port belongs to a host.
        guard !host.isEmpty else { return nil }
      }
      guard isEncoded(host, { isUnreserved($0) || isSubDelimiter($0) }) else { return nil }
    }
    if let port {
      guard port.allSatisfy(isDigit) else { return nil }
      let number = port.drop { $0 == 0x30 }
      guard number.count <= 5, (Int(text(number)) ?? 0) <= 65_535 else { return nil }
    }
    return (host, port)
  }

  static func isIPLiteral(_ octets: Octets) -> Bool {
    guard let first = octets.first else { return false }
    if first == 0x76 || first == 0x56 {
      guard let dot = octets.firstIndex(of: 0x2E) else { return false }
      let version = octets[(octets.startIndex + 1)..<dot]
      let address = octets[(dot + 1)...]
      return !version.isEmpty && version.allSatisfy(isHexDigit) && !address.isEmpty
        && address.allSatisfy { isUnreserved($0) || isSubDelimiter($0) || $0 == 0x3A }
    }
    return isIPv6Address(octets)
  }

  /// Eight groups, or fewer on both sides of one `::`.
  static func isIPv6Address(_ octets: Octets) -> Bool {
    let address = Array(octets)
    for index in address.indices.dropLast() where address[index] == 0x3A {
      guard address[index + 1] == 0x3A else { continue }
      guard let before = groupCount(address[..<index], mayEndInIPv4: false),
        let after = groupCount(address[(index + 2)...], mayEndInIPv4: true)
      else { return false }
      return before + after <= 7
    }
    return groupCount(address[...], mayEndInIPv4: true) == 8
  }

  /// The groups of four digits at most between colons, an IPv4 address counting as two.
  private static func groupCount(_ octets: Octets, mayEndInIPv4: Bool) -> Int? {
    if octets.isEmpty { return 0 }
    let parts = octets.split(separator: 0x3A, omittingEmptySubsequences: false)
    var count = 0
    for (index, part) in parts.enumerated() {
      if mayEndInIPv4 && index == parts.count - 1 && part.contains(0x2E) {
        guard isIPv4Address(part) else { return nil }
        count += 2
      } else {
        guard (1...4).contains(part.count), part.allSatisfy(isHexDigit) else { return nil }
        count += 1
      }
    }
    return count
  }

  private static func isIPv4Address(_ octets: Octets) -> Bool {
    let parts = octets.split(separator: 0x2E, omittingEmptySubsequences: false)
    return parts.count == 4
      && parts.allSatisfy { part in
        part.allSatisfy(isDigit) && (0...255).contains(Int(text(part)) ?? -1)
          && text(part) == String(Int(text(part)) ?? -1)
      }
  }

  // RFC 9112 §7.1

  /// The size of a chunk and how many octets its extensions have.
  static func chunkLine(_ line: Octets) -> (size: UInt64, extensionsCount: Int)? {
    let digits = line.prefix(while: isHexDigit)
    guard !digits.isEmpty, let size = UInt64(text(digits), radix: 16) else { return nil }
    var rest = line.dropFirst(digits.count)
    let extensionsCount = rest.count
    while !rest.isEmpty {
      rest = rest.drop(while: isWhitespace)
      guard rest.first == 0x3B else { return nil }
      rest = rest.dropFirst().drop(while: isWhitespace)
      let name = rest.prefix(while: isTokenOctet)
      guard !name.isEmpty else { return nil }
      rest = rest.dropFirst(name.count)
      let behind = rest.drop(while: isWhitespace)
      guard behind.first == 0x3D else { continue }
      rest = behind.dropFirst().drop(while: isWhitespace)
      if rest.first == 0x22 {
        guard let afterString = droppingQuotedString(rest) else { return nil }
        rest = afterString
      } else {
        let value = rest.prefix(while: isTokenOctet)
        guard !value.isEmpty else { return nil }
        rest = rest.dropFirst(value.count)
      }
    }
    return (size, extensionsCount)
  }

  /// What follows the quoted string with which octets begin.
  private static func droppingQuotedString(_ octets: Octets) -> Octets? {
    var rest = octets.dropFirst()
    while let octet = rest.first {
      rest = rest.dropFirst()
      if octet == 0x22 { return rest }
      guard isValueOctet(octet) else { return nil }
      if octet == 0x5C {
        guard let quoted = rest.first, isValueOctet(quoted) else { return nil }
        rest = rest.dropFirst()
      }
    }
    return nil
  }

  /// The elements of a list, split at the commas outside of quoted strings.
  static func elements(_ octets: [UInt8]) -> [Octets] {
    var commas: [Int] = []
    var isQuoted = false
    var isEscaped = false
    for (index, octet) in octets.enumerated() {
      if isEscaped {
        isEscaped = false
      } else if octet == 0x22 {
        isQuoted.toggle()
      } else if octet == 0x5C {
        isEscaped = isQuoted
      } else if octet == 0x2C && !isQuoted {
        commas.append(index)
      }
    }
    return zip([-1] + commas, commas + [octets.count]).map { octets[($0 + 1)..<$1] }
  }

  static func text(_ octets: Octets) -> String {
    String(decoding: octets, as: UTF8.self)
  }

  /// ASCII letters alone: other alphabets have letters whose lower case is ASCII.
  static func lowercased(_ octets: Octets) -> String {
    text(octets.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }[...])
  }

  static func trimmed(_ octets: Octets) -> Octets {
    var rest = octets.drop(while: isWhitespace)
    while let last = rest.last, isWhitespace(last) { rest = rest.dropLast() }
    return rest
  }
}
