import NecroOctets

/// The arguments of a command as people type it: words between blanks, and texts in quotes.
///
/// Between `"` a backslash begins `\n`, `\r`, `\t`, `\b`, `\a`, `\xHH`, or stands for the octet behind
/// it; between `'` it does so before `'` alone. A blank or the end has to follow a closing quote.
///
/// RESP2, "Inline Commands"; how quotes are taken is that of redis-cli and redis-server.
public struct InlineArguments: ~Escapable {
  private let line: Span<UInt8>
  private var position = 0

  @_lifetime(copy line)
  public init(_ line: Span<UInt8>) {
    self.line = line
  }

  /// Appends the next argument. False behind the last.
  ///
  /// - Throws: `inlineCommandInvalid` with the position in the line; the argument is then appended in
  ///   part.
  public mutating func next(into output: inout OctetBuffer) throws(RESPError) -> Bool {
    while position < line.count, Self.isBlank(line[position]) { position += 1 }
    guard position < line.count else { return false }
    while position < line.count, !Self.isBlank(line[position]) {
      let octet = line[position]
      position += 1
      if octet == 0x22 || octet == 0x27 {
        try quoted(octet, into: &output)
      } else {
        output.append(octet)
      }
    }
    return true
  }

  private mutating func quoted(_ quote: UInt8, into output: inout OctetBuffer) throws(RESPError) {
    while position < line.count {
      let octet = line[position]
      position += 1
      if octet == quote {
        guard position == line.count || Self.isBlank(line[position]) else {
          throw RESPError(code: .inlineCommandInvalid, offset: position)
        }
        return
      }
      guard octet == 0x5C, position < line.count else {
        output.append(octet)
        continue
      }
      if quote == 0x22 {
        escaped(into: &output)
      } else if line[position] == 0x27 {
        output.append(0x27)
        position += 1
      } else {
        output.append(octet)
      }
    }
    throw RESPError(code: .inlineCommandInvalid, offset: line.count)
  }

  /// What stands behind a backslash.
  private mutating func escaped(into output: inout OctetBuffer) {
    let octet = line[position]
    position += 1
    switch octet {
    case 0x6E: output.append(0x0A)
    case 0x72: output.append(0x0D)
    case 0x74: output.append(0x09)
    case 0x62: output.append(0x08)
    case 0x61: output.append(0x07)
    case 0x78 where position + 1 < line.count:
      guard let high = OctetClass.hexadecimalValue(line[position]),
        let low = OctetClass.hexadecimalValue(line[position + 1])
      else {
        output.append(octet)
        return
      }
      output.append(high << 4 | low)
      position += 2
    default: output.append(octet)
    }
  }

  /// HTAB, LF, VT, FF, CR, SP, and the zero octet, which ends a line in C.
  private static func isBlank(_ octet: UInt8) -> Bool {
    octet == 0x20 || octet &- 0x09 < 5 || octet == 0
  }
}
