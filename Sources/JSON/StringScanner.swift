import NecroOctets

/// Eight octets at once, to find those in a string that need a closer look.
enum StringWord {
  /// Octets of the word that are `"`, `\`, below 0x20 or above 0x7F: the high bit of each, exact up
  /// to and including the first. A borrow can mark octets behind it falsely.
  @inline(__always)
  static func special(_ word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let quote = word ^ 0x2222_2222_2222_2222
    let backslash = word ^ 0x5C5C_5C5C_5C5C_5C5C
    let zeros = (quote &- ones) & ~quote | (backslash &- ones) & ~backslash
    let controls = (word &- 0x2020_2020_2020_2020) & ~word
    return (zeros | controls | word) & 0x8080_8080_8080_8080
  }
}

extension JSONParser {
  /// Reads the string whose opening quote is at `position`, and leaves `position` behind its closing
  /// one.
  ///
  /// Source: `RFC 8259 §7`.
  mutating func scanString(
    _ document: Span<UInt8>, _ position: inout Int
  ) throws(JSONFault) {
    if let refused, refused.index == tape.count { throw JSONFault(refused.code, at: position) }
    let start = position + 1
    var at = start
    var isASCII = true
    while true {
      at = plainEnd(document, at)
      guard at < document.count else { throw JSONFault(.unexpectedEnd, at: at) }
      let octet = document[at]
      if octet == 0x22 {
        tape.append(
          Tape.Entry(.string, Slice(offset: start, count: at - start), isASCII: isASCII))
        position = at + 1
        return
      }
      if octet == 0x5C { break }
      if octet < 0x20 { throw JSONFault(.controlCharacter, at: at) }
      isASCII = false
      at += try multipleOctets(document, at)
    }
    try scanEscapedString(document, start, &at, isASCII)
    position = at
  }

  /// The first position from `start` on whose octet is not simply part of a string.
  @inline(__always)
  func plainEnd(_ document: Span<UInt8>, _ start: Int) -> Int {
    var at = start
    while document.count &- at >= 8 {
      let special = StringWord.special(document.word(at: at))
      if special != 0 { return at &+ special.trailingZeroBitCount / 8 }
      at &+= 8
    }
    while at < document.count {
      let octet = document[at]
      if octet == 0x22 || octet == 0x5C || octet < 0x20 || octet >= 0x80 { break }
      at &+= 1
    }
    return at
  }

  /// Goes on with a string whose first backslash is at `at`, into `unescaped`.
  private mutating func scanEscapedString(
    _ document: Span<UInt8>, _ start: Int, _ at: inout Int, _ wasASCII: Bool
  ) throws(JSONFault) {
    let offset = unescaped.writePosition
    var isASCII = wasASCII
    var runStart = start
    while true {
      guard at < document.count else { throw JSONFault(.unexpectedEnd, at: at) }
      let octet = document[at]
      if octet == 0x22 || octet == 0x5C {
        unescaped.append(document.extracting(runStart..<at))
        if octet == 0x22 { break }
        if try scanEscape(document, &at) >= 0x80 { isASCII = false }
        runStart = at
      } else if octet < 0x20 {
        throw JSONFault(.controlCharacter, at: at)
      } else {
        isASCII = false
        at += try multipleOctets(document, at)
      }
      at = plainEnd(document, at)
    }
    at += 1
    let slice = Slice(offset: offset, count: unescaped.writePosition - offset)
    tape.append(Tape.Entry(.escapedString, slice, isASCII: isASCII))
  }

  /// Reads the escape whose backslash is at `at` and appends what it stands for.
  mutating func scanEscape(
    _ document: Span<UInt8>, _ at: inout Int
  ) throws(JSONFault) -> UInt32 {
    guard at + 1 < document.count else { throw JSONFault(.unexpectedEnd, at: at + 1) }
    let scalar: UInt32
    switch document[at + 1] {
    case 0x22: scalar = 0x22
    case 0x5C: scalar = 0x5C
    case 0x2F: scalar = 0x2F
    case 0x62: scalar = 0x08
    case 0x66: scalar = 0x0C
    case 0x6E: scalar = 0x0A
    case 0x72: scalar = 0x0D
    case 0x74: scalar = 0x09
    case 0x75:
      scalar = try scanHexadecimalEscape(document, &at)
      appendUnescaped(scalar)
      return scalar
    default: throw JSONFault(.invalidEscape, at: at + 1)
    }
    at += 2
    unescaped.append(UInt8(truncatingIfNeeded: scalar))
    return scalar
  }

