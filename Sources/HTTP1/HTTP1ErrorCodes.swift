import NecroHTTPSemantics

/// What goes with each code: its own name, the clause, and the status to answer with.
extension HTTP1Error.Code {
  /// The code as it is spelled here, for logs and tools.
  public var name: StaticString {
    switch self {
    case .emptyLinesTooMany: "emptyLinesTooMany"
    case .bareCarriageReturn: "bareCarriageReturn"
    case .bareLineFeed: "bareLineFeed"
    case .methodInvalid: "methodInvalid"
    case .methodTooLong: "methodTooLong"
    case .targetInvalid: "targetInvalid"
    case .targetFormNotAllowed: "targetFormNotAllowed"
    case .targetTooLong: "targetTooLong"
    case .percentEncodingInvalid: "percentEncodingInvalid"
    case .fragmentInTarget: "fragmentInTarget"
    case .userinfoInTarget: "userinfoInTarget"
    case .authorityInvalid: "authorityInvalid"
    case .versionMissing: "versionMissing"
    case .versionInvalid: "versionInvalid"
    case .versionUnsupported: "versionUnsupported"
    case .whitespaceBeforeFirstField: "whitespaceBeforeFirstField"
    case .obsoleteFold: "obsoleteFold"
    case .fieldNameInvalid: "fieldNameInvalid"
    case .whitespaceBeforeColon: "whitespaceBeforeColon"
    case .colonMissing: "colonMissing"
    case .fieldValueInvalid: "fieldValueInvalid"
    case .fieldSectionTooLong: "fieldSectionTooLong"
    case .fieldLinesTooMany: "fieldLinesTooMany"
    case .hostMissing: "hostMissing"
    case .hostRepeated: "hostRepeated"
    case .hostInvalid: "hostInvalid"
    case .contentLengthInvalid: "contentLengthInvalid"
    case .contentLengthOverflow: "contentLengthOverflow"
    case .contentLengthRepeated: "contentLengthRepeated"
    case .contentTypeRepeated: "contentTypeRepeated"
    case .contentLengthWithTransferEncoding: "contentLengthWithTransferEncoding"
    case .contentTooLong: "contentTooLong"
    case .transferEncodingInVersion10: "transferEncodingInVersion10"
    case .transferEncodingInvalid: "transferEncodingInvalid"
    case .transferCodingUnknown: "transferCodingUnknown"
    case .transferCodingParameter: "transferCodingParameter"
    case .chunkedNotFinal: "chunkedNotFinal"
    case .chunkSizeInvalid: "chunkSizeInvalid"
    case .chunkSizeOverflow: "chunkSizeOverflow"
    case .chunkExtensionInvalid: "chunkExtensionInvalid"
    case .chunkLineTooLong: "chunkLineTooLong"
    case .chunkExtensionsTooLong: "chunkExtensionsTooLong"
    case .chunkNotTerminated: "chunkNotTerminated"
    case .trailerSectionTooLong: "trailerSectionTooLong"
    case .trailerLinesTooMany: "trailerLinesTooMany"
    case .expectationUnknown: "expectationUnknown"
    case .messageIncomplete: "messageIncomplete"
    }
  }

