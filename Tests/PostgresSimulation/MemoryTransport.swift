import NecroOctets
import NecroPostgres
import NecroReactor

/// The client's end of a connection that exists in memory alone. Its network, or a test, says what
/// has arrived and calls `announce`.
open class MemoryTransport: Transport {
  /// Octets that have arrived and were not received.
  public private(set) var arrived: [UInt8] = []
  private var receivedCount = 0
  /// Whether the peer sends no more than what has arrived.
  public private(set) var peerHasClosed = false
  /// Whether the connection is gone: what has arrived is lost.
  public private(set) var isReset = false
  public private(set) var isClosed = false
  public var isOpening: Bool
  /// What opening it comes to: an `errno`.
  public var openingError: Int32 = 0
  /// Octets that `receive` gives at most in one call.
  public var receivedOctetsMax = Int.max
  /// Whether there was no room to send the last time.
  public var isFull = false
  /// Whether something was called after `close`, which may not be.
  public private(set) var wasUsedAfterClose = false

  public static var connectionReset: Int32 { 104 }

  public init(isOpening: Bool = false) {
    self.isOpening = isOpening
    super.init()
  }

  open override var isConnecting: Bool { isOpening }

  open override func proceed() -> Opening {
    isOpening = false
    return openingError == 0 ? .open : .failed(.connectionLost(wasSent: false))
  }

  public var availableCount: Int { arrived.count - receivedCount }

  public func arrive(_ octets: some Sequence<UInt8>) {
    if isClosed || isReset { return }
    if receivedCount == arrived.count {
      arrived.removeAll(keepingCapacity: true)
      receivedCount = 0
    }
    arrived.append(contentsOf: octets)
  }

  public func arriveEnd() { peerHasClosed = true }

  public func reset() {
    isReset = true
    arrived.removeAll()
    receivedCount = 0
  }

  open override func receive(into room: UnsafeMutableRawBufferPointer) -> ReceiveResult {
    noticeUse()
    let count = min(room.count, availableCount, receivedOctetsMax)
    if count > 0 {
      arrived.withUnsafeBytes { source in
        room.copyMemory(
          from: UnsafeRawBufferPointer(rebasing: source[receivedCount..<receivedCount + count]))
      }
      receivedCount += count
      return .octets(count)
    }
    if isReset { return .failed(Self.connectionReset) }
    return peerHasClosed ? .closed : .wouldBlock
  }

  open override func send(_ octets: Span<UInt8>) -> SendResult {
    noticeUse()
    if isReset { return .failed(Self.connectionReset) }
    return accept(octets)
  }

  /// Takes octets that are sent; all of them are lost where a subclass does not say otherwise.
  open func accept(_ octets: Span<UInt8>) -> SendResult { .octets(octets.count) }

  open override func close() {
    noticeUse()
    isClosed = true
    arrived.removeAll()
    receivedCount = 0
  }

  private func noticeUse() {
    if isClosed { wasUsedAfterClose = true }
  }

  /// What a poller would report.
  public var readiness: Readiness {
    if isClosed { return [] }
    if isOpening { return .writable }
    var readiness: Readiness = []
    if availableCount > 0 || peerHasClosed { readiness.formUnion(.readable) }
    if isReset { readiness.formUnion([.readable, .error]) }
    if !isFull { readiness.formUnion(.writable) }
    return readiness
  }

  /// Tells whoever uses the connection what it is ready for.
  public func announce() {
    let readiness = readiness
    if !readiness.isEmpty { source?.ready(readiness) }
  }
}
