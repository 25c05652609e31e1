import NecroHTTP1

/// A disagreement with libhttp_parser 2.9.4 that stays, and why.
public struct HTTP1Disagreement: Sendable {
  public enum Kind: Hashable, Sendable {
    /// We refuse, with that code, what it takes or still waits for more of.
    case weRefuse(HTTP1Error.Code)
    /// It refuses a head, with that error, which we take or still wait for more of.
    case theyRefuse(String)
    /// The same, of content or trailers.
    case theyRefuseContent(String)
    /// Both take the request, but not that part of it as the same.
    case reading(Part)
  }

  public enum Part: Sendable {
    case method, target, version, fields, length, content, trailers, persistence
    /// One has the whole request, the other waits for more.
    case end
  }

  public let kind: Kind
  /// The clause by which we are right, or may be as we are.
  public let clause: String
  public let reason: String
  /// Whether a request of ours is one that the reason is about.
  let covers: @Sendable (HTTP1Request?) -> Bool

  private init(
    _ kind: Kind, _ clause: String, _ reason: String,
    covers: @escaping @Sendable (HTTP1Request?) -> Bool = { _ in true }
  ) {
    self.covers = covers
    self.kind = kind
    self.clause = clause
    self.reason = reason
  }

  /// All of them.
  public static let all: [HTTP1Disagreement] = [
    .init(
      .weRefuse(.bareLineFeed), "RFC9112-2.2-2",
      "it takes a lone LF for a line's end, which parsers that differ about it can be led apart by"
    ),
    .init(
      .weRefuse(.bareCarriageReturn), "RFC9112-2.2-4",
      "it passes over a CR in a chunk's line"),
    .init(
      .weRefuse(.whitespaceBeforeFirstField), "RFC9112-2.2-9",
      "it takes the first field line for a continued one"),
    .init(
      .weRefuse(.versionInvalid), "RFC9112-3-2",
      "it takes several spaces in a request line for one"),
    .init(
      .weRefuse(.versionMissing), "RFC9112-2.3-1",
      "it reads a request line without a version as HTTP/0.9"),
    .init(
      .weRefuse(.expectationUnknown), "RFC9110-10.1.1-2",
      "it leaves expectations to its caller"),
    .init(
      .weRefuse(.contentTypeRepeated), "RFC9110-5.3-3",
      "it leaves the fields that do not frame a message to its caller"),
    .init(
      .weRefuse(.versionUnsupported), "RFC9110-15.6.6-1",
      "it leaves the version to its caller"),
    .init(
      .weRefuse(.targetInvalid), "RFC9112-3-2",
      "it takes several spaces in a request line for one, and octets that no target has"),
    .init(
      .weRefuse(.targetFormNotAllowed), "RFC9112-3.2-1",
      "it does not hold the form of a target against the method"),
    .init(
      .weRefuse(.percentEncodingInvalid), "RFC3986-2.1-1",
      "it does not look at percent-encodings"),
    .init(
      .weRefuse(.fragmentInTarget), "RFC9112-3.2.1-1",
      "it passes a fragment on"),
    .init(
      .weRefuse(.userinfoInTarget), "RFC9112-3.2-5",
      "it passes userinfo on"),
    .init(
      .weRefuse(.authorityInvalid), "RFC3986-3.2.2-1",
      "it looks at an authority's octets, not at its parts"),
    .init(
      .weRefuse(.whitespaceBeforeColon), "RFC9112-5.1-1",
      "it drops the white space"),
    .init(
      .weRefuse(.obsoleteFold), "RFC9112-5.2-3",
      "it unfolds"),
    .init(
      .weRefuse(.fieldValueInvalid), "RFC9110-5.5-5",
      "it lets control octets through"),
    .init(
      .weRefuse(.hostMissing), "RFC9112-3.2-7",
      "it leaves Host to its caller"),
    .init(
      .weRefuse(.hostRepeated), "RFC9112-3.2-7",
      "it leaves Host to its caller"),
    .init(
      .weRefuse(.hostInvalid), "RFC9112-3.2-7",
      "it leaves Host to its caller"),
    .init(
      .weRefuse(.contentLengthInvalid), "RFC9112-6.3-5",
      "it lets white space through, and an empty value"),
    .init(
      .weRefuse(.transferEncodingInVersion10), "RFC9112-6.1-15",
      "it does not look at the version"),
    .init(
      .weRefuse(.transferEncodingInvalid), "RFC9112-6.1-1",
      "it compares the end of the list alone"),
    .init(
      .weRefuse(.transferCodingParameter), "RFC9112-7.1-7",
      "it compares the end of the list alone"),
    .init(
      .weRefuse(.transferCodingUnknown), "RFC9112-6.1-10",
      "it leaves other codings to its caller"),
    .init(
      .weRefuse(.chunkedNotFinal), "RFC9112-6.1-3",
      "it compares the end of the list alone"),
    .init(
      .weRefuse(.chunkSizeInvalid), "RFC9112-7.1-3",
      "it takes octets above 0x7F for the digit 0"),
    .init(
      .weRefuse(.chunkExtensionInvalid), "RFC9112-7.1.1-1",
      "it does not look at extensions"),
    .init(
      .weRefuse(.chunkNotTerminated), "RFC9112-7.1-3",
      "it does not look at the two octets behind a chunk's data"),
    .init(
      .theyRefuse("HPE_INVALID_METHOD"), "RFC9110-9.1-1",
      "it knows a list of methods, we take any token"),
    .init(
      .theyRefuse("HPE_INVALID_CONTENT_LENGTH"), "RFC9110-5.5-2",
      "it takes HTAB beside the number for a part of it"),
    .init(
      .theyRefuse("HPE_UNEXPECTED_CONTENT_LENGTH"), "RFC9112-5-1",
      "it takes a longer name that begins with Transfer-Encoding for that name",
      covers: { request in
        request?.fields.contains { field in
          HTTP1ModelGrammar.lowercased(field.name[...]).hasPrefix("transfer-encoding")
            && field.name.count > "transfer-encoding".utf8.count
        } ?? false
      }),
    .init(
      .theyRefuseContent("HPE_INVALID_CHUNK_SIZE"), "RFC9112-7.1.1-1",
      "it takes HTAB between a chunk's size and the semicolon for a part of the size"),
    .init(
      .theyRefuseContent("HPE_UNEXPECTED_CONTENT_LENGTH"), "RFC9112-7.1.2-4",
      "it reads what a trailer section says of framing as if it stood in the head"),
    .init(
      .theyRefuseContent("HPE_INVALID_CONTENT_LENGTH"), "RFC9112-7.1.2-4",
      "it reads what a trailer section says of framing as if it stood in the head"),
    .init(
      .theyRefuseContent("HPE_INVALID_TRANSFER_ENCODING"), "RFC9112-7.1.2-4",
      "it reads what a trailer section says of framing as if it stood in the head, and takes HTAB for a part of a coding"
    ),
    .init(
      .reading(.persistence), "RFC9112-9.6-3",
      "it takes HTAB in a list for a part of an option; for HTTP/1.0 its keep-alive outweighs close"
    ),
  ]

  /// The part in which two readings of a request differ.
  static func difference(_ our: HTTP1Request, _ their: HTTP1Request) -> Part? {
    if our.method != their.method { return .method }
    if our.target != their.target { return .target }
    if our.minorVersion != their.minorVersion { return .version }
    if our.fields != trimmed(their.fields) { return .fields }
    if our.length != their.length { return .length }
    if our.content != their.content { return .content }
    let trailers = trimmed(their.trailers).filter {
      !HTTP1Model.isForbiddenTrailer(HTTP1ModelGrammar.lowercased($0.name[...]))
    }
    if our.trailers != trailers { return .trailers }
    if our.isPersistent != their.isPersistent { return .persistence }
    return nil
  }

  /// It leaves white space behind a value to its caller.
  private static func trimmed(_ fields: [HTTP1Field]) -> [HTTP1Field] {
    fields.map {
      HTTP1Field(name: $0.name, value: Array(HTTP1ModelGrammar.trimmed($0.value[...])))
    }
  }
}
