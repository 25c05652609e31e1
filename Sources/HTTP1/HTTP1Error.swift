import NecroHTTPSemantics

/// The one error of this codec: what was wrong with the peer's octets, and where.
///
/// After it nothing further on the connection can be understood: the answer, if one is sent, has
/// `status` and closes the connection.
@frozen
public struct HTTP1Error: Error, Equatable, Sendable {
  /// The fault.
  public let code: Code
  /// The position, from the connection's first octet, of the octet whose arrival made the message
  /// impossible; where the input ended too soon, the number of octets there were.
  public let offset: Int

  @inlinable
  public init(code: Code, offset: Int) {
    self.code = code
    self.offset = offset
  }

  /// The clause that is broken, or that permits the limit.
  public var clause: StaticString { code.clause }

  /// The status to answer with.
  public var status: StatusCode { code.status }
}

extension HTTP1Error {
  /// One code for each distinct fault.
  public enum Code: UInt8, Sendable, CaseIterable {
    /// More empty lines before a request line than the limit.
    case emptyLinesTooMany
    /// CR that no LF follows.
    case bareCarriageReturn
    /// LF that no CR precedes.
    case bareLineFeed
    /// The method is not a token, or no single SP ends it.
    case methodInvalid
    /// No space within the start line's limit: a method that is merely unknown, however long, ends
    /// within it.
    case methodTooLong
    /// An octet that the request-target's form does not allow there.
    case targetInvalid
    /// A form of request-target that the method does not allow.
    case targetFormNotAllowed
    /// The request-target fills the start line's limit.
    case targetTooLong
    /// `%` without two hexadecimal digits.
    case percentEncodingInvalid
    /// `#` in the request-target.
    case fragmentInTarget
    /// `@` in the request-target's authority.
    case userinfoInTarget
    /// The request-target's authority is malformed or has no host.
    case authorityInvalid
    /// A request line without a version, as HTTP/0.9 had it.
    case versionMissing
    /// What follows the request-target is not `HTTP/` DIGIT `.` DIGIT and CRLF.
    case versionInvalid
    /// A major version above 1.
    case versionUnsupported
    /// White space between the start line and the first field line.
    case whitespaceBeforeFirstField
    /// A field line continued on the next line.
    case obsoleteFold
    /// A field name that is empty or not a token.
    case fieldNameInvalid
    /// White space between a field name and its colon.
    case whitespaceBeforeColon
    /// A field line that ends before a colon.
    case colonMissing
    /// A control octet in a field value.
    case fieldValueInvalid
    /// The header section exceeds its limit of octets.
    case fieldSectionTooLong
    /// The header section exceeds its limit of lines.
    case fieldLinesTooMany
    /// An HTTP/1.1 request without Host.
    case hostMissing
    /// A second Host.
    case hostRepeated
    /// Host is not a host with an optional port, or is empty.
    case hostInvalid
    /// Content-Length is not decimal digits, or has zeros in front, which some parsers take for octal.
    case contentLengthInvalid
    /// Content-Length exceeds 64 bits.
    case contentLengthOverflow
    /// A second Content-Length, equal or not.
    case contentLengthRepeated
    /// A second Content-Type, equal or not.
    case contentTypeRepeated
    /// Content-Length and Transfer-Encoding together.
    case contentLengthWithTransferEncoding
    /// The content exceeds its limit.
    case contentTooLong
    /// Transfer-Encoding in an HTTP/1.0 request.
    case transferEncodingInVersion10
    /// Transfer-Encoding is empty, or not a list of codings.
    case transferEncodingInvalid
    /// A transfer coding other than `chunked`, in a list that ends with it.
    case transferCodingUnknown
    /// A parameter of `chunked`, which has none.
    case transferCodingParameter
    /// The last transfer coding is not `chunked`, or something follows it, which has to be the last
    /// coding and applied once.
    case chunkedNotFinal
    /// A chunk's size is missing or not hexadecimal digits.
    case chunkSizeInvalid
    /// A chunk's size exceeds 64 bits.
    case chunkSizeOverflow
    /// A chunk extension breaks the grammar.
    case chunkExtensionInvalid
    /// A chunk's first line exceeds its limit.
    case chunkLineTooLong
    /// One message's chunk extensions exceed their limit.
    case chunkExtensionsTooLong
    /// A chunk's data is not followed by CRLF.
    case chunkNotTerminated
    /// The trailer section exceeds its limit of octets.
    case trailerSectionTooLong
    /// The trailer section exceeds its limit of lines.
    case trailerLinesTooMany
    /// An expectation other than `100-continue`.
    case expectationUnknown
    /// The peer ended the connection within a message.
    case messageIncomplete
  }
}
