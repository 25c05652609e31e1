import NecroOctets

/// What is wrong with a path template, and where.
public struct PathTemplateError: Error, Equatable, Sendable {
  public enum Code: UInt8, Sendable {
    /// The template does not begin with `/`.
    case missingLeadingSlash
    /// A `{` has no `}` before the segment ends.
    case unclosedBrace
    /// A `}` without its `{`, or a `{` inside braces.
    case strayBrace
    /// `{}` or `{:path}`.
    case emptyName
    /// A name with an octet that no identifier has.
    case invalidName
    /// Two parameters of one name.
    case duplicateName
    /// A converter other than `path`.
    case unknownConverter
    /// A parameter and literal text in one segment.
    case mixedSegment
    /// A segment behind `{name:path}`, which takes all there is.
    case restNotLast
    /// A `?` or `#`: a template describes the path alone.
    case queryOrFragment
    /// More parameters than `PathTemplate.parameterCountMax`.
    case tooManyParameters
  }

  public var code: Code
  /// The position in the template of the first octet at fault.
  public var offset: Int

  public init(_ code: Code, at offset: Int) {
    self.code = code
    self.offset = offset
  }
}

/// A route's path with named parameters: `/summon/{id}`, `/files/{rest:path}`.
///
/// A parameter is a whole segment and matches one segment of at least one octet. `{name:path}` may
/// stand last alone; it matches the rest of the path, slashes included, and may match nothing. All
/// other octets are literal and stand for themselves, undecoded: a `%` in a template is a per cent
/// sign.
public struct PathTemplate: Sendable {
  /// The most parameters a template can have.
  public static var parameterCountMax: Int { 64 }

  /// A part of the template as the trie inserts it.
  @usableFromInline
  enum Part: Equatable, Sendable {
    /// Literal octets, slashes included.
    case literal(Slice)
    /// One segment.
    case parameter
    /// The remaining path.
    case rest
  }

  /// The template as it was given.
  public let octets: [UInt8]

  /// The parameters' names in order, as slices of `octets`.
  public private(set) var parameterNames: [Slice]

  private(set) var parts: [Part]

  /// Whether the last parameter takes the remaining path.
  public var endsInRest: Bool { parts.last == .rest }

  /// Reads a template.
  ///
  /// - Throws: `PathTemplateError` with the code and position of the first fault.
  public init(_ template: Span<UInt8>) throws(PathTemplateError) {
    var copy: [UInt8] = []
    copy.reserveCapacity(template.count)
    for index in template.indices { copy.append(template[index]) }
    octets = copy
    parameterNames = []
    parts = []

    guard template.count > 0, template[0] == 0x2F else {
      throw PathTemplateError(.missingLeadingSlash, at: 0)
    }
    var literalStart = 0
    var position = 1
    while true {
      let end = Self.segmentEnd(template, from: position)
      if position < end, template[position] == 0x7B {
        parts.append(.literal(Slice(offset: literalStart, count: position - literalStart)))
        try readParameter(template, Slice(offset: position, count: end - position))
        literalStart = end
      } else {
        try Self.checkLiteral(template, Slice(offset: position, count: end - position))
      }
      if end == template.count { break }
      if endsInRest { throw PathTemplateError(.restNotLast, at: end) }
      position = end + 1
    }
    if literalStart < template.count {
      parts.append(.literal(Slice(offset: literalStart, count: template.count - literalStart)))
    }
  }

  private static func segmentEnd(_ template: Span<UInt8>, from position: Int) -> Int {
    var end = position
    while end < template.count, template[end] != 0x2F { end += 1 }
    return end
  }

  private static func checkLiteral(
    _ template: Span<UInt8>, _ segment: Slice
  ) throws(PathTemplateError) {
    for position in segment.offset..<segment.end {
      switch template[position] {
      case 0x7B: throw PathTemplateError(.mixedSegment, at: position)
      case 0x7D: throw PathTemplateError(.strayBrace, at: position)
      case 0x23, 0x3F: throw PathTemplateError(.queryOrFragment, at: position)
      default: continue
      }
    }
  }

  /// Reads `{name}` or `{name:path}`, which begins at the segment's first octet.
  private mutating func readParameter(
    _ template: Span<UInt8>, _ segment: Slice
  ) throws(PathTemplateError) {
    var close = segment.offset + 1
    var colon: Int?
    while close < segment.end, template[close] != 0x7D {
      if template[close] == 0x7B { throw PathTemplateError(.strayBrace, at: close) }
      if template[close] == 0x3A, colon == nil { colon = close }
      close += 1
    }
    if close == segment.end { throw PathTemplateError(.unclosedBrace, at: segment.offset) }
    if close + 1 < segment.end { throw PathTemplateError(.mixedSegment, at: close + 1) }

    let nameStart = segment.offset + 1
    let name = Slice(offset: nameStart, count: (colon ?? close) - nameStart)
    try checkName(template, name)
    if parameterNames.count == Self.parameterCountMax {
      throw PathTemplateError(.tooManyParameters, at: segment.offset)
    }
    parameterNames.append(name)
    guard let colon else {
      parts.append(.parameter)
      return
    }
    let converter = Slice(offset: colon + 1, count: close - colon - 1)
    guard template.octets(converter).equals("path") else {
      throw PathTemplateError(.unknownConverter, at: converter.offset)
    }
    parts.append(.rest)
  }

  /// An identifier: letters, digits and `_`, not a digit first. Octets above 0x7F are left to
  /// whoever knows which letters identifiers may have.
  private func checkName(_ template: Span<UInt8>, _ name: Slice) throws(PathTemplateError) {
    if name.isEmpty { throw PathTemplateError(.emptyName, at: name.offset) }
    for position in name.offset..<name.end {
      let octet = template[position]
      let isLetter = OctetClass.lowercased(octet) &- 0x61 < 26 || octet == 0x5F || octet >= 0x80
      let isDigit = octet &- 0x30 < 10 && position > name.offset
      if !isLetter && !isDigit { throw PathTemplateError(.invalidName, at: position) }
    }
    for other in parameterNames {
      if template.octets(other).equals(template.octets(name)) {
        throw PathTemplateError(.duplicateName, at: name.offset)
      }
    }
  }
}
