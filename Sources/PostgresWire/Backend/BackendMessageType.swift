/// The octet that a message of the backend begins with.
///
/// PG protocol-message-formats
enum BackendMessageType: UInt8 {
  case parseComplete = 0x31  // 1
  case bindComplete = 0x32  // 2
  case closeComplete = 0x33  // 3
  case notificationResponse = 0x41  // A
  case commandComplete = 0x43  // C
  case dataRow = 0x44  // D
  case errorResponse = 0x45  // E
  case copyInResponse = 0x47  // G
  case copyOutResponse = 0x48  // H
  case emptyQueryResponse = 0x49  // I
  case backendKeyData = 0x4B  // K
  case noticeResponse = 0x4E  // N
  case authentication = 0x52  // R
  case parameterStatus = 0x53  // S
  case rowDescription = 0x54  // T
  case functionCallResponse = 0x56  // V
  case copyBothResponse = 0x57  // W
  case readyForQuery = 0x5A  // Z
  case copyDone = 0x63  // c
  case copyData = 0x64  // d
  case noData = 0x6E  // n
  case portalSuspended = 0x73  // s
  case parameterDescription = 0x74  // t
  case negotiateProtocolVersion = 0x76  // v

  /// The least and the greatest length that the type's message can have, its length field included.
  ///
  /// The least counts the parts that are always there, so that a length is refused before its octets
  /// are waited for. The limits are not changed: passed in this way they are not copied either.
  func lengths(_ limits: inout Limits) -> (least: Int, greatest: Int) {
    switch self {
    case .parseComplete, .bindComplete, .closeComplete, .copyDone, .emptyQueryResponse, .noData,
      .portalSuspended:
      (4, 4)
    case .readyForQuery: (5, 5)
    case .authentication: (8, limits.startupMessageOctetsMax)
    case .backendKeyData, .negotiateProtocolVersion: (12, limits.startupMessageOctetsMax)
    case .dataRow: (6, limits.dataMessageOctetsMax)
    case .copyData: (4, limits.dataMessageOctetsMax)
    case .functionCallResponse: (8, limits.dataMessageOctetsMax)
    case .commandComplete, .errorResponse, .noticeResponse: (5, limits.messageOctetsMax)
    case .parameterDescription, .parameterStatus, .rowDescription: (6, limits.messageOctetsMax)
    case .copyInResponse, .copyOutResponse, .copyBothResponse: (7, limits.messageOctetsMax)
    case .notificationResponse: (10, limits.messageOctetsMax)
    }
  }

  /// Whether the length of every message of the type is the same.
  var isOfFixedLength: Bool {
    switch self {
    case .parseComplete, .bindComplete, .closeComplete, .copyDone, .emptyQueryResponse, .noData,
      .portalSuspended, .readyForQuery:
      true
    case .authentication, .backendKeyData, .negotiateProtocolVersion, .dataRow, .copyData,
      .functionCallResponse, .commandComplete, .errorResponse, .noticeResponse,
      .parameterDescription, .parameterStatus, .rowDescription, .copyInResponse, .copyOutResponse,
      .copyBothResponse, .notificationResponse:
      false
    }
  }
}
