import CLinux
import NecroOctets

/// The address of a connection's peer, kept as it came from the kernel and turned into text only
/// when somebody asks.
public struct PeerAddress: Equatable, Sendable {
  public enum Family: UInt8, Equatable, Sendable {
    /// A unix socket: its peer has no host and no port.
    case unix
    case ipv4
    case ipv6
  }

  public let family: Family
  /// The peer's port; 0 for a unix socket.
  public let port: UInt16
  // The address in network order: the first 4 octets for IPv4, all 16 for IPv6.
  private let octets: (UInt64, UInt64)

  /// The peer of a unix socket.
  public static var unix: PeerAddress {
    PeerAddress(family: .unix, port: 0, octets: (0, 0))
  }

  private init(family: Family, port: UInt16, octets: (UInt64, UInt64)) {
    self.family = family
    self.port = port
    self.octets = octets
  }

  /// Reads what the kernel has filled: `sockaddr_in6` is large enough for either family.
  init(_ address: inout sockaddr_in6) {
    self = withUnsafeBytes(of: &address) { storage in
      switch Int32(storage.loadUnaligned(as: sa_family_t.self)) {
      case AF_INET:
        let inet = storage.loadUnaligned(as: sockaddr_in.self)
        return PeerAddress(
          family: .ipv4, port: UInt16(bigEndian: inet.sin_port),
          octets: (UInt64(inet.sin_addr.s_addr).littleEndian, 0))
      case AF_INET6:
        let inet = storage.loadUnaligned(as: sockaddr_in6.self)
        let octets = withUnsafeBytes(of: inet.sin6_addr) { octets in
          octets.loadUnaligned(as: (UInt64, UInt64).self)
        }
        return PeerAddress(family: .ipv6, port: UInt16(bigEndian: inet.sin6_port), octets: octets)
      default:
        return .unix
      }
    }
  }

  /// An address of IPv4 or IPv6 in numbers, such as `127.0.0.1`; nil for what is none.
  public init?(host: Span<UInt8>, port: UInt16) {
    guard host.count < Int(INET6_ADDRSTRLEN) else { return nil }
    var text = OctetBuffer(capacity: Int(INET6_ADDRSTRLEN))
    text.append(host)
    text.append(0)
    var octets: (UInt64, UInt64) = (0, 0)
    let found: Family? = text.octets.withUnsafeBytes { source in
      let start = source.baseAddress?.assumingMemoryBound(to: CChar.self)
      guard let start else { return nil }
      if inet_pton(AF_INET, start, &octets) == 1 { return .ipv4 }
      if inet_pton(AF_INET6, start, &octets) == 1 { return .ipv6 }
      return nil
    }
    guard let found else { return nil }
    self.init(family: found, port: port, octets: octets)
  }

  /// Appends the numeric address: `127.0.0.1`, `::1`; nothing for a unix socket.
  public func host(into output: inout OctetBuffer) {
    if family == .unix { return }
    let room = output.reserve(Int(INET6_ADDRSTRLEN))
    let text = room.baseAddress?.assumingMemoryBound(to: CChar.self)
    var address = octets
    let family = family == .ipv4 ? AF_INET : AF_INET6
    // It fails only for a foreign family or too little room.
    guard let text, inet_ntop(family, &address, text, socklen_t(room.count)) != nil else { return }
    output.advance(strlen(text))
  }

  public static func == (one: PeerAddress, other: PeerAddress) -> Bool {
    one.family == other.family && one.port == other.port && one.octets == other.octets
  }
}
