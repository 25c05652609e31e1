import NecroOctets
import NecroPostgresWire
import TestSupport
import Testing

/// Messages of a backend by short names: the octet of its type for what has nothing else; `C:tag`,
/// `E:severity`, `N`, `S`, `A`, `Z:status`, `D` and `T` with a number of columns.
func backendOctets(_ names: String) -> [UInt8] {
  names.split(separator: " ").flatMap { name -> [UInt8] in
    let parts = name.split(separator: ":").map(String.init)
    let argument = parts.count > 1 ? parts[1] : ""
    var contents: [UInt8]
    switch parts[0] {
    case "1", "2", "3", "c", "I", "n", "s": contents = []
    case "C": contents = Array(argument.utf8) + [0]
    case "E": contents = [0x56] + Array(argument.utf8) + [0, 0]
    case "N": contents = [0x4D, 0x6E, 0, 0]
    case "S": contents = [0x61, 0, 0x62, 0]
    case "A": contents = [0, 0, 0, 7, 0x63, 0, 0]
    case "Z": contents = Array(argument.utf8)
    case "D":
      let columns = UInt8(argument) ?? 0
      contents = [0, columns] + [UInt8](repeating: 0xFF, count: 4 * Int(columns))
    case "T":
      let columns = UInt8(argument) ?? 0
      contents = [0, columns]
      for _ in 0..<columns { contents += [0x78] + [UInt8](repeating: 0, count: 19) }
    case "t": contents = [0, 0]
    case "G", "H", "W": contents = [0, 0, 0]
    case "d": contents = [0x64]
    case "V": contents = [0xFF, 0xFF, 0xFF, 0xFF]
    case "R": contents = [0, 0, 0, 0]
    case "K": contents = [0, 0, 0, 1, 1, 2, 3, 4]
    case "v": contents = [0, 0, 0, 0, 0, 0, 0, 0]
    default: preconditionFailure("\(name) is no message")
    }
    let length = UInt32(contents.count + 4)
    return Array(parts[0].utf8) + (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) }
      + contents
  }
}

