import NecroOctets

/// What a line comment tells a generator of code: `-- keyword: value`.
///
/// A comment with any other word before its colon is a comment.
public struct SQLDirective: Equatable, Sendable {
  public var kind: Kind
  /// What stands behind the colon, without blanks around it. It may be empty.
  public var value: Slice
  /// The whole comment.
  public var comment: Slice

  public enum Kind: UInt8, Sendable, CaseIterable {
    /// `name`: a query's name and kind.
    case name
    /// `nullable`: columns that can be NULL whatever is proven.
    case nullable
    /// `not null`: columns that are never NULL.
    case notNull
    /// `optional`: parameters that may be left out, with the conditions they stand in.
    case optional
    /// `type`: a column's or parameter's type.
    case type
    /// `embed`: tables whose columns become a nested model.
    case embed

    var keyword: StaticString {
      switch self {
      case .name: "name"
      case .nullable: "nullable"
      case .notNull: "not null"
      case .optional: "optional"
      case .type: "type"
      case .embed: "embed"
      }
    }
  }

  /// The directive in a line comment, or nil.
  init?(_ comment: Slice, in text: Span<UInt8>) {
    let content = SQLComment.content(comment, in: text)
    var colon = content.offset
    while colon < content.end, text[colon] != 0x3A { colon += 1 }
    guard colon < content.end else { return nil }
    let keyword = SQLComment.trimmed(
      Slice(offset: content.offset, count: colon - content.offset), in: text)
    let value = SQLComment.trimmed(
      Slice(offset: colon + 1, count: content.end - colon - 1), in: text)
    for kind in Kind.allCases where text.octets(keyword).equalsIgnoringCase(kind.keyword) {
      self.kind = kind
      self.value = value
      self.comment = comment
      return
    }
    return nil
  }
}

/// What a comment says.
enum SQLComment {
  /// A comment's octets without its delimiters and the blanks around them.
  static func content(_ comment: Slice, in text: Span<UInt8>) -> Slice {
    var content = Slice(offset: comment.offset + 2, count: comment.count - 2)
    if text[comment.offset] == 0x2F { content.count -= 2 }
    return trimmed(content, in: text)
  }

  static func trimmed(_ slice: Slice, in text: Span<UInt8>) -> Slice {
    var slice = slice
    while slice.count > 0, SQLOctets.isSpace(text[slice.offset]) {
      slice.offset += 1
      slice.count -= 1
    }
    while slice.count > 0, SQLOctets.isSpace(text[slice.end - 1]) { slice.count -= 1 }
    return slice
  }
}
