import NecroOctets
import NecroReactor
import NecroTLS

/// How far a connection that is being opened has come.
public enum Opening {
  case open
  /// It goes on when the descriptor can be read.
  case wantsOctets
  /// It goes on when the descriptor can be written to.
  case wantsRoom
  case failed(OperationFailure)
}

/// What carries a session's octets: a socket, TLS over one, or a simulation.
///
/// A class to be subclassed and no protocol, since Embedded Swift has no existentials.
open class Transport {
  /// Who uses the transport: `ready` is called on it by a transport without a descriptor. Nil before
  /// it is used and once it is closed.
  public internal(set) final unowned(unsafe) var source: DriverSource?

  public init() {}

  /// The descriptor that tells when there are octets to receive or room to send; negative when the
  /// transport tells `source` itself.
  open var descriptor: Int32 { -1 }

  /// Whether the connection is still being opened: `proceed` is called once the descriptor is
  /// writable, and then whenever it is what that asks for.
  open var isConnecting: Bool { false }
  open func proceed() -> Opening { .open }

  /// Whether what is sent and received is encrypted.
  open var isEncrypted: Bool { false }

  /// What the encryption has failed with, if it has.
  open var encryptionFailure: TLSError? { nil }

  /// The data of the channel binding tls-server-end-point; nil where there is none.
  open var serverEndPoint: [UInt8]? { nil }

  /// Whether there may be octets to receive of which the descriptor does not tell.
  open var hasBufferedOctets: Bool { false }

  /// Whether octets that `send` has taken wait for room: it is called again once there is some, with
  /// none if there are no others.
  open var hasUnsentOctets: Bool { false }

  /// Receives into `room`, which has at least one octet.
  open func receive(into room: UnsafeMutableRawBufferPointer) -> ReceiveResult { .closed }

  /// Sends the first of `octets` that there is room for.
  open func send(_ octets: Span<UInt8>) -> SendResult { .failed(0) }

  /// A further connection to the same server, for a CancelRequest; nil when it cannot be had.
  open func openSibling() -> Transport? { nil }

  /// Closes the connection. Nothing is called after it.
  open func close() {}
}

/// A socket without encryption.
public final class SocketTransport: Transport {
  private let socket: Int32
  private var isOpening: Bool

  /// - Parameters:
  ///   - socket: non-blocking; the transport closes it.
  ///   - isConnecting: whether `connect` has said EINPROGRESS.
  public init(socket: Int32, isConnecting: Bool) {
    self.socket = socket
    isOpening = isConnecting
  }

  public override var descriptor: Int32 { socket }
  public override var isConnecting: Bool { isOpening }

  public override func proceed() -> Opening {
    isOpening = false
    return Socket.connectError(of: socket) == 0 ? .open : .failed(.connectionLost(wasSent: false))
  }

  public override func receive(into room: UnsafeMutableRawBufferPointer) -> ReceiveResult {
    Socket.receive(socket, into: room)
  }

  public override func send(_ octets: Span<UInt8>) -> SendResult { Socket.send(socket, octets) }

  public override func openSibling() -> Transport? {
    do throws(SystemError) {
      return SocketTransport(socket: try Socket.connectToPeer(of: socket), isConnecting: true)
    } catch {
      return nil
    }
  }

  public override func close() { Socket.close(socket) }
}
