import NecroOctets

/// Reads JSON documents onto a tape.
///
/// Strict: what RFC 8259 does not allow is an error, and strings must be UTF-8. Integers of any
/// size and doubles are exact. A parser keeps its storage from document to document, so that a
/// server parses without allocating. Nesting is held on the tape, so no document, however deep,
/// costs stack.
///
/// Call order: `parse`, then read `tape` and `unescaped` until the next `parse`. Slices of the
/// document hold as long as the document does.
///
/// Source: `RFC 8259`.
public struct JSONParser: ~Copyable {
  /// What the documents may cost.
  public let limits: JSONLimits

  /// The last document's elements. After an error, those read before it.
  public internal(set) var tape = Tape()

  /// The octets of the last document's strings that had escapes.
  public internal(set) var unescaped = OctetBuffer()

  /// The tape index of the innermost array or object that is open, or `none`. While it is open, its
  /// entry keeps the `openCount` of the one around it, and that one's index in place of its end.
  var open = JSONParser.none
  /// The values, or members, that are complete in it.
  var openCount = 0
  var depth = 0

  static var none: Int { -1 }

  /// Whether the last document was read one octet at a time after another kernel had given it up.
  public private(set) var fellBack = false

  /// What is refused beyond the grammar, from the next document on.
  public var rules: JSONRules
  /// The place on the tape of a string that the rules refuse, and why.
  var refused: (index: Int, code: JSONError.Code)?

  /// How documents are looked at.
  private let kernel: JSONKernel
  var index = StructuralIndex()

  /// A parser without storage.
  ///
  /// - Parameter kernel: one that this processor supports; all give the same.
  public init(
    limits: JSONLimits = JSONLimits(), rules: JSONRules = [], kernel: JSONKernel = .best
  ) {
    precondition(kernel.isSupported, "a kernel that this processor can run")
    self.limits = limits
    self.rules = rules
    self.kernel = kernel
  }

  /// The octets that the parser keeps from one document to the next: for the tape, strings without
  /// their escapes, and the index.
  public var storageOctets: Int {
    tape.capacity * MemoryLayout<Tape.Entry>.stride + unescaped.capacity + index.storageOctets
  }

  /// Shorter documents are not worth an index.
  private static var indexedOctetsMin: Int { 64 }

  /// Reads a whole document.
  ///
  /// - Parameter document: one value, with white space around it or not.
  /// - Throws: `JSONError` for the first fault; `tape` then ends before it.
  /// - Complexity: O(`document.count`).
  public mutating func parse(_ document: Span<UInt8>) throws(JSONError) {
    refused = nil
    try parseByGrammar(document)
    if rules.isEmpty { return }
    refused = rules.violation(self, document)
    // Once more, up to the string at fault: the scalar reader knows where it is.
    if refused != nil { try parseByGrammar(document) }
  }

  private mutating func parseByGrammar(_ document: Span<UInt8>) throws(JSONError) {
    tape.removeAll()
    unescaped.removeAll()
    open = Self.none
    openCount = 0
    depth = 0
    fellBack = false
    do throws(JSONFault) {
      if document.count > limits.documentOctetsMax {
        throw JSONFault(.documentTooLong, at: limits.documentOctetsMax)
      }
      if document.count >= 3, document[0] == 0xEF, document[1] == 0xBB, document[2] == 0xBF {
        throw JSONFault(.byteOrderMark, at: 0)
      }
      if kernel != .scalar, refused == nil, document.count >= Self.indexedOctetsMin,
        document.count <= StructuralIndex.octetCountMax
      {
        if parseIndexed(document, kernel) { return }
        unescaped.removeAll()
        fellBack = true
      }
      try parseDocument(document)
    } catch {
      throw error.located(in: document)
    }
  }

  /// What may come next.
  private enum Expectation {
    case value
    /// A value, or the end of the array that just began.
    case firstValue
    /// A member's name, or the end of the object that just began.
    case firstName
    case name
    /// A comma or the end of what is open.
    case commaOrEnd
  }

