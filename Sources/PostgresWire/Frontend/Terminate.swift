import NecroOctets

extension FrontendSerializer {
  /// Ends the session. The connection is to be closed at once.
  ///
  /// PG protocol-message-formats-Terminate
  @inlinable
  public static func terminate(into output: inout OctetBuffer) {
    empty(0x58, into: &output)
  }
}
