import NecroOctets
import NecroReactor
import NecroTLS

/// A client's TLS session over the socket of a driver's connection.
///
/// Call order: `handshake` whenever the socket is ready, until it is established; then `receive` and
/// `send`, as on a socket without TLS. What those leave undone is in `hasBufferedOctets`, of which the
/// descriptor does not tell, and in `hasUnsentOctets`, for which it is to be watched for writing.
public final class TLSSocket {
  /// How far a handshake has come.
  public enum Progress {
    case established
    /// It goes on when the socket can be read.
    case wantsOctets
    /// It goes on when the socket can be written to.
    case wantsRoom
    case failed(TLSError)
  }

  public let socket: Int32
  public let session: TLSSession
  /// Why the session is over, where that is TLS's affair.
  public private(set) var failure: TLSError?
  /// Whether plaintext may be there that the socket has given away already.
  public private(set) var hasBufferedOctets = false

  /// - Parameters:
  ///   - socket: connected and non-blocking; it is closed by `close`.
  ///   - peer: who is to be at its other end.
  public init(socket: Int32, _ context: TLSContext, peer: TLSPeerName) throws(TLSError) {
    session = try TLSSession(client: context, peer: peer)
    self.socket = socket
  }

  /// Whether octets wait for room in the socket.
  public var hasUnsentOctets: Bool { session.pendingOutput > 0 }

  /// Goes on with the handshake.
  public func handshake() -> Progress {
    while true {
      var isEstablished = false
      do throws(TLSError) {
        isEstablished = try session.handshake()
      } catch {
        // The alert tells the server why; whether it hears that is its own affair.
        _ = sendOutput()
        failure = error
        return .failed(error)
      }
      if isEstablished {
        // What is left of our last flight goes with whatever is sent first.
        _ = sendOutput()
        return .established
      }
      if case .wouldBlock = sendOutput() { return .wantsRoom }
      let room = session.reserve(TLSSession.sealedRecordOctetsMax)
      switch Socket.receive(socket, into: room) {
      case .octets(let count): session.advance(count)
      case .wouldBlock: return .wantsOctets
      case .closed, .failed: session.finish()
      }
    }
  }

  /// Receives plaintext into `room`, which has at least one octet: as much as there is, or fits.
  public func receive(into room: UnsafeMutableRawBufferPointer) -> ReceiveResult {
    var filled = 0
    // The socket may have more only if it has filled what it was given.
    var mayHaveMore = true
    hasBufferedOctets = false
    while filled < room.count {
      let left = UnsafeMutableRawBufferPointer(rebasing: room[filled...])
      let result = session.read(into: left)
      // A peer that asks for new keys is answered.
      if session.pendingOutput > 0 { _ = sendOutput() }
      switch result {
      case .octets(let count):
        filled += count
        continue
      case .wantsOctets: break
      case .closed: return filled > 0 ? .octets(filled) : .closed
      case .failed(let error):
        if filled > 0 { return .octets(filled) }
        failure = error
        return error.code == .truncated ? .closed : .failed(0)
      }
      if !mayHaveMore || session.pendingOutput >= TLSSession.outputOctetsMax { break }
      let sealed = session.reserve(TLSSession.sealedRecordOctetsMax)
      switch Socket.receive(socket, into: sealed) {
      case .octets(let count):
        session.advance(count)
        mayHaveMore = count == sealed.count
      case .wouldBlock: mayHaveMore = false
      case .closed: session.finish()
      case .failed(let code): return filled > 0 ? .octets(filled) : .failed(code)
      }
    }
    hasBufferedOctets = filled == room.count
    return filled > 0 ? .octets(filled) : .wouldBlock
  }

  /// Sends the first of `octets` that there is room for, behind those that wait; with none, only these.
  ///
  /// Octets that are taken may still wait for room: see `hasUnsentOctets`.
  public func send(_ octets: Span<UInt8>) -> SendResult {
    switch sendOutput() {
    case .octets: break
    case .wouldBlock: return .wouldBlock
    case .failed(let code): return .failed(code)
    }
    if octets.isEmpty { return .octets(0) }
    let count: Int
    do throws(TLSError) {
      count = try session.write(octets)
    } catch {
      failure = error
      return .failed(0)
    }
    if case .failed(let code) = sendOutput() { return .failed(code) }
    return count == 0 ? .wouldBlock : .octets(count)
  }

  /// Sends what waits. `octets` says that all of it is gone.
  private func sendOutput() -> SendResult {
    while session.pendingOutput > 0 {
      let result = session.withOutput { Socket.send(socket, $0) }
      guard case .octets(let count) = result else { return result }
      session.consumeOutput(count)
    }
    return .octets(0)
  }

  /// Ends TLS and closes the socket. Nothing is called after it.
  public func close() {
    session.close()
    _ = sendOutput()
    Socket.close(socket)
  }
}
