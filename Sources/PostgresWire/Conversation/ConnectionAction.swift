import NecroOctets

/// What a message of the backend means for the step that is being answered.
///
/// Slices are those of the message.
@frozen
public enum ConnectionAction: Sendable {
  /// Parse is answered.
  case parsed
  /// Bind is answered.
  case bound
  /// Close is answered.
  case closed
  /// The statement's parameters; the description of its rows follows.
  case parameters(ParameterDescription)
  /// The rows' columns: Describe is answered, or a result of a simple query begins.
  case columns(RowDescription)
  /// There will be no rows: Describe is answered.
  case noColumns
  /// Rows of the result, of as many columns as were described.
  case rows(DataRows)
  /// The command is complete: Execute is answered, or a simple query may have a further result.
  case completed(CommandComplete)
  /// The command was empty: as with `completed`.
  case empty
  /// Execute is answered, and the portal may have further rows.
  case suspended
  /// The frontend is to send a copy. See `ConnectionState.copy`.
  case copyIn(CopyResponse)
  /// The backend is going to send a copy.
  case copyOut(CopyResponse)
  /// Both are going to send.
  case copyBoth(CopyResponse)
  case copyData(Slice)
  /// The backend has sent all of its copy.
  case copyDone
  /// The function's result, nil for NULL; FunctionCall is answered with the `ready` behind it.
  case functionResult(Slice?)
  /// The step has failed. The steps behind it up to the next Sync are answered as well: the backend
  /// passes them over.
  case failed(ErrorFields)
  /// The backend ends the session, and answers nothing any more.
  case terminated(ErrorFields)
  /// Sync, Query or FunctionCall is answered.
  case ready(TransactionStatus)
  /// A warning, which answers nothing.
  case notice(ErrorFields)
  /// A parameter has changed, which answers nothing.
  case parameterStatus(ParameterStatus)
  /// A notification, which answers nothing.
  case notification(NotificationResponse)
}
