import NecroOctets

/// Turns the octets of a backend into messages.
///
/// Call order: `feed` (or `reserve` and `advance`), then `next` until it returns nil, and again;
/// `finish` once the server has closed its side and `next` has returned nil.
///
/// Slices of a message are positions in the storage of `input` and live until the next `feed` or
/// `reserve`; several messages may be taken before. DataRow messages that lie behind each other come as
/// one event, so that they can be kept with one copy.
///
/// A message is judged by its type at once, by its length with that field's last octet, and by its
/// contents when it is complete: no sooner, since its length says where the next begins. Strings are
/// octets in the session's `client_encoding`; they are not examined.
///
/// Memory is what `Limits` allows one message, and what the caller feeds without asking for messages.
/// Storage at least doubles when it grows: a long message is copied a constant number of times.
///
/// PG protocol
public struct BackendDecoder: ~Copyable, OctetDecoder {
  /// Octets of a message's type and length.
  static var headerOctets: Int { 5 }

  enum Phase: UInt8 {
    case sslAnswer
    case gssAnswer
    /// Encryption has been accepted and has not begun.
    case encryption
    case messages
    case failed
  }

  /// The octets fed and not yet consumed. A driver may swap its storage out and in while it is empty.
  public var input = OctetBuffer()

  /// The bounds in force, which may be changed between messages.
  public var limits: Limits

  /// The position, from the connection's first octet, of the type of the message that `next` returned
  /// last.
  public private(set) var messageOffset = 0

  private var phase = Phase.messages
  /// Octets of the connection that have been consumed.
  private var consumedCount = 0
  private var failure = PostgresWireError(code: .messageIncomplete, offset: 0)

  public init(limits: Limits = Limits()) {
    self.limits = limits
  }

  /// Says that the first octet to come answers a request for encryption.
  ///
  /// Octets behind the answer are an error: a server waits there, and what somebody else put there must
  /// not be taken for what came encrypted (CVE-2021-23222). They can be seen only if they have been fed
  /// before the answer is taken; `encryptionBegan` sees the rest.
  ///
  /// PG protocol-flow-ssl
  public mutating func expectAnswer(to request: EncryptionRequest) {
    precondition(phase == .messages, "encryption is asked for before anything else")
    phase = request == .ssl ? .sslAnswer : .gssAnswer
  }

  /// Says that what is fed from now on came encrypted. Called when the handshake begins, once the
  /// octets after the answer go to the layer of encryption.
  ///
  /// - Throws: `octetsAfterEncryptionAnswer`.
  public mutating func encryptionBegan() throws(PostgresWireError) {
    switch phase {
    case .encryption:
      guard input.isEmpty else { throw fail(.octetsAfterEncryptionAnswer, 0) }
      phase = .messages
    case .failed: throw failure
    case .sslAnswer, .gssAnswer, .messages:
      preconditionFailure("encryption begins when it has been accepted")
    }
  }

  public mutating func feed(_ octets: Span<UInt8>) {
    input.append(octets)
  }

  public mutating func reserve(_ octetCount: Int) -> UnsafeMutableRawBufferPointer {
    unsafe input.reserve(octetCount)
  }

  public mutating func advance(_ octetCount: Int) {
    input.advance(octetCount)
  }

  /// The octets that are missing of the message at the front, as far as its length is known: how much
  /// room to `reserve` at least. 0 when it is not known, or when nothing is missing.
  public var missingOctetCount: Int {
    guard phase == .messages, input.count >= Self.headerOctets else { return 0 }
    let length = Int(input.octets.bigEndian(at: 1, as: Int32.self))
    return max(0, length + 1 - input.count)
  }

  /// The next message, or nil when it needs more octets.
  ///
  /// - Throws: `PostgresWireError`, from then on with every call.
  @_optimize(speed)
  public mutating func next() throws(PostgresWireError) -> BackendMessage? {
    do {
      return try decode()
    } catch {
      throw fail(error.code, error.offset)
    }
  }

  /// Says that no more octets come, after `next` has returned nil.
  ///
  /// - Throws: `messageIncomplete` within a message, with the number of octets there were; the error
  ///   that `next` has thrown before.
  public mutating func finish() throws(PostgresWireError) {
    switch phase {
    case .failed: throw failure
    case .messages where input.isEmpty: return
    case .messages, .sslAnswer, .gssAnswer, .encryption:
      throw fail(.messageIncomplete, input.count)
    }
  }

  /// Keeps an error, its offset counted from the first octet that is not consumed.
  private mutating func fail(_ code: PostgresWireError.Code, _ offset: Int) -> PostgresWireError {
    if phase != .failed {
      failure = PostgresWireError(code: code, offset: consumedCount + offset)
      phase = .failed
    }
    return failure
  }

  private mutating func consume(_ octetCount: Int) {
    messageOffset = consumedCount
    input.consume(octetCount)
    consumedCount += octetCount
  }