  /// Reads `\uXXXX`, or two of them that are a surrogate pair.
  private func scanHexadecimalEscape(
    _ document: Span<UInt8>, _ at: inout Int
  ) throws(JSONFault) -> UInt32 {
    let start = at
    let unit = try scanCodeUnit(document, at + 2)
    at += 6
    if unit & 0xF800 != 0xD800 { return unit }
    guard unit < 0xDC00 else { throw JSONFault(.loneSurrogate, at: start) }
    guard at < document.count else { throw JSONFault(.unexpectedEnd, at: at) }
    guard document[at] == 0x5C else { throw JSONFault(.loneSurrogate, at: start) }
    guard at + 1 < document.count else { throw JSONFault(.unexpectedEnd, at: at + 1) }
    guard document[at + 1] == 0x75 else { throw JSONFault(.loneSurrogate, at: start) }
    let low = try scanCodeUnit(document, at + 2)
    guard low & 0xFC00 == 0xDC00 else { throw JSONFault(.loneSurrogate, at: start) }
    at += 6
    return 0x10000 + ((unit & 0x3FF) << 10 | low & 0x3FF)
  }

  private func scanCodeUnit(_ document: Span<UInt8>, _ start: Int) throws(JSONFault) -> UInt32 {
    var unit: UInt32 = 0
    for at in start..<start + 4 {
      guard at < document.count else { throw JSONFault(.unexpectedEnd, at: at) }
      guard let digit = OctetClass.hexadecimalValue(document[at]) else {
        throw JSONFault(.invalidEscape, at: at)
      }
      unit = unit << 4 | UInt32(digit)
    }
    return unit
  }

  /// Appends a scalar value in UTF-8. `RFC 3629 §3`
  private mutating func appendUnescaped(_ scalar: UInt32) {
    func continuation(_ shift: UInt32) -> UInt8 {
      0x80 | UInt8(truncatingIfNeeded: scalar >> shift) & 0x3F
    }
    if scalar < 0x80 {
      unescaped.append(UInt8(truncatingIfNeeded: scalar))
      return
    }
    if scalar < 0x800 {
      unescaped.append(0xC0 | UInt8(truncatingIfNeeded: scalar >> 6))
    } else {
      if scalar < 0x10000 {
        unescaped.append(0xE0 | UInt8(truncatingIfNeeded: scalar >> 12))
      } else {
        unescaped.append(0xF0 | UInt8(truncatingIfNeeded: scalar >> 18))
        unescaped.append(continuation(12))
      }
      unescaped.append(continuation(6))
    }
    unescaped.append(continuation(0))
  }

  /// The length of the UTF-8 sequence of two to four octets that begins at `at`.
  ///
  /// The first octet narrows the second's range where a shorter sequence, a surrogate or a value
  /// above U+10FFFF would be spelled.
  ///
  /// Source: `RFC 3629 §4`.
  func multipleOctets(_ document: Span<UInt8>, _ at: Int) throws(JSONFault) -> Int {
    let count: Int
    var secondLow: UInt8 = 0x80
    var secondHigh: UInt8 = 0xBF
    switch document[at] {
    case 0xC2...0xDF: count = 2
    case 0xE0: (count, secondLow) = (3, 0xA0)
    case 0xED: (count, secondHigh) = (3, 0x9F)
    case 0xE1...0xEF: count = 3
    case 0xF0: (count, secondLow) = (4, 0x90)
    case 0xF1...0xF3: count = 4
    case 0xF4: (count, secondHigh) = (4, 0x8F)
    default: throw JSONFault(.invalidUTF8, at: at)
    }
    for index in 1..<count {
      guard at + index < document.count else {
        throw JSONFault(.unexpectedEnd, at: document.count)
      }
      let octet = document[at + index]
      let isValid =
        index == 1 ? octet >= secondLow && octet <= secondHigh : octet & 0xC0 == 0x80
      guard isValid else { throw JSONFault(.invalidUTF8, at: at) }
    }
    return count
  }
}
