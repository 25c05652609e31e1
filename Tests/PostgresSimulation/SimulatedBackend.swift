/// A server's side of a session: takes messages one after the other, and time to execute.
///
/// PG protocol-flow
final class SimulatedBackend {
  struct Prepared {
    let text: String
    let statement: SimulatedStatement
    let schemaVersion: Int
  }

  struct Portal {
    let statement: SimulatedStatement
    let token: Int
    let columnCount: Int
    let formats: [Int]
    var sentRowCount = 0
  }

  enum Transaction: Character {
    case none = "I"
    case open = "T"
    case failed = "E"
  }

  /// A statement that has arrived and is not answered.
  private struct Unanswered {
    let token: Int
    let isPlainRead: Bool
  }

  unowned let server: SimulatedServer
  let connection: SimulatedConnection
  let processID: Int
  let key: [UInt8]
  var random: RandomSource
  private(set) var isReady = false
  private var isEnded = false
  private var messages = FrontendMessages()
  private var waiting: [FrontendMessages.Message] = []
  private var takenCount = 0
  /// What each Sync or Query that has arrived and is not answered ends; the last one is not ended.
  private var unanswered: [[Unanswered]] = [[]]
  /// Statements of which the Parse has arrived.
  private var parsed: [String: SimulatedStatement] = [:]

  var output = BackendOctets()
  var prepared: [String: Prepared] = [:]
  var portals: [String: Portal] = [:]
  var transaction = Transaction.none
  /// Effects of the transaction, and those since the last Sync outside of one.
  var effects: [Int] = []
  var skipsToSync = false
  /// The token of the copy in that is under way.
  var copying: Int?
  /// Whether a simple query is being answered.
  var isInScript = false
  /// The token of whatever has begun the transaction.
  var transactionToken: Int?
  /// What the statement that is being executed will do once its time is over.
  private var execution: (() -> Void)?
  private var executionNumber = 0
  private var executingToken: Int?

  init(_ server: SimulatedServer, _ connection: SimulatedConnection, processID: Int) {
    self.server = server
    self.connection = connection
    self.processID = processID
    random = RandomSource(seed: server.random.next())
    key = (0..<4).map { [seed = random.next()] in UInt8(truncatingIfNeeded: seed >> (8 * $0)) }
  }

  // MARK: What comes

  func receive(_ octets: [UInt8]) {
    if isEnded { return }
    messages.append(octets)
    while let message = messages.next() {
      arrived(message)
      waiting.append(message)
    }
    work()
  }

  func clientGone() {
    isEnded = true
    execution = nil
    waiting.removeAll()
    server.remove(self)
  }

  /// Notes a statement as it arrives, and what it may not stand behind.
  private func arrived(_ message: FrontendMessages.Message) {
    var contents = ContentsReader(message.body)
    switch message.type {
    case 0x50:
      let name = contents.string()
      parsed[name] = SimulatedStatement(text: contents.string())
    case 0x42:
      let bind = BindContents(&contents)
      note(bind.token, isPlainRead: parsed[bind.statement]?.isPlainRead ?? true)
    case 0x51:
      if let token = Self.token(in: contents.string()) { note(token, isPlainRead: false) }
      unanswered.append([])
    case 0x53: unanswered.append([])
    default: return
    }
  }

  private func note(_ token: Int, isPlainRead: Bool) {
    for (index, group) in unanswered.enumerated() {
      for other in group {
        server.simulation.arrived(
          token, behind: other.token, isPlainRead: other.isPlainRead,
          isSameBatch: index == unanswered.count - 1)
      }
    }
    unanswered[unanswered.count - 1].append(Unanswered(token: token, isPlainRead: isPlainRead))
  }

  /// The token that a script or a copy names: `/*17*/`.
  static func token(in text: String) -> Int? {
    guard let begin = text.utf8.firstIndex(of: 0x2F) else { return nil }
    return Int(text[begin...].dropFirst(2).prefix { $0 != "*" })
  }

  // MARK: Work

