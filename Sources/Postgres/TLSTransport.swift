import NecroOctets
import NecroPostgresWire
import NecroReactor
import NecroTLS
import NecroTLSClient

/// How a connection is to be encrypted.
public struct Encryption {
  public var context: TLSContext
  public var peer: TLSPeerName
  /// Whether the connection goes on in clear text where the server has no TLS: `sslmode=prefer`.
  public var isOptional = false
  /// Whether TLS begins without being asked for: `sslnegotiation=direct`.
  public var isDirect = false

  public init(_ context: TLSContext, peer: TLSPeerName) {
    self.context = context
    self.peer = peer
  }
}

/// TLS over a socket, from the request for it on. It is open once the handshake is complete, so that
/// nobody who uses it sends anything before.
///
/// PG protocol-flow-ssl
public final class TLSTransport: Transport {
  private enum Phase: UInt8 {
    case connecting
    case requesting
    case awaitingAnswer
    case handshaking
    case encrypted
    case clear
  }

  private let socket: Int32
  private let encryption: Encryption
  private var phase = Phase.connecting
  private var request = OctetBuffer()
  private var answer = BackendDecoder(limits: .startup)
  private var tls: TLSSocket?

  /// - Parameter socket: connected or connecting, and non-blocking; the transport closes it.
  public init(socket: Int32, _ encryption: Encryption) {
    self.socket = socket
    self.encryption = encryption
  }

  public override var descriptor: Int32 { socket }
  public override var isConnecting: Bool { phase != .encrypted && phase != .clear }
  public override var isEncrypted: Bool { phase == .encrypted }
  public override var encryptionFailure: TLSError? { tls?.failure }
  public override var hasBufferedOctets: Bool { tls?.hasBufferedOctets ?? false }
  public override var hasUnsentOctets: Bool { tls?.hasUnsentOctets ?? false }

  public override var serverEndPoint: [UInt8]? {
    phase == .encrypted ? tls?.session.serverEndPoint : nil
  }

  // MARK: Opening

  public override func proceed() -> Opening {
    switch phase {
    case .connecting:
      guard Socket.connectError(of: socket) == 0 else {
        return .failed(.connectionLost(wasSent: false))
      }
      if encryption.isDirect { return beginHandshake() }
      FrontendSerializer.encryptionRequest(.ssl, into: &request)
      answer.expectAnswer(to: .ssl)
      phase = .requesting
      return ask()
    case .requesting: return ask()
    case .awaitingAnswer: return takeAnswer()
    case .handshaking: return handshake()
    case .encrypted, .clear: return .open
    }
  }

  private func ask() -> Opening {
    while !request.isEmpty {
      switch Socket.send(socket, request.octets) {
      case .octets(let count): request.consume(count)
      case .wouldBlock: return .wantsRoom
      case .failed: return .failed(.connectionLost(wasSent: false))
      }
    }
    phase = .awaitingAnswer
    return .wantsOctets
  }

  /// More than the answer has room, so that octets somebody put behind it are seen (CVE-2021-23222).
  /// Those that come later go to TLS, which refuses them.
  private func takeAnswer() -> Opening {
    switch Socket.receive(socket, into: answer.reserve(512)) {
    case .octets(let count): answer.advance(count)
    case .wouldBlock: return .wantsOctets
    case .closed, .failed: return .failed(.connectionLost(wasSent: true))
    }
    do throws(PostgresWireError) {
      switch try answer.next() {
      case .encryptionAnswer(.accepted):
        try answer.encryptionBegan()
        return beginHandshake()
      case .encryptionAnswer(.refused):
        guard encryption.isOptional else { return .failed(.encryptionRefused(byError: false)) }
        phase = .clear
        return .open
      case .errorResponse: return .failed(.encryptionRefused(byError: true))
      case nil: return .wantsOctets
      case .authentication, .backendKeyData, .bindComplete, .closeComplete, .commandComplete,
        .copyBothResponse, .copyData, .copyDone, .copyInResponse, .copyOutResponse, .dataRows,
        .emptyQueryResponse, .functionCallResponse, .negotiateProtocolVersion, .noData,
        .noticeResponse, .notificationResponse, .parameterDescription, .parameterStatus,
        .parseComplete, .portalSuspended, .readyForQuery, .rowDescription:
        return .failed(.messageUnexpected)
      }
    } catch {
      return .failed(.protocolBroken(error))
    }
  }

  private func beginHandshake() -> Opening {
    do throws(TLSError) {
      tls = try TLSSocket(socket: socket, encryption.context, peer: encryption.peer)
    } catch {
      return .failed(.encryptionFailed(error))
    }
    phase = .handshaking
    return handshake()
  }

  private func handshake() -> Opening {
    guard let tls else { return .failed(.messageUnexpected) }
    switch tls.handshake() {
    case .established: break
    case .wantsOctets: return .wantsOctets
    case .wantsRoom: return .wantsRoom
    case .failed(let error): return .failed(.encryptionFailed(error))
    }
    // A server that was not asked might speak anything over TLS.
    if encryption.isDirect && !tls.session.selectedProtocol.span.equals("postgresql") {
      return .failed(.encryptionFailed(TLSError(.protocolNotAgreed)))
    }
    phase = .encrypted
    return .open
  }

  // MARK: Octets

  public override func receive(into room: UnsafeMutableRawBufferPointer) -> ReceiveResult {
    tls?.receive(into: room) ?? Socket.receive(socket, into: room)
  }

  public override func send(_ octets: Span<UInt8>) -> SendResult {
    if let tls { return tls.send(octets) }
    return Socket.send(socket, octets)
  }

  /// A CancelRequest has the session's secret in it, and is encrypted where the session is.
  public override func openSibling() -> Transport? {
    do throws(SystemError) {
      let sibling = try Socket.connectToPeer(of: socket)
      if phase == .clear { return SocketTransport(socket: sibling, isConnecting: true) }
      var encryption = encryption
      encryption.isOptional = false
      return TLSTransport(socket: sibling, encryption)
    } catch {
      return nil
    }
  }

  public override func close() {
    if let tls { tls.close() } else { Socket.close(socket) }
  }
}
