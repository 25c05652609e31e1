import NecroOctets
import NecroPostgresWire
import TestSupport

/// A decoder whose messages go through a `ConnectionState`: what a conversation comes to, in lines, each
/// with the number of steps that are answered when it has come.
struct Conversation: ~Copyable, OctetDecoder {
  private var decoder: BackendDecoder
  private var conversation: FixtureConversation
  private var failure: PostgresWireError?

  /// - Parameter sent: the steps that are sent before anything comes. Behind `@copyIn` or `@copyBoth`
  ///   stands what is sent once the backend asks for a copy: steps, `copyDone` and `copyFail`.
  init(sent: [String], limits: Limits = Limits()) {
    decoder = BackendDecoder(limits: limits)
    conversation = FixtureConversation(sent: sent)
  }

  mutating func feed(_ octets: Span<UInt8>) { decoder.feed(octets) }

  mutating func reserve(_ octetCount: Int) -> UnsafeMutableRawBufferPointer {
    decoder.reserve(octetCount)
  }

  mutating func advance(_ octetCount: Int) { decoder.advance(octetCount) }

  mutating func next() throws(PostgresWireError) -> [String]? {
    if let failure { throw failure }
    guard let message = try decoder.next() else { return nil }
    do throws(PostgresWireError) {
      return try conversation.receive(message, in: decoder.input, at: decoder.messageOffset)
    } catch {
      failure = error
      throw error
    }
  }

  mutating func finish() throws(PostgresWireError) {
    if let failure { throw failure }
    try decoder.finish()
  }
}
