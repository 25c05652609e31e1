import NecroOctets
import NecroRESP

/// A reader of RESP that is written for nothing but plainness: it has the whole input before it and
/// calls itself for each element.
struct RESPModel {
  enum Stop: Error, Equatable {
    case incomplete
    case wrong(RESPError.Code, Int)
  }

  private let octets: [UInt8]
  private let limits: Limits
  private let isVersion2: Bool
  private var at = 0
  private var valueStart = 0
  private(set) var lines: [String] = []
  private(set) var failure: RESPError?

  init(_ octets: [UInt8], _ setting: RESPFuzzing.Setting) {
    self.octets = octets
    limits = setting.limits
    isVersion2 = setting.version == .version2
    do throws(Stop) {
      while at < octets.count {
        valueStart = at
        try value(depth: 0)
      }
    } catch {
      // A limit on octets comes before whatever is wrong behind it.
      let bound = valueStart + limits.valueOctetsMax
      switch error {
      case .incomplete where octets.count > bound:
        failure = RESPError(code: .valueTooLong, offset: bound)
      case .incomplete: failure = RESPError(code: .valueIncomplete, offset: octets.count)
      case .wrong(_, let offset) where offset >= bound:
        failure = RESPError(code: .valueTooLong, offset: bound)
      case .wrong(let code, let offset): failure = RESPError(code: code, offset: offset)
      }
    }
  }

  private func octet(_ position: Int) throws(Stop) -> UInt8 {
    guard position < octets.count else { throw .incomplete }
    return octets[position]
  }

  private mutating func emit(_ item: RESPItem, _ text: [UInt8] = []) throws(Stop) {
    if at - valueStart > limits.valueOctetsMax { throw .wrong(.valueTooLong, at) }
    lines.append(RESPItemText.line(item) { _ in text })
  }

  private mutating func lineEnd(_ code: RESPError.Code) throws(Stop) {
    if try octet(at) != 0x0D { throw .wrong(code, at) }
    if try octet(at + 1) != 0x0A { throw .wrong(.lineEndInvalid, at + 1) }
    at += 2
  }

  /// A length or count; -1 for null, -2 for a stream.
  private mutating func count(
    _ max: Int, _ invalid: RESPError.Code, _ tooLarge: RESPError.Code
  ) throws(Stop) -> Int {
    let start = at
    if try octet(at) == 0x3F {
      at += 1
      try lineEnd(invalid)
      return -2
    }
    if try octet(at) == 0x2D {
      at += 1
      if try octet(at) != 0x31 { throw .wrong(invalid, at) }
      at += 1
      try lineEnd(invalid)
      return -1
    }
    var value = 0
    while (0x30...0x39).contains(try octet(at)), at - start < 20 {
      value = value * 10 + Int(octets[at] - 0x30)
      if value > max { throw .wrong(tooLarge, at) }
      at += 1
    }
    if at == start { throw .wrong(invalid, at) }
    try lineEnd(invalid)
    return value
  }

  private mutating func bytes(_ count: Int) throws(Stop) -> [UInt8] {
    let start = at
    for position in [start + count, start + count + 1] {
      if try octet(position) != (position == start + count ? 0x0D : 0x0A) {
        throw .wrong(.stringUnterminated, position)
      }
    }
    at += count + 2
    return Array(octets[start..<start + count])
  }

  private mutating func text() throws(Stop) -> [UInt8] {
    let start = at
    while true {
      let octet = try octet(at)
      if octet == 0x0D {
        let text = Array(octets[start..<at])
        try lineEnd(.lineEndInvalid)
        return text
      }
      if octet == 0x0A { throw .wrong(.lineEndInvalid, at) }
      if at - start >= limits.lineOctetsMax { throw .wrong(.lineTooLong, at) }
      at += 1
    }
  }

  private mutating func integer() throws(Stop) -> Int64 {
    let isNegative = try octet(at) == 0x2D
    if isNegative || octets[at] == 0x2B { at += 1 }
    let start = at
    var digits = isNegative ? "-" : ""
    while (0x30...0x39).contains(try octet(at)), at - start < 20 {
      digits.append(Character(Unicode.Scalar(octets[at])))
      if Int64(digits) == nil { throw .wrong(.numberOverflow, at) }
      at += 1
    }
    if at == start { throw .wrong(.numberInvalid, at) }
    try lineEnd(.numberInvalid)
    return Int64(digits) ?? 0
  }

