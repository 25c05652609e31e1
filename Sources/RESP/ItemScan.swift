import NecroOctets

/// How far the octets at the front have been looked at.
struct ScanState {
  /// Where the next item begins, from the first octet that is not consumed.
  var position = 0
  /// Octets of the next item's line that are known to have no line end.
  var resume = 0
  /// Octets of the current value that were consumed.
  var valueCount = 0
  /// Where the current value begins, behind its attributes, and its first item, for `nextValue`.
  var valuePosition = 0
  var valueItem: RESPItem?

  @inline(__always)
  mutating func consumed(_ isComplete: Bool) {
    valueCount = isComplete ? 0 : valueCount &+ position
    position = 0
    valuePosition = 0
    valueItem = nil
  }
}

/// Items and values of a decoder's input: the syntax of an item and its place, one behind the other.
///
/// Errors count their offset from the first octet that is not consumed.
enum ItemScan {
  /// The item at the state's position, which then lies behind it; nil when it is not complete.
  ///
  /// - Parameter isComplete: set when a value of the top level is complete with the item.
  @inline(__always)
  static func item(
    _ input: borrowing OctetBuffer, _ state: inout ScanState, _ nesting: inout Nesting,
    _ limits: Limits, _ version: RESPVersion, _ acceptsInlineCommands: Bool,
    _ isComplete: inout Bool
  ) throws(RESPError) -> RESPItem? {
    let octets = input.octets
    let start = state.position
    guard start < octets.count else { return nil }
    do throws(RESPError) {
      if acceptsInlineCommands && nesting.isBetweenValues
        && octets[start] != RESPType.array.rawValue
      {
        return try inlineCommand(octets, &state, base: input.readPosition, limits, &isComplete)
      }
      guard let type = RESPType(rawValue: octets[start]),
        version == .version3 || type.isInVersion2
      else { throw RESPError(code: .typeUnknown, offset: start) }
      try nesting.check(type, at: start)
      var end = start
      let item = try ItemSyntax.read(
        type, octets, &end, base: input.readPosition, limits,
        stringOctetsMax: nesting.stringOctetsMax(limits), resume: &state.resume)
      guard let item else {
        try checkIncomplete(octets, state, limits)
        return nil
      }
      if version == .version2 { try checkVersion2(item, lineEnd: end - 2) }
      if state.valueCount &+ end > limits.valueOctetsMax { throw tooLong(state, limits) }
      isComplete = try nesting.take(item, limits, at: end &- 1)
      state.position = end
      return item
    } catch {
      // Where the value is too long before it is wrong, that is its fault however it was cut.
      if state.valueCount &+ error.offset >= limits.valueOctetsMax {
        throw tooLong(state, limits)
      }
      throw error
    }
  }

  /// Passes over the rest of a value of the top level: its first item when it is complete, and the
  /// state's positions around it.
  @inline(__always)
  static func value(
    _ input: borrowing OctetBuffer, _ state: inout ScanState, _ nesting: inout Nesting,
    _ limits: Limits, _ version: RESPVersion, _ acceptsInlineCommands: Bool
  ) throws(RESPError) -> RESPItem? {
    while true {
      let start = state.position
      let isOutside = nesting.depth == 0
      var isComplete = false
      let item = try item(
        input, &state, &nesting, limits, version, acceptsInlineCommands, &isComplete)
      guard let item else { return nil }
      if isOutside {
        if isComplete {
          state.valuePosition = start
          return item
        }
        if case .attribute = item {
        } else {
          state.valuePosition = start
          state.valueItem = item
        }
      } else if isComplete {
        // Slices of an aggregate's first item there are none, so it is good wherever the storage is.
        return state.valueItem
      }
    }
  }

  private static func tooLong(_ state: ScanState, _ limits: Limits) -> RESPError {
    RESPError(code: .valueTooLong, offset: limits.valueOctetsMax - state.valueCount)
  }

  /// An incomplete item fails with the octet that is too many, not when it is complete.
  private static func checkIncomplete(
    _ octets: Span<UInt8>, _ state: ScanState, _ limits: Limits
  ) throws(RESPError) {
    if state.valueCount + octets.count > limits.valueOctetsMax { throw tooLong(state, limits) }
  }

  /// Version 2 has no streams.
  private static func checkVersion2(_ item: RESPItem, lineEnd: Int) throws(RESPError) {
    switch item {
    case .streamedString: throw RESPError(code: .lengthInvalid, offset: lineEnd)
    case .array(count: nil): throw RESPError(code: .countInvalid, offset: lineEnd)
    default: break
    }
  }

  /// A line as people type it, which LF alone ends as well as CRLF.
  ///
  /// RESP2, "Inline Commands"
  private static func inlineCommand(
    _ octets: Span<UInt8>, _ state: inout ScanState, base: Int, _ limits: Limits,
    _ isComplete: inout Bool
  ) throws(RESPError) -> RESPItem? {
    let start = state.position
    let last = min(octets.count, start + limits.lineOctetsMax + 2)
    var at = start + state.resume
    while at < last, octets[at] != 0x0A { at += 1 }
    let isEnded = at < octets.count && octets[at] == 0x0A
    let count = isEnded && at > start && octets[at - 1] == 0x0D ? at - 1 - start : at - start
    // CR may be part of the line end as long as nothing else has come.
    let isAtCarriageReturn = !isEnded && at > start && octets[at - 1] == 0x0D
    if count - (isAtCarriageReturn ? 1 : 0) > limits.lineOctetsMax {
      throw RESPError(code: .inlineCommandInvalid, offset: start + limits.lineOctetsMax)
    }
    guard isEnded else {
      state.resume = at - start
      return nil
    }
    state.resume = 0
    state.position = at + 1
    isComplete = true
    return .inlineCommand(Slice(offset: base + start, count: count))
  }

  /// Octets that are missing of a string whose length is known.
  static func missingOctetCount(_ octets: Span<UInt8>, from start: Int, _ limits: Limits) -> Int {
    guard start < octets.count, let type = RESPType(rawValue: octets[start]) else { return 0 }
    switch type {
    case .bulkString, .bulkError, .verbatimString, .stringPart: break
    case .simpleString, .simpleError, .number, .array, .null, .double, .boolean, .bigNumber, .map,
      .set, .attribute, .push, .streamEnd:
      return 0
    }
    var end = start + 1
    do throws(RESPError) {
      let announced = try LineSyntax.announcement(
        octets, from: start + 1, max: limits.stringOctetsMax, invalid: .lengthInvalid,
        tooLarge: .stringTooLong, end: &end)
      guard case .count(let count)? = announced else { return 0 }
      return max(0, end + count + 2 - octets.count)
    } catch {
      return 0
    }
  }
}
