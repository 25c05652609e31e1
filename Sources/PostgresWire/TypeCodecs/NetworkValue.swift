import NecroOctets

/// An inet or cidr: an address of a host or network.
@frozen
public struct NetworkValue: ~Escapable {
  public enum Family: UInt8, Sendable {
    /// The octets that stand for the families on the wire.
    case ipv4 = 2
    case ipv6 = 3

    /// Octets of an address.
    public var octetCount: Int { self == .ipv4 ? 4 : 16 }
  }

  public let family: Family
  /// Bits of the network's part.
  public let prefix: Int
  /// Whether it is a cidr.
  public let isNetwork: Bool
  /// The address in network byte order.
  public let address: Span<UInt8>

  /// - Throws: `lengthInvalid`, `valueInvalid`.
  @_lifetime(copy octets)
  public init(_ octets: Span<UInt8>) throws(PostgresValueError) {
    guard octets.count >= 4 else { throw PostgresValueError(.lengthInvalid) }
    guard let family = Family(rawValue: octets[0]) else { throw PostgresValueError(.valueInvalid) }
    guard Int(octets[1]) <= family.octetCount * 8 else {
      throw PostgresValueError(.valueInvalid, at: 1)
    }
    guard octets[2] < 2 else { throw PostgresValueError(.valueInvalid, at: 2) }
    guard Int(octets[3]) == family.octetCount, octets.count == 4 + family.octetCount else {
      throw PostgresValueError(.lengthInvalid, at: 3)
    }
    self.family = family
    prefix = Int(octets[1])
    isNetwork = octets[2] == 1
    address = octets.extracting(4..<octets.count)
  }

  /// Whether the prefix has all bits, so that this is a single host.
  public var isHost: Bool { prefix == family.octetCount * 8 }

  /// Appends the binary format.
  ///
  /// - Parameter address: of 4 or 16 octets, which tell the family.
  /// - Throws: `addressInvalid`, with nothing appended.
  public static func append(
    address: Span<UInt8>, prefix: Int, isNetwork: Bool, into output: inout OctetBuffer
  ) throws(PostgresValueMisuse) {
    guard address.count == 4 || address.count == 16, prefix >= 0, prefix <= address.count * 8
    else { throw .addressInvalid }
    output.append(address.count == 4 ? Family.ipv4.rawValue : Family.ipv6.rawValue)
    output.append(UInt8(prefix))
    output.append(isNetwork ? 1 : 0)
    output.append(UInt8(address.count))
    output.append(address)
  }

  /// Appends the address, and the prefix unless it is a single host's in an inet.
  ///
  /// Source: `RFC 5952 §4` for IPv6.
  public func append(into output: inout OctetBuffer) {
    if family == .ipv4 {
      NetworkValue.appendIPv4(address, into: &output)
    } else {
      appendIPv6(into: &output)
    }
    if isHost && !isNetwork { return }
    output.append(0x2F)
    output.append(decimal: UInt64(prefix))
  }

  private static func appendIPv4(_ octets: Span<UInt8>, into output: inout OctetBuffer) {
    for index in 0..<4 {
      if index > 0 { output.append(0x2E) }
      output.append(decimal: UInt64(octets[index]))
    }
  }

  private func appendIPv6(into output: inout OctetBuffer) {
    let zeros = longestZeros()
    // An address of IPv4 in one of IPv6: ::ffff:192.0.2.1.
    let isMapped = zeros == 0..<5 && group(5) == 0xFFFF
    var index = 0
    while index < 8 {
      if index == zeros.lowerBound, !zeros.isEmpty {
        output.append("::")
        index = zeros.upperBound
        continue
      }
      if index > 0, index != zeros.upperBound || zeros.isEmpty { output.append(0x3A) }
      if isMapped && index == 6 {
        return NetworkValue.appendIPv4(address.extracting(12..<16), into: &output)
      }
      append(hexadecimal: group(index), into: &output)
      index += 1
    }
  }

  private func group(_ index: Int) -> UInt16 { address.bigEndian(at: index * 2) }

  /// The first of the longest runs of two zeros or more.
  private func longestZeros() -> Range<Int> {
    var longest = 0..<0
    var start = 0
    for index in 0..<8 {
      if group(index) != 0 {
        start = index + 1
      } else if index + 1 - start > max(longest.count, 1) {
        longest = start..<index + 1
      }
    }
    return longest
  }

  private func append(hexadecimal number: UInt16, into output: inout OctetBuffer) {
    var shift: UInt16 = 12
    while shift > 0, number >> shift == 0 { shift -= 4 }
    while true {
      let digit = UInt8(truncatingIfNeeded: number >> shift & 0x0F)
      output.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
      if shift == 0 { return }
      shift -= 4
    }
  }
}
