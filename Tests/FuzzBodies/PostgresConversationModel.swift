import NecroOctets
import NecroPostgresWire

/// What may come on a connection once it has started, as tables: a line for a step and a state of it, and
/// behind it each message's letter with the state it leads to. It shares nothing with `ConnectionState`.
///
/// Steps: Q query, P parse, B bind, S describe statement, R describe portal, X execute, L execute with a
/// limit, C close, Y sync, F function call. `end` is the step's end.
struct PostgresConversationModel {
  private static let table = rules(
    """
    Q start    T:rows C:start I:start G:copyIn H:copyOut W:copyBoth Z:end
    Q rows     D:rows C:start
    Q copyIn
    Q copyOut  d:copyOut c:copied
    Q copyBoth d:copyBoth c:copyIn
    Q copied   C:start
    Q failed   Z:end
    P start    1:end
    B start    2:end
    C start    3:end
    S start    t:typed
    S typed    T:end n:end
    R start    T:end n:end
    X start    D:rows C:end I:end G:copyIn H:copyOut
    X rows     D:rows C:end
    X copyIn
    X copyOut  d:copyOut c:copied
    X copied   C:end
    L start    D:rows C:end I:end s:end G:copyIn H:copyOut
    L rows     D:rows C:end s:end
    L copyIn
    L copyOut  d:copyOut c:copied
    L copied   C:end
    Y start    Z:end
    Y failed   Z:end
    F start    V:called
    F called   Z:end
    F failed   Z:end
    """)

  /// What each message is called, where it may come.
  private static let names: [Character: String] = [
    "1": "parsed", "2": "bound", "3": "closed", "t": "parameterDescription",
    "T": "rowDescription", "n": "noColumns", "D": "dataRow", "C": "completed", "I": "empty",
    "s": "suspended", "G": "copyInResponse", "H": "copyOutResponse", "W": "copyBothResponse",
    "d": "copyData", "c": "copyDone", "V": "functionCallResponse", "Z": "ready",
    "N": "noticeResponse", "S": "parameterStatus", "A": "notificationResponse",
  ]

  private static func rules(_ text: String) -> [String: [Character: String]] {
    var rules: [String: [Character: String]] = [:]
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      var row: [Character: String] = [:]
      for word in words.dropFirst(2) { row[word[word.startIndex]] = String(word.dropFirst(2)) }
      rules["\(words[0]) \(words[1])"] = row
    }
    return rules
  }

  private var waiting: [(step: Character, columns: Int?)] = []
  private var state = "start"
  private var columns: Int?
  private(set) var sent = 0
  private(set) var answered = 0
  private(set) var isTerminated = false
  private(set) var isUnsynchronized = false
  private(set) var status: Character = "I"
  /// Everything up to the next Sync is passed over, which has not been sent.
  private var isSkipping = false
  private var ignoredSyncs = 0

  /// What `ConnectionState.copy` has to be.
  var copy: String {
    if isTerminated { return "none" }
    switch state {
    case "copyIn", "copyOut", "copyBoth": return state
    case "copied": return "ended"
    default: return "none"
    }
  }

  /// The messages that the step at the front may be answered with.
  var legal: [Character] {
    guard let front = waiting.first, !isTerminated else { return [] }
    return Self.table["\(front.step) \(state)"]?.keys.sorted() ?? []
  }

  mutating func send(_ step: Character, columns: Int?) {
    sent += 1
    if isSkipping && step != "Y" {
      answered += 1
      return
    }
    isSkipping = false
    waiting.append((step, columns))
    if waiting.count == 1 { self.columns = columns }
  }

  /// The frontend ends its copy; false if it may not.
  mutating func endCopy(failing: Bool) -> Bool {
    switch copy {
    case "copyIn": state = "copied"
    case "copyBoth": state = failing ? "copied" : "copyOut"
    default: return false
    }
    if state == "copied" && waiting[0].step != "Q" {
      ignoredSyncs = waiting.dropFirst().prefix { $0.step == "Y" }.count
    }
    return true
  }

  /// What a message is called, or the error's code. `count` is of its columns.
  mutating func receive(
    _ letter: Character, count: Int, severity: String, status: Character
  ) -> String {
    if "NSA".contains(letter) { return Self.names[letter] ?? "" }
    if isTerminated { return "messageUnexpected" }
    if letter == "E" { return fail(severity) }
    guard let front = waiting.first,
      let next = Self.table["\(front.step) \(state)"]?[letter]
    else { return "messageUnexpected" }
    if letter == "D" {
      guard (columns ?? count) == count else { return "columnCountMismatch" }
      columns = count
    }
    if letter == "T" { columns = count }
    if letter == "Z" { self.status = status }
    if letter == "G" || letter == "H" || letter == "W" { ignoredSyncs = 0 }
    if letter == "C" && front.step == "Q" { columns = nil }
    if next == "end" {
      let ignored = state == "copied" ? ignoredSyncs : 0
      for _ in 0...ignored { pass() }
    } else {
      state = next
    }
    return Self.names[letter] ?? ""
  }

  private mutating func pass() {
    waiting.removeFirst()
    answered += 1
    state = "start"
    columns = waiting.first?.columns
  }

  private mutating func fail(_ severity: String) -> String {
    guard severity == "ERROR", let front = waiting.first else {
      isTerminated = true
      return "terminated"
    }
    if "QYF".contains(front.step) {
      if state == "failed" { return "messageUnexpected" }
      state = "failed"
      return "failed"
    }
    let isNextSync = waiting.count > 1 && waiting[1].step == "Y"
    let ignored = state == "copied" ? ignoredSyncs : 0
    if isNextSync && (state == "copyIn" || ignored > 0) { isUnsynchronized = true }
    for _ in 0...ignored { pass() }
    while let step = waiting.first?.step, step != "Y" { pass() }
    isSkipping = waiting.isEmpty
    return "failed"
  }
}

