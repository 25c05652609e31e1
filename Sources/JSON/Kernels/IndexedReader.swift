import CKernels
import NecroOctets

/// The second stage: from a document's structural index onto the tape.
///
/// It says no more than that something is wrong; the scalar reader then says what and where. Every
/// read lies within the document: it ends in the bracket that the first place opens, behind which the
/// index goes on with the first place again, which is a fault wherever a value has ended.
struct IndexedReader {
  private let text: UnsafePointer<UInt8>
  private let places: UnsafeMutablePointer<UInt32>
  private let entries: UnsafeMutablePointer<Tape.Entry>
  private let numbers: DigitReader
  private let count: Int

  /// - Parameter entries: room for as many as there are places.
  init(
    _ text: UnsafePointer<UInt8>, _ count: Int, _ places: UnsafeMutablePointer<UInt32>,
    _ entries: UnsafeMutablePointer<Tape.Entry>
  ) {
    self.text = text
    self.places = places
    self.entries = entries
    self.count = count
    numbers = DigitReader(text: text, count: count)
  }

  /// Reads a document that begins at place 0.
  ///
  /// - Returns: the number of entries; nil when the document is not JSON.
  func read(
    _ placeCount: Int, _ depthMax: Int, _ index: borrowing StructuralIndex,
    _ unescaped: inout OctetBuffer
  ) -> Int? {
    var next = 1
    var written = 0
    var at = Int(places[0])
    var depth = 0
    var open = JSONParser.none
    // The values, or members, that are complete in what is open.
    var complete = 0
    var isObject = false
    while true {
      // A value begins at `at`.
      let octet = text[at]
      if octet | 0x20 == 0x7B {
        if depth == depthMax { return nil }
        depth &+= 1
        let tail = UInt64(bitPattern: Int64(open))
        isObject = octet == 0x7B
        entries[written] = Tape.Entry(
          isObject ? .beginObject : .beginArray, complete, tail: tail)
        open = written
        complete = 0
        written &+= 1
        at = Int(places[next])
        if text[at] != octet &+ 2 {
          if isObject {
            guard readName(&next, &at, &written, index, &unescaped) else { return nil }
          } else {
            next &+= 1
          }
          continue
        }
      } else {
        guard readScalar(octet, at, Int(places[next]), written, index, &unescaped) else {
          return nil
        }
        written &+= 1
        complete &+= 1
        at = Int(places[next])
      }
      // A value has ended, or nothing has come yet; the token behind begins at `at`.
      while true {
        let octet = text[at]
        next &+= 1
        if octet == 0x2C {
          at = Int(places[next])
          if isObject {
            guard readName(&next, &at, &written, index, &unescaped) else { return nil }
          } else {
            next &+= 1
          }
          break
        }
        if octet != (isObject ? 0x7D : 0x5D) { return nil }
        let begun = entries[open]
        entries[open] = Tape.Entry(
          begun.kind, complete, tail: UInt64(truncatingIfNeeded: written))
        entries[written] = Tape.Entry(isObject ? .endObject : .endArray)
        written &+= 1
        depth &-= 1
        if depth == 0 { return next == placeCount ? written : nil }
        open = Int(truncatingIfNeeded: begun.tail)
        complete = begun.value &+ 1
        isObject = entries[open].kind == .beginObject
        at = Int(places[next])
      }
    }
  }

  /// Reads the name at `at`, whose place is `next`, and its colon, up to the member's value.
  @inline(__always)
  private func readName(
    _ next: inout Int, _ at: inout Int, _ written: inout Int, _ index: borrowing StructuralIndex,
    _ unescaped: inout OctetBuffer
  ) -> Bool {
    let colon = Int(places[next &+ 1])
    if text[at] != 0x22 || text[colon] != 0x3A { return false }
    guard readString(at, colon, written, index, &unescaped) else { return false }
    written &+= 1
    at = Int(places[next &+ 2])
    next &+= 3
    return true
  }

