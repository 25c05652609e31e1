import NecroOctets

/// The tokens of a file of SQL, in order.
///
/// Everything but white space is part of one. What the texts mean is left to Postgres: key words are
/// words, and the names in quotes stay in their quotes. Strings are read as with
/// `standard_conforming_strings`, which has been the default since Postgres 9.1.
///
/// Call `next()` until it returns nil. After an error the scanner stands behind what was wrong, where
/// that has an end, else at the file's end, so that further errors can be found.
///
/// PostgreSQL documentation, "Lexical Structure".
public struct SQLTokens: ~Escapable {
  /// The most octets a file can have: positions are handed on as 32 bits.
  public static var octetsMax: Int { 1 << 30 }

  let text: Span<UInt8>
  private(set) var position = 0
  /// Whether a backslash begins a command to psql here.
  private var isBetweenStatements = true

  /// - Throws: `fileTooLarge`.
  @_lifetime(copy text)
  public init(_ text: Span<UInt8>) throws(SQLTextFault) {
    guard text.count <= Self.octetsMax else {
      throw SQLTextFault(.fileTooLarge, Slice(offset: 0, count: text.count))
    }
    self.text = text
    // A mark of the octets' order, which editors on some systems write before UTF-8.
    if octet(0) == 0xEF, octet(1) == 0xBB, octet(2) == 0xBF { position = 3 }
  }

  /// The next token, or nil at the end of the file.
  ///
  /// - Throws: `SQLTextFault` where the octets are none.
  public mutating func next() throws(SQLTextFault) -> SQLToken? {
    while let octet = octet(position), SQLOctets.isSpace(octet) { position += 1 }
    let start = position
    guard start < text.count else { return nil }
    let kind = try scan()
    if !kind.isComment { isBetweenStatements = kind == .semicolon || kind == .metaCommand }
    return SQLToken(kind, Slice(offset: start, count: position - start))
  }

  /// The octet at `index`, or nil behind the end.
  func octet(_ index: Int) -> UInt8? {
    index < text.count ? text[index] : nil
  }

  private mutating func scan() throws(SQLTextFault) -> SQLToken.Kind {
    let first = text[position]
    let second = octet(position + 1)
    switch first {
    case 0x2D where second == 0x2D:
      skipLine()
      return .lineComment
    case 0x2F where second == 0x2A:
      try skipBlockComment()
      return .blockComment
    case 0x5C where isBetweenStatements:
      skipLine()
      return .metaCommand
    case 0x27:
      try skipString(.standard, prefix: 0)
      return .string
    case 0x22:
      try skipIdentifier(prefix: 0)
      return .quotedIdentifier
    case 0x24: return try scanDollar()
    case 0x7B:
      try skipParameter()
      return .parameter
    case 0x2E:
      if let second, OctetClass.isDigit(second) { return try scanNumber() }
      return punctuation(second == 0x2E ? .doubleDot : .dot, octetCount: second == 0x2E ? 2 : 1)
    case 0x3A:
      switch second {
      case 0x3A: return punctuation(.doubleColon, octetCount: 2)
      case 0x3D: return punctuation(.colonEquals, octetCount: 2)
      default: return punctuation(.colon, octetCount: 1)
      }
    case 0x28: return punctuation(.leftParenthesis, octetCount: 1)
    case 0x29: return punctuation(.rightParenthesis, octetCount: 1)
    case 0x5B: return punctuation(.leftBracket, octetCount: 1)
    case 0x5D: return punctuation(.rightBracket, octetCount: 1)
    case 0x2C: return punctuation(.comma, octetCount: 1)
    case 0x3B: return punctuation(.semicolon, octetCount: 1)
    default: break
    }
    if OctetClass.isDigit(first) { return try scanNumber() }
    if SQLOctets.beginsWord(first) { return try scanWord() }
    if SQLOctets.isOperator(first) {
      skipOperator()
      return .operatorName
    }
    position += 1
    throw SQLTextFault(.strayOctet, Slice(offset: position - 1, count: 1))
  }

  private mutating func punctuation(_ kind: SQLToken.Kind, octetCount: Int) -> SQLToken.Kind {
    position += octetCount
    return kind
  }

  // MARK: Comments

