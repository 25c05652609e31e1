import NecroOctets

/// Appends a Bind: `init`, then `null`, `value` or `beginValue` and `endValue` for each parameter, then
/// `end`. Where a call throws, the message has been taken back and this must not be used any more;
/// `abandon` takes it back as well.
///
/// Values are written where they stay: an encoder appends to the output between `beginValue` and
/// `endValue`, which writes the length before them.
///
/// Nothing may be consumed from the output, and nothing else appended to it, before `end`.
///
/// PG protocol-message-formats-Bind
@frozen
public struct Bind: Sendable {
  /// How the formats of parameters are given.
  @frozen
  public enum ParameterFormats: Sendable {
    /// All in text: no octets.
    case text
    /// All in binary: one format code.
    case binary
    /// Each as it says: a format code for each.
    case each
  }

  /// The message's position among the output's octets.
  @usableFromInline let start: Int
  /// The position of the first parameter's format code, if each has one.
  @usableFromInline let formatsStart: Int
  @usableFromInline let formats: ParameterFormats
  @usableFromInline let parameterCount: Int
  @usableFromInline var writtenCount = 0
  /// The position of the length of the value that is being written; 0 if none is.
  @usableFromInline var valueStart = 0

  /// Begins the message.
  ///
  /// - Parameters:
  ///   - portal: the name of the portal to create; empty for the unnamed one.
  ///   - statement: the name of the prepared statement; empty for the unnamed one.
  ///   - parameterCount: how many values follow.
  /// - Throws: `nullInString`, `countTooLarge`, `messageTooLong`.
  public init(
    portal: Span<UInt8>, statement: Span<UInt8>, parameterCount: Int, formats: ParameterFormats,
    into output: inout OctetBuffer
  ) throws(FrontendMisuse) {
    try FrontendSerializer.check(portal)
    try FrontendSerializer.check(statement)
    try FrontendSerializer.check(octetCount: portal.count)
    try FrontendSerializer.check(octetCount: statement.count)
    guard let count = UInt16(exactly: parameterCount) else { throw .countTooLarge }
    self.parameterCount = parameterCount
    self.formats = formats
    start = FrontendSerializer.begin(0x42, into: &output)
    FrontendSerializer.append(portal, into: &output)
    FrontendSerializer.append(statement, into: &output)
    switch formats {
    case .binary where count > 0:
      output.append(bigEndian: 1 as UInt16)
      output.append(bigEndian: UInt16(FormatCode.binary.rawValue))
    case .text, .binary:
      output.append(bigEndian: 0 as UInt16)
    case .each:
      output.append(bigEndian: count)
    }
    formatsStart = output.count
    if formats == .each {
      for _ in 0..<count { output.append(bigEndian: 0 as UInt16) }
    }
    output.append(bigEndian: count)
  }

  /// Takes the message back.
  @inlinable
  public func abandon(into output: inout OctetBuffer) {
    output.truncate(toCount: start)
  }

  @inlinable
  func fail(_ misuse: FrontendMisuse, into output: inout OctetBuffer) -> FrontendMisuse {
    abandon(into: &output)
    return misuse
  }

  /// Writes NULL for the next parameter.
  ///
  /// - Throws: `parameterCountMismatch`.
  @inlinable
  public mutating func null(into output: inout OctetBuffer) throws(FrontendMisuse) {
    guard writtenCount < parameterCount && valueStart == 0 else {
      throw fail(.parameterCountMismatch, into: &output)
    }
    writtenCount += 1
    output.append(bigEndian: -1 as Int32)
  }

  /// Begins the next parameter's value, whose octets are then appended to the output.
  ///
  /// - Parameter format: what the value will be in. It has to be that of all where one was given.
  /// - Throws: `parameterCountMismatch`, also for another format than that of all.
  @inlinable
  public mutating func beginValue(
    _ format: FormatCode, into output: inout OctetBuffer
  ) throws(FrontendMisuse) {
    guard writtenCount < parameterCount && valueStart == 0 else {
      throw fail(.parameterCountMismatch, into: &output)
    }
    switch formats {
    case .text, .binary:
      guard (format == .binary) == (formats == .binary) else {
        throw fail(.parameterCountMismatch, into: &output)
      }
    case .each:
      if format == .binary {
        output.overwrite(bigEndian: 1 as UInt16, at: formatsStart + 2 * writtenCount)
      }
    }
    writtenCount += 1
    valueStart = output.count
    output.append(bigEndian: 0 as Int32)
  }

  /// Begins the value again that is being written, in another format.
  public mutating func restartValue(_ format: FormatCode, into output: inout OctetBuffer) {
    precondition(valueStart > 0 && formats == .each, "a value is begun that has its own format")
    output.truncate(toCount: valueStart + 4)
    output.overwrite(
      bigEndian: UInt16(format.rawValue), at: formatsStart + 2 * (writtenCount - 1))
  }

  /// Ends the value: its octets are those appended since `beginValue`.
  ///
  /// - Throws: `messageTooLong`, `parameterCountMismatch` where no value was begun.
  @inlinable
  public mutating func endValue(into output: inout OctetBuffer) throws(FrontendMisuse) {
    guard valueStart > 0 else { throw fail(.parameterCountMismatch, into: &output) }
    let length = output.count - valueStart - 4
    guard length <= FrontendSerializer.lengthMax else {
      throw fail(.messageTooLong, into: &output)
    }
    output.overwrite(bigEndian: Int32(truncatingIfNeeded: length), at: valueStart)
    valueStart = 0
  }

  /// Writes the next parameter's value.
  ///
  /// - Throws: as `beginValue` and `endValue` do.
  @inlinable
  public mutating func value(
    _ octets: Span<UInt8>, _ format: FormatCode, into output: inout OctetBuffer
  ) throws(FrontendMisuse) {
    try beginValue(format, into: &output)
    output.append(octets)
    try endValue(into: &output)
  }

  /// Ends the message, with all results in one format.
  ///
  /// - Throws: `parameterCountMismatch`, `messageTooLong`.
  @inlinable
  public consuming func end(
    results format: FormatCode, into output: inout OctetBuffer
  ) throws(FrontendMisuse) {
    guard writtenCount == parameterCount && valueStart == 0 else {
      throw fail(.parameterCountMismatch, into: &output)
    }
    switch format {
    case .text: output.append(bigEndian: 0 as UInt16)
    case .binary:
      output.append(bigEndian: 1 as UInt16)
      output.append(bigEndian: UInt16(FormatCode.binary.rawValue))
    }
    try FrontendSerializer.end(start, into: &output)
  }

  /// Ends the message, with a format for each column of the result.
  ///
  /// - Throws: `parameterCountMismatch`, `countTooLarge`, `messageTooLong`.
  public consuming func end(
    results formats: Span<FormatCode>, into output: inout OctetBuffer
  ) throws(FrontendMisuse) {
    guard writtenCount == parameterCount && valueStart == 0 else {
      throw fail(.parameterCountMismatch, into: &output)
    }
    guard let count = UInt16(exactly: formats.count) else {
      throw fail(.countTooLarge, into: &output)
    }
    output.append(bigEndian: count)
    for index in formats.indices { output.append(bigEndian: UInt16(formats[index].rawValue)) }
    try FrontendSerializer.end(start, into: &output)
  }
}
