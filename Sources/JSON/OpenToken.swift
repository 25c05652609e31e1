import NecroOctets

/// A string of which a part has arrived.
struct OpenString {
  /// Behind the opening quote.
  private(set) var start: Int
  let isName: Bool
  /// Up to where it was read, before any escape or character that is incomplete.
  private(set) var at: Int
  /// Where its octets begin among those of strings with escapes, once it has one.
  var unescapedStart: Int?
  /// The first octet that is not among these.
  private var runStart: Int
  private var isASCII = true

  init(start: Int, isName: Bool) {
    self.start = start
    self.isName = isName
    at = start
    runStart = start
  }

  mutating func move(_ distance: Int) {
    start += distance
    at += distance
    runStart += distance
  }

  /// Reads on, up to the closing quote.
  ///
  /// - Throws: `unexpectedEnd` when more octets are needed, and may then be called again.
  mutating func scan(_ document: Span<UInt8>, _ parser: inout JSONParser) throws(JSONFault) {
    while true {
      at = parser.plainEnd(document, at)
      guard at < document.count else { throw JSONFault(.unexpectedEnd, at: at) }
      let octet = document[at]
      if octet == 0x22 || octet == 0x5C {
        if octet == 0x5C, unescapedStart == nil {
          unescapedStart = parser.unescaped.writePosition
        }
        if unescapedStart != nil {
          parser.unescaped.append(document.extracting(runStart..<at))
          runStart = at
        }
        if octet == 0x22 { return }
        var behind = at
        if try parser.scanEscape(document, &behind) >= 0x80 { isASCII = false }
        at = behind
        runStart = behind
      } else if octet < 0x20 {
        throw JSONFault(.controlCharacter, at: at)
      } else {
        isASCII = false
        at += try parser.multipleOctets(document, at)
      }
    }
  }

  /// Where its octets are, once it is complete.
  func text(_ parser: borrowing JSONParser) -> JSONText {
    if let unescapedStart {
      let count = parser.unescaped.writePosition - unescapedStart
      return JSONText(
        slice: Slice(offset: unescapedStart, count: count), wasEscaped: true, isASCII: isASCII)
    }
    return JSONText(
      slice: Slice(offset: start, count: at - start), wasEscaped: false, isASCII: isASCII)
  }
}

/// A number of which a part has arrived.
struct OpenNumber {
  private(set) var start: Int
  private var at: Int
  private var state = State.start

  /// What has come last. `RFC 8259 §6`
  private enum State {
    case start, minus, zero, integer, point, fraction, exponent, exponentSign, exponentDigits
  }

  init(start: Int) {
    self.start = start
    at = start
  }

  mutating func move(_ distance: Int) {
    start += distance
    at += distance
  }

  /// Whether it may end where it is.
  var isComplete: Bool {
    switch state {
    case .zero, .integer, .fraction, .exponentDigits: true
    case .start, .minus, .point, .exponent, .exponentSign: false
    }
  }

  /// Reads on, up to an octet that is not part of it.
  ///
  /// - Returns: false when none has come yet.
  mutating func scan(_ document: Span<UInt8>) throws(JSONFault) -> Bool {
    while at < document.count {
      guard try take(document[at]) else { return true }
      at += 1
    }
    return false
  }

  /// Whether an octet belongs to the number.
  private mutating func take(_ octet: UInt8) throws(JSONFault) -> Bool {
    let isDigit = octet &- 0x30 <= 9
    switch (state, octet) {
    case (.start, 0x2D): state = .minus
    case (.start, 0x30), (.minus, 0x30): state = .zero
    case (.start, _) where isDigit, (.minus, _) where isDigit: state = .integer
    case (.zero, _) where isDigit: throw JSONFault(.leadingZero, at: at)
    case (.zero, 0x2E), (.integer, 0x2E): state = .point
    case (.zero, 0x65), (.zero, 0x45), (.integer, 0x65), (.integer, 0x45), (.fraction, 0x65),
      (.fraction, 0x45):
      state = .exponent
    case (.point, _) where isDigit: state = .fraction
    case (.exponent, 0x2B), (.exponent, 0x2D): state = .exponentSign
    case (.exponent, _) where isDigit, (.exponentSign, _) where isDigit: state = .exponentDigits
    case (.integer, _) where isDigit, (.fraction, _) where isDigit,
      (.exponentDigits, _) where isDigit:
      break
    case (.zero, _), (.integer, _), (.fraction, _), (.exponentDigits, _): return false
    case (.start, _), (.minus, _), (.point, _), (.exponent, _), (.exponentSign, _):
      throw JSONFault(.expectedDigit, at: at)
    }
    return true
  }
}
