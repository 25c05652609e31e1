import NecroOctets

/// Where in a value the next item stands, and what may stand there: a stack of the aggregates that are
/// not complete, in place of recursion.
struct Nesting {
  private enum Kind: UInt8 {
    /// An array, a set or a map with a count.
    case counted
    /// A push, whose first element has to be a string while all are missing.
    case push
    case attribute
    /// An array or a set without a count.
    case streamed
    case streamedMap
    case streamedString
  }

  private struct Level {
    var kind: Kind
    /// Elements that are missing of a counted aggregate; those that have come of a streamed map; of a
    /// streamed string its octets.
    var count: Int
  }

  /// The innermost level lies apart, so that an element costs no look into the array.
  private var outer: [Level] = []
  private var level = Level(kind: .counted, count: 0)
  /// The number of levels; 0 between values.
  private(set) var depth = 0
  /// Attributes have come whose value is still to come.
  private(set) var hasAttributes = false
  /// Whether the push's kind is what comes next.
  private var expectsKind = false

  /// Whether nothing of a value has come, attributes included.
  var isBetweenValues: Bool { depth == 0 && !hasAttributes }

  /// The octets that a string beginning here may have.
  @inline(__always)
  func stringOctetsMax(_ limits: Limits) -> Int {
    if depth > 0, level.kind == .streamedString { return limits.stringOctetsMax - level.count }
    return limits.stringOctetsMax
  }

  /// Whether an item of this type may begin here.
  ///
  /// - Parameter offset: where it lies, for the error.
  @inline(__always)
  func check(_ type: RESPType, at offset: Int) throws(RESPError) {
    if depth > 0 && (level.kind.rawValue > Kind.counted.rawValue || expectsKind)
      || type == .stringPart || type == .streamEnd || type == .push
    {
      try checkRare(type, at: offset)
    }
  }

  private func checkRare(_ type: RESPType, at offset: Int) throws(RESPError) {
    if depth > 0, level.kind == .streamedString {
      guard type == .stringPart else {
        throw RESPError(code: .stringPartMisplaced, offset: offset)
      }
      return
    }
    switch type {
    case .stringPart: throw RESPError(code: .stringPartMisplaced, offset: offset)
    case .streamEnd:
      let mayEnd =
        depth > 0
        && (level.kind == .streamed || level.kind == .streamedMap && level.count & 1 == 0)
      guard mayEnd && !hasAttributes else {
        throw RESPError(code: .streamEndMisplaced, offset: offset)
      }
    case .push where depth > 0: throw RESPError(code: .pushMisplaced, offset: offset)
    default: break
    }
    if expectsKind && type != .bulkString && type != .simpleString {
      throw RESPError(code: .pushKindInvalid, offset: offset)
    }
  }

  /// Takes notice of a complete item that `check` has let through. True when a value of the top level
  /// is complete with it.
  ///
  /// - Parameter offset: the last octet of the item, for an error.
  @inline(__always)
  mutating func take(
    _ item: RESPItem, _ limits: Limits, at offset: Int
  ) throws(RESPError) -> Bool {
    switch item {
    case .bulkString, .number, .simpleString, .simpleError, .boolean, .double, .bigNumber,
      .bulkError, .verbatimString, .inlineCommand:
      hasAttributes = false
      expectsKind = false
      return element()
    case .null:
      if expectsKind { throw RESPError(code: .pushKindInvalid, offset: offset) }
      hasAttributes = false
      return element()
    case .array(let count), .set(let count):
      return try begin(.counted, count, limits, offset)
    case .map(let pairCount):
      guard let pairCount else { return try begin(.streamedMap, nil, limits, offset) }
      return try begin(.counted, pairCount &* 2, limits, offset)
    case .attribute(let pairCount): return try begin(.attribute, pairCount &* 2, limits, offset)
    case .push(let count):
      let isComplete = try begin(.push, count, limits, offset)
      expectsKind = true
      return isComplete
    case .streamedString:
      if expectsKind { throw RESPError(code: .pushKindInvalid, offset: offset) }
      return try begin(.streamedString, nil, limits, offset)
    case .stringPart(let slice):
      level.count &+= slice.count
      return false
    case .streamEnd:
      return leave()
    }
  }

  /// An element of the innermost aggregate is complete.
  @inline(__always)
  private mutating func element() -> Bool {
    if depth == 0 { return true }
    switch level.kind {
    case .counted, .push, .attribute:
      level.count &-= 1
      return level.count == 0 ? leave() : false
    case .streamed, .streamedString: return false
    case .streamedMap:
      level.count ^= 1
      return false
    }
  }

  /// Elements are to follow, or none, when the aggregate is complete with its line.
  private mutating func begin(
    _ kind: Kind, _ count: Int?, _ limits: Limits, _ offset: Int
  ) throws(RESPError) -> Bool {
    guard depth < limits.depthMax else { throw RESPError(code: .depthTooLarge, offset: offset) }
    if kind != .attribute { hasAttributes = false }
    if count == 0 {
      if kind == .attribute {
        hasAttributes = true
        return false
      }
      return element()
    }
    if depth > 0 { outer.append(level) }
    depth &+= 1
    let kindHere: Kind = kind == .counted && count == nil ? .streamed : kind
    level = Level(kind: kindHere, count: count ?? 0)
    return false
  }

  /// The innermost aggregate is complete, and with it an element of the one around it.
  private mutating func leave() -> Bool {
    while true {
      let kind = level.kind
      depth &-= 1
      if depth > 0 { level = outer.removeLast() }
      if kind == .attribute {
        // What they tell about is still to come.
        hasAttributes = true
        return false
      }
      if depth == 0 { return true }
      switch level.kind {
      case .counted, .push, .attribute:
        level.count &-= 1
        if level.count > 0 { return false }
      case .streamed, .streamedString: return false
      case .streamedMap:
        level.count ^= 1
        return false
      }
    }
  }
}
