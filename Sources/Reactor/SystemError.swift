import CLinux
import NecroOctets

/// A system call that failed, and how.
public struct SystemError: Error, Equatable, Sendable {
  /// The name of the call: `bind`.
  public let call: StaticString
  /// `errno` when positive; a result of `getaddrinfo`, which has numbers of its own, when negative.
  public let code: Int32

  public init(call: StaticString, code: Int32) {
    self.call = call
    self.code = code
  }

  /// The failure of `call`, which has just set `errno` on this thread.
  static func last(_ call: StaticString) -> SystemError {
    SystemError(call: call, code: necro_errno())
  }

  /// Appends what the C library says about the code: `Address already in use`.
  public func message(into output: inout OctetBuffer) {
    let room = output.reserve(Self.messageOctetsMax)
    guard let begin = room.baseAddress else { return }
    if code < 0 {
      guard let text = gai_strerror(code) else { return }
      let octetCount = min(strlen(text), room.count)
      memcpy(begin, text, octetCount)
      output.advance(octetCount)
    } else {
      let text = begin.assumingMemoryBound(to: CChar.self)
      necro_error_text(code, text, room.count)
      output.advance(strlen(text))
    }
  }

  /// More than the longest text in any of the C library's translations.
  private static var messageOctetsMax: Int { 256 }

  public static func == (one: SystemError, other: SystemError) -> Bool {
    one.code == other.code && one.call.octets.equals(other.call.octets)
  }
}
