/// The octet that a value begins with.
///
/// RESP3, "RESP3 types"
@frozen
public enum RESPType: UInt8, Sendable, CaseIterable {
  case simpleString = 0x2B  // +
  case simpleError = 0x2D  // -
  case number = 0x3A  // :
  case bulkString = 0x24  // $
  case array = 0x2A  // *
  case null = 0x5F  // _
  case double = 0x2C  // ,
  case boolean = 0x23  // #
  case bulkError = 0x21  // !
  case verbatimString = 0x3D  // =
  case bigNumber = 0x28  // (
  case map = 0x25  // %
  case set = 0x7E  // ~
  case attribute = 0x7C  // |
  case push = 0x3E  // >
  /// A part of a streamed string.
  case stringPart = 0x3B  // ;
  /// The end of a streamed aggregate.
  case streamEnd = 0x2E  // .

  /// Whether version 2 of the protocol has the type.
  ///
  /// RESP2, "RESP protocol description"
  @inlinable
  public var isInVersion2: Bool {
    switch self {
    case .simpleString, .simpleError, .number, .bulkString, .array: true
    case .null, .double, .boolean, .bulkError, .verbatimString, .bigNumber, .map, .set, .attribute,
      .push, .stringPart, .streamEnd:
      false
    }
  }
}

/// Which of its versions a connection speaks. It begins with version 2 until HELLO has agreed on
/// another, and version 3 has all that version 2 has.
@frozen
public enum RESPVersion: UInt8, Sendable {
  case version2 = 2
  case version3 = 3
}
