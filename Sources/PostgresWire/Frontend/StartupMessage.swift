import NecroOctets

/// Appends a StartupMessage: `begin`, `parameter` for each, `end`. Where a call throws, the message has
/// been taken back.
///
/// PG protocol-message-formats-StartupMessage
public struct StartupMessage: Sendable {
  private let start: Int

  /// Begins the message with the one parameter that it needs.
  ///
  /// - Throws: `nullInString`.
  public init(
    version: ProtocolVersion, user: Span<UInt8>, into output: inout OctetBuffer
  ) throws(FrontendMisuse) {
    start = output.count
    output.append(bigEndian: 0 as Int32)
    output.append(bigEndian: version.rawValue)
    try parameter(("user" as StaticString).octets, user, into: &output)
  }

  /// Adds a parameter: `database`, `options`, `replication`, a run-time parameter's session default, or
  /// a protocol extension, whose name begins with `_pq_.`.
  ///
  /// - Throws: `parameterNameEmpty`, `nullInString`.
  public func parameter(
    _ name: Span<UInt8>, _ value: Span<UInt8>, into output: inout OctetBuffer
  ) throws(FrontendMisuse) {
    do throws(FrontendMisuse) {
      guard !name.isEmpty else { throw .parameterNameEmpty }
      try FrontendSerializer.check(name)
      try FrontendSerializer.check(value)
    } catch {
      output.truncate(toCount: start)
      throw error
    }
    FrontendSerializer.append(name, into: &output)
    FrontendSerializer.append(value, into: &output)
  }

  /// Ends the message.
  ///
  /// - Throws: `messageTooLong`.
  public consuming func end(into output: inout OctetBuffer) throws(FrontendMisuse) {
    output.append(0)
    let length = output.count - start
    guard length <= FrontendSerializer.lengthMax else {
      output.truncate(toCount: start)
      throw .messageTooLong
    }
    output.overwrite(bigEndian: Int32(truncatingIfNeeded: length), at: start)
  }
}