  @inline(__always)
  private func readScalar(
    _ octet: UInt8, _ at: Int, _ next: Int, _ written: Int, _ index: borrowing StructuralIndex,
    _ unescaped: inout OctetBuffer
  ) -> Bool {
    if octet == 0x22 { return readString(at, next, written, index, &unescaped) }
    var end = at &+ 4
    if octet == 0x2D || octet &- 0x30 <= 9 {
      guard let numberEnd = numbers.read(at, &entries[written]) else { return false }
      end = numberEnd
    } else {
      // What closes the document is behind the literal, and `fals` is no end of one.
      if count &- at < 5 { return false }
      let word = necro_load_half(text + at)
      if word == 0x6C6C_756E {
        entries[written] = Tape.Entry(.null)
      } else if word == 0x6575_7274 {
        entries[written] = Tape.Entry(.true)
      } else if word == 0x736C_6166 && text[at &+ 4] == 0x65 {
        entries[written] = Tape.Entry(.false)
        end &+= 1
      } else {
        return false
      }
    }
    // Either the next token follows, or white space up to it.
    if end == next { return true }
    let behind = text[end]
    return behind == 0x20 || behind == 0x0A || behind == 0x0D || behind == 0x09
  }

  /// Reads the string whose opening quote is at `at`. Between its closing one and the next token, which
  /// there is since a bracket closes the document, is only white space.
  @inline(__always)
  private func readString(
    _ at: Int, _ next: Int, _ written: Int, _ index: borrowing StructuralIndex,
    _ unescaped: inout OctetBuffer
  ) -> Bool {
    let start = at &+ 1
    var end = next &- 1
    while text[end] != 0x22 { end &-= 1 }
    entries[written] = Tape.Entry(
      .string, Slice(offset: start, count: end &- start), isASCII: true)
    if index.isPlain(start, end) { return true }
    return readMarkedString(start, end, written, index, &unescaped)
  }

  private func readMarkedString(
    _ start: Int, _ end: Int, _ written: Int, _ index: borrowing StructuralIndex,
    _ unescaped: inout OctetBuffer
  ) -> Bool {
    let marks = index.marks(start, end)
    if marks.backslashes {
      return readEscapedString(start, end, !marks.high, written, index, &unescaped)
    }
    entries[written] = Tape.Entry(
      .string, Slice(offset: start, count: end &- start), isASCII: !marks.high)
    return true
  }

  private func readEscapedString(
    _ start: Int, _ end: Int, _ hasNoneHigh: Bool, _ written: Int,
    _ index: borrowing StructuralIndex, _ unescaped: inout OctetBuffer
  ) -> Bool {
    var isASCII = hasNoneHigh
    let offset = unescaped.writePosition
    // An escape is longer than what it stands for. Runs are copied by sixteen octets.
    guard let out = unescaped.reserve(end &- start &+ 16).baseAddress else { return false }
    let output = out.assumingMemoryBound(to: UInt8.self)
    var length = 0
    var at = start
    while true {
      let backslash = index.backslash(at, end)
      copy(from: text + at, backslash &- at, to: output + length)
      length &+= backslash &- at
      if backslash == end { break }
      let letter = text[backslash &+ 1]
      if letter != 0x75 {
        let octet = Self.meaning(of: letter)
        if octet == 0 { return false }
        output[length] = octet
        length &+= 1
        at = backslash &+ 2
        continue
      }
      guard let (scalar, behind) = readHexadecimal(backslash, end) else { return false }
      at = behind
      if scalar >= 0x80 { isASCII = false }
      length &+= append(scalar, output + length)
    }
    unescaped.advance(length)
    entries[written] = Tape.Entry(
      .escapedString, Slice(offset: offset, count: length), isASCII: isASCII)
    return true
  }

