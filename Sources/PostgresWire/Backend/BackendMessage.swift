import NecroOctets

/// A message of the backend, its contents checked.
///
/// Slices are positions in the storage of the decoder's `input`, and live until its next `feed` or
/// `reserve`.
///
/// PG protocol-message-formats
@frozen
public enum BackendMessage: Sendable {
  /// The answer to SSLRequest or GSSENCRequest, one octet without type and length.
  case encryptionAnswer(EncryptionAnswer)
  case authentication(AuthenticationRequest)
  case backendKeyData(BackendKeyData)
  case bindComplete
  case closeComplete
  case commandComplete(CommandComplete)
  case copyBothResponse(CopyResponse)
  /// A part of a copy; from a backend it is one row.
  case copyData(Slice)
  case copyDone
  case copyInResponse(CopyResponse)
  case copyOutResponse(CopyResponse)
  /// One or more DataRow messages that follow each other.
  case dataRows(DataRows)
  case emptyQueryResponse
  case errorResponse(ErrorFields)
  /// A function's result; nil is NULL.
  case functionCallResponse(Slice?)
  case negotiateProtocolVersion(NegotiateProtocolVersion)
  case noData
  case noticeResponse(ErrorFields)
  case notificationResponse(NotificationResponse)
  case parameterDescription(ParameterDescription)
  case parameterStatus(ParameterStatus)
  case parseComplete
  case portalSuspended
  case readyForQuery(TransactionStatus)
  case rowDescription(RowDescription)
}
