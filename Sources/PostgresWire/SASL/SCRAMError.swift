import NecroOctets

/// Why an authentication with SCRAM failed on this side, and where in the server's message.
///
/// A server that refuses the password says so with an ErrorResponse, which is no such error.
@frozen
public struct SCRAMError: Error, Equatable, Sendable {
  /// The fault.
  public let code: Code
  /// The position in the server's message of the octet at fault; 0 where the whole message is.
  public let offset: Int
  /// With `serverError`, where in the message its value is, such as `invalid-proof`. It is the server's
  /// word, and nothing has shown that it is the right server.
  public let detail: Slice

  public init(_ code: Code, at offset: Int = 0, detail: Slice = .empty) {
    self.code = code
    self.offset = offset
    self.detail = detail
  }

  /// The clause that is broken, or that permits the limit.
  public var clause: StaticString { code.clause }
}

extension SCRAMError {
  /// One code for each distinct fault.
  public enum Code: UInt8, Sendable, CaseIterable {
    /// The server offers no mechanism that is supported here.
    case mechanismUnsupported
    /// Channel binding is required here, and cannot be had: no TLS, or the server does not offer it.
    case channelBindingUnavailable
    /// The server offers channel binding on a connection without TLS: somebody changes its messages.
    case channelBindingUnexpected
    /// A message that the exchange does not have at this point, or the exchange's end before the server
    /// has shown that it knows the password.
    case messageUnexpected
    /// A message longer than its limit.
    case messageTooLong
    /// An attribute that is missing, out of order, or out of form.
    case attributeInvalid
    /// A mandatory extension. None is defined.
    case extensionMandatory
    /// The server's nonce does not begin with the client's, or adds nothing to it.
    case nonceMismatch
    /// A salt or signature that is not base64, or a salt of no octets.
    case base64Invalid
    /// An iteration count that is no positive number.
    case iterationCountInvalid
    /// More iterations than the limit: the server would have the client compute for it.
    case iterationCountTooHigh
    /// The server reports an error; `detail` has its value.
    case serverError
    /// The server does not know the password's keys: it is not the server that it says it is.
    case signatureMismatch
  }
}

extension SCRAMError.Code {
  /// The code as it is spelled here, for logs and tools.
  public var name: StaticString {
    switch self {
    case .mechanismUnsupported: "mechanismUnsupported"
    case .channelBindingUnavailable: "channelBindingUnavailable"
    case .channelBindingUnexpected: "channelBindingUnexpected"
    case .messageUnexpected: "messageUnexpected"
    case .messageTooLong: "messageTooLong"
    case .attributeInvalid: "attributeInvalid"
    case .extensionMandatory: "extensionMandatory"
    case .nonceMismatch: "nonceMismatch"
    case .base64Invalid: "base64Invalid"
    case .iterationCountInvalid: "iterationCountInvalid"
    case .iterationCountTooHigh: "iterationCountTooHigh"
    case .serverError: "serverError"
    case .signatureMismatch: "signatureMismatch"
    }
  }

  /// The section that is broken, or that permits the limit.
  public var clause: StaticString {
    switch self {
    case .mechanismUnsupported: "PG sasl-authentication"
    case .channelBindingUnavailable, .channelBindingUnexpected: "RFC 5802 §6"
    case .messageUnexpected: "RFC 5802 §5"
    case .messageTooLong: "RFC 5802 §9"
    case .attributeInvalid, .base64Invalid, .iterationCountInvalid: "RFC 5802 §7"
    case .extensionMandatory, .nonceMismatch, .serverError: "RFC 5802 §5.1"
    case .iterationCountTooHigh: "RFC 7677 §4"
    case .signatureMismatch: "RFC 5802 §5"
    }
  }
}
