import NecroOctets
import NecroPostgresWire
import NecroReactor

/// The connection that carries a CancelRequest for a session, and is over when the server closes
/// it: then the
/// request has been acted upon, or never will be.
final class CancelConnection: DriverSource {
  private unowned(unsafe) let session: Session
  private let transport: Transport
  private var output = OctetBuffer()
  private var isConnecting: Bool
  private var isOver = false
  private let reactor: DriverReactor

  init(_ session: Session, _ transport: Transport) {
    self.session = session
    self.transport = transport
    reactor = session.pool.reactor
    isConnecting = transport.isConnecting
    super.init()
  }

  func begin() {
    reactor.add(self)
    transport.source = self
    let secretKey = session.secretKey
    do throws(FrontendMisuse) {
      try FrontendSerializer.cancelRequest(
        processID: session.processID, secretKey: secretKey.span, into: &output)
    } catch {
      finish()
      return
    }
    if transport.descriptor >= 0 {
      do throws(SystemError) {
        try reactor.watch(self, transport.descriptor, isConnecting ? .write : .read)
      } catch {
        finish()
        return
      }
    }
    reactor.mark(self)
  }

  override func ready(_ readiness: Readiness) {
    if isOver { return }
    if isConnecting {
      switch transport.proceed() {
      case .open: isConnecting = false
      case .wantsOctets: return reactor.setInterest(self, .read)
      case .wantsRoom: return reactor.setInterest(self, .write)
      case .failed: return finish()
      }
    }
    send()
    if !isOver && readiness.rawValue & ~Readiness.writable.rawValue != 0 { receive() }
  }

  override func flush() {
    if !isOver && !isConnecting { send() }
  }

  private func send() {
    while !output.isEmpty || transport.hasUnsentOctets {
      switch transport.send(output.octets) {
      case .octets(let count): output.consume(count)
      case .wouldBlock:
        reactor.setInterest(self, .readWrite)
        return
      case .failed:
        finish()
        return
      }
    }
    reactor.setInterest(self, .read)
  }

  private func receive() {
    var answer = OctetBuffer()
    switch transport.receive(into: answer.reserve(256)) {
    // The server answers nothing; if it does, it is not listened to.
    case .octets, .wouldBlock: return
    case .closed, .failed: finish()
    }
  }

  private func finish() {
    end()
    session.cancelConnectionEnded()
  }

  /// Closes it without telling the session.
  func end() {
    if isOver { return }
    isOver = true
    reactor.unwatch(self)
    transport.source = nil
    transport.close()
    reactor.remove(self)
  }
}
