import NecroOctets

/// Appends commands, and whatever else RESP can say, to an `OctetBuffer`.
///
/// A client sends commands alone: `command` and then as many `argument`s. The rest is for servers,
/// proxies and tests. Several commands may be appended before they are sent: that is how they are
/// pipelined.
///
/// RESP3, "RESP3 overview"
public enum RESPSerializer {
  // MARK: Commands

  /// Begins a command of so many arguments, its name counted among them.
  @inlinable
  public static func command(argumentCount: Int, into output: inout OctetBuffer) {
    precondition(argumentCount > 0, "a command has a name")
    header(.array, argumentCount, into: &output)
  }

  /// Appends an argument.
  @inlinable
  public static func argument(_ octets: Span<UInt8>, into output: inout OctetBuffer) {
    string(.bulkString, octets, into: &output)
  }

  @inlinable
  public static func argument(_ text: StaticString, into output: inout OctetBuffer) {
    argument(text.octets, into: &output)
  }

  /// Appends an integer in decimal digits.
  public static func argument(_ number: Int64, into output: inout OctetBuffer) {
    var count = number < 0 ? 2 : 1
    var rest = number.magnitude
    while rest >= 10 {
      rest /= 10
      count += 1
    }
    header(.bulkString, count, into: &output)
    decimal(number, into: &output)
    output.append(Self.lineEnd)
  }

  // MARK: Values

  /// Appends a string of any octets.
  public static func bulkString(_ octets: Span<UInt8>, into output: inout OctetBuffer) {
    string(.bulkString, octets, into: &output)
  }

  public static func bulkError(_ octets: Span<UInt8>, into output: inout OctetBuffer) {
    string(.bulkError, octets, into: &output)
  }

  /// Appends a string for people to read.
  ///
  /// - Parameter format: three octets: `txt`, `mkd`.
  /// - Throws: `formatInvalid`.
  public static func verbatimString(
    _ octets: Span<UInt8>, format: Span<UInt8>, into output: inout OctetBuffer
  ) throws(RESPMisuse) {
    guard format.count == 3 else { throw .formatInvalid }
    header(.verbatimString, octets.count + 4, into: &output)
    output.append(format)
    output.append(0x3A)
    output.append(octets)
    output.append(lineEnd)
  }

  /// Appends a string that has no CR and no LF.
  ///
  /// - Throws: `lineEndInText`.
  public static func simpleString(
    _ text: Span<UInt8>, into output: inout OctetBuffer
  ) throws(RESPMisuse) {
    try line(.simpleString, text, into: &output)
  }

  /// Appends an error that has no CR and no LF.
  ///
  /// - Throws: `lineEndInText`.
  public static func simpleError(
    _ text: Span<UInt8>, into output: inout OctetBuffer
  ) throws(RESPMisuse) {
    try line(.simpleError, text, into: &output)
  }

  public static func number(_ number: Int64, into output: inout OctetBuffer) {
    output.append(RESPType.number.rawValue)
    decimal(number, into: &output)
    output.append(lineEnd)
  }

  /// Appends a double by its text: digits with an optional sign, fraction and exponent, `inf`, `-inf`
  /// or `nan`.
  ///
  /// - Throws: `numberInvalid`.
  public static func double(
    _ text: Span<UInt8>, into output: inout OctetBuffer
  ) throws(RESPMisuse) {
    try number(.double, text, into: &output)
  }

  /// Appends an integer of any size by its digits.
  ///
  /// - Throws: `numberInvalid`.
  public static func bigNumber(
    _ text: Span<UInt8>, into output: inout OctetBuffer
  ) throws(RESPMisuse) {
    try number(.bigNumber, text, into: &output)
  }

  public static func boolean(_ value: Bool, into output: inout OctetBuffer) {
    output.append(value ? "#t\r\n" : "#f\r\n")
  }

  /// Appends no value, as the version writes it.
  public static func null(_ version: RESPVersion, into output: inout OctetBuffer) {
    switch version {
    case .version2: output.append("$-1\r\n")
    case .version3: output.append("_\r\n")
    }
  }

  /// Begins an array, a set or a push of so many elements, or a map or attributes of so many pairs,
  /// which the caller then appends.
  ///
  /// - Throws: `countInvalid` for a type that has no elements, a negative count, and a push of none.
  public static func aggregate(
    _ type: RESPType, count: Int, into output: inout OctetBuffer
  ) throws(RESPMisuse) {
    switch type {
    case .array, .set, .map, .attribute: break
    case .push where count > 0: break
    default: throw .countInvalid
    }
    guard count >= 0 else { throw .countInvalid }
    header(type, count, into: &output)
  }

  /// Begins an array, a set, a map or a string whose size nobody knows yet; `streamEnd`, or for a
  /// string a part of no octets, ends it.
  ///
  /// - Throws: `countInvalid` for another type.
  public static func stream(_ type: RESPType, into output: inout OctetBuffer) throws(RESPMisuse) {
    switch type {
    case .array, .set, .map, .bulkString: break
    default: throw .countInvalid
    }
    output.append(type.rawValue)
    output.append("?\r\n")
  }

  /// Appends a part of a streamed string; one of no octets ends it.
  public static func stringPart(_ octets: Span<UInt8>, into output: inout OctetBuffer) {
    if octets.isEmpty {
      output.append(";0\r\n")
    } else {
      string(.stringPart, octets, into: &output)
    }
  }

  public static func streamEnd(into output: inout OctetBuffer) {
    output.append(".\r\n")
  }

  // MARK: Parts

  @usableFromInline static var lineEnd: StaticString { "\r\n" }

  @inlinable
  static func header(_ type: RESPType, _ count: Int, into output: inout OctetBuffer) {
    output.append(type.rawValue)
    output.append(decimal: UInt64(count))
    output.append(lineEnd)
  }

  @inlinable
  static func string(
    _ type: RESPType, _ octets: Span<UInt8>, into output: inout OctetBuffer
  ) {
    header(type, octets.count, into: &output)
    output.append(octets)
    output.append(lineEnd)
  }

  private static func decimal(_ number: Int64, into output: inout OctetBuffer) {
    if number < 0 { output.append(0x2D) }
    output.append(decimal: number.magnitude)
  }

  private static func line(
    _ type: RESPType, _ text: Span<UInt8>, into output: inout OctetBuffer
  ) throws(RESPMisuse) {
    for index in text.indices where text[index] == 0x0D || text[index] == 0x0A {
      throw .lineEndInText
    }
    output.append(type.rawValue)
    output.append(text)
    output.append(lineEnd)
  }

  private static func number(
    _ type: RESPType, _ text: Span<UInt8>, into output: inout OctetBuffer
  ) throws(RESPMisuse) {
    do throws(NumberText.Fault) {
      let end =
        type == .double
        ? try NumberText.double(text, from: 0, to: text.count)
        : try NumberText.bigNumber(text, from: 0, to: text.count)
      guard end == text.count else { throw .wrong(at: end) }
    } catch {
      throw .numberInvalid
    }
    output.append(type.rawValue)
    output.append(text)
    output.append(lineEnd)
  }
}

/// What a caller asked of `RESPSerializer` that the protocol does not allow. Nothing was appended.
public enum RESPMisuse: UInt8, Error, Sendable, CaseIterable {
  /// CR or LF in a simple string or error.
  case lineEndInText
  /// The format of a verbatim string is not three octets.
  case formatInvalid
  /// A text that is no double, or no integer.
  case numberInvalid
  /// A count that is negative or that the type cannot have.
  case countInvalid
}
