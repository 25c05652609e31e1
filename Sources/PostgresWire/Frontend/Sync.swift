import NecroOctets

extension FrontendSerializer {
  /// Ends a series of extended queries: the backend closes the transaction unless one was begun explicitly, and answers with ReadyForQuery.
  ///
  /// PG protocol-message-formats-Sync
  @inlinable
  public static func sync(into output: inout OctetBuffer) {
    empty(0x53, into: &output)
  }
}