  /// A value, with attributes before it.
  ///
  /// - Parameter kind: whether it is what kind of push comes.
  /// - Returns: whether it was the end of a stream.
  @discardableResult
  private mutating func value(
    depth: Int, kind: Bool = false, mayEnd: Bool = false
  ) throws(Stop) -> Bool {
    let start = at
    guard let type = RESPType(rawValue: octets[at]), !isVersion2 || type.isInVersion2 else {
      throw .wrong(.typeUnknown, at)
    }
    if type == .stringPart { throw .wrong(.stringPartMisplaced, at) }
    if type == .streamEnd {
      if !mayEnd { throw .wrong(.streamEndMisplaced, at) }
      at += 1
      try lineEnd(.streamEndMisplaced)
      try emit(.streamEnd)
      return true
    }
    if type == .push && depth > 0 { throw .wrong(.pushMisplaced, start) }
    if kind && type != .bulkString && type != .simpleString {
      throw .wrong(.pushKindInvalid, start)
    }
    at += 1
    switch type {
    case .simpleString: let text = try text(); try emit(.simpleString(.empty), text)
    case .simpleError: let text = try text(); try emit(.simpleError(.empty), text)
    case .number: let number = try integer(); try emit(.number(number))
    case .null: try lineEnd(.nullInvalid); try emit(.null)
    case .boolean:
      let letter = try octet(at)
      if letter != 0x74 && letter != 0x66 { throw .wrong(.booleanInvalid, at) }
      at += 1
      try lineEnd(.booleanInvalid)
      try emit(.boolean(letter == 0x74))
    case .double: try numberText(.doubleInvalid)
    case .bigNumber: try numberText(.bigNumberInvalid)
    case .bulkString, .bulkError, .verbatimString: try string(type, depth, kind)
    case .array, .set, .map, .attribute, .push: try aggregate(type, depth)
    case .stringPart, .streamEnd: preconditionFailure("done above")
    }
    return false
  }

  private mutating func string(_ type: RESPType, _ depth: Int, _ kind: Bool) throws(Stop) {
    let count = try count(limits.stringOctetsMax, .lengthInvalid, .stringTooLong)
    if type == .bulkString && count == -1 {
      if kind { throw .wrong(.pushKindInvalid, at - 1) }
      try emit(.null)
      return
    }
    if count < 0 && (type != .bulkString || isVersion2) {
      throw .wrong(.lengthInvalid, at - 2)
    }
    if count == -2 {
      if kind { throw .wrong(.pushKindInvalid, at - 1) }
      if at - valueStart > limits.valueOctetsMax { throw .wrong(.valueTooLong, at) }
      if depth >= limits.depthMax { throw .wrong(.depthTooLarge, at - 1) }
      try emit(.streamedString)
      var left = limits.stringOctetsMax
      while true {
        guard let type = RESPType(rawValue: try octet(at)) else { throw .wrong(.typeUnknown, at) }
        if type != .stringPart { throw .wrong(.stringPartMisplaced, at) }
        at += 1
        let count = try self.count(left, .lengthInvalid, .stringTooLong)
        if count < 0 { throw .wrong(.lengthInvalid, at - 2) }
        if count == 0 { break }
        let part = try bytes(count)
        left -= count
        try emit(.stringPart(.empty), part)
      }
      try emit(.streamEnd)
      return
    }
    if type == .verbatimString {
      if count < 4 { throw .wrong(.verbatimFormatInvalid, at - 2) }
      if try octet(at + 3) != 0x3A { throw .wrong(.verbatimFormatInvalid, at + 3) }
      let all = try bytes(count)
      if at - valueStart > limits.valueOctetsMax { throw .wrong(.valueTooLong, at) }
      let slice = Slice(offset: 4, count: count - 4)
      lines.append(
        RESPItemText.line(.verbatimString(slice)) { Array(all[$0.offset..<$0.end]) })
      return
    }
    let all = try bytes(count)
    try emit(type == .bulkError ? .bulkError(.empty) : .bulkString(.empty), all)
  }

  private mutating func aggregate(_ type: RESPType, _ depth: Int) throws(Stop) {
    let count = try count(limits.elementsMax, .countInvalid, .countTooLarge)
    if count == -1 && type == .array { return try emit(.null) }
    let mayStream = type == .array || type == .set || type == .map
    if count == -1 || (count == -2 && (!mayStream || isVersion2)) {
      throw .wrong(.countInvalid, at - 2)
    }
    if type == .push && count == 0 { throw .wrong(.pushKindInvalid, at - 2) }
    if at - valueStart > limits.valueOctetsMax { throw .wrong(.valueTooLong, at) }
    if depth >= limits.depthMax { throw .wrong(.depthTooLarge, at - 1) }
    let announced = count == -2 ? nil : count
    let isPaired = type == .map || type == .attribute
    switch type {
    case .array: try emit(.array(count: announced))
    case .set: try emit(.set(count: announced))
    case .map: try emit(.map(pairCount: announced))
    case .attribute: try emit(.attribute(pairCount: count))
    default: try emit(.push(count: count))
    }
    if count == -2 {
      var elements = 0
      while true {
        guard at < octets.count else { throw .incomplete }
        let isEnd = try element(depth + 1, false, !isPaired || elements % 2 == 0)
        if isEnd { break }
        elements += 1
      }
    } else {
      for index in 0..<count * (isPaired ? 2 : 1) {
        try element(depth + 1, type == .push && index == 0, false)
      }
    }
    if type == .attribute && depth == 0 {
      guard at < octets.count else { throw .incomplete }
      try value(depth: 0)
    }
  }

