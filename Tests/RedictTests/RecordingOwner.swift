import Foundation
import NecroOctets
import NecroRESP
import NecroReactor
import NecroRedict
import Testing

/// An owner that writes down what it is told.
final class RecordingOwner: RedictOwner {
  var completions: [ObjectIdentifier: Int] = [:]
  var messages: [String] = []
  var events: [String] = []
  var pushes: [String] = []
  var closed: [RedictConnection] = []
  var connectionsWanted = 0
  /// What the test does when the client wants a connection.
  var connect: (RedictClient) -> Void = { _ in }
  var whenCompleted: (RedictCommand) -> Void = { _ in }
  var whenMessage: () -> Void = {}
  var whenPushed: (String) -> Void = { _ in }

  override func completed(_ command: RedictCommand) {
    completions[ObjectIdentifier(command), default: 0] += 1
    whenCompleted(command)
  }
  override func connectionWanted(_ client: RedictClient) {
    connectionsWanted += 1
    connect(client)
  }
  override func connectionClosed(_ connection: RedictConnection) { closed.append(connection) }
  override func subscriptionActive(_ subscription: RedictSubscription) {
    events.append("active \(name(subscription))")
  }
  override func subscriptionInterrupted(_ subscription: RedictSubscription) {
    events.append("interrupted \(name(subscription))")
  }
  override func subscriptionRefused(_ subscription: RedictSubscription, error: Span<UInt8>) {
    events.append("refused \(name(subscription)) \(text(error))")
  }
  override func message(
    _ subscription: RedictSubscription, topic: Span<UInt8>, channel: Span<UInt8>,
    payload: Span<UInt8>
  ) {
    messages.append("\(text(topic)) \(text(channel)) \(text(payload))")
    whenMessage()
  }
  override func pushed(_ connection: RedictConnection, _ octets: Span<UInt8>) {
    pushes.append(text(octets))
    whenPushed(text(octets))
  }

  private func name(_ subscription: RedictSubscription) -> String {
    subscription.topics.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ",")
  }
}

func text(_ octets: Span<UInt8>) -> String {
  String(decoding: octets.indices.map { octets[$0] }, as: UTF8.self)
}

func octets(_ text: String) -> [UInt8] { Array(text.utf8) }

/// A command of words, with the traits of the table.
func command(_ words: String..., deadline: UInt64 = 0) -> RedictCommand {
  command([words], deadline)
}

/// Several commands that are sent together.
func command(_ commands: [[String]], _ deadline: UInt64 = 0) -> RedictCommand {
  let command = RedictCommand()
  var isReadOnly = true
  for words in commands {
    RESPSerializer.command(argumentCount: words.count, into: &command.request)
    for word in words {
      let octets = octets(word)
      RESPSerializer.argument(octets.span, into: &command.request)
    }
    let name = octets(words[0])
    let subcommand = octets(words.count > 1 ? words[1] : "")
    let traits = CommandTraits(of: name.span, subcommand: subcommand.span)
    if !traits.contains(.readOnly) { isReadOnly = false }
    command.traits.formUnion(traits)
  }
  if !isReadOnly { command.traits.remove(.readOnly) }
  command.commandCount = commands.count
  command.deadlineMilliseconds = deadline
  return command
}

/// A reply as text: `"a"`, `1`, `[…]`, `{…}`, `error …`.
func value(_ octets: [UInt8]) -> String {
  let span = octets.span
  var reader = RESPReader(span)
  return value(&reader, span)
}

private func value(_ reader: inout RESPReader, _ span: Span<UInt8>) -> String {
  guard let item = reader.next() else { return "nothing" }
  switch item {
  case .simpleString(let slice), .bulkString(let slice), .verbatimString(let slice):
    return "\"\(text(span.octets(slice)))\""
  case .simpleError(let slice), .bulkError(let slice):
    return "error " + text(span.octets(slice))
  case .number(let number): return "\(number)"
  case .null: return "null"
  case .boolean(let value): return "\(value)"
  case .double(let slice), .bigNumber(let slice): return text(span.octets(slice))
  case .array(let count?), .set(let count?), .push(let count):
    return "[\(values(&reader, span, count))]"
  case .map(let count?): return "{\(values(&reader, span, count * 2))}"
  default: return "\(item)"
  }
}

private func values(_ reader: inout RESPReader, _ span: Span<UInt8>, _ count: Int) -> String {
  var values: [String] = []
  for _ in 0..<count { values.append(value(&reader, span)) }
  return values.joined(separator: " ")
}

/// What became of a command: its replies, or its failure.
func outcome(_ command: RedictCommand) -> String {
  switch command.failure {
  case .server(let error)?: "server \(String(decoding: error, as: UTF8.self))"
  case .connectionLost(let wasSent)?: "connectionLost \(wasSent)"
  case .protocolBroken(let error)?: "protocolBroken \(error.code)"
  case let failure?: "\(failure)"
  case nil: command.replies.map(value).joined(separator: " ")
  }
}