/// The first word of every action and the steps that are answered; an error's code at the end. A
/// deviation of one way of feeding from another is a line of its own.
private func conversation(_ sent: String, _ received: String) -> [String] {
  let (whole, deviation) = decodeEveryWay(
    backendOctets(received),
    with: { Conversation(sent: sent.split(separator: " ").map(String.init)) },
    log: { $1 },
    // A run of rows may come in parts.
    normalize: { events in events.flatMap { lines in lines.map { [$0] } } })
  var lines = whole.events.flatMap { $0 }.map { line -> String in
    let head = line.prefix { $0 != "\n" }
    let name = head.prefix { $0 != " " && $0 != ":" }
    return "\(name) \(head.drop { $0 != "[" })"
  }
  if let failure = whole.failure { lines.append("\(failure.code)") }
  if let deviation { lines.append("deviation: \(deviation)") }
  return lines
}

@Suite("The conversation on a connection")
struct ConnectionStateTests {
  @Test("a simple query has any number of results")
  func simpleQuery() {
    #expect(
      conversation("query", "T:1 D:1 D:1 C:SELECT C:SET I T:0 C:SELECT Z:I")
        == [
          "rowDescription [0/1]", "dataRow [0/1]", "dataRow [0/1]", "completed [0/1]",
          "completed [0/1]", "empty [0/1]", "rowDescription [0/1]", "completed [0/1]",
          "ready [1/1]",
        ])
  }

  @Test("an error ends a simple query, in the middle of a result as well")
  func simpleQueryError() {
    #expect(
      conversation("query query", "T:1 D:1 E:ERROR Z:E C:ROLLBACK Z:I")
        == [
          "rowDescription [0/2]", "dataRow [0/2]", "failed [0/2]", "ready [1/2]", "completed [1/2]",
          "ready [2/2]",
        ])
  }

  @Test("an extended query answers step by step")
  func extendedQuery() {
    #expect(
      conversation(
        "parse describeStatement bind describePortal execute close sync",
        "1 t T:2 2 T:2 D:2 C:SELECT 3 Z:I")
        == [
          "parsed [1/7]", "parameterDescription [1/7]", "rowDescription [2/7]", "bound [3/7]",
          "rowDescription [4/7]", "dataRow [4/7]", "completed [5/7]", "closed [6/7]", "ready [7/7]",
        ])
    #expect(
      conversation("describeStatement describePortal execute sync", "t n n I Z:T")
        == [
          "parameterDescription [0/4]", "noColumns [1/4]", "noColumns [2/4]", "empty [3/4]",
          "ready [4/4]",
        ])
  }

  @Test("a portal with a limit of rows is suspended and goes on")
  func suspension() {
    #expect(
      conversation("bind executeLimited executeLimited sync", "2 D:1 s D:1 C:SELECT Z:T")
        == [
          "bound [1/4]", "dataRow [1/4]", "suspended [2/4]", "dataRow [2/4]", "completed [3/4]",
          "ready [4/4]",
        ])
    #expect(conversation("execute", "D:1 s") == ["dataRow [0/1]", "messageUnexpected"])
  }

  @Test("an error passes over the steps up to the next Sync, and those alone")
  func skipping() {
    #expect(
      conversation(
        "parse bind execute sync bind execute sync", "1 E:ERROR Z:I 2 C:SELECT Z:I")
        == [
          "parsed [1/7]", "failed [3/7]", "ready [4/7]", "bound [5/7]", "completed [6/7]",
          "ready [7/7]",
        ])
    #expect(
      conversation("parse query parse sync", "E:ERROR Z:I") == ["failed [3/4]", "ready [4/4]"])
  }

  @Test("an error while the Sync itself is processed passes over nothing")
  func errorInSync() {
    #expect(
      conversation("execute sync bind sync", "C:INSERT E:ERROR Z:I 2 Z:I")
        == ["completed [1/4]", "failed [1/4]", "ready [2/4]", "bound [3/4]", "ready [4/4]"])
  }

  @Test("what is sent behind an error without a Sync is answered at once, the Sync by its reply")
  func sentWhileSkipping() throws {
    var state = ConnectionState()
    var decoder = BackendDecoder()
    state.expect(.parse)
    decoder.feed(backendOctets("E:ERROR Z:I").span)
    _ = try state.receive(try #require(try decoder.next()), in: decoder.input, at: 0)
    #expect(state.isIdle)
    #expect(state.expect(.bind) == 1)
    #expect(state.isIdle)
    #expect(state.expect(.sync) == 2)
    #expect(!state.isIdle && state.step == .sync)
    _ = try state.receive(try #require(try decoder.next()), in: decoder.input, at: 0)
    #expect(state.isIdle && state.answeredCount == 3)
  }

  @Test("a function call gives a result or an error, then ReadyForQuery")
  func functionCall() {
    #expect(
      conversation("functionCall functionCall", "V Z:I E:ERROR Z:I")
        == ["functionCallResponse [0/2]", "ready [1/2]", "failed [1/2]", "ready [2/2]"])
    #expect(conversation("functionCall", "Z:I") == ["messageUnexpected"])
    #expect(
      conversation("functionCall", "V V") == ["functionCallResponse [0/1]", "messageUnexpected"])
  }

  @Test("notices, parameters and notifications come at any moment")
  func asynchronous() {
    let others = ["noticeResponse", "parameterStatus", "notificationResponse"]
    #expect(conversation("", "N S A") == others.map { "\($0) [0/0]" })
    #expect(
      conversation("query sync", "N S A T:0 N S A D:0 N S A C:x N S A Z:I N S A Z:I N S A")
        == others.map { "\($0) [0/2]" } + ["rowDescription [0/2]"] + others.map { "\($0) [0/2]" }
        + ["dataRow [0/2]"] + others.map { "\($0) [0/2]" } + ["completed [0/2]"]
        + others.map { "\($0) [0/2]" } + ["ready [1/2]"] + others.map { "\($0) [1/2]" }
        + ["ready [2/2]"] + others.map { "\($0) [2/2]" })
    #expect(
      conversation("query", "H N d S d A c N C:COPY Z:I").filter { $0.hasSuffix("copyOut]") }
        == [
          "copyOutResponse [0/1 copyOut]", "noticeResponse [0/1 copyOut]", "copyData [0/1 copyOut]",
          "parameterStatus [0/1 copyOut]", "copyData [0/1 copyOut]",
          "notificationResponse [0/1 copyOut]",
        ])
  }

  @Test("a fatal error ends the session at any moment, any error when nothing was asked")
  func termination() {
    #expect(conversation("", "E:ERROR") == ["terminated [0/0]"])
    #expect(conversation("", "E:FATAL N") == ["terminated [0/0]", "noticeResponse [0/0]"])
    #expect(
      conversation("parse bind", "1 E:FATAL Z:I")
        == ["parsed [1/2]", "terminated [1/2]", "messageUnexpected"])
    #expect(conversation("query", "E:ERROR E:PANIC") == ["failed [0/1]", "terminated [0/1]"])
    #expect(conversation("query", "E:FATAL E:FATAL") == ["terminated [0/1]", "messageUnexpected"])
  }

  @Test("rows of another number of columns than described are refused")
  func columnCount() {
    #expect(
      conversation("query", "T:2 D:2 D:1")
        == ["rowDescription [0/1]", "dataRow [0/1]", "columnCountMismatch"])
    #expect(conversation("execute2 sync", "D:3") == ["columnCountMismatch"])
    #expect(conversation("bind execute2 sync", "2 D:3") == ["bound [1/3]", "columnCountMismatch"])
    #expect(
      conversation("execute execute", "D:3 C:x D:2 D:3")
        == ["dataRow [0/2]", "completed [1/2]", "dataRow [1/2]", "columnCountMismatch"])
  }

  @Test("in no state does a message come that it does not allow")
  func unexpected() {
    let all = [
      "1", "2", "3", "t", "T:1", "n", "D:1", "C:x", "I", "s", "G", "H", "W", "d", "c", "V", "Z:I",
      "R", "K", "v",
    ]
    // The steps that are sent, what has come, and what may come next besides errors and what comes at
    // any moment.
    let states: [(sent: String, received: String, allowed: Set<String>)] = [
      ("", "", []),
      ("query", "", ["T:1", "C:x", "I", "G", "H", "W", "Z:I"]),
      ("query", "T:1", ["D:1", "C:x"]),
      ("query", "T:1 D:1", ["D:1", "C:x"]),
      ("query", "C:x", ["T:1", "C:x", "I", "G", "H", "W", "Z:I"]),
      ("query", "E:ERROR", ["Z:I"]),
      ("query", "H", ["d", "c"]),
      ("query", "H d c", ["C:x"]),
      ("query", "G", []),
      ("query @copyIn copyDone", "G", ["C:x"]),
      ("query @copyIn copyFail", "G", ["C:x"]),
      ("query", "W", ["d", "c"]),
      ("query", "W c", []),
      ("query @copyBoth copyDone", "W", ["d", "c"]),
      ("query @copyBoth copyDone", "W d c", ["C:x"]),
      ("parse", "", ["1"]),
      ("bind", "", ["2"]),
      ("close", "", ["3"]),
      ("describeStatement", "", ["t"]),
      ("describeStatement", "t", ["T:1", "n"]),
      ("describePortal", "", ["T:1", "n"]),
      ("execute", "", ["D:1", "C:x", "I", "G", "H"]),
      ("execute", "D:1", ["D:1", "C:x"]),
      ("executeLimited", "", ["D:1", "C:x", "I", "s", "G", "H"]),
      ("executeLimited", "D:1", ["D:1", "C:x", "s"]),
      ("execute", "H", ["d", "c"]),
      ("execute", "H c", ["C:x"]),
      ("execute", "G", []),
      ("sync", "", ["Z:I"]),
      ("sync", "E:ERROR", ["Z:I"]),
      ("functionCall", "", ["V"]),
      ("functionCall", "V", ["Z:I"]),
      ("functionCall", "E:ERROR", ["Z:I"]),
      ("parse", "E:ERROR", []),
      ("parse", "E:FATAL", []),
    ]
    for state in states {
      for message in all {
        let log = conversation(state.sent, state.received + " " + message)
        #expect(
          (log.last != "messageUnexpected") == state.allowed.contains(message),
          "\(message) behind \(state.received) when \(state.sent) was sent: \(log)")
      }
    }
  }
}

