import NecroOctets

/// Where a server listens, as a server said it: its host is an address or a name.
public struct RedictAddress: Sendable, Equatable {
  public let host: [UInt8]
  public let port: UInt16

  public init(host: [UInt8], port: UInt16) {
    self.host = host
    self.port = port
  }

  /// `host:port`; the host may have colons of its own.
  public var text: OctetBuffer {
    var text = OctetBuffer()
    text.append(host.span)
    text.append(0x3A)
    text.append(decimal: UInt64(port))
    return text
  }

  /// Octets of a host that is believed to be one: those of the longest name.
  static var hostOctetsMax: Int { 255 }

  /// Reads `host:port`; the host may have colons of its own. An empty host is that of `other`, as
  /// whoever is asked writes where it itself is. Nil when it is neither.
  init?(_ text: Span<UInt8>, otherwise other: RedictAddress) {
    var colon = text.count - 1
    while colon >= 0 && text[colon] != 0x3A { colon -= 1 }
    guard colon >= 0 else { return nil }
    self.init(
      host: text.extracting(0..<colon),
      port: Self.number(text.extracting((colon + 1)..<text.count)), otherwise: other)
  }

  /// Nil for what can be no address.
  init?(host: Span<UInt8>, port: Int, otherwise other: RedictAddress) {
    guard port > 0, port <= 65_535, host.count <= Self.hostOctetsMax else { return nil }
    for index in host.indices where host[index] <= 0x20 || host[index] >= 0x7F { return nil }
    self.init(
      host: host.isEmpty ? other.host : [UInt8](copying: host), port: UInt16(port))
  }

  /// A decimal number of at most 5 digits; negative for anything else.
  static func number(_ text: Span<UInt8>) -> Int {
    guard text.count > 0, text.count <= 5 else { return -1 }
    var number = 0
    for index in text.indices {
      guard text[index] &- 0x30 < 10 else { return -1 }
      number = number * 10 + Int(text[index] - 0x30)
    }
    return number
  }

  public static func == (one: RedictAddress, other: RedictAddress) -> Bool {
    if one.port != other.port { return false }
    let host = one.host
    let otherHost = other.host
    return host.span.equals(otherHost.span)
  }
}

/// A server that a router knows, and the client that speaks to it.
public final class RedictNode {
  public let address: RedictAddress
  public let client: RedictClient
  /// Until when it is passed over where another node will do: an attempt to connect has failed, or the
  /// connection was lost.
  var downUntil: UInt64 = 0
  /// Nothing goes to it any more; it is closed when what is under way is over, or at this time.
  var retiredUntil: UInt64?
  /// Whether the newest map has it.
  var isMapped = false

  init(_ address: RedictAddress, _ client: RedictClient) {
    self.address = address
    self.client = client
  }

  /// Whether callers wait for it.
  var isBusy: Bool {
    if client.waitingCount > 0 || !client.finishing.isEmpty { return true }
    for connection in client.connections
    where connection.role != .subscriber
      && (!connection.exchanges.isEmpty || connection.isAcquired)
    {
      return true
    }
    return false
  }
}
