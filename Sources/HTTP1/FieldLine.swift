import NecroHTTPSemantics
import NecroOctets

/// The field lines of a header or trailer section up to the empty line that ends it, scanned so that
/// it can stop and go on between any two octets.
///
/// Only CRLF ends a line. Values that decide where a message ends or who is meant by it are read by
/// `FramingFields` octet by octet while they arrive, so that nothing wrong in them is ever waited on.
///
/// RFC 9112 §5, §7.1.2
struct FieldLineScanner {
  enum Phase: UInt8 {
    case lineStart
    case name
    case beforeValue
    case value
    case host
    case contentLength
    case transferEncoding
    case afterValue
    case lineFeed
    case lastLineFeed
  }

  /// The two sections that consist of field lines.
  enum Section {
    case header(version: HTTPVersion)
    case trailer
  }

  private var phase = Phase.lineStart
  private var id = FieldID.other
  /// The next octet to look at.
  private(set) var position: Int
  private let sectionStart: Int
  private let kernel: OctetKernel
  private var nameStart = 0
  private var nameEnd = 0
  private var valueStart = 0
  private var valueEnd = 0
  private var lineCount = 0

  /// - Parameter sectionStart: the position of the section's first octet, from the input's first
  ///   unconsumed one.
  init(sectionStart: Int, kernel: OctetKernel) {
    self.kernel = kernel
    self.sectionStart = sectionStart
    position = sectionStart
  }

  /// Goes on from where it stopped. True when the section is complete, `position` then lies behind it.
  mutating func scan(
    _ input: borrowing OctetBuffer, _ section: Section, into fields: inout FieldSection,
    framing: inout FramingFields, sectionOctetsMax: Int, linesMax: Int
  ) throws(HTTP1Error) -> Bool {
    let octets = input.octets
    let isWithin = octets.count - sectionStart <= sectionOctetsMax
    let bound = isWithin ? octets.count : sectionStart + sectionOctetsMax
    while position < bound {
      switch phase {
      case .lineStart:
        if kernel == .blocks {
          try scanWholeLines(octets, bound, section, &fields, &framing, linesMax)
          if phase == .lineStart && isLineEnd(octets, at: position, bound) {
            position += 2
            return true
          }
        }
        if phase == .lineStart && position < bound {
          try scanLineStart(octets, section, linesMax)
        }
      case .name:
        try scanName(octets, bound, section, &framing)
      case .beforeValue:
        scanBeforeValue(octets, bound, section)
      case .value:
        try scanValue(octets, bound)
      case .host:
        let isEnded = try framing.scanHost(octets, from: &position, to: bound, kernel)
        if isEnded { endValue(octets, bound, section, &fields, &framing) }
      case .contentLength:
        let isEnded = try framing.scanContentLength(octets, from: &position, to: bound)
        if isEnded { endValue(octets, bound, section, &fields, &framing) }
      case .transferEncoding:
        let isEnded = try framing.scanTransferEncoding(octets, from: &position, to: bound)
        if isEnded { endValue(octets, bound, section, &fields, &framing) }
      case .afterValue:
        try scanAfterValue(octets, bound)
      case .lineFeed:
        try expectLineFeed(octets)
        finishLine(octets, section, &fields, &framing)
      case .lastLineFeed:
        try expectLineFeed(octets)
        return true
      }
    }
    if !isWithin { throw HTTP1Error(code: section.tooLong, offset: bound) }
    return false
  }