  private mutating func skipLine() {
    while let octet = octet(position), octet != 0x0A, octet != 0x0D { position += 1 }
  }

  private mutating func skipBlockComment() throws(SQLTextFault) {
    let start = position
    position += 2
    var depth = 1
    while let octet = octet(position) {
      let second = self.octet(position + 1)
      if octet == 0x2A, second == 0x2F {
        position += 2
        depth -= 1
        if depth == 0 { return }
      } else if octet == 0x2F, second == 0x2A {
        position += 2
        depth += 1
      } else {
        position += 1
      }
    }
    throw SQLTextFault(.unterminatedComment, Slice(offset: start, count: 2))
  }

  // MARK: Strings and identifiers

  private enum StringForm {
    /// Two quotes are one.
    case standard
    /// The same, and a backslash escapes what is behind it.
    case escaped
    /// Digits of a bit string, in which nothing is escaped.
    case digits
  }

  /// Skips a string and those that continue it: a string on a further line with nothing but white
  /// space and comments between belongs to the one before.
  private mutating func skipString(_ form: StringForm, prefix: Int) throws(SQLTextFault) {
    let start = position
    position += prefix
    repeat {
      position += 1
      try skipToQuote(from: start, octetCount: prefix + 1, form)
    } while skipToContinuation()
  }

  private mutating func skipToQuote(
    from start: Int, octetCount: Int, _ form: StringForm
  ) throws(SQLTextFault) {
    while let octet = octet(position) {
      position += 1
      if octet == 0x5C, form == .escaped, position < text.count {
        position += 1
      } else if octet == 0x27 {
        guard self.octet(position) == 0x27, form != .digits else { return }
        position += 1
      }
    }
    throw SQLTextFault(.unterminatedString, Slice(offset: start, count: octetCount))
  }

  /// Moves to the quote of a string that continues this one, if there is one.
  private mutating func skipToContinuation() -> Bool {
    var index = position
    var hasLineEnd = false
    while let octet = octet(index) {
      if octet == 0x2D, self.octet(index + 1) == 0x2D, hasLineEnd {
        while let inside = self.octet(index), inside != 0x0A, inside != 0x0D { index += 1 }
      } else if SQLOctets.isSpace(octet) {
        hasLineEnd = hasLineEnd || octet == 0x0A || octet == 0x0D
        index += 1
      } else {
        break
      }
    }
    guard hasLineEnd, octet(index) == 0x27 else { return false }
    position = index
    return true
  }

  private mutating func skipIdentifier(prefix: Int) throws(SQLTextFault) {
    let start = position
    position += prefix + 1
    while let octet = octet(position) {
      position += 1
      guard octet == 0x22 else { continue }
      guard self.octet(position) == 0x22 else {
        if position == start + prefix + 2 {
          throw SQLTextFault(.emptyIdentifier, Slice(offset: start, count: position - start))
        }
        return
      }
      position += 1
    }
    throw SQLTextFault(.unterminatedIdentifier, Slice(offset: start, count: prefix + 1))
  }

  /// A word, or the string or identifier whose prefix it is.
  private mutating func scanWord() throws(SQLTextFault) -> SQLToken.Kind {
    let second = octet(position + 1)
    switch OctetClass.lowercased(text[position]) {
    case 0x65 where second == 0x27:
      try skipString(.escaped, prefix: 1)
      return .string
    case 0x62 where second == 0x27, 0x78 where second == 0x27:
      try skipString(.digits, prefix: 1)
      return .string
    case 0x75 where second == 0x26:
      if octet(position + 2) == 0x27 {
        try skipString(.standard, prefix: 2)
        return .string
      }
      if octet(position + 2) == 0x22 {
        try skipIdentifier(prefix: 2)
        return .quotedIdentifier
      }
    default: break
    }
    while let octet = octet(position), SQLOctets.continuesWord(octet) { position += 1 }
    return .word
  }

  // MARK: Dollars, numbers, parameters, operators

