import NecroOctets
import NecroPostgresWire
import NecroTLS

/// Why an operation, or a session, has failed.
public enum OperationFailure {
  /// The server's error.
  case server(ServerError)
  /// The connection ended before the answer. With `wasSent` the server may have done what was
  /// asked.
  case connectionLost(wasSent: Bool)
  /// The operation's deadline came. If it was sent, the server may have done what was asked.
  case timedOut
  /// No session was free within the time that an operation may wait for one.
  case waitTimedOut
  /// `Pool.cancel`.
  case cancelled
  /// `PostgresOwner.encodeParameters` returned false, or appended what a Bind cannot have.
  case ownerFailed
  /// The server's octets are not the protocol's, or a message came where it has no place.
  case protocolBroken(PostgresWireError)
  case messageUnexpected
  /// More operations wait than may.
  case tooManyWaiters
  /// The pool is closed, or the session was closed by its owner.
  case closed
  /// The result has more octets than `PoolSettings.resultOctetsMax`.
  case resultTooLarge
  /// The statement began a transaction on a session that others share. It was rolled back.
  case transactionLeftOpen
  /// Another member of the batch has failed; this one was not done, or was undone.
  case batchAborted
  /// COPY by way of a query, or something else by way of a copy.
  case copyMisplaced
  /// Text with a zero octet, or more of something than the protocol can count.
  case misuse(FrontendMisuse)
  /// The server wants to authenticate its user in a way that was not allowed or is not supported.
  case authenticationUnsupported
  case scramFailed(SCRAMError.Code)
  /// Channel binding is required, and the server authenticates without.
  case channelBindingMissing
  /// TLS with the server has failed.
  case encryptionFailed(TLSError)
  /// TLS is required, and the server has none, or answered the request for it with an error.
  case encryptionRefused(byError: Bool)
}

/// An ErrorResponse.
public final class ServerError {
  /// The fields, as `ErrorFieldIterator` reads them.
  public let fields: [UInt8]

  public init(fields: Span<UInt8>) {
    self.fields = [UInt8](copying: fields)
  }

  /// The five octets of the SQLSTATE as a number, most significant first; 0 when there is none.
  public var sqlState: UInt64 {
    let fields = fields
    guard let slice = ErrorFields.value(of: .sqlState, in: fields.span), slice.count == 5 else {
      return 0
    }
    return SQLState.number(fields.span.octets(slice))
  }

  /// Whether the field `code` has exactly this value.
  public func has(_ code: ErrorField.Code, _ value: StaticString) -> Bool {
    let fields = fields
    guard let slice = ErrorFields.value(of: code, in: fields.span) else { return false }
    return fields.span.octets(slice).equals(value)
  }
}

/// The conditions that the driver itself acts upon.
enum SQLState {
  static func number(_ octets: Span<UInt8>) -> UInt64 {
    var number: UInt64 = 0
    for index in octets.indices { number = number << 8 | UInt64(octets[index]) }
    return number
  }

  /// 26000, `invalid_sql_statement_name`
  static var invalidStatementName: UInt64 { number(("26000" as StaticString).octets) }
  /// 0A000, `feature_not_supported`
  static var featureNotSupported: UInt64 { number(("0A000" as StaticString).octets) }
  /// 08P01, `protocol_violation`
  static var protocolViolation: UInt64 { number(("08P01" as StaticString).octets) }
}

extension [UInt8] {
  init(copying octets: Span<UInt8>) {
    self.init()
    reserveCapacity(octets.count)
    for index in octets.indices { append(octets[index]) }
  }
}
