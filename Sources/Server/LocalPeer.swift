import NecroOctets
import NecroReactor

/// The peer's end of a connection in memory: a program of this process that speaks HTTP to a worker
/// without a socket, such as a test client.
///
/// Its octets are received by the same driver and decoder as those of a socket, within the same
/// limits, and the response's octets are taken from where a socket would be sent them.
///
/// Call order: `Worker.connect`, then `feed` and `take` as one likes, `finish` or `disconnect`, all on
/// the worker's thread. What is fed is looked at in the worker's next turn.
open class LocalPeer {
  /// Octets fed that the worker has not received.
  final var input = OctetBuffer()
  /// The peer feeds no more.
  final var inputEnded = false
  /// Octets sent that the peer has not taken; at most `outputOctetsMax`.
  final var output = OctetBuffer()
  /// The worker sends no more.
  public internal(set) final var outputEnded = false
  /// The connection's slot, or nil once it is closed.
  final var slot: Int?

  public init() {}

  /// Called when there is something new to take, when the output has ended, and when what was fed has
  /// been received. It is called from within the worker's work and calls nothing of the worker's.
  open func changed() {}

  /// How many octets wait to be received.
  public final var pendingOctets: Int { input.count }

  /// Calls `body` with the octets to be taken.
  public final func withOutput<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
    LocalPeer.call(body, output)
  }

  static func call<Result>(
    _ body: (Span<UInt8>) -> Result, _ buffer: borrowing OctetBuffer
  ) -> Result {
    body(buffer.octets)
  }

  /// Octets that wait to be taken, beyond which the worker sees the connection as a socket whose
  /// buffer is full.
  final var outputOctetsMax: Int { 1_048_576 }

  /// As `Socket.receive`.
  final func receive(into room: UnsafeMutableRawBufferPointer) -> ReceiveResult {
    if input.isEmpty { return inputEnded ? .closed : .wouldBlock }
    let count = min(room.count, input.count)
    LocalPeer.copy(input, count, to: room)
    input.consume(count)
    if input.isEmpty {
      input.removeAll()
      changed()
    }
    return .octets(count)
  }

  static func copy(
    _ buffer: borrowing OctetBuffer, _ count: Int, to room: UnsafeMutableRawBufferPointer
  ) {
    buffer.octets.withUnsafeBytes { source in
      room.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[..<count]))
    }
  }

  /// As `Socket.send`.
  final func send(_ octets: Span<UInt8>) -> SendResult {
    let count = min(octets.count, outputOctetsMax - output.count)
    if count <= 0 { return .wouldBlock }
    output.append(octets.extracting(first: count))
    changed()
    return .octets(count)
  }

  /// Ends the output; what was sent can still be taken.
  final func endOutput() {
    if outputEnded { return }
    outputEnded = true
    changed()
  }
}

/// How a connection reaches its peer: by a descriptor, or in memory.
extension Connection {
  func receive(into room: UnsafeMutableRawBufferPointer) -> ReceiveResult {
    guard let local else { return Socket.receive(descriptor, into: room) }
    return local.receive(into: room)
  }

  func send(_ octets: Span<UInt8>) -> SendResult {
    guard let local else { return Socket.send(descriptor, octets) }
    return local.send(octets)
  }

  /// Tells the peer that no more octets come.
  func closeWriting() {
    guard let local else { return Socket.closeWriting(descriptor) }
    local.endOutput()
  }

  /// Ends the way to the peer.
  ///
  /// - Parameter resetting: whether what the peer has not read is dropped.
  func disconnect(resetting: Bool) {
    if let local {
      local.slot = nil
      if resetting { local.output.removeAll() }
      local.endOutput()
    } else if resetting {
      Socket.reset(descriptor)
    } else {
      Socket.close(descriptor)
    }
  }
}

extension Worker {
  /// Opens a connection in memory. False when the worker takes no more connections.
  ///
  /// - Parameter address: what the application is told as the peer's address.
  public func connect(_ peer: LocalPeer, address: PeerAddress) -> Bool {
    guard !isDraining, connectionCount < limits.connectionsMax else { return false }
    now = Clock.monotonicMilliseconds()
    let slot = freeSlot()
    peer.slot = slot
    open(-1, peer, address, .plain, slot: slot)
    return true
  }

  /// Gives the worker octets of a peer. Those after the connection's end are dropped.
  public func feed(_ peer: LocalPeer, _ octets: Span<UInt8>) {
    guard let connection = connection(of: peer), !peer.inputEnded else { return }
    peer.input.append(octets)
    connection.mayReceive = true
    schedule(connection)
  }

  /// Says that the peer feeds no more, as a client that closes its side; it still gets its responses.
  public func finish(_ peer: LocalPeer) {
    guard let connection = connection(of: peer) else { return }
    peer.inputEnded = true
    connection.endIsAnnounced = true
    connection.mayReceive = true
    schedule(connection)
  }

  /// Forgets the octets that wait to be taken, which `LocalPeer.withOutput` has shown.
  public func taken(_ peer: LocalPeer) {
    peer.output.removeAll()
    guard let connection = connection(of: peer), connection.isBlockedOnSend else { return }
    connection.isBlockedOnSend = false
    schedule(connection)
  }

  /// Ends a connection at once, as a client that goes away.
  public func disconnect(_ peer: LocalPeer) {
    if let connection = connection(of: peer) { close(connection, resetting: true) }
  }

  private func connection(of peer: LocalPeer) -> Connection? {
    guard let slot = peer.slot else { return nil }
    return connections[slot]
  }
}
