import CLinux
import COpenSSL
import NecroOctets

/// Why there is no TLS: of a context, what is wrong with its files and settings; of a session, what its
/// peer did.
public struct TLSError: Error, Equatable, Sendable {
  public enum Code: UInt8, Sendable {
    /// OpenSSL is not there, or too old.
    case libraryMissing
    case certificateUnreadable
    case certificateExpired
    case certificateNotYetValid
    case keyUnreadable
    /// The key is encrypted and no passphrase was given.
    case passphraseMissing
    /// The key is not that of the certificate.
    case keyMismatch
    case authoritiesUnreadable
    case revocationsUnreadable
    case statusResponseUnreadable
    /// A setting that OpenSSL does not know: ciphers, groups, protocol names.
    case settingInvalid
    /// The library has no memory, or is broken.
    case libraryFailed
    /// The peer's certificate is not trusted, or not for the name that was asked for.
    case peerUntrusted
    /// What came is an HTTP request in clear text.
    case plainHTTP
    /// The peer does not speak the protocol that was asked for (ALPN).
    case protocolNotAgreed
    /// The peer broke off before the end of TLS (a close without close_notify).
    case truncated
    /// The peer refused, or broke the protocol.
    case protocolFailed

    var text: StaticString {
      switch self {
      case .libraryMissing: ""
      case .certificateUnreadable: "no certificate can be read"
      case .certificateExpired: "the certificate has expired"
      case .certificateNotYetValid: "the certificate is not valid yet"
      case .keyUnreadable: "no private key can be read"
      case .passphraseMissing: "the private key is encrypted, and no passphrase is given"
      case .keyMismatch: "the private key is not that of the certificate"
      case .authoritiesUnreadable: "no certificates of authorities can be read"
      case .revocationsUnreadable: "no revocation list can be read"
      case .statusResponseUnreadable: "no OCSP response can be read"
      case .settingInvalid: "OpenSSL does not take this setting"
      case .libraryFailed: "OpenSSL failed"
      case .peerUntrusted: "the peer's certificate is not accepted"
      case .plainHTTP: "the peer speaks HTTP without TLS"
      case .protocolNotAgreed: "the peer agrees on no protocol above TLS"
      case .truncated: "the peer closed the connection without ending TLS"
      case .protocolFailed: "the TLS session failed"
      }
    }
  }

  public var code: Code
  /// The file or setting that it is about; empty when there is none.
  public var subject: [UInt8]
  /// What the library or the system says; empty when nothing.
  public var reason: [UInt8]

  public init(_ code: Code, _ subject: [UInt8] = [], reason: [UInt8] = []) {
    self.code = code
    self.subject = subject
    self.reason = reason
  }

  /// Appends one line without its end: `no certificate can be read: server.crt: No such file`.
  public func describe(into output: inout OctetBuffer) {
    output.append(code.text)
    for part in [subject, reason] where !part.isEmpty {
      if !output.isEmpty { output.append(": ") }
      output.append(part.span)
    }
  }

  /// An error with what OpenSSL said first about it, which is the nearest to the cause. Empties its
  /// queue of errors.
  static func first(_ code: Code, _ subject: [UInt8] = []) -> TLSError {
    let number = necro_ERR_get_error()
    necro_ERR_clear_error()
    return TLSError(code, subject, reason: reason(number))
  }

  /// The text of one of OpenSSL's error numbers.
  static func reason(_ number: UInt) -> [UInt8] { octets(necro_ERR_reason_error_string(number)) }

  /// The octets of a C string; none of NULL.
  static func octets(_ text: UnsafePointer<CChar>?) -> [UInt8] {
    guard let text else { return [] }
    var copied: [UInt8] = []
    var index = 0
    while text[index] != 0 {
      copied.append(UInt8(bitPattern: text[index]))
      index += 1
    }
    return copied
  }

  /// What keeps a file from being read, as the system says it; nil when nothing does.
  static func obstacle(to path: [UInt8]) -> [UInt8]? {
    if access(path.terminated, R_OK) == 0 { return nil }
    let code = necro_errno()
    var text = [CChar](repeating: 0, count: 128)
    necro_error_text(code, &text, text.count)
    return octets(text)
  }
}

extension [UInt8] {
  /// The octets as a C string.
  var terminated: [CChar] {
    var text: [CChar] = []
    text.reserveCapacity(count + 1)
    for octet in self { text.append(CChar(bitPattern: octet)) }
    text.append(0)
    return text
  }
}