  /// Reads field lines that are there whole and hold nothing that has to be judged octet by octet; the
  /// phases read any other, and find out what is wrong with it.
  @inline(__always)
  private mutating func scanWholeLines(
    _ octets: Span<UInt8>, _ bound: Int, _ section: Section, _ fields: inout FieldSection,
    _ framing: inout FramingFields, _ linesMax: Int
  ) throws(HTTP1Error) {
    var position = self.position
    var lineCount = self.lineCount
    let token = FieldSyntax.tokenOctets
    let value = FieldSyntax.valueOctets
    while lineCount < linesMax && position < bound && octets[position] != 0x0D {
      let nameStart = position
      let nameEnd = OctetKernel.blocks.endOfName(octets, from: nameStart, to: bound, allowed: token)
      guard nameEnd > nameStart && nameEnd < bound && octets[nameEnd] == 0x3A else { break }
      let name = Slice(offset: nameStart, count: nameEnd - nameStart)
      let id = FieldID(name: octets.octets(name))
      if case .header(let version) = section, id.isFraming {
        self.nameStart = nameStart
        self.nameEnd = nameEnd
        self.id = id
        self.lineCount = lineCount
        if let code = framing.begin(id, version) { throw HTTP1Error(code: code, offset: nameEnd) }
        self.position = nameEnd + 1
        phase = .beforeValue
        return
      }
      var start = nameEnd + 1
      if start < bound && octets[start] == 0x20 { start += 1 }
      let lineEnd = OctetKernel.blocks.endOfText(octets, from: start, to: bound, allowed: value)
      guard isLineEnd(octets, at: lineEnd, bound) else { break }
      var end = lineEnd
      while start < end, FieldSyntax.isWhitespace(octets[start]) { start += 1 }
      while end > start, FieldSyntax.isWhitespace(octets[end - 1]) { end -= 1 }
      position = lineEnd + 2
      lineCount += 1
      take(
        FieldLine(name: name, value: Slice(offset: start, count: end - start), id: id), octets,
        section, &fields, &framing)
    }
    self.position = position
    self.lineCount = lineCount
  }

  @inline(__always)
  private mutating func scanLineStart(
    _ octets: Span<UInt8>, _ section: Section, _ linesMax: Int
  ) throws(HTTP1Error) {
    let octet = octets[position]
    if octet == 0x0D {
      position += 1
      phase = .lastLineFeed
      return
    }
    if FieldSyntax.isWhitespace(octet) {
      let isFirst = lineCount == 0
      throw HTTP1Error(
        code: isFirst ? .whitespaceBeforeFirstField : .obsoleteFold, offset: position)
    }
    if octet == 0x0A { throw HTTP1Error(code: .bareLineFeed, offset: position) }
    guard FieldSyntax.tokenOctets.contains(octet) else {
      throw HTTP1Error(code: .fieldNameInvalid, offset: position)
    }
    guard lineCount < linesMax else {
      throw HTTP1Error(code: section.linesTooMany, offset: position)
    }
    nameStart = position
    position += 1
    phase = .name
  }

  @inline(__always)
  private mutating func scanName(
    _ octets: Span<UInt8>, _ bound: Int, _ section: Section, _ framing: inout FramingFields
  ) throws(HTTP1Error) {
    let position = kernel.endOfName(
      octets, from: position, to: bound, allowed: FieldSyntax.tokenOctets)
    self.position = position
    guard position < bound else { return }
    guard octets[position] == 0x3A else { throw nameFault(octets) }
    nameEnd = position
    id = FieldID(name: octets.extracting(nameStart..<position))
    if case .header(let version) = section, let code = framing.begin(id, version) {
      throw HTTP1Error(code: code, offset: position)
    }
    self.position = position + 1
    phase = .beforeValue
  }

  @inline(never)
  private func nameFault(_ octets: Span<UInt8>) -> HTTP1Error {
    let code: HTTP1Error.Code =
      switch octets[position] {
      case 0x20, 0x09: .whitespaceBeforeColon
      case 0x0D: .colonMissing
      case 0x0A: .bareLineFeed
      default: .fieldNameInvalid
      }
    return HTTP1Error(code: code, offset: position)
  }

  @inline(__always)
  private mutating func scanBeforeValue(
    _ octets: Span<UInt8>, _ bound: Int, _ section: Section
  ) {
    while position < bound, FieldSyntax.isWhitespace(octets[position]) { position += 1 }
    guard position < bound else { return }
    valueStart = position
    valueEnd = position
    phase = .value
    guard case .header = section else { return }
    switch id {
    case .host: phase = .host
    case .contentLength: phase = .contentLength
    case .transferEncoding: phase = .transferEncoding
    default: break
    }
  }

