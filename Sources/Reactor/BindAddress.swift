import NecroOctets

/// Where to listen: `HOST:PORT`, `[IPV6]:PORT`, `unix:PATH` or `fd:NUMBER`.
public enum BindAddress: Equatable, Sendable {
  /// A name or a numeric address (an IPv6 one without brackets), as octets, and a port; port 0
  /// stands for one that the kernel picks.
  case tcp(host: [UInt8], port: UInt16)
  /// The path of a socket in the file system, as octets.
  case unix(path: [UInt8])
  /// A listening socket that this process has inherited.
  case descriptor(Int32)

  /// Why a text is no address to listen on.
  public enum Malformed: Error, Equatable, Sendable {
    /// No host before the colon, or nothing in the brackets.
    case missingHost
    /// No colon and port behind the host.
    case missingPort
    /// A port that is not a number up to 65535 in decimal digits.
    case portOutOfRange
    /// Colons in a host that has no brackets around it.
    case unbracketedIPv6
    /// A `[` without its `]`, or something between `]` and the colon.
    case unclosedBracket
    /// A NUL, control character or space in the host, or a NUL in the path.
    case forbiddenCharacter
    /// `unix:` without a path.
    case missingPath
    /// A path longer than the kernel's 107 octets.
    case pathTooLong
    /// `fd:` without a decimal number.
    case descriptorOutOfRange

    /// One phrase for the command line.
    public var message: StaticString {
      switch self {
      case .missingHost: "the host is missing: give HOST:PORT"
      case .missingPort: "the port is missing: give HOST:PORT"
      case .portOutOfRange: "the port is not a number from 0 to 65535"
      case .unbracketedIPv6: "an IPv6 address needs brackets: [::1]:8000"
      case .unclosedBracket: "the brackets do not enclose an IPv6 address: [::1]:8000"
      case .forbiddenCharacter: "it contains a character that no address has"
      case .missingPath: "the path is missing: give unix:/path"
      case .pathTooLong: "the path of a unix socket has at most 107 octets"
      case .descriptorOutOfRange: "the descriptor is not a number: give fd:3"
      }
    }
  }

  /// The longest path of a unix socket in octets: `sun_path` less its NUL.
  static var pathOctetsMax: Int { 107 }

  /// Parses an address.
  ///
  /// - Parameter text: one of the four forms.
  /// - Throws: `Malformed`; whether a host exists is seen only when it is bound.
  public static func parse(_ text: Span<UInt8>) throws(Malformed) -> BindAddress {
    if let path = remainder(of: text, behind: "unix:") {
      if path.isEmpty { throw .missingPath }
      if path.count > pathOctetsMax { throw .pathTooLong }
      for index in path.indices where path[index] == 0 { throw .forbiddenCharacter }
      return .unix(path: copy(path))
    }
    if let number = remainder(of: text, behind: "fd:") {
      guard let value = decimal(number, max: Int(Int32.max)) else { throw .descriptorOutOfRange }
      return .descriptor(Int32(value))
    }
    return try parseHostAndPort(text)
  }

  private static func parseHostAndPort(_ text: Span<UInt8>) throws(Malformed) -> BindAddress {
    var hostBegin = 0
    var hostEnd = 0
    var colon = 0
    if text.count > 0 && text[0] == UInt8(ascii: "[") {
      hostBegin = 1
      hostEnd = 1
      while hostEnd < text.count && text[hostEnd] != UInt8(ascii: "]") { hostEnd += 1 }
      if hostEnd == text.count { throw .unclosedBracket }
      colon = hostEnd + 1
      if colon == text.count { throw .missingPort }
      if text[colon] != UInt8(ascii: ":") { throw .unclosedBracket }
    } else {
      while hostEnd < text.count && text[hostEnd] != UInt8(ascii: ":") { hostEnd += 1 }
      if hostEnd == text.count { throw .missingPort }
      colon = hostEnd
      for index in colon + 1..<text.count where text[index] == UInt8(ascii: ":") {
        throw .unbracketedIPv6
      }
    }
    if hostBegin == hostEnd { throw .missingHost }
    let host = text.extracting(hostBegin..<hostEnd)
    for index in host.indices where host[index] <= 0x20 || host[index] == 0x7F {
      throw .forbiddenCharacter
    }
    let port = text.extracting(colon + 1..<text.count)
    if port.isEmpty { throw .missingPort }
    guard let number = decimal(port, max: Int(UInt16.max)) else { throw .portOutOfRange }
    return .tcp(host: copy(host), port: UInt16(number))
  }

  /// Appends the address as it is given on the command line.
  public func describe(into output: inout OctetBuffer) {
    switch self {
    case .tcp(let host, let port):
      appendHost(host, into: &output)
      output.append(UInt8(ascii: ":"))
      output.append(decimal: UInt64(port))
    case .unix(let path):
      output.append("unix:")
      output.append(path.span)
    case .descriptor(let number):
      output.append("fd:")
      output.append(decimal: UInt64(number))
    }
  }

  /// Appends a URL for the line that a server prints when it is ready: `http://127.0.0.1:8000`.
  /// What no URL can name is described as on the command line.
  ///
  /// - Parameter scheme: without the colon: `http`.
  public func url(scheme: StaticString, into output: inout OctetBuffer) {
    if case .tcp = self {
      output.append(scheme)
      output.append("://")
    }
    describe(into: &output)
  }

  private func appendHost(_ host: [UInt8], into output: inout OctetBuffer) {
    let hasColon = host.contains(UInt8(ascii: ":"))
    if hasColon { output.append(UInt8(ascii: "[")) }
    output.append(host.span)
    if hasColon { output.append(UInt8(ascii: "]")) }
  }

  @_lifetime(copy text)
  private static func remainder(
    of text: Span<UInt8>, behind prefix: StaticString
  ) -> Span<UInt8>? {
    let prefixCount = prefix.utf8CodeUnitCount
    guard text.count >= prefixCount, text.extracting(0..<prefixCount).equals(prefix) else {
      return nil
    }
    return text.extracting(prefixCount..<text.count)
  }

  private static func decimal(_ digits: Span<UInt8>, max: Int) -> Int? {
    if digits.isEmpty { return nil }
    var value = 0
    for index in digits.indices {
      guard OctetClass.isDigit(digits[index]) else { return nil }
      value = value * 10 + Int(digits[index] - 0x30)
      // `max` is far below the largest Int, so the product above cannot overflow.
      if value > max { return nil }
    }
    return value
  }

  private static func copy(_ octets: Span<UInt8>) -> [UInt8] {
    var copied: [UInt8] = []
    copied.reserveCapacity(octets.count)
    for index in octets.indices { copied.append(octets[index]) }
    return copied
  }
}
