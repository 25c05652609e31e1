import NecroOctets

/// Finds the next token in the octets that have arrived, and remembers how far it came in one that is
/// incomplete.
///
/// Positions count from the start of the decoder's storage.
struct EventScanner: ~Copyable {
  /// What reads whole tokens, and keeps the octets of strings that have escapes.
  private(set) var parser: JSONParser
  /// The octets of the document that are not in the storage any more.
  private(set) var streamed = 0

  private var position = 0
  private var expectation = Expectation.value
  /// The string or number that is incomplete.
  private var string: OpenString?
  private var number: OpenNumber?
  /// A bit for each array or object that is open, set for objects: the outermost first.
  private var objects: [UInt64] = [0]
  private var depth = 0
  private let depthMax: Int
  private var line = 1
  /// Where the line begins in the document.
  private var lineStart = 0

  private enum Expectation {
    case value, firstValue, firstName, name, colon, commaOrEnd
  }

  init(depthMax: Int) {
    self.depthMax = depthMax
    // The parser reads tokens alone, which is the scalar kernel's.
    parser = JSONParser(kernel: .scalar)
  }

  /// The position of the first octet that is still needed.
  var needed: Int { string.map { $0.start - 1 } ?? number?.start ?? position }

  /// Whether the document may end where it is.
  var mayEnd: Bool {
    if let number { return depth == 0 && number.isComplete }
    return depth == 0 && expectation == .commaOrEnd && string == nil
  }

  /// What the storage was moved by, once what came before `needed` is consumed.
  mutating func move(to start: Int) {
    let distance = start - needed
    streamed -= distance
    position += distance
    string?.move(distance)
    number?.move(distance)
  }

  /// Drops the octets of the strings that were given out. What an incomplete one has is moved only when
  /// it is less than what is dropped, so that each octet is moved but a few times.
  mutating func discardUnescaped() {
    guard let kept = string?.unescapedStart else { return parser.unescaped.removeAll() }
    let octets = Slice(offset: kept, count: parser.unescaped.writePosition - kept)
    if octets.count >= octets.offset { return }
    var moved = OctetBuffer(capacity: octets.count)
    moved.append(parser.unescaped.octets(octets))
    swap(&parser.unescaped, &moved)
    string?.unescapedStart = 0
  }

  /// An error with its place in the document. Only what separates tokens has line ends, so that none
  /// lies between the last one seen and the fault.
  func located(_ fault: JSONFault) -> JSONError {
    let offset = fault.offset + streamed
    return JSONError(fault.code, offset: offset, line: line, column: offset - lineStart + 1)
  }

  /// The next event, or nil when it needs more octets.
  ///
  /// - Parameters:
  ///   - buffer: the storage.
  ///   - end: up to where it may be read.
  mutating func next(
    _ buffer: borrowing OctetBuffer, _ end: Int, isFinished: Bool
  ) throws(JSONFault) -> JSONEvent? {
    let document = buffer.octets(Slice(offset: 0, count: end))
    if string != nil { return try scanString(document) }
    if number != nil { return try scanNumber(document, isFinished: isFinished) }
    while true {
      skipWhiteSpace(document)
      guard position < document.count else { return nil }
      let octet = document[position]
      switch expectation {
      case .colon:
        guard octet == 0x3A else { throw JSONFault(.expectedColon, at: position) }
        position += 1
        expectation = .value
      case .commaOrEnd:
        if depth == 0 { throw JSONFault(.trailingOctets, at: position) }
        if octet == 0x2C {
          position += 1
          expectation = isObject ? .name : .value
        } else if octet == (isObject ? 0x7D : 0x5D) {
          return close()
        } else {
          throw JSONFault(.expectedCommaOrEnd, at: position)
        }
      case .firstName, .name:
        if octet == 0x22 {
          string = OpenString(start: position + 1, isName: true)
          return try scanString(document)
        }
        if octet == 0x7D, expectation == .firstName { return close() }
        throw JSONFault(.expectedName, at: position)
      case .value, .firstValue:
        if octet == 0x5D, expectation == .firstValue { return close() }
        return try scanValue(document, octet, isFinished: isFinished)
      }
    }
  }

  private var isObject: Bool {
    objects[depth >> 6] >> UInt64(truncatingIfNeeded: depth) & 1 != 0
  }

