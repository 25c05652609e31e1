/// What the connections of a listener speak.
public enum ListenerRole: UInt8, Sendable {
  case plain
  /// TLS, with the worker's context.
  case secure
  /// HTTP in clear text, where every request is told to ask again over TLS.
  case redirecting
}