/// Runs a conversation and its model beside each other.
struct PostgresConversationRun: ~Copyable {
  private static let steps: [(Character, Step)] = [
    ("Q", .query), ("P", .parse), ("B", .bind), ("S", .describeStatement), ("R", .describePortal),
    ("X", .execute), ("L", .executeLimited), ("C", .close), ("Y", .sync), ("F", .functionCall),
  ]
  private static let letters = Array("123tTnDCIsGHWdcVZENSARKv")

  private var model = PostgresConversationModel()
  private var state = ConnectionState()
  private var decoder = BackendDecoder()

  /// Each octet of the input sends a step, ends a copy, or chooses a message: every other one of those
  /// from the messages that are legal, or hardly any conversation would go far.
  static func check(_ script: PostgresModelScript) {
    var script = script
    var run = PostgresConversationRun()
    while let choice = script.next() {
      if choice < 0x60 {
        run.send(Int(choice))
      } else {
        let legal = run.model.legal
        let letter =
          choice >= 0xB0 && !legal.isEmpty
          ? legal[Int(choice) % legal.count] : letters[Int(choice) % letters.count]
        if !run.receive(letter, script.argument()) { return }
      }
      run.compare()
    }
  }

  private mutating func send(_ choice: Int) {
    let index = choice % 12
    if index < 10 {
      let (letter, step) = Self.steps[index]
      // Sometimes the rows have been described before.
      let columns = choice >= 0x40 && (letter == "X" || letter == "L") ? choice % 3 : nil
      model.send(letter, columns: columns)
      state.expect(step, columnCount: columns)
      return
    }
    let isLegal = model.endCopy(failing: index == 11)
    do throws(FrontendMisuse) {
      if index == 11 { try state.copyFailed() } else { try state.copyDone() }
      precondition(isLegal, "a copy ends that is under way")
    } catch {
      precondition(error == .notCopying && !isLegal, "a copy that is under way ends")
    }
  }

  /// False behind an error, with which both end.
  private mutating func receive(_ letter: Character, _ argument: Int) -> Bool {
    let expected = model.receive(
      letter, count: argument % 3,
      severity: PostgresBackendWriter.severities[argument % 4],
      status: Array("ITE")[argument % 3])
    let octets = PostgresBackendWriter.message(letter, argument: argument)
    decoder.feed(octets.span)
    do throws(PostgresWireError) {
      guard let message = try decoder.next() else { preconditionFailure("a message is complete") }
      let action = try state.receive(message, in: decoder.input, at: decoder.messageOffset)
      let line = PostgresActionText.lines(action, decoder.input)[0]
      let name = line.prefix { $0 != " " && $0 != ":" && $0 != "\n" }
      precondition(name == expected, "\(letter) is \(expected), not \(name)")
      return true
    } catch {
      precondition("\(error.code)" == expected, "\(letter) is \(expected), not \(error.code)")
      precondition(error.offset == decoder.messageOffset, "the error is the message's")
      return false
    }
  }

  private func compare() {
    precondition(state.expectedCount == model.sent, "what was sent is counted")
    precondition(state.answeredCount == model.answered, "what is answered is counted")
    precondition(state.isIdle == (model.sent == model.answered), "idle when all is answered")
    precondition("\(state.copy)" == model.copy, "the copy's sides")
    precondition(state.isTerminated == model.isTerminated, "the session's end")
    precondition(state.isUnsynchronized == model.isUnsynchronized, "whether Syncs can be counted")
    let status: TransactionStatus =
      switch model.status {
      case "I": .idle
      case "T": .inTransaction
      default: .failed
      }
    precondition(state.transactionStatus == status, "the transaction's status")
  }
}
