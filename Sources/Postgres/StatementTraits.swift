import NecroOctets

/// What the text of a statement shows of what it does, by its lexical structure alone.
public struct StatementTraits: OptionSet, Sendable {
  public let rawValue: UInt8

  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// A query that writes nothing, takes no lock on rows and calls nothing but functions that are
  /// known
  /// to be harmless: other statements may wait behind it.
  @inlinable public static var plainRead: StatementTraits { StatementTraits(rawValue: 1) }
  /// It changes what later statements of the session see: a setting, a transaction, a temporary
  /// object, LISTEN. It needs a session of its own.
  @inlinable public static var changesSession: StatementTraits { StatementTraits(rawValue: 2) }
  /// COPY, which an operation of that kind does.
  @inlinable public static var copy: StatementTraits { StatementTraits(rawValue: 4) }

  init(_ text: Span<UInt8>) {
    var scanner = StatementScanner(text)
    self = scanner.traits()
  }
}

/// Walks over the words and signs of a statement. When in doubt, nothing is a plain read.
///
/// PG sql-syntax-lexical
private struct StatementScanner: ~Escapable {
  private let text: Span<UInt8>
  private var position = 0

  private enum Lexeme: Equatable {
    case word(Slice)
    case quotedWord
    case sign(UInt8)
    case other
    case unterminated
  }

  @_lifetime(copy text)
  init(_ text: Span<UInt8>) { self.text = text }

  mutating func traits() -> StatementTraits {
    var lexeme = next()
    while lexeme == .sign(0x28) { lexeme = next() }
    guard case .word(let first) = lexeme else { return [] }
    if any(Self.readers, first) { return restIsHarmless() ? .plainRead : [] }
    if equals(first, "copy") { return .copy }
    if any(Self.changers, first) { return .changesSession }
    if equals(first, "set") {
      guard case .word(let second)? = next(), equals(second, "local") else {
        return .changesSession
      }
      return []
    }
    if equals(first, "create"), case .word(let second)? = next() {
      return equals(second, "temp") || equals(second, "temporary") ? .changesSession : []
    }
    return []
  }

  private static var readers: StaticString { "select values table with" }

  private static var changers: StaticString {
    """
    begin start commit end rollback abort savepoint release prepare deallocate declare fetch \
    move close listen unlisten reset discard load
    """
  }

  /// Words that write, lock, or make something, wherever they stand as a keyword.
  private static var writers: StaticString { "insert update delete merge into share" }

  /// Keywords that stand before a parenthesis and call nothing.
  private static var grouping: StaticString {
    """
    in and or not values as on from where select exists any all some array over filter by \
    union intersect except join using then else when case lateral with having distinct \
    materialized limit offset between like ilike is within group row order partition window \
    sets cube rollup grouping recursive numeric decimal varchar char character varying bit \
    timestamp timestamptz time timetz interval float precision
    """
  }

  /// Functions that only compute, and finish soon.
  private static var harmless: StaticString {
    """
    count sum avg min max coalesce nullif greatest least abs round ceil ceiling floor trunc \
    mod power sqrt sign length char_length octet_length lower upper initcap trim btrim ltrim \
    rtrim substring substr position strpos replace concat concat_ws format left right lpad \
    rpad split_part starts_with encode decode md5 to_char to_date to_timestamp to_number now \
    date_trunc date_part extract age cast make_date make_interval array_agg array_length \
    array_position array_to_string string_to_array string_agg unnest cardinality json_agg \
    jsonb_agg json_build_object jsonb_build_object json_build_array jsonb_build_array \
    json_object_agg jsonb_object_agg to_json to_jsonb row_to_json jsonb_set \
    jsonb_array_elements jsonb_array_length bool_and bool_or every row_number rank dense_rank \
    lag lead first_value last_value ntile overlay current_setting version generate_series
    """
  }

  private mutating func restIsHarmless() -> Bool {
    var word: Slice?
    var wasQuoted = false
    // Whether the last lexeme was a dot, and whether one stood before the word.
    var wasDot = false
    var isQualified = false
    var wasFor = false
    while let lexeme = next() {
      switch lexeme {
      case .unterminated: return false
      case .word(let slice):
        if any(Self.writers, slice) { return false }
        // FOR UPDATE, FOR NO KEY UPDATE and their kind; SUBSTRING(x FOR 3) has no word there.
        if wasFor && (equals(slice, "no") || equals(slice, "key")) { return false }
        wasFor = equals(slice, "for")
        word = slice
        wasQuoted = false
        isQualified = wasDot
        wasDot = false
        continue
      case .quotedWord:
        wasQuoted = true
        word = nil
      case .sign(let sign):
        switch sign {
        case 0x28:
          if wasQuoted || isQualified { return false }
          if let word, !any(Self.grouping, word), !any(Self.harmless, word) { return false }
        case 0x2E:
          wasDot = true
          word = nil
          wasQuoted = false
          wasFor = false
          continue
        case 0x3B: return onlySpaceFollows()
        default: break
        }
        word = nil
        wasQuoted = false
      case .other:
        word = nil
        wasQuoted = false
      }
      wasFor = false
      wasDot = false
      isQualified = false
    }
    return true
  }