  private mutating func scanDollar() throws(SQLTextFault) -> SQLToken.Kind {
    let start = position
    if let digit = octet(start + 1), OctetClass.isDigit(digit) {
      position += 1
      while let octet = octet(position), OctetClass.isDigit(octet) { position += 1 }
      try refuseJunk(from: start)
      return .position
    }
    // A tag is a word without dollars, or nothing.
    var end = start + 1
    if let octet = octet(end), SQLOctets.beginsWord(octet) {
      while let octet = self.octet(end), octet != 0x24, SQLOctets.continuesWord(octet) { end += 1 }
    }
    guard octet(end) == 0x24 else {
      position += 1
      throw SQLTextFault(.strayOctet, Slice(offset: start, count: 1))
    }
    let delimiter = Slice(offset: start, count: end + 1 - start)
    position = delimiter.end
    while position + delimiter.count <= text.count {
      if text[position] == 0x24,
        text.octets(Slice(offset: position, count: delimiter.count)).equals(text.octets(delimiter))
      {
        position += delimiter.count
        return .dollarString
      }
      position += 1
    }
    position = text.count
    throw SQLTextFault(.unterminatedDollarString, delimiter)
  }

  /// A number: decimal with a fraction and an exponent, or an integer in base 16, 8 or 2, with `_`
  /// between digits.
  private mutating func scanNumber() throws(SQLTextFault) -> SQLToken.Kind {
    let start = position
    if text[start] == 0x30, let letter = octet(start + 1), let radix = SQLOctets.radix(letter),
      SQLOctets.isDigit(
        octet(start + 2) == 0x5F ? octet(start + 3) : octet(start + 2), radix: radix)
    {
      position += 2
      skipDigits(radix: radix)
      try refuseJunk(from: start)
      return .number
    }
    skipDigits(radix: 10)
    // `1..10` are a number, two dots and a number.
    if octet(position) == 0x2E, octet(position + 1) != 0x2E {
      position += 1
      if let digit = octet(position), OctetClass.isDigit(digit) { skipDigits(radix: 10) }
    }
    if let letter = octet(position), letter | 0x20 == 0x65 {
      let sign = octet(position + 1)
      let digits = position + (sign == 0x2B || sign == 0x2D ? 2 : 1)
      if let digit = octet(digits), OctetClass.isDigit(digit) {
        let hasSign = digits > position + 1
        position = digits
        skipDigits(radix: 10)
        // `e5$` would be a longer word than the exponent.
        if !hasSign, octet(position) == 0x24 { try refuseJunk(from: start, isWord: true) }
      }
    }
    try refuseJunk(from: start)
    return .number
  }

  private mutating func skipDigits(radix: UInt8) {
    while let octet = octet(position) {
      if SQLOctets.isDigit(octet, radix: radix) {
        position += 1
      } else if octet == 0x5F, SQLOctets.isDigit(self.octet(position + 1), radix: radix) {
        position += 2
      } else {
        return
      }
    }
  }

  private mutating func refuseJunk(
    from start: Int, isWord: Bool = false
  ) throws(SQLTextFault) {
    guard let octet = octet(position), isWord || SQLOctets.beginsWord(octet) else { return }
    while let octet = self.octet(position), SQLOctets.continuesWord(octet) { position += 1 }
    throw SQLTextFault(.junkAfterNumber, Slice(offset: start, count: position - start))
  }

  private mutating func skipParameter() throws(SQLTextFault) {
    let start = position
    position += 1
    if let octet = octet(position), SQLOctets.beginsWord(octet) {
      while let octet = self.octet(position), octet != 0x24, SQLOctets.continuesWord(octet) {
        position += 1
      }
      if self.octet(position) == 0x7D {
        position += 1
        return
      }
    }
    throw SQLTextFault(.invalidParameter, Slice(offset: start, count: position - start))
  }

  /// An operator ends before a comment. One that ends in `+` or `-` has one of the characters that
  /// SQL's own operators have not; otherwise those are signs, and belong to what follows.
  private mutating func skipOperator() {
    let start = position
    var isOfPostgres = false
    while let octet = octet(position), SQLOctets.isOperator(octet) {
      let second = self.octet(position + 1)
      if (octet == 0x2D && second == 0x2D) || (octet == 0x2F && second == 0x2A) { break }
      isOfPostgres = isOfPostgres || SQLOctets.isOfPostgresOperator(octet)
      position += 1
    }
    guard !isOfPostgres else { return }
    while position > start + 1, text[position - 1] == 0x2B || text[position - 1] == 0x2D {
      position -= 1
    }
  }
}
