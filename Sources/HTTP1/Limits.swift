/// The bounds of what one connection may ask for, checked before octets are kept.
///
/// The sizes of the two sections and of the start line bound what a decoder buffers; the rest bounds
/// the work that a peer can cause with octets that are dropped.
public struct Limits: Sendable {
  /// Octets of the request line without its CRLF. A longer request-target answers 414.
  public var startLineOctetsMax: Int
  /// Octets of the header section with all its line ends, the empty line included.
  public var fieldSectionOctetsMax: Int
  /// Field lines of the header section.
  public var fieldLinesMax: Int
  /// Octets of one request's content, transfer codings removed.
  public var contentOctetsMax: UInt64
  /// Octets of a chunk's first line (size and extensions) without its CRLF.
  public var chunkLineOctetsMax: Int
  /// Octets of chunk extensions in one message, so that tiny chunks cannot carry large ones.
  public var chunkExtensionsOctetsMax: Int
  /// Octets of the trailer section with all its line ends, the empty line included.
  public var trailerSectionOctetsMax: Int
  /// Field lines of the trailer section.
  public var trailerLinesMax: Int
  /// Empty lines skipped before a request line.
  public var emptyLinesBeforeRequestMax: Int

  public init(
    startLineOctetsMax: Int = 8_192, fieldSectionOctetsMax: Int = 32_768,
    fieldLinesMax: Int = 100, contentOctetsMax: UInt64 = 1_048_576,
    chunkLineOctetsMax: Int = 256, chunkExtensionsOctetsMax: Int = 4_096,
    trailerSectionOctetsMax: Int = 8_192, trailerLinesMax: Int = 32,
    emptyLinesBeforeRequestMax: Int = 4
  ) {
    self.startLineOctetsMax = startLineOctetsMax
    self.fieldSectionOctetsMax = fieldSectionOctetsMax
    self.fieldLinesMax = fieldLinesMax
    self.contentOctetsMax = contentOctetsMax
    self.chunkLineOctetsMax = chunkLineOctetsMax
    self.chunkExtensionsOctetsMax = chunkExtensionsOctetsMax
    self.trailerSectionOctetsMax = trailerSectionOctetsMax
    self.trailerLinesMax = trailerLinesMax
    self.emptyLinesBeforeRequestMax = emptyLinesBeforeRequestMax
  }
}