  /// Copies octets of the document, sixteen at a time where they lie within it.
  @inline(__always)
  private func copy(
    from source: UnsafePointer<UInt8>, _ octetCount: Int, to target: UnsafeMutablePointer<UInt8>
  ) {
    if octetCount <= 16 && count &- (source - text) >= 16 {
      necro_store_word(target, necro_load_word(source))
      necro_store_word(target + 8, necro_load_word(source + 8))
    } else if octetCount > 0 {
      UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: octetCount)
    }
  }

  /// What a letter behind a backslash stands for; 0 if there is no such escape.
  @inline(__always)
  private static func meaning(of letter: UInt8) -> UInt8 {
    switch letter {
    case 0x22, 0x5C, 0x2F: letter
    case 0x62: 0x08
    case 0x66: 0x0C
    case 0x6E: 0x0A
    case 0x72: 0x0D
    case 0x74: 0x09
    default: 0
    }
  }

  /// Reads `\uXXXX` at `at`, or two of them that are a surrogate pair, before `end`.
  private func readHexadecimal(_ at: Int, _ end: Int) -> (scalar: UInt32, behind: Int)? {
    guard let unit = codeUnit(at, end) else { return nil }
    if unit & 0xF800 != 0xD800 { return (unit, at &+ 6) }
    guard unit < 0xDC00, let low = codeUnit(at &+ 6, end), low & 0xFC00 == 0xDC00 else {
      return nil
    }
    return (0x10000 &+ ((unit & 0x3FF) &<< 10 | low & 0x3FF), at &+ 12)
  }

  private func codeUnit(_ at: Int, _ end: Int) -> UInt32? {
    if end &- at < 6 || text[at] != 0x5C || text[at &+ 1] != 0x75 { return nil }
    var unit: UInt32 = 0
    for position in at &+ 2..<at &+ 6 {
      let octet = text[position]
      let digit = octet &- 0x30
      let letter = (octet | 0x20) &- 0x61
      if digit <= 9 {
        unit = unit &<< 4 | UInt32(digit)
      } else if letter <= 5 {
        unit = unit &<< 4 | UInt32(letter &+ 10)
      } else {
        return nil
      }
    }
    return unit
  }

  /// Writes a scalar value in UTF-8, and returns its number of octets.
  @inline(__always)
  private func append(_ scalar: UInt32, _ output: UnsafeMutablePointer<UInt8>) -> Int {
    if scalar < 0x80 {
      output[0] = UInt8(truncatingIfNeeded: scalar)
      return 1
    }
    let last = UInt8(truncatingIfNeeded: scalar & 0x3F | 0x80)
    if scalar < 0x800 {
      output[0] = UInt8(truncatingIfNeeded: scalar &>> 6 | 0xC0)
      output[1] = last
      return 2
    }
    let middle = UInt8(truncatingIfNeeded: scalar &>> 6 & 0x3F | 0x80)
    if scalar < 0x10000 {
      output[0] = UInt8(truncatingIfNeeded: scalar &>> 12 | 0xE0)
      output[1] = middle
      output[2] = last
      return 3
    }
    output[0] = UInt8(truncatingIfNeeded: scalar &>> 18 | 0xF0)
    output[1] = UInt8(truncatingIfNeeded: scalar &>> 12 & 0x3F | 0x80)
    output[2] = middle
    output[3] = last
    return 4
  }
}

extension JSONParser {
  /// Reads a document by its structural index.
  ///
  /// - Returns: false when it is not JSON, or not for this way; the tape is then to be cleared.
  mutating func parseIndexed(_ document: Span<UInt8>, _ kernel: JSONKernel) -> Bool {
    document.withUnsafeBufferPointer { octets in
      guard let text = octets.baseAddress else { return false }
      guard let placeCount = index.fill(text, octets.count, kernel), placeCount > 1 else {
        return false
      }
      // That the last token closes what the first opens bounds all that follows.
      let places = index.places.unsafelyUnwrapped
      let first = text[Int(places[0])]
      let last = text[Int(places[placeCount - 1])]
      if first | 0x20 != 0x7B || last != first &+ 2 { return false }
      tape.reserve(placeCount + 1)
      let reader = IndexedReader(
        text, octets.count, places, tape.base.unsafelyUnwrapped)
      guard
        let entryCount = reader.read(placeCount, limits.depthMax, index, &unescaped)
      else { return false }
      tape.entryCount = entryCount
      return true
    }
  }
}