  private mutating func onlySpaceFollows() -> Bool { next() == nil }

  /// Whether a word is one of those that stand apart by a space each.
  private func any(_ words: StaticString, _ slice: Slice) -> Bool {
    let listed = words.octets
    var start = 0
    for end in 0...listed.count where end == listed.count || listed[end] == 0x20 {
      if equals(slice, listed.extracting(start..<end)) { return true }
      start = end + 1
    }
    return false
  }

  private func equals(_ slice: Slice, _ word: StaticString) -> Bool { equals(slice, word.octets) }

  private func equals(_ slice: Slice, _ other: Span<UInt8>) -> Bool {
    let own = text.octets(slice)
    guard own.count == other.count else { return false }
    for index in own.indices where OctetClass.lowercased(own[index]) != other[index] {
      return false
    }
    return true
  }

  // MARK: Lexemes

  private mutating func next() -> Lexeme? {
    guard skipSpace() else { return .unterminated }
    guard position < text.count else { return nil }
    let octet = text[position]
    switch octet {
    case 0x22: return skipQuoted(0x22, escapes: false) ? .quotedWord : .unterminated
    case 0x27: return skipQuoted(0x27, escapes: false) ? .other : .unterminated
    case 0x24: return dollar()
    case 0x30...0x39:
      while position < text.count, isWordOctet(text[position]) || text[position] == 0x2E {
        position += 1
      }
      return .other
    default:
      guard isWordOctet(octet) else {
        position += 1
        return .sign(octet)
      }
      let start = position
      while position < text.count, isWordOctet(text[position]) { position += 1 }
      let word = Slice(offset: start, count: position - start)
      // E'…', N'…', B'…', X'…' and U&"…".
      if position < text.count, text[position] == 0x27, word.count == 1 {
        let isEscaping = equals(word, "e")
        return skipQuoted(0x27, escapes: isEscaping) ? .other : .unterminated
      }
      return .word(word)
    }
  }

  private func isWordOctet(_ octet: UInt8) -> Bool {
    OctetClass.isAlpha(octet) || OctetClass.isDigit(octet) || octet == 0x5F || octet >= 0x80
      || octet == 0x24
  }

  /// Skips space and comments. False when a comment does not end.
  private mutating func skipSpace() -> Bool {
    while position < text.count {
      let octet = text[position]
      let following = position + 1 < text.count ? text[position + 1] : 0
      if octet == 0x20 || octet >= 0x09 && octet <= 0x0D {
        position += 1
      } else if octet == 0x2D && following == 0x2D {
        while position < text.count, text[position] != 0x0A, text[position] != 0x0D {
          position += 1
        }
      } else if octet == 0x2F && following == 0x2A {
        var depth = 0
        repeat {
          guard position + 1 < text.count else { return false }
          if text[position] == 0x2F && text[position + 1] == 0x2A {
            depth += 1
            position += 2
          } else if text[position] == 0x2A && text[position + 1] == 0x2F {
            depth -= 1
            position += 2
          } else {
            position += 1
          }
        } while depth > 0
      } else {
        return true
      }
    }
    return true
  }

  /// Skips what is quoted, in which a doubled quote stands for one.
  private mutating func skipQuoted(_ quote: UInt8, escapes: Bool) -> Bool {
    position += 1
    while position < text.count {
      let octet = text[position]
      // A backslash escapes in a plain string only where an old setting says so: then nobody can
      // tell
      // where it ends.
      if octet == 0x5C && quote == 0x27 {
        if !escapes { return false }
        position += 2
        continue
      }
      position += 1
      if octet == quote {
        if position < text.count, text[position] == quote { position += 1 } else { return true }
      }
    }
    return false
  }

  /// A parameter, or a string between dollar signs.
  private mutating func dollar() -> Lexeme {
    let start = position
    position += 1
    while position < text.count, text[position] != 0x24, isWordOctet(text[position]) {
      position += 1
    }
    guard position < text.count, text[position] == 0x24,
      position == start + 1 || !OctetClass.isDigit(text[start + 1])
    else { return .other }
    position += 1
    let delimiter = Slice(offset: start, count: position - start)
    while position + delimiter.count <= text.count {
      let candidate = Slice(offset: position, count: delimiter.count)
      if text.octets(candidate).equals(text.octets(delimiter)) {
        position += delimiter.count
        return .other
      }
      position += 1
    }
    return .unterminated
  }
}