  /// The clause that is broken, or that permits the limit.
  public var clause: StaticString {
    switch self {
    case .emptyLinesTooMany: "RFC 9112 §2.2"
    case .bareCarriageReturn: "RFC 9112 §2.2"
    case .bareLineFeed: "RFC 9112 §2.2"
    case .methodInvalid: "RFC 9112 §3.1"
    case .methodTooLong: "RFC 9112 §3"
    case .targetInvalid: "RFC 9112 §3.2"
    case .targetFormNotAllowed: "RFC 9112 §3.2"
    case .targetTooLong: "RFC 9112 §3"
    case .percentEncodingInvalid: "RFC 3986 §2.1"
    case .fragmentInTarget: "RFC 9112 §3.2.1"
    case .userinfoInTarget: "RFC 9110 §4.2.4"
    case .authorityInvalid: "RFC 9112 §3.2.2"
    case .versionMissing: "RFC 9112 §2.3"
    case .versionInvalid: "RFC 9112 §2.3"
    case .versionUnsupported: "RFC 9110 §15.6.6"
    case .whitespaceBeforeFirstField: "RFC 9112 §2.2"
    case .obsoleteFold: "RFC 9112 §5.2"
    case .fieldNameInvalid: "RFC 9112 §5"
    case .whitespaceBeforeColon: "RFC 9112 §5.1"
    case .colonMissing: "RFC 9112 §5"
    case .fieldValueInvalid: "RFC 9110 §5.5"
    case .fieldSectionTooLong: "RFC 6585 §5"
    case .fieldLinesTooMany: "RFC 6585 §5"
    case .hostMissing: "RFC 9112 §3.2"
    case .hostRepeated: "RFC 9112 §3.2"
    case .hostInvalid: "RFC 9112 §3.2"
    case .contentLengthInvalid: "RFC 9112 §6.3"
    case .contentLengthOverflow: "RFC 9110 §8.6"
    case .contentLengthRepeated: "RFC 9112 §6.3"
    case .contentTypeRepeated: "RFC 9110 §8.3"
    case .contentLengthWithTransferEncoding: "RFC 9112 §6.3"
    case .contentTooLong: "RFC 9110 §15.5.14"
    case .transferEncodingInVersion10: "RFC 9112 §6.1"
    case .transferEncodingInvalid: "RFC 9112 §6.1"
    case .transferCodingUnknown: "RFC 9112 §6.1"
    case .transferCodingParameter: "RFC 9112 §7.1"
    case .chunkedNotFinal: "RFC 9112 §6.1"
    case .chunkSizeInvalid: "RFC 9112 §7.1"
    case .chunkSizeOverflow: "RFC 9112 §7.1"
    case .chunkExtensionInvalid: "RFC 9112 §7.1.1"
    case .chunkLineTooLong: "RFC 9112 §7.1.1"
    case .chunkExtensionsTooLong: "RFC 9112 §7.1.1"
    case .chunkNotTerminated: "RFC 9112 §7.1"
    case .trailerSectionTooLong: "RFC 6585 §5"
    case .trailerLinesTooMany: "RFC 6585 §5"
    case .expectationUnknown: "RFC 9110 §10.1.1"
    case .messageIncomplete: "RFC 9112 §8"
    }
  }

  /// The status to answer with.
  ///
  /// RFC 9110 §15.5.1, §15.5.14, §15.5.15, §15.6.2, §15.6.6, RFC 6585 §5
  public var status: StatusCode {
    switch self {
    case .contentTooLong:
      .contentTooLarge
    case .targetTooLong:
      .uriTooLong
    case .fieldSectionTooLong, .fieldLinesTooMany, .trailerSectionTooLong,
      .trailerLinesTooMany:
      .requestHeaderFieldsTooLarge
    case .transferCodingUnknown:
      .notImplemented
    case .expectationUnknown:
      .expectationFailed
    case .versionUnsupported:
      .httpVersionNotSupported
    case .emptyLinesTooMany, .bareCarriageReturn, .bareLineFeed, .methodInvalid,
      .methodTooLong, .versionMissing, .contentTypeRepeated, .targetInvalid,
      .targetFormNotAllowed, .percentEncodingInvalid, .fragmentInTarget,
      .userinfoInTarget, .authorityInvalid, .versionInvalid, .whitespaceBeforeFirstField,
      .obsoleteFold, .fieldNameInvalid, .whitespaceBeforeColon, .colonMissing,
      .fieldValueInvalid, .hostMissing, .hostRepeated, .hostInvalid, .contentLengthInvalid,
      .contentLengthOverflow, .contentLengthRepeated, .contentLengthWithTransferEncoding,
      .transferEncodingInVersion10, .transferEncodingInvalid, .transferCodingParameter,
      .chunkedNotFinal, .chunkSizeInvalid, .chunkSizeOverflow, .chunkExtensionInvalid,
      .chunkLineTooLong, .chunkExtensionsTooLong, .chunkNotTerminated, .messageIncomplete:
      .badRequest
    }
  }
}
