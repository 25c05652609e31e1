import NecroOctets
import NecroRESP
import NecroTLS

/// Why a command, or a connection, has failed.
public enum RedictFailure {
  /// The server's error: its octets without type and line end, such as `WRONGTYPE Operation against…`.
  case server([UInt8])
  /// The connection ended before the reply. With `wasSent` the server may have done what was asked.
  case connectionLost(wasSent: Bool)
  /// No connection could be opened.
  case connectFailed
  /// TLS with the server has failed, or the server is not trusted.
  case encryptionFailed(TLSError)
  /// The deadline came. A command that was sent may have been done.
  case timedOut
  /// It could not be sent within the time that a command may wait for that.
  case waitTimedOut
  /// The server has said nothing for too long.
  case serverSilent
  /// `RedictClient.cancel`.
  case cancelled
  /// The server's octets are not the protocol's.
  case protocolBroken(RESPError)
  /// A reply that nobody has asked for.
  case replyUnexpected
  /// More commands, or octets of them, wait than may.
  case tooManyWaiters
  /// The client is closed, or the connection was closed by its owner.
  case closed
  /// A command that would change what other callers' commands mean, or the order of replies, on a
  /// connection that is shared. On one of its own it may be allowed.
  case connectionStateMisplaced
}

extension [UInt8] {
  init(copying octets: Span<UInt8>) {
    self.init()
    reserveCapacity(octets.count)
    for index in octets.indices { append(octets[index]) }
  }

  /// Whether these begin with the octets of `text`, ASCII letters compared without case; `text` is
  /// given in lower case.
  func begins(with text: StaticString) -> Bool {
    let octets = span
    let prefix = text.octets
    return octets.count >= prefix.count
      && octets.extracting(0..<prefix.count).equalsIgnoringCase(prefix)
  }
}
