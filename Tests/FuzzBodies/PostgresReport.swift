import NecroOctets
import NecroPostgresWire

/// What our decoder and conversation make of a server's octets, in the lines of `PostgresPeer`.
public struct PostgresReport: ~Copyable {
  enum Outcome: Equatable {
    /// Every step is answered.
    case complete
    /// The octets are refused.
    case refused(PostgresWireError.Code)
    /// The octets end, or the session, before all is answered.
    case ended
  }

  private(set) var results: [String] = []
  private(set) var end: [String] = []
  private(set) var outcome = Outcome.ended
  /// Whether something came that libpq shows in another way by design; see `note`.
  private(set) var isIncomparable = false
  /// Octets behind the last answer.
  private(set) var hasRest = false

  private let command: PostgresCommand
  private var state = ConnectionState()
  private var columns: String?
  private var columnCount: Int?
  private var isMismatched = false
  private var rows = ""
  private var parameterTypes = ""
  private var notices: [String] = []
  private var notifications: [String] = []
  private var parameters = ["TimeZone": "=" + hexadecimal("UTC".utf8)]

  init(_ reply: [UInt8], _ command: PostgresCommand) {
    self.command = command
    var decoder = BackendDecoder()
    for step in command.steps { state.expect(step) }
    decoder.feed(reply.span)
    do throws(PostgresWireError) {
      while !state.isIdle, !state.isTerminated, let message = try decoder.next() {
        let step = state.answeredCount
        let action = try state.receive(message, in: decoder.input, at: decoder.messageOffset)
        take(action, step, decoder.input)
        if isMismatched {
          throw PostgresWireError(code: .columnCountMismatch, offset: decoder.messageOffset)
        }
      }
      if state.isIdle { outcome = .complete }
      hasRest = !decoder.input.isEmpty
    } catch {
      outcome = .refused(error.code)
    }
    end = notices + notifications
    for name in ["TimeZone", "application_name", "DateStyle", "x"] {
      if let value = parameters[name] { end.append("parameter \(name)\(value)") }
    }
    let status =
      switch state.transactionStatus {
      case .idle: 0
      case .inTransaction: 2
      case .failed: 3
      }
    end.append(outcome == .complete ? "status \(status)" : "broken")
  }

  private mutating func take(
    _ action: ConnectionAction, _ step: Int, _ storage: borrowing OctetBuffer
  ) {
    switch action {
    case .parsed:
      if command == .prepare { results.append("command =") }
    case .bound, .closed, .suspended, .functionResult: break
    case .parameters(let description):
      let octets = storage.octets(description.typeOIDs)
      for index in 0..<description.count {
        parameterTypes += " \(ParameterDescription.typeOID(index, in: octets))"
      }
    case .columns(let description):
      columns = Self.text(description, storage)
      columnCount = description.columnCount
      if command == .describe { results.append("command =" + parameterTypes + (columns ?? "")) }
    case .noColumns:
      columnCount = nil
      if command == .describe { results.append("command =" + parameterTypes) }
    case .rows(let run):
      // Whoever executes a portal knows what was said of it, and the conversation does not.
      if command != .query && run.columnCount != columnCount { isMismatched = true }
      rows += Self.text(run, storage)
    case .completed(let complete):
      endResult(" =" + hexadecimal(storage.octets(complete.tag)))
    case .empty:
      // Where columns were described, libpq has begun a result of rows.
      if columns == nil { results.append("empty") } else { endResult(" =") }
    case .copyIn(let response): beginCopy("copyIn", response, storage)
    case .copyOut(let response): beginCopy("copyOut", response, storage)
    case .copyBoth(let response): beginCopy("copyBoth", response, storage)
    case .copyData(let data):
      // libpq passes over a part of no octets.
      if !data.isEmpty { results.append("copy =" + hexadecimal(storage.octets(data))) }
    case .copyDone: if state.copy == .copyIn { endCopy() }
    case .failed(let fields): fail(fields, step, storage)
    case .terminated(let fields): fail(fields, step, storage)
    case .ready:
      if command == .pipeline { results.append("sync") }
    case .notice(let fields):
      // libpq's own notices have no SQLSTATE, and are not compared.
      note(fields, storage)
      if Self.hasCode(fields, storage) {
        notices.append("notice" + Self.text(fields, storage))
      }
    case .parameterStatus(let status):
      let name = String(decoding: octets(storage.octets(status.name)), as: UTF8.self)
      parameters[name] = "=" + hexadecimal(storage.octets(status.value))
    case .notification(let notification):
      notifications.append(
        "notification \(notification.processID)"
          + " =\(hexadecimal(storage.octets(notification.channel)))"
          + " =\(hexadecimal(storage.octets(notification.payload)))")
    }
  }