@Suite("Copies in a conversation")
struct CopyStateTests {
  @Test("a copy to the server ends with CopyDone and the command's completion")
  func copyIn() {
    #expect(
      conversation("query @copyIn copyDone", "G C:COPY Z:I")
        == ["copyInResponse [0/1 ended]", "completed [0/1]", "ready [1/1]"])
  }

  @Test("a copy to the server fails on either side")
  func copyInError() {
    #expect(
      conversation("query @copyIn copyFail", "G E:ERROR Z:I")
        == ["copyInResponse [0/1 ended]", "failed [0/1]", "ready [1/1]"])
    #expect(
      conversation("query", "G E:ERROR Z:I")
        == ["copyInResponse [0/1 copyIn]", "failed [0/1]", "ready [1/1]"])
  }

  @Test("in an extended query a Sync has to follow the copy, and one before it is ignored")
  func extended() {
    #expect(
      conversation("bind execute @copyIn copyDone sync", "2 G C:COPY Z:I")
        == ["bound [1/2]", "copyInResponse [1/3 ended]", "completed [2/3]", "ready [3/3]"])
    #expect(
      conversation("bind execute sync @copyIn copyDone sync", "2 G C:COPY Z:I")
        == ["bound [1/3]", "copyInResponse [1/4 ended]", "completed [3/4]", "ready [4/4]"])
    #expect(
      conversation("bind execute @copyIn copyFail sync", "2 G E:ERROR Z:I")
        == ["bound [1/2]", "copyInResponse [1/3 ended]", "failed [2/3]", "ready [3/3]"])
  }

  @Test("a failed copy with a Sync sent too early leaves the connection unusable")
  func unsynchronized() {
    #expect(
      conversation("execute sync @copyIn copyFail sync", "G E:ERROR Z:I")
        == [
          "copyInResponse [0/3 ended]", "failed [2/3 unsynchronized]", "ready [3/3 unsynchronized]",
        ])
    #expect(
      conversation("execute sync", "G E:ERROR")
        == ["copyInResponse [0/2 copyIn]", "failed [1/2 unsynchronized]"])
  }

  @Test("a copy from the server ends with CopyDone or an error")
  func copyOut() {
    #expect(
      conversation("execute sync", "H d d c C:COPY Z:I")
        == [
          "copyOutResponse [0/2 copyOut]", "copyData [0/2 copyOut]", "copyData [0/2 copyOut]",
          "copyDone [0/2 ended]", "completed [1/2]", "ready [2/2]",
        ])
    #expect(
      conversation("execute sync", "H d E:ERROR Z:I")
        == [
          "copyOutResponse [0/2 copyOut]", "copyData [0/2 copyOut]", "failed [1/2]", "ready [2/2]",
        ])
  }

  @Test("a copy both ways ends when both are done, the server first or last")
  func copyBoth() throws {
    #expect(
      conversation("query @copyBoth copyDone", "W d c C:COPY Z:I")
        == [
          "copyBothResponse [0/1 copyOut]", "copyData [0/1 copyOut]", "copyDone [0/1 ended]",
          "completed [0/1]", "ready [1/1]",
        ])
    #expect(
      conversation("query", "W d c E:ERROR Z:I")
        == [
          "copyBothResponse [0/1 copyBoth]", "copyData [0/1 copyBoth]", "copyDone [0/1 copyIn]",
          "failed [0/1]", "ready [1/1]",
        ])
    var state = ConnectionState()
    var decoder = BackendDecoder()
    state.expect(.query)
    decoder.feed(backendOctets("W c C:x").span)
    for _ in 0..<2 {
      _ = try state.receive(try #require(try decoder.next()), in: decoder.input, at: 0)
    }
    #expect(state.copy.isSending)
    try state.copyDone()
    #expect(state.copy == .ended && !state.copy.isSending)
    #expect(throws: FrontendMisuse.notCopying) { try state.copyDone() }
    #expect(throws: FrontendMisuse.notCopying) { try state.copyFailed() }
    _ = try state.receive(try #require(try decoder.next()), in: decoder.input, at: 0)
    #expect(state.copy == .none)
  }
}