  /// Passes over a value that no rule but the grammar of all values applies to.
  @inline(__always)
  private mutating func scanValue(_ octets: Span<UInt8>, _ bound: Int) throws(HTTP1Error) {
    let position = kernel.endOfText(
      octets, from: position, to: bound, allowed: FieldSyntax.valueOctets)
    self.position = position
    guard position < bound else { return }
    guard octets[position] == 0x0D else { throw valueFault(octets) }
    var end = position
    while end > valueStart, FieldSyntax.isWhitespace(octets[end - 1]) { end -= 1 }
    valueEnd = end
    self.position = position + 1
    phase = .lineFeed
  }

  @inline(never)
  private func valueFault(_ octets: Span<UInt8>) -> HTTP1Error {
    HTTP1Error(
      code: octets[position] == 0x0A ? .bareLineFeed : .fieldValueInvalid, offset: position)
  }

  /// Whether a line end that is there whole begins at a position.
  @inline(__always)
  private func isLineEnd(_ octets: Span<UInt8>, at position: Int, _ bound: Int) -> Bool {
    position < bound - 1 && octets[position] == 0x0D && octets[position + 1] == 0x0A
  }

  /// The octet at the position is white space or CR, and behind a value that is complete.
  @inline(__always)
  private mutating func endValue(
    _ octets: Span<UInt8>, _ bound: Int, _ section: Section, _ fields: inout FieldSection,
    _ framing: inout FramingFields
  ) {
    valueEnd = position
    phase = .afterValue
    if kernel == .blocks && isLineEnd(octets, at: position, bound) {
      position += 2
      finishLine(octets, section, &fields, &framing)
    }
  }

  private mutating func scanAfterValue(_ octets: Span<UInt8>, _ bound: Int) throws(HTTP1Error) {
    while position < bound, FieldSyntax.isWhitespace(octets[position]) { position += 1 }
    guard position < bound else { return }
    guard octets[position] == 0x0D else {
      if octets[position] == 0x0A { throw HTTP1Error(code: .bareLineFeed, offset: position) }
      throw HTTP1Error(code: FramingFields.invalidValue(of: id), offset: position)
    }
    position += 1
    phase = .lineFeed
  }

  @inline(__always)
  private mutating func expectLineFeed(_ octets: Span<UInt8>) throws(HTTP1Error) {
    guard octets[position] == 0x0A else {
      throw HTTP1Error(code: .bareCarriageReturn, offset: position)
    }
    position += 1
  }

  @inline(__always)
  private mutating func finishLine(
    _ octets: Span<UInt8>, _ section: Section, _ fields: inout FieldSection,
    _ framing: inout FramingFields
  ) {
    phase = .lineStart
    lineCount += 1
    take(
      FieldLine(
        name: Slice(offset: nameStart, count: nameEnd - nameStart),
        value: Slice(offset: valueStart, count: valueEnd - valueStart), id: id),
      octets, section, &fields, &framing)
  }

  /// Keeps a line, unless it is a trailer that means nothing.
  @inline(__always)
  private func take(
    _ line: FieldLine, _ octets: Span<UInt8>, _ section: Section, _ fields: inout FieldSection,
    _ framing: inout FramingFields
  ) {
    if case .header = section {
      framing.end(line.id, octets, line.value)
    } else if TrailerRules.forbids(line.id, octets.octets(line.name)) {
      return
    }
    fields.append(line)
  }
}

extension FieldLineScanner.Section {
  fileprivate var tooLong: HTTP1Error.Code {
    switch self {
    case .header: .fieldSectionTooLong
    case .trailer: .trailerSectionTooLong
    }
  }

  fileprivate var linesTooMany: HTTP1Error.Code {
    switch self {
    case .header: .fieldLinesTooMany
    case .trailer: .trailerLinesTooMany
    }
  }
}

extension FieldID {
  /// Whether the value is read octet by octet, since it decides where a message ends or for whom it
  /// is.
  @inline(__always)
  fileprivate var isFraming: Bool {
    self == .host || self == .contentLength || self == .transferEncoding
  }
}
