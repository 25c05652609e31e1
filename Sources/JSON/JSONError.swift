import NecroOctets

/// Why a document is not JSON, and where.
///
/// Source: `RFC 8259`.
public struct JSONError: Error, Equatable, Sendable {
  public enum Code: UInt8, Sendable {
    /// The document ends inside a value, or holds none.
    case unexpectedEnd
    /// The document begins with U+FEFF. `RFC 8259 §8.1`
    case byteOrderMark
    /// Something else where a value must be.
    case expectedValue
    /// Something else where a member's name must be.
    case expectedName
    /// Something else where the colon behind a member's name must be.
    case expectedColon
    /// Something else where a comma or the end of the array or object must be.
    case expectedCommaOrEnd
    /// Octets behind the document's value.
    case trailingOctets
    /// A misspelt `true`, `false` or `null`. `RFC 8259 §3`
    case invalidLiteral
    /// Something else where a number needs a digit. `RFC 8259 §6`
    case expectedDigit
    /// A digit behind a number's leading zero. `RFC 8259 §6`
    case leadingZero
    /// A number with fraction or exponent that no double comes near: it would be infinite.
    case numberOutOfRange
    /// A control character that a string must escape. `RFC 8259 §7`
    case controlCharacter
    /// A backslash with something behind it that no escape has. `RFC 8259 §7`
    case invalidEscape
    /// An escaped surrogate without its other half. `RFC 8259 §8.2`
    case loneSurrogate
    /// A string that is not UTF-8. `RFC 8259 §8.1`, `RFC 3629 §4`
    case invalidUTF8
    /// A name that its object has had before, where the parser's rules refuse it. `RFC 7493 §2.3`
    case duplicateName
    /// A string with a noncharacter, where the parser's rules refuse it. `RFC 7493 §2.1`
    case noncharacter
    /// Deeper nesting than `JSONLimits.depthMax`.
    case depthExceeded
    /// More octets than `JSONLimits.documentOctetsMax`.
    case documentTooLong
  }

  public var code: Code
  /// The position of the octet at fault, from 0; the document's length when it ends too early.
  public var offset: Int
  /// The line of that octet, from 1. Lines end in LF.
  public var line: Int
  /// The octet's place in its line, from 1, counted in octets.
  public var column: Int

  public init(_ code: Code, offset: Int, line: Int, column: Int) {
    self.code = code
    self.offset = offset
    self.line = line
    self.column = column
  }

  /// A sentence's worth of explanation for whoever wrote the document.
  public var message: StaticString {
    switch code {
    case .unexpectedEnd: "the document ends too early"
    case .byteOrderMark: "the document begins with a byte order mark"
    case .expectedValue: "expected a value"
    case .expectedName: "expected a member's name in double quotes"
    case .expectedColon: "expected ':' behind the member's name"
    case .expectedCommaOrEnd: "expected ',' or the end of the array or object"
    case .trailingOctets: "unexpected octets behind the value"
    case .invalidLiteral: "expected true, false or null"
    case .expectedDigit: "expected a digit"
    case .leadingZero: "a number must not have leading zeros"
    case .numberOutOfRange: "the number is out of range"
    case .controlCharacter: "a control character in a string must be escaped"
    case .invalidEscape: "an invalid escape in a string"
    case .loneSurrogate: "an escaped surrogate without its other half"
    case .invalidUTF8: "a string is not valid UTF-8"
    case .duplicateName: "the object has had this name before"
    case .noncharacter: "a string has a character that is none"
    case .depthExceeded: "arrays and objects are nested too deeply"
    case .documentTooLong: "the document is too long"
    }
  }
}

/// A fault before line and column are counted, which only the error that leaves the parser needs.
struct JSONFault: Error {
  var code: JSONError.Code
  var offset: Int

  init(_ code: JSONError.Code, at offset: Int) {
    self.code = code
    self.offset = offset
  }

  /// The error with line and column in the document.
  func located(in document: Span<UInt8>) -> JSONError {
    var line = 1
    var lineStart = 0
    for position in 0..<min(offset, document.count) where document[position] == 0x0A {
      line += 1
      lineStart = position + 1
    }
    return JSONError(code, offset: offset, line: line, column: offset - lineStart + 1)
  }
}
