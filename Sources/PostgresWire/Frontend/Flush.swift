import NecroOctets

extension FrontendSerializer {
  /// Has the backend deliver what it holds back.
  ///
  /// PG protocol-message-formats-Flush
  @inlinable
  public static func flush(into output: inout OctetBuffer) {
    empty(0x48, into: &output)
  }
}