  private func work() {
    while execution == nil, !isEnded, takenCount < waiting.count {
      let message = waiting[takenCount]
      takenCount += 1
      if takenCount == waiting.count {
        waiting.removeAll(keepingCapacity: true)
        takenCount = 0
      }
      take(message)
    }
  }

  /// The types of the last messages that came (`<`) and went (`>`), to look at when a rule is broken.
  private(set) var history = ""

  private func note(_ text: String) {
    history += text
    if history.utf8.count > 600 { history.removeFirst(300) }
  }

  private func take(_ message: FrontendMessages.Message) {
    note("<\(Character(Unicode.Scalar(message.type)))")
    var contents = ContentsReader(message.body)
    switch message.type {
    case 0: start(&contents)
    case 0x70: welcome()
    case 0x58: end()
    case 0x53: synchronize()
    case 0x51: runScript(contents.string())
    case 0x64: takeCopyData(message.body)
    case 0x63, 0x66: endCopy(isFailed: message.type == 0x66)
    case 0x50: if !skipsToSync { parse(&contents) }
    case 0x42: if !skipsToSync { bind(&contents) }
    case 0x44: if !skipsToSync { describe(&contents) }
    case 0x45: if !skipsToSync { executePortal(&contents) }
    case 0x43: if !skipsToSync { close(&contents) }
    default: server.simulation.violation("a message of type \(message.type)")
    }
  }

  /// Executes for a while: then `action` is done, or the statement fails because it was cancelled.
  func execute(token: Int?, milliseconds: UInt64, _ action: @escaping () -> Void) {
    executionNumber += 1
    let number = executionNumber
    execution = action
    executingToken = token
    if milliseconds == 0 {
      finishExecution(number)
    } else {
      server.clock.after(milliseconds) { [self] in finishExecution(number) }
    }
  }

  private func finishExecution(_ number: Int) {
    guard let action = execution, number == executionNumber, !isEnded else { return }
    execution = nil
    executingToken = nil
    action()
    work()
  }

  /// Ends what is being executed, whatever that is.
  func cancel() {
    guard execution != nil, !isEnded else { return }
    let token = executingToken
    execution = nil
    executionNumber += 1
    server.simulation.statistics.cancelled += 1
    if transaction == .open { server.simulation.statistics.cancelledInTransactions += 1 }
    fail("57014", token.map(SimulatedReply.errorText) ?? "canceled")
    work()
  }

  // MARK: Start and end

  private func start(_ contents: inout ContentsReader) {
    let version = contents.number(4)
    if version == 80_877_102 {
      let (processID, key) = (contents.number(4), contents.octets(4))
      // The signal is sent some time after the request has come, and before the connection is closed.
      server.clock.after(server.network.delay()) { [self] in
        server.cancel(processID: processID, key: key)
        end()
      }
      return
    }
    if random.perMille(300) {
      output.authenticationCleartext()
      flush()
    } else {
      welcome()
    }
  }

  private func welcome() {
    output.authenticationOk()
    output.parameterStatus("server_version", "15.0")
    output.backendKeyData(processID: processID, key: key)
    output.readyForQuery("I")
    isReady = true
    flush()
  }

  func end() {
    if isEnded { return }
    flush()
    connection.end()
    clientGone()
  }

  /// Says why, and closes the connection.
  func terminate() {
    output.error("57P01", "terminating connection", severity: "FATAL")
    end()
  }

  // MARK: Replies

  func flush() {
    if output.octets.isEmpty { return }
    note(">\(output.types) ")
    connection.deliver(output.octets)
    output.removeAll()
  }

  /// Now and then the server has something to say that answers nothing.
  func interject() {
    switch random.below(3) {
    case 0: output.notice("the dead stir")
    case 1: output.parameterStatus("TimeZone", "UTC\(random.below(12))")
    default: output.notification("bells", "toll")
    }
  }

  func ready() {
    if random.perMille(5) { interject() }
    output.readyForQuery(transaction.rawValue)
    if unanswered.count > 1 { unanswered.removeFirst() }
    flush()
  }
}
