import NecroFuzzBodies
import NecroOctets
import NecroPostgresWire
import TestSupport

/// A decoder whose messages go through a `ConnectionState`: what a conversation comes to, in lines, each
/// with the number of steps that are answered when it has come.
struct Conversation: ~Copyable, OctetDecoder {
  private var decoder: BackendDecoder
  private var state = ConnectionState()
  /// What is sent once the backend asks for a copy.
  private let atCopy: [String]
  private var failure: PostgresWireError?

  /// - Parameter sent: the steps that are sent before anything comes. Behind `@copyIn` or `@copyBoth`
  ///   stands what is sent once the backend asks for a copy: steps, `copyDone` and `copyFail`.
  init(sent: [String], limits: Limits = Limits()) {
    decoder = BackendDecoder(limits: limits)
    let cut = sent.firstIndex { $0.hasPrefix("@") } ?? sent.count
    atCopy = Array(sent[cut...].dropFirst())
    for name in sent[..<cut] { send(name) }
  }

  private mutating func send(_ name: String) {
    switch name {
    case "query": state.expect(.query)
    case "parse": state.expect(.parse)
    case "bind": state.expect(.bind)
    case "describeStatement": state.expect(.describeStatement)
    case "describePortal": state.expect(.describePortal)
    case "execute": state.expect(.execute)
    case "execute2": state.expect(.execute, columnCount: 2)
    case "executeLimited": state.expect(.executeLimited)
    case "close": state.expect(.close)
    case "sync": state.expect(.sync)
    case "functionCall": state.expect(.functionCall)
    case "copyDone": try? state.copyDone()
    case "copyFail": try? state.copyFailed()
    default: preconditionFailure("\(name) is nothing to be sent")
    }
  }

  mutating func feed(_ octets: Span<UInt8>) { decoder.feed(octets) }

  mutating func reserve(_ octetCount: Int) -> UnsafeMutableRawBufferPointer {
    decoder.reserve(octetCount)
  }

  mutating func advance(_ octetCount: Int) { decoder.advance(octetCount) }

  mutating func next() throws(PostgresWireError) -> [String]? {
    if let failure { throw failure }
    guard let message = try decoder.next() else { return nil }
    let action: ConnectionAction
    do throws(PostgresWireError) {
      action = try state.receive(message, in: decoder.input, at: decoder.messageOffset)
    } catch {
      failure = error
      throw error
    }
    var lines = PostgresActionText.lines(action, decoder.input)
    switch action {
    case .copyIn, .copyBoth: for name in atCopy { send(name) }
    case .parsed, .bound, .closed, .parameters, .columns, .noColumns, .rows, .completed, .empty,
      .suspended, .copyOut, .copyData, .copyDone, .functionResult, .failed, .terminated, .ready,
      .notice, .parameterStatus, .notification:
      break
    }
    var suffix = " [\(state.answeredCount)/\(state.expectedCount)"
    if state.copy != .none { suffix += " \(state.copy)" }
    if state.isUnsynchronized { suffix += " unsynchronized" }
    for index in lines.indices {
      let head = lines[index].prefix { $0 != "\n" }
      lines[index] = head + suffix + "]" + lines[index].dropFirst(head.count)
    }
    return lines
  }

  mutating func finish() throws(PostgresWireError) {
    if let failure { throw failure }
    try decoder.finish()
  }
}