  /// Errors thrown from here count their offset from the first octet that is not consumed.
  @_optimize(speed)
  private mutating func decode() throws(PostgresWireError) -> BackendMessage? {
    if input.isEmpty && phase != .failed { return nil }
    switch phase {
    case .messages: break
    case .sslAnswer, .gssAnswer:
      if let answer = try takeAnswer() { return .encryptionAnswer(answer) }
    case .encryption: throw PostgresWireError(code: .octetsAfterEncryptionAnswer, offset: 0)
    case .failed: throw failure
    }
    guard let type = BackendMessageType(rawValue: input.octets[0]) else {
      throw PostgresWireError(code: .messageTypeUnknown, offset: 0)
    }
    if type == .dataRow {
      guard
        let rows = try DataRows.read(
          input, octetsMax: limits.dataMessageOctetsMax, columnsMax: limits.columnsMax)
      else { return nil }
      consume(rows.octets.count)
      return .dataRows(rows)
    }
    guard input.count >= Self.headerOctets else { return nil }
    let length = Int(input.octets.bigEndian(at: 1, as: Int32.self))
    let (least, greatest) = type.lengths(&limits)
    guard length >= least else {
      throw PostgresWireError(code: .lengthInvalid, offset: Self.headerOctets - 1)
    }
    guard length <= greatest else {
      throw PostgresWireError(
        code: type.isOfFixedLength ? .lengthInvalid : .messageTooLong,
        offset: Self.headerOctets - 1)
    }
    // The sum cannot overflow: a length has 32 bits.
    guard input.count >= 1 + length else { return nil }
    let message = try read(type, octetCount: 1 + length)
    consume(1 + length)
    return message
  }

  /// The answer to a request for encryption; nil when an ErrorResponse has come instead, which an old
  /// server sends that does not know the request.
  private mutating func takeAnswer() throws(PostgresWireError) -> EncryptionAnswer? {
    let octet = input.octets[0]
    let answer: EncryptionAnswer
    switch octet {
    case 0x53 where phase == .sslAnswer, 0x47 where phase == .gssAnswer: answer = .accepted
    case 0x4E: answer = .refused
    case BackendMessageType.errorResponse.rawValue:
      phase = .messages
      return nil
    default: throw PostgresWireError(code: .encryptionAnswerUnknown, offset: 0)
    }
    guard input.count == 1 else {
      throw PostgresWireError(code: .octetsAfterEncryptionAnswer, offset: 1)
    }
    consume(1)
    switch answer {
    case .accepted: phase = .encryption
    case .refused: phase = .messages
    }
    return answer
  }

  /// Reads the complete message at the front. It changes nothing: but whoever only reads a decoder is
  /// given a copy of it.
  @_optimize(speed)
  private mutating func read(
    _ type: BackendMessageType, octetCount: Int
  ) throws(PostgresWireError) -> BackendMessage {
    var reader = MessageReader(
      input.octets.extracting(first: octetCount), storageOffset: input.readPosition)
    switch type {
    case .parseComplete: return .parseComplete
    case .bindComplete: return .bindComplete
    case .closeComplete: return .closeComplete
    case .copyDone: return .copyDone
    case .emptyQueryResponse: return .emptyQueryResponse
    case .noData: return .noData
    case .portalSuspended: return .portalSuspended
    case .readyForQuery:
      guard let status = TransactionStatus(rawValue: try reader.octet()) else {
        throw PostgresWireError(code: .transactionStatusUnknown, offset: Self.headerOctets)
      }
      return .readyForQuery(status)
    case .authentication: return .authentication(try AuthenticationRequest(&reader, limits))
    case .backendKeyData: return .backendKeyData(try BackendKeyData(&reader, limits))
    case .negotiateProtocolVersion:
      return .negotiateProtocolVersion(try NegotiateProtocolVersion(&reader, limits))
    case .commandComplete: return .commandComplete(try CommandComplete(&reader))
    case .copyData: return .copyData(reader.rest())
    case .copyInResponse: return .copyInResponse(try CopyResponse(&reader, limits))
    case .copyOutResponse: return .copyOutResponse(try CopyResponse(&reader, limits))
    case .copyBothResponse: return .copyBothResponse(try CopyResponse(&reader, limits))
    case .errorResponse: return .errorResponse(try ErrorFields(&reader, limits))
    case .noticeResponse: return .noticeResponse(try ErrorFields(&reader, limits))
    case .functionCallResponse:
      return .functionCallResponse(try FunctionCallResponse.read(&reader))
    case .notificationResponse: return .notificationResponse(try NotificationResponse(&reader))
    case .parameterDescription:
      return .parameterDescription(try ParameterDescription(&reader, limits))
    case .parameterStatus: return .parameterStatus(try ParameterStatus(&reader))
    case .rowDescription: return .rowDescription(try RowDescription(&reader, limits))
    case .dataRow: preconditionFailure("rows are read as a run")
    }
  }
}