  private mutating func skipWhiteSpace(_ document: Span<UInt8>) {
    while position < document.count {
      let octet = document[position]
      guard octet == 0x20 || octet == 0x0A || octet == 0x0D || octet == 0x09 else { return }
      position += 1
      if octet == 0x0A {
        line += 1
        lineStart = position + streamed
      }
    }
  }

  private mutating func close() -> JSONEvent {
    let event: JSONEvent = isObject ? .endObject : .endArray
    depth -= 1
    position += 1
    expectation = .commaOrEnd
    return event
  }

  private mutating func open(_ octet: UInt8) throws(JSONFault) -> JSONEvent {
    if depth == depthMax { throw JSONFault(.depthExceeded, at: position) }
    depth += 1
    if depth >> 6 == objects.count { objects.append(0) }
    let bit: UInt64 = 1 << UInt64(truncatingIfNeeded: depth & 63)
    position += 1
    if octet == 0x7B {
      objects[depth >> 6] |= bit
      expectation = .firstName
      return .beginObject
    }
    objects[depth >> 6] &= ~bit
    expectation = .firstValue
    return .beginArray
  }

  private mutating func scanValue(
    _ document: Span<UInt8>, _ octet: UInt8, isFinished: Bool
  ) throws(JSONFault) -> JSONEvent? {
    switch octet {
    case 0x7B, 0x5B: return try open(octet)
    case 0x22:
      string = OpenString(start: position + 1, isName: false)
      return try scanString(document)
    case 0x2D, 0x30...0x39:
      number = OpenNumber(start: position)
      return try scanNumber(document, isFinished: isFinished)
    case 0x74: return try scanLiteral(document, "true", .true)
    case 0x66: return try scanLiteral(document, "false", .false)
    case 0x6E: return try scanLiteral(document, "null", .null)
    case 0xEF where position + streamed == 0:
      return try scanByteOrderMark(document, isFinished: isFinished)
    default: throw JSONFault(.expectedValue, at: position)
    }
  }

  private mutating func scanLiteral(
    _ document: Span<UInt8>, _ literal: StaticString, _ event: JSONEvent
  ) throws(JSONFault) -> JSONEvent? {
    let octets = literal.octets
    for index in octets.indices {
      let at = position + index
      guard at < document.count else { return nil }
      guard document[at] == octets[index] else { throw JSONFault(.invalidLiteral, at: at) }
    }
    position += octets.count
    expectation = .commaOrEnd
    return event
  }

  /// U+FEFF at a document's start has an error of its own, once its three octets are there.
  private func scanByteOrderMark(
    _ document: Span<UInt8>, isFinished: Bool
  ) throws(JSONFault) -> JSONEvent? {
    let mark: [3 of UInt8] = [0xEF, 0xBB, 0xBF]
    for index in 1..<3 {
      let at = position + index
      if at == document.count, !isFinished { return nil }
      guard at < document.count, document[at] == mark[index] else {
        throw JSONFault(.expectedValue, at: position)
      }
    }
    throw JSONFault(.byteOrderMark, at: position)
  }

  private mutating func scanString(_ document: Span<UInt8>) throws(JSONFault) -> JSONEvent? {
    guard var open = string else { return nil }
    string = nil
    do throws(JSONFault) {
      try open.scan(document, &parser)
    } catch {
      if error.code != .unexpectedEnd { throw error }
      string = open
      return nil
    }
    position = open.at + 1
    expectation = open.isName ? .colon : .commaOrEnd
    let text = open.text(parser)
    return open.isName ? .name(text) : .string(text)
  }

  private mutating func scanNumber(
    _ document: Span<UInt8>, isFinished: Bool
  ) throws(JSONFault) -> JSONEvent? {
    guard var open = number else { return nil }
    guard try open.scan(document) || isFinished && open.isComplete else {
      number = open
      return nil
    }
    number = nil
    position = open.start
    // The parser's tape is where it leaves a value.
    parser.tape.removeAll()
    try parser.scanNumber(document, &position)
    expectation = .commaOrEnd
    switch parser.tape[0] {
    case .integer(let value): return .integer(value)
    case .double(let value): return .double(value)
    case .bigInteger(let slice):
      return .bigInteger(JSONText(slice: slice, wasEscaped: false, isASCII: true))
    default: preconditionFailure("a number")
    }
  }
}