  /// An element behind its attributes, which are none.
  @discardableResult
  private mutating func element(_ depth: Int, _ kind: Bool, _ mayEnd: Bool) throws(Stop) -> Bool {
    var isAttributed = false
    while true {
      guard at < octets.count else { throw .incomplete }
      let isAttribute =
        octets[at] == RESPType.attribute.rawValue && !isVersion2 && !kind
      let isEnd = try value(depth: depth, kind: kind, mayEnd: mayEnd && !isAttributed)
      if isEnd { return true }
      if !isAttribute { return false }
      isAttributed = true
    }
  }

  /// A double or a big number: the longest text that is one, if a line end is behind it.
  private mutating func numberText(_ invalid: RESPError.Code) throws(Stop) {
    let start = at
    let isDouble = invalid == .doubleInvalid
    while true {
      let position = at
      let text = Array(octets[start..<position])
      let grammar = RESPModelGrammar(text, isDouble: isDouble)
      guard position < octets.count else { throw .incomplete }
      let next = octets[position]
      if next == 0x0D && grammar.isComplete {
        try lineEnd(invalid)
        try emit(isDouble ? .double(.empty) : .bigNumber(.empty), text)
        return
      }
      if position - start >= limits.numberOctetsMax { throw .wrong(.numberTooLong, position) }
      guard RESPModelGrammar(text + [next], isDouble: isDouble).mayGoOn else {
        throw .wrong(invalid, position)
      }
      at += 1
    }
  }
}

/// Whether a text is a number, or the beginning of one, decided by a table of states.
struct RESPModelGrammar {
  let isComplete: Bool
  let mayGoOn: Bool

  private enum State {
    case start, sign, integer, point, fraction, exponentMark, exponentSign, exponent
    case word(String, Int), nanEnd, payload, closed, wrong
  }

  init(_ text: [UInt8], isDouble: Bool) {
    var state = State.start
    for octet in text { state = Self.next(state, octet, isDouble) }
    switch state {
    case .integer, .fraction, .exponent, .nanEnd, .closed: (isComplete, mayGoOn) = (true, true)
    case .word(let word, let count): (isComplete, mayGoOn) = (count == word.utf8.count, true)
    case .wrong: (isComplete, mayGoOn) = (false, false)
    case .start, .sign, .point, .exponentMark, .exponentSign, .payload:
      (isComplete, mayGoOn) = (false, true)
    }
  }

  private static func next(_ state: State, _ octet: UInt8, _ isDouble: Bool) -> State {
    let isDigit = (0x30...0x39).contains(octet)
    let isSign = octet == 0x2B || octet == 0x2D
    let isMark = isDouble && (octet == 0x65 || octet == 0x45)
    switch state {
    case .start where isSign: return .sign
    case .start, .sign:
      if isDigit { return .integer }
      if isDouble && octet == 0x69 { return .word("inf", 1) }
      if isDouble && (octet == 0x6E || octet == 0x4E) { return .word("nan", 1) }
      return .wrong
    case .integer:
      if isDigit { return .integer }
      if isDouble && octet == 0x2E { return .point }
      return isMark ? .exponentMark : .wrong
    case .point: return isDigit ? .fraction : .wrong
    case .fraction: return isDigit ? .fraction : isMark ? .exponentMark : .wrong
    case .exponentMark: return isDigit ? .exponent : isSign ? .exponentSign : .wrong
    case .exponentSign, .exponent: return isDigit ? .exponent : .wrong
    case .word(let word, let count):
      let letters = Array(word.utf8)
      if count == letters.count { return .wrong }
      let letter = word == "nan" ? octet | 0x20 : octet
      guard letter == letters[count] else { return .wrong }
      return word == "nan" && count == 2 ? .nanEnd : .word(word, count + 1)
    case .nanEnd: return octet == 0x28 ? .payload : .wrong
    case .payload:
      let isLetter = (0x61...0x7A).contains(octet | 0x20)
      return isDigit || isLetter || octet == 0x5F ? .payload : octet == 0x29 ? .closed : .wrong
    case .closed, .wrong: return .wrong
    }
  }
}

/// The property that the decoder reads what the model reads, with the same error at the same place.
///
/// Traps on a violation.
public func fuzzRESPModel(_ octets: Span<UInt8>) {
  // The model looks at the beginning of a number again with each octet, and calls itself.
  if octets.count > 4_096 { return }
  for setting in RESPFuzzing.settings where !setting.acceptsInlineCommands {
    var run = RESPRun(setting)
    run.feed(octets)
    run.finish()
    let model = RESPModel(RESPItemText.copy(octets), setting)
    precondition(
      run.lines == model.lines && run.failure == model.failure,
      "the model reads \(model.lines), \(String(describing: model.failure))")
  }
}
