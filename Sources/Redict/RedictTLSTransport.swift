import NecroOctets
import NecroReactor
import NecroTLS
import NecroTLSClient

/// TLS over a socket. It is open once the handshake is complete.
public final class RedictTLSTransport: RedictTransport {
  private let tls: TLSSocket
  private let host: [UInt8]
  private var isOpening = true

  /// - Parameter socket: connected and non-blocking; the transport closes it, unless this throws.
  public init(socket: Int32, _ context: TLSContext, peer: TLSPeerName) throws(TLSError) {
    tls = try TLSSocket(socket: socket, context, peer: peer)
    host = peer.name
  }

  public override var descriptor: Int32 { tls.socket }
  public override var isConnecting: Bool { isOpening }
  public override var hasBufferedOctets: Bool { tls.hasBufferedOctets }
  public override var hasUnsentOctets: Bool { tls.hasUnsentOctets }

  /// It names the host: a client knows many.
  public override var encryptionFailure: TLSError? {
    guard var error = tls.failure else { return nil }
    error.subject = host
    return error
  }

  public override func proceed() -> RedictOpening {
    switch tls.handshake() {
    case .established:
      isOpening = false
      return .open
    case .wantsOctets: return .wantsOctets
    case .wantsRoom: return .wantsRoom
    case .failed(let error): return .failed(.encryptionFailed(encryptionFailure ?? error))
    }
  }

  public override func receive(into room: UnsafeMutableRawBufferPointer) -> ReceiveResult {
    tls.receive(into: room)
  }

  public override func send(_ octets: Span<UInt8>) -> SendResult { tls.send(octets) }

  public override func close() { tls.close() }
}
