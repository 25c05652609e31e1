import NecroOctets
import NecroPostgresWire

/// The actions of a start-up as text, for comparisons and logs.
public enum PostgresStartupText {
  public static func line(_ action: StartupAction, _ storage: borrowing OctetBuffer) -> String {
    func of(_ message: BackendMessage) -> String {
      PostgresMessageText.lines(message, storage).joined()
    }
    switch action {
    case .wait: return "wait"
    case .send: return "send"
    case .beginEncryption: return "beginEncryption"
    case .encryptionRefused: return "encryptionRefused"
    case .encryptionFailed: return "encryptionFailed"
    case .negotiated(let negotiation): return of(.negotiateProtocolVersion(negotiation))
    case .authenticated: return "authenticated"
    case .keyData(let data): return of(.backendKeyData(data))
    case .parameterStatus(let status): return of(.parameterStatus(status))
    case .notice(let fields): return of(.noticeResponse(fields))
    case .notification(let notification): return of(.notificationResponse(notification))
    case .refused(let fields): return "refused: " + of(.errorResponse(fields))
    case .ready(let status): return "ready \(status)"
    }
  }

  /// The error's code, and its offset where it has one.
  public static func line(_ error: StartupError) -> String {
    switch error {
    case .wire(let error): return "\(error.code) \(error.offset)"
    case .authentication(.scram(let error)): return "scram \(error.code.name)"
    case .authentication(let failure): return "\(failure)"
    }
  }
}
