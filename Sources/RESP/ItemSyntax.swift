import NecroOctets

/// The octets of one item: its type, what stands behind that, its line ends.
///
/// What may stand where is `Nesting`'s to say.
enum ItemSyntax {
  /// Reads the item at `at`, whose type is there; nil when it is right so far and not complete.
  ///
  /// - Parameters:
  ///   - at: moved behind the item when it is complete.
  ///   - base: the position of the span's first octet in what slices count from.
  ///   - stringOctetsMax: the limit of this string or part of one.
  ///   - resume: as in `LineSyntax.text`.
  @inline(__always)
  static func read(
    _ type: RESPType, _ octets: Span<UInt8>, _ at: inout Int, base: Int, _ limits: Limits,
    stringOctetsMax: Int, resume: inout Int
  ) throws(RESPError) -> RESPItem? {
    let start = at &+ 1
    var end = start
    switch type {
    case .bulkString:
      guard
        let announced = try LineSyntax.announcement(
          octets, from: start, max: stringOctetsMax, invalid: .lengthInvalid,
          tooLarge: .stringTooLong, end: &end)
      else { return nil }
      switch announced {
      case .count(let count):
        guard let string = try contents(octets, &end, count) else { return nil }
        at = end
        return .bulkString(string.shifted(by: base))
      case .null:
        at = end
        return .null
      case .streamed:
        at = end
        return .streamedString
      }
    case .number:
      guard let number = try LineSyntax.integer(octets, from: start, end: &end) else { return nil }
      at = end
      return .number(number)
    case .simpleString, .simpleError:
      guard
        let text = try LineSyntax.text(
          octets, from: start, octetsMax: limits.lineOctetsMax, resume: &resume, end: &end)
      else { return nil }
      at = end
      let slice = text.shifted(by: base)
      return type == .simpleString ? .simpleString(slice) : .simpleError(slice)
    case .array, .set, .map, .attribute, .push:
      guard
        let announced = try LineSyntax.announcement(
          octets, from: start, max: limits.elementsMax, invalid: .countInvalid,
          tooLarge: .countTooLarge, end: &end)
      else { return nil }
      let item = try aggregate(type, announced, lineEnd: end - 2)
      at = end
      return item
    case .null, .boolean, .double, .bigNumber, .bulkError, .verbatimString, .stringPart, .streamEnd:
      return try readRare(type, octets, &at, base, limits, stringOctetsMax)
    }
  }

  /// The rest of the types, kept apart so that those above stay small.
  @inline(never)
  private static func readRare(
    _ type: RESPType, _ octets: Span<UInt8>, _ at: inout Int, _ base: Int, _ limits: Limits,
    _ stringOctetsMax: Int
  ) throws(RESPError) -> RESPItem? {
    let start = at + 1
    var end = start
    let item: RESPItem
    switch type {
    case .null:
      guard try LineSyntax.lineEnd(octets, &end, otherwise: .nullInvalid) else { return nil }
      item = .null
    case .streamEnd:
      guard try LineSyntax.lineEnd(octets, &end, otherwise: .streamEndMisplaced) else {
        return nil
      }
      item = .streamEnd
    case .boolean:
      guard end < octets.count else { return nil }
      let letter = octets[end]
      guard letter == 0x74 || letter == 0x66 else {
        throw RESPError(code: .booleanInvalid, offset: end)
      }
      end += 1
      guard try LineSyntax.lineEnd(octets, &end, otherwise: .booleanInvalid) else { return nil }
      item = .boolean(letter == 0x74)
    case .double, .bigNumber:
      guard
        let text = try NumberText.line(
          octets, from: start, octetsMax: limits.numberOctetsMax,
          invalid: type == .double ? .doubleInvalid : .bigNumberInvalid, end: &end)
      else { return nil }
      let slice = text.shifted(by: base)
      item = type == .double ? .double(slice) : .bigNumber(slice)
    case .bulkError, .verbatimString, .stringPart:
      guard let string = try string(type, octets, &end, stringOctetsMax) else { return nil }
      let slice = string.shifted(by: base)
      switch type {
      case .bulkError: item = .bulkError(slice)
      case .verbatimString: item = .verbatimString(slice)
      default: item = string.count == 0 ? .streamEnd : .stringPart(slice)
      }
    case .simpleString, .simpleError, .number, .bulkString, .array, .map, .set, .attribute, .push:
      preconditionFailure("read above")
    }
    at = end
    return item
  }

  /// A string that is neither null nor streamed.
  private static func string(
    _ type: RESPType, _ octets: Span<UInt8>, _ end: inout Int, _ octetsMax: Int
  ) throws(RESPError) -> Slice? {
    let start = end
    guard
      let announced = try LineSyntax.announcement(
        octets, from: start, max: octetsMax, invalid: .lengthInvalid, tooLarge: .stringTooLong,
        end: &end)
    else { return nil }
    guard case .count(let count) = announced else {
      // Another type may be null or streamed: with the line end it is certain that this is not.
      throw RESPError(code: .lengthInvalid, offset: end - 2)
    }
    if type == .stringPart {
      // The last part has no octets, and no line end behind them.
      return count == 0 ? Slice(offset: end, count: 0) : try contents(octets, &end, count)
    }
    guard type == .verbatimString else { return try contents(octets, &end, count) }
    guard count >= 4 else { throw RESPError(code: .verbatimFormatInvalid, offset: end - 2) }
    let colon = end + 3
    guard colon < octets.count else { return nil }
    guard octets[colon] == 0x3A else {
      throw RESPError(code: .verbatimFormatInvalid, offset: colon)
    }
    guard let all = try contents(octets, &end, count) else { return nil }
    return Slice(offset: all.offset + 4, count: all.count - 4)
  }

  /// So many octets from `end` on, and the CRLF behind them.
  @inline(__always)
  private static func contents(
    _ octets: Span<UInt8>, _ end: inout Int, _ count: Int
  ) throws(RESPError) -> Slice? {
    let string = Slice(offset: end, count: count)
    // Neither sum can overflow: a count is at most 2^53.
    let last = end &+ count
    guard last &+ 1 < octets.count else {
      if last < octets.count, octets[last] != 0x0D {
        throw RESPError(code: .stringUnterminated, offset: last)
      }
      return nil
    }
    guard octets[last] == 0x0D else { throw RESPError(code: .stringUnterminated, offset: last) }
    guard octets[last &+ 1] == 0x0A else {
      throw RESPError(code: .stringUnterminated, offset: last &+ 1)
    }
    end = last &+ 2
    return string
  }

  @inline(__always)
  private static func aggregate(
    _ type: RESPType, _ announced: LineSyntax.Announcement, lineEnd: Int
  ) throws(RESPError) -> RESPItem {
    switch (announced, type) {
    case (.count(let count), .array): return .array(count: count)
    case (.count(let count), .set): return .set(count: count)
    case (.count(let count), .map): return .map(pairCount: count)
    case (.count(let count), .attribute): return .attribute(pairCount: count)
    case (.count(0), .push): throw RESPError(code: .pushKindInvalid, offset: lineEnd)
    case (.count(let count), _): return .push(count: count)
    case (.null, .array): return .null
    case (.streamed, .array): return .array(count: nil)
    case (.streamed, .set): return .set(count: nil)
    case (.streamed, .map): return .map(pairCount: nil)
    case (.null, _), (.streamed, _): throw RESPError(code: .countInvalid, offset: lineEnd)
    }
  }
}
