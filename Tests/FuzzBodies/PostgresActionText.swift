import NecroOctets
import NecroPostgresWire

/// Actions as text, for comparisons and logs.
public enum PostgresActionText {
  /// A line for each message that an action stands for, as `PostgresMessageText` has them, with what it
  /// means before it.
  public static func lines(
    _ action: ConnectionAction, _ storage: borrowing OctetBuffer
  ) -> [String] {
    func of(_ message: BackendMessage) -> [String] { PostgresMessageText.lines(message, storage) }
    func named(_ name: String, _ message: BackendMessage) -> [String] {
      of(message).map { "\(name): \($0)" }
    }
    switch action {
    case .parsed: return ["parsed"]
    case .bound: return ["bound"]
    case .closed: return ["closed"]
    case .parameters(let description): return of(.parameterDescription(description))
    case .columns(let description): return of(.rowDescription(description))
    case .noColumns: return ["noColumns"]
    case .rows(let rows): return of(.dataRows(rows))
    case .completed(let command): return named("completed", .commandComplete(command))
    case .empty: return ["empty"]
    case .suspended: return ["suspended"]
    case .copyIn(let response): return of(.copyInResponse(response))
    case .copyOut(let response): return of(.copyOutResponse(response))
    case .copyBoth(let response): return of(.copyBothResponse(response))
    case .copyData(let data): return of(.copyData(data))
    case .copyDone: return ["copyDone"]
    case .functionResult(let value): return of(.functionCallResponse(value))
    case .failed(let fields): return named("failed", .errorResponse(fields))
    case .terminated(let fields): return named("terminated", .errorResponse(fields))
    case .ready(let status): return ["ready \(status)"]
    case .notice(let fields): return of(.noticeResponse(fields))
    case .parameterStatus(let status): return of(.parameterStatus(status))
    case .notification(let notification): return of(.notificationResponse(notification))
    }
  }
}
