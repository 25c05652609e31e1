/// The one error of this codec: what was wrong with the server's octets, and where.
///
/// After it nothing further on the connection can be understood, and the connection has to be closed.
/// What the server reports with an ErrorResponse is no such error.
@frozen
public struct PostgresWireError: Error, Equatable, Sendable {
  /// The fault.
  public let code: Code
  /// The position, from the connection's first octet, where the octets are wrong: the octet of a
  /// message's type, the last octet of its length, or within its contents the first octet of the part
  /// that is. A message that comes at the wrong time is wrong from its type on. Where the input ended
  /// too soon, the number of octets there were.
  public let offset: Int

  @inlinable
  public init(code: Code, offset: Int) {
    self.code = code
    self.offset = offset
  }

  /// The clause that is broken, or that permits the limit.
  public var clause: StaticString { code.clause }
}

extension PostgresWireError {
  /// One code for each distinct fault.
  public enum Code: UInt8, Sendable, CaseIterable {
    /// An octet that is no backend message's type.
    case messageTypeUnknown
    /// A length below 4, or one that the message's type cannot have.
    case lengthInvalid
    /// A message longer than the limit for its type.
    case messageTooLong
    /// The connection ended within a message.
    case messageIncomplete
    /// A string that no zero octet ends within its message.
    case stringUnterminated
    /// A message that ends before its contents do.
    case contentsTooShort
    /// Octets behind the last part of a message's contents.
    case contentsTooLong
    /// A count of parts that is negative or above its limit.
    case countInvalid
    /// The length of a value is below -1, or reaches beyond its message.
    case valueLengthInvalid
    /// A format code other than 0 (text) and 1 (binary), or a binary column in a textual copy.
    case formatCodeInvalid
    /// A kind of authentication that the protocol does not define.
    case authenticationUnknown
    /// A secret key of less than 4 octets or more than its limit.
    case secretKeyInvalid
    /// A transaction status other than `I`, `T` and `E`.
    case transactionStatusUnknown
    /// The answer to a request for encryption is neither of the two octets, nor an ErrorResponse.
    case encryptionAnswerUnknown
    /// Octets behind the answer to a request for encryption, which nothing protects: somebody may have
    /// put them there (CVE-2021-23222).
    case octetsAfterEncryptionAnswer
    /// A message that the state of the conversation does not allow.
    case messageUnexpected
    /// The server offers a protocol version that was not asked for, or that is not supported here.
    case versionUnsupported
    /// A row with a number of columns that differs from its description.
    case columnCountMismatch
  }
}

extension PostgresWireError.Code {
  /// The code as it is spelled here, for logs and tools.
  public var name: StaticString {
    switch self {
    case .messageTypeUnknown: "messageTypeUnknown"
    case .lengthInvalid: "lengthInvalid"
    case .messageTooLong: "messageTooLong"
    case .messageIncomplete: "messageIncomplete"
    case .stringUnterminated: "stringUnterminated"
    case .contentsTooShort: "contentsTooShort"
    case .contentsTooLong: "contentsTooLong"
    case .countInvalid: "countInvalid"
    case .valueLengthInvalid: "valueLengthInvalid"
    case .formatCodeInvalid: "formatCodeInvalid"
    case .authenticationUnknown: "authenticationUnknown"
    case .secretKeyInvalid: "secretKeyInvalid"
    case .transactionStatusUnknown: "transactionStatusUnknown"
    case .encryptionAnswerUnknown: "encryptionAnswerUnknown"
    case .octetsAfterEncryptionAnswer: "octetsAfterEncryptionAnswer"
    case .messageUnexpected: "messageUnexpected"
    case .versionUnsupported: "versionUnsupported"
    case .columnCountMismatch: "columnCountMismatch"
    }
  }

  /// The section of PostgreSQL's documentation, by its anchor, that is broken or permits the limit.
  public var clause: StaticString {
    switch self {
    case .messageTypeUnknown: "PG protocol-flow-termination"
    case .lengthInvalid, .messageTooLong, .messageIncomplete: "PG protocol-message-concepts"
    case .stringUnterminated: "PG protocol-message-types"
    case .contentsTooShort, .contentsTooLong, .countInvalid: "PG protocol-message-formats"
    case .valueLengthInvalid: "PG protocol-message-formats-DataRow"
    case .formatCodeInvalid: "PG protocol-format-codes"
    case .authenticationUnknown: "PG protocol-flow-start-up"
    case .secretKeyInvalid: "PG protocol-message-formats-BackendKeyData"
    case .transactionStatusUnknown: "PG protocol-message-formats-ReadyForQuery"
    case .encryptionAnswerUnknown, .octetsAfterEncryptionAnswer: "PG protocol-flow-ssl"
    case .messageUnexpected: "PG protocol-flow"
    case .versionUnsupported: "PG protocol-versions"
    case .columnCountMismatch: "PG protocol-message-formats-RowDescription"
    }
  }
}