  private mutating func endResult(_ tag: String) {
    if let columns {
      results.append("rows" + tag + columns + rows)
    } else {
      results.append("command" + tag)
    }
    columns = nil
    rows = ""
  }

  private mutating func beginCopy(
    _ name: String, _ response: CopyResponse, _ storage: borrowing OctetBuffer
  ) {
    // libpq has no copies in a pipeline.
    if command == .pipeline { isIncomparable = true }
    var line = "\(name) \(response.format == .binary ? 1 : 0)"
    for index in 0..<response.columnCount {
      let format = CopyResponse.columnFormat(index, in: storage.octets(response.columnFormats))
      line += " \(format == .binary ? 1 : 0)"
    }
    results.append(line)
    columns = nil
    if name == "copyIn" { endCopy() }
  }

  private mutating func endCopy() {
    do throws(FrontendMisuse) {
      try state.copyDone()
    } catch {
      preconditionFailure("a copy is under way")
    }
    if command != .query { state.expect(.sync) }
  }

  private mutating func fail(
    _ fields: ErrorFields, _ step: Int, _ storage: borrowing OctetBuffer
  ) {
    note(fields, storage)
    results.append("error" + Self.text(fields, storage))
    columns = nil
    rows = ""
    if command == .pipeline && step < 4 { results.append("aborted") }
  }

  private static func hasCode(_ fields: ErrorFields, _ storage: borrowing OctetBuffer) -> Bool {
    ErrorFields.value(of: .sqlState, in: storage.octets(fields.octets)) != nil
  }

  /// An error without a SQLSTATE cannot be told from libpq's own; of a field that comes twice libpq
  /// reports the last, and we the first, and the documentation has none come twice.
  private mutating func note(_ fields: ErrorFields, _ storage: borrowing OctetBuffer) {
    if !Self.hasCode(fields, storage) { isIncomparable = true }
    var seen: Set<UInt8> = []
    var iterator = ErrorFieldIterator(storage.octets(fields.octets))
    while let field = iterator.next() {
      if !seen.insert(field.code.rawValue).inserted { isIncomparable = true }
    }
  }

  private static func text(_ fields: ErrorFields, _ storage: borrowing OctetBuffer) -> String {
    let run = storage.octets(fields.octets)
    var text = ""
    for code in "SVCMDHPpqWstcdnFLR".utf8 {
      let field = ErrorField.Code(rawValue: code)
      if let value = ErrorFields.value(of: field, in: run) {
        text += " \(Unicode.Scalar(code))=\(hexadecimal(run.octets(value)))"
      }
    }
    return text
  }

  private static func text(
    _ description: RowDescription, _ storage: borrowing OctetBuffer
  ) -> String {
    let run = storage.octets(description.fields)
    var text = ""
    var fields = FieldDescriptionIterator(run)
    while let field = fields.next() {
      text += " =\(hexadecimal(run.octets(field.name)))/\(field.tableOID).\(field.attributeNumber)"
      text += "/\(field.typeOID)/\(field.typeSize)/\(field.typeModifier)"
      text += "/\(field.format == .binary ? 1 : 0)"
    }
    return text
  }

  private static func text(_ run: DataRows, _ storage: borrowing OctetBuffer) -> String {
    let octets = storage.octets(run.octets)
    var text = ""
    var iterator = DataRowIterator(octets)
    while let row = iterator.next() {
      text += " row"
      var columns = row.columns
      while columns.remaining > 0 {
        text += columns.next().map { " =" + hexadecimal(octets.octets($0)) } ?? " NULL"
      }
    }
    return text
  }
}

private func octets(_ span: Span<UInt8>) -> [UInt8] { span.indices.map { span[$0] } }

private func hexadecimal(_ span: Span<UInt8>) -> String { hexadecimal(octets(span)) }

private func hexadecimal(_ octets: some Sequence<UInt8>) -> String {
  let digits = Array("0123456789abcdef")
  return octets.reduce(into: "") { $0 += "\(digits[Int($1 >> 4)])\(digits[Int($1 & 15)])" }
}
