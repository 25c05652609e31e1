import NecroOctets
import NecroReactor
import NecroTLS

/// How far a connection that is being opened has come.
public enum RedictOpening {
  case open
  /// It goes on when the descriptor can be read.
  case wantsOctets
  /// It goes on when the descriptor can be written to.
  case wantsRoom
  case failed(RedictFailure)
}

/// What carries a connection's octets: a socket, TLS over one, or a simulation.
///
/// A class to be subclassed and no protocol, since Embedded Swift has no existentials.
open class RedictTransport {
  public init() {}

  /// The descriptor that tells when there are octets to receive or room to send; negative when the
  /// transport calls `RedictConnection.ready` itself.
  open var descriptor: Int32 { -1 }

  /// Whether the connection is still being opened: `proceed` is called once the descriptor is
  /// writable, and then whenever it is what that asks for.
  open var isConnecting: Bool { false }
  open func proceed() -> RedictOpening { .open }

  /// What the encryption has failed with, if it has.
  open var encryptionFailure: TLSError? { nil }

  /// Whether there may be octets to receive of which the descriptor does not tell.
  open var hasBufferedOctets: Bool { false }

  /// Whether octets that `send` has taken wait for room: it is called again once there is some, with
  /// none if there are no others.
  open var hasUnsentOctets: Bool { false }

  /// Receives into `room`, which has at least one octet.
  open func receive(into room: UnsafeMutableRawBufferPointer) -> ReceiveResult { .closed }

  /// Sends the first of `octets` that there is room for.
  open func send(_ octets: Span<UInt8>) -> SendResult { .failed(0) }

  /// Closes the connection. Nothing is called after it.
  open func close() {}
}

/// A socket without encryption.
public final class RedictSocketTransport: RedictTransport {
  private let socket: Int32
  private var isOpening: Bool

  /// - Parameters:
  ///   - socket: of TCP or a unix socket, non-blocking; the transport closes it.
  ///   - isConnecting: whether `connect` has said EINPROGRESS.
  public init(socket: Int32, isConnecting: Bool) {
    self.socket = socket
    isOpening = isConnecting
  }

  public override var descriptor: Int32 { socket }
  public override var isConnecting: Bool { isOpening }

  public override func proceed() -> RedictOpening {
    isOpening = false
    return Socket.connectError(of: socket) == 0 ? .open : .failed(.connectFailed)
  }

  public override func receive(into room: UnsafeMutableRawBufferPointer) -> ReceiveResult {
    Socket.receive(socket, into: room)
  }

  public override func send(_ octets: Span<UInt8>) -> SendResult { Socket.send(socket, octets) }

  public override func close() { Socket.close(socket) }
}
