/// The one error of this codec: what was wrong with the peer's octets, and where.
///
/// After it nothing further on the connection can be understood, and the connection has to be closed.
/// An error that a server replies with is a value and no such error.
@frozen
public struct RESPError: Error, Equatable, Sendable {
  /// The fault.
  public let code: Code
  /// The position, from the connection's first octet, of the octet whose arrival made the value
  /// impossible; where the input ended too soon, the number of octets there were.
  public let offset: Int

  @inlinable
  public init(code: Code, offset: Int) {
    self.code = code
    self.offset = offset
  }

  /// The clause that is broken, or that permits the limit.
  public var clause: StaticString { code.clause }
}

extension RESPError {
  /// One code for each distinct fault.
  public enum Code: UInt8, Sendable, CaseIterable {
    /// An octet that begins no value, or none of the protocol's version.
    case typeUnknown
    /// CR without LF behind it, or LF without CR before it.
    case lineEndInvalid
    /// A simple string or error longer than its limit.
    case lineTooLong
    /// A number that is no decimal digits with an optional sign, or has too many of them.
    case numberInvalid
    /// A number beyond 64 bits with a sign.
    case numberOverflow
    /// A length that is no decimal digits.
    case lengthInvalid
    /// A string longer than its limit.
    case stringTooLong
    /// No CRLF behind as many octets as a string announced.
    case stringUnterminated
    /// A verbatim string without the three octets of its format and a colon.
    case verbatimFormatInvalid
    /// A count of elements that is no decimal digits.
    case countInvalid
    /// An aggregate of more elements than the limit.
    case countTooLarge
    /// Aggregates within each other, deeper than the limit.
    case depthTooLarge
    /// A null with something between its type and its line end.
    case nullInvalid
    /// A boolean other than `t` and `f`.
    case booleanInvalid
    /// A double out of its grammar.
    case doubleInvalid
    /// A big number that is no decimal digits with an optional sign.
    case bigNumberInvalid
    /// A double or a big number longer than the limit.
    case numberTooLong
    /// Something other than a part in a streamed string, or a part outside one.
    case stringPartMisplaced
    /// The end of a stream where there is none, behind a key without a value, or behind attributes.
    case streamEndMisplaced
    /// A push within a value.
    case pushMisplaced
    /// A push without a string that says what it is.
    case pushKindInvalid
    /// A value of more octets than the limit.
    case valueTooLong
    /// An inline command longer than a line may be, or with quotes that are not closed.
    case inlineCommandInvalid
    /// The connection ended within a value.
    case valueIncomplete
  }
}

extension RESPError.Code {
  /// The code as it is spelled here, for logs and tools.
  public var name: StaticString {
    switch self {
    case .typeUnknown: "typeUnknown"
    case .lineEndInvalid: "lineEndInvalid"
    case .lineTooLong: "lineTooLong"
    case .numberInvalid: "numberInvalid"
    case .numberOverflow: "numberOverflow"
    case .lengthInvalid: "lengthInvalid"
    case .stringTooLong: "stringTooLong"
    case .stringUnterminated: "stringUnterminated"
    case .verbatimFormatInvalid: "verbatimFormatInvalid"
    case .countInvalid: "countInvalid"
    case .countTooLarge: "countTooLarge"
    case .depthTooLarge: "depthTooLarge"
    case .nullInvalid: "nullInvalid"
    case .booleanInvalid: "booleanInvalid"
    case .doubleInvalid: "doubleInvalid"
    case .bigNumberInvalid: "bigNumberInvalid"
    case .numberTooLong: "numberTooLong"
    case .stringPartMisplaced: "stringPartMisplaced"
    case .streamEndMisplaced: "streamEndMisplaced"
    case .pushMisplaced: "pushMisplaced"
    case .pushKindInvalid: "pushKindInvalid"
    case .valueTooLong: "valueTooLong"
    case .inlineCommandInvalid: "inlineCommandInvalid"
    case .valueIncomplete: "valueIncomplete"
    }
  }

  /// The section that is broken or permits the limit, by its heading.
  public var clause: StaticString {
    switch self {
    case .typeUnknown: "RESP3-resp3-types"
    case .lineEndInvalid, .lineTooLong: "RESP3-simple-string"
    case .numberInvalid, .numberOverflow: "RESP3-number"
    case .lengthInvalid, .stringTooLong, .stringUnterminated: "RESP3-blob-string"
    case .verbatimFormatInvalid: "RESP3-verbatim-string"
    case .countInvalid, .countTooLarge, .depthTooLarge, .valueTooLong, .valueIncomplete:
      "RESP3-aggregate-data-types-overview"
    case .nullInvalid: "RESP3-null"
    case .booleanInvalid: "RESP3-boolean"
    case .doubleInvalid, .numberTooLong: "RESP3-double"
    case .bigNumberInvalid: "RESP3-big-number"
    case .stringPartMisplaced: "RESP3-streamed-strings"
    case .streamEndMisplaced: "RESP3-streamed-aggregated-data-types"
    case .pushMisplaced, .pushKindInvalid: "RESP3-push-type"
    case .inlineCommandInvalid: "RESP2-inline-commands"
    }
  }
}
