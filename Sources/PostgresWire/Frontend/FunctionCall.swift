import NecroOctets

/// Appends a FunctionCall: `init`, `null` or `value` for each argument, `end`. Where a call throws, the
/// message has been taken back and this must not be used any more.
///
/// A legacy of the protocol: a prepared `SELECT f($1)` does the same.
///
/// PG protocol-message-formats-FunctionCall
public struct FunctionCall: Sendable {
  private let start: Int
  private let argumentCount: Int
  private var writtenCount = 0

  /// Begins the message.
  ///
  /// - Parameters:
  ///   - functionOID: the function's object ID.
  ///   - argumentFormat: the format of all arguments.
  /// - Throws: `countTooLarge`.
  public init(
    functionOID: UInt32, argumentCount: Int, argumentFormat: FormatCode,
    into output: inout OctetBuffer
  ) throws(FrontendMisuse) {
    guard let count = UInt16(exactly: argumentCount) else { throw .countTooLarge }
    self.argumentCount = argumentCount
    start = FrontendSerializer.begin(0x46, into: &output)
    output.append(bigEndian: functionOID)
    switch argumentFormat {
    case .text: output.append(bigEndian: 0 as UInt16)
    case .binary:
      output.append(bigEndian: 1 as UInt16)
      output.append(bigEndian: UInt16(FormatCode.binary.rawValue))
    }
    output.append(bigEndian: count)
  }

  /// Writes NULL for the next argument.
  ///
  /// - Throws: `parameterCountMismatch`.
  public mutating func null(into output: inout OctetBuffer) throws(FrontendMisuse) {
    try count(into: &output)
    output.append(bigEndian: -1 as Int32)
  }

  /// Writes the next argument.
  ///
  /// - Throws: `parameterCountMismatch`, `messageTooLong`.
  public mutating func value(
    _ octets: Span<UInt8>, into output: inout OctetBuffer
  ) throws(FrontendMisuse) {
    try count(into: &output)
    guard octets.count <= FrontendSerializer.lengthMax else {
      output.truncate(toCount: start)
      throw .messageTooLong
    }
    output.append(bigEndian: Int32(octets.count))
    output.append(octets)
  }

  /// Ends the message, with the format of the result.
  ///
  /// - Throws: `parameterCountMismatch`, `messageTooLong`.
  public consuming func end(
    result format: FormatCode, into output: inout OctetBuffer
  ) throws(FrontendMisuse) {
    guard writtenCount == argumentCount else {
      output.truncate(toCount: start)
      throw .parameterCountMismatch
    }
    output.append(bigEndian: UInt16(format.rawValue))
    try FrontendSerializer.end(start, into: &output)
  }

  private mutating func count(into output: inout OctetBuffer) throws(FrontendMisuse) {
    guard writtenCount < argumentCount else {
      output.truncate(toCount: start)
      throw .parameterCountMismatch
    }
    writtenCount += 1
  }
}