  private mutating func parseDocument(_ document: Span<UInt8>) throws(JSONFault) {
    var position = 0
    var expectation = Expectation.value
    while true {
      position = whiteSpaceEnd(document, position)
      guard position < document.count else {
        if open == Self.none, expectation == .commaOrEnd { return }
        throw JSONFault(.unexpectedEnd, at: position)
      }
      let octet = document[position]
      switch expectation {
      case .commaOrEnd:
        if open == Self.none { throw JSONFault(.trailingOctets, at: position) }
        let isArray = tape[entry: open].kind == .beginArray
        if octet == 0x2C {
          position += 1
          expectation = isArray ? .value : .name
        } else if octet == (isArray ? 0x5D : 0x7D) {
          close(isArray ? .endArray : .endObject)
          position += 1
        } else {
          throw JSONFault(.expectedCommaOrEnd, at: position)
        }
      case .firstName, .name:
        if octet == 0x22 {
          try scanString(document, &position)
          try scanColon(document, &position)
          expectation = .value
        } else if octet == 0x7D, expectation == .firstName {
          close(.endObject)
          position += 1
          expectation = .commaOrEnd
        } else {
          throw JSONFault(.expectedName, at: position)
        }
      case .value, .firstValue:
        if octet == 0x7B || octet == 0x5B {
          try begin(octet == 0x7B ? .beginObject : .beginArray, at: position)
          position += 1
          expectation = octet == 0x7B ? .firstName : .firstValue
        } else if octet == 0x5D, expectation == .firstValue {
          close(.endArray)
          position += 1
          expectation = .commaOrEnd
        } else {
          try scanScalar(document, octet, &position)
          openCount &+= 1
          expectation = .commaOrEnd
        }
      }
    }
  }

  @inline(__always)
  private func whiteSpaceEnd(_ document: Span<UInt8>, _ start: Int) -> Int {
    var position = start
    while position < document.count {
      let octet = document[position]
      if octet > 0x20 { break }
      guard octet == 0x20 || octet == 0x0A || octet == 0x0D || octet == 0x09 else { break }
      position &+= 1
    }
    return position
  }

  private func scanColon(_ document: Span<UInt8>, _ position: inout Int) throws(JSONFault) {
    position = whiteSpaceEnd(document, position)
    guard position < document.count else { throw JSONFault(.unexpectedEnd, at: position) }
    guard document[position] == 0x3A else { throw JSONFault(.expectedColon, at: position) }
    position += 1
  }

  private mutating func begin(_ kind: Tape.Kind, at position: Int) throws(JSONFault) {
    if depth == limits.depthMax { throw JSONFault(.depthExceeded, at: position) }
    depth += 1
    let index = tape.count
    tape.append(Tape.Entry(kind, openCount, tail: UInt64(bitPattern: Int64(open))))
    open = index
    openCount = 0
  }

  private mutating func close(_ kind: Tape.Kind) {
    let begun = tape[entry: open]
    tape[entry: open] = Tape.Entry(begun.kind, openCount, tail: UInt64(tape.count))
    tape.append(Tape.Entry(kind))
    open = Int(Int64(bitPattern: begun.tail))
    openCount = begun.value + 1
    depth -= 1
  }

  private mutating func scanScalar(
    _ document: Span<UInt8>, _ octet: UInt8, _ position: inout Int
  ) throws(JSONFault) {
    switch octet {
    case 0x22: try scanString(document, &position)
    case 0x2D, 0x30...0x39: try scanNumber(document, &position)
    case 0x74: try scanLiteral(document, &position, "true", .true)
    case 0x66: try scanLiteral(document, &position, "false", .false)
    case 0x6E: try scanLiteral(document, &position, "null", .null)
    default: throw JSONFault(.expectedValue, at: position)
    }
  }

  private mutating func scanLiteral(
    _ document: Span<UInt8>, _ position: inout Int, _ literal: StaticString, _ kind: Tape.Kind
  ) throws(JSONFault) {
    let octets = literal.octets
    for index in octets.indices {
      let at = position + index
      guard at < document.count else { throw JSONFault(.unexpectedEnd, at: at) }
      guard document[at] == octets[index] else { throw JSONFault(.invalidLiteral, at: at) }
    }
    position += octets.count
    tape.append(Tape.Entry(kind))
  }
}
