import NecroOctets
import NecroPostgresWire

/// Messages as text, for comparisons and logs.
public enum PostgresMessageText {
  /// A line for each message that an event stands for: several for a run of rows. Columns, fields and
  /// the like follow in lines that are indented by two spaces.
  ///
  /// - Parameter storage: the decoder's buffer, in which slices are positions.
  public static func lines(
    _ message: BackendMessage, _ storage: borrowing OctetBuffer
  ) -> [String] {
    switch message {
    case .encryptionAnswer(let answer): return ["encryptionAnswer \(answer)"]
    case .authentication(let request): return [line(request, storage)]
    case .backendKeyData(let data):
      return ["backendKeyData \(data.processID) \(text(storage, data.secretKey))"]
    case .bindComplete: return ["bindComplete"]
    case .closeComplete: return ["closeComplete"]
    case .commandComplete(let complete):
      let tag = storage.octets(complete.tag)
      let count = CommandComplete.rowCount(inTag: tag).map { " rows=\($0)" } ?? ""
      return ["commandComplete \(text(tag))\(count)"]
    case .copyBothResponse(let response): return [line("copyBothResponse", response, storage)]
    case .copyData(let data): return ["copyData \(text(storage, data))"]
    case .copyDone: return ["copyDone"]
    case .copyInResponse(let response): return [line("copyInResponse", response, storage)]
    case .copyOutResponse(let response): return [line("copyOutResponse", response, storage)]
    case .dataRows(let rows): return lines(rows, storage)
    case .emptyQueryResponse: return ["emptyQueryResponse"]
    case .errorResponse(let fields): return ["errorResponse" + lines(fields, storage)]
    case .functionCallResponse(let value):
      return ["functionCallResponse " + (value.map { text(storage, $0) } ?? "NULL")]
    case .negotiateProtocolVersion(let negotiation):
      var options = StringIterator(storage.octets(negotiation.options))
      var line = "negotiateProtocolVersion minor=\(negotiation.minorVersion)"
      while let option = options.next() {
        line += "\n  " + text(storage.octets(negotiation.options).octets(option))
      }
      return [line]
    case .noData: return ["noData"]
    case .noticeResponse(let fields): return ["noticeResponse" + lines(fields, storage)]
    case .notificationResponse(let notification):
      return [
        "notificationResponse \(notification.processID)\n  channel \(text(storage, notification.channel))"
          + "\n  payload \(text(storage, notification.payload))"
      ]
    case .parameterDescription(let description):
      var line = "parameterDescription"
      for index in 0..<description.count {
        let octets = storage.octets(description.typeOIDs)
        line += " \(ParameterDescription.typeOID(index, in: octets))"
      }
      return [line]
    case .parameterStatus(let status):
      return ["parameterStatus \(text(storage, status.name)) = \(text(storage, status.value))"]
    case .parseComplete: return ["parseComplete"]
    case .portalSuspended: return ["portalSuspended"]
    case .readyForQuery(let status): return ["readyForQuery \(status)"]
    case .rowDescription(let description): return [line(description, storage)]
    }
  }

  private static func line(
    _ request: AuthenticationRequest, _ storage: borrowing OctetBuffer
  ) -> String {
    switch request {
    case .ok: return "authentication ok"
    case .kerberosV5: return "authentication kerberosV5"
    case .cleartextPassword: return "authentication cleartextPassword"
    case .md5Password(let salt): return "authentication md5Password \(String(salt, radix: 16))"
    case .gss: return "authentication gss"
    case .gssContinue(let data): return "authentication gssContinue \(text(storage, data))"
    case .sspi: return "authentication sspi"
    case .sasl(let mechanisms):
      var names = StringIterator(storage.octets(mechanisms))
      var line = "authentication sasl"
      while let name = names.next() {
        line += "\n  " + text(storage.octets(mechanisms).octets(name))
      }
      return line
    case .saslContinue(let data): return "authentication saslContinue \(text(storage, data))"
    case .saslFinal(let data): return "authentication saslFinal \(text(storage, data))"
    }
  }

  private static func line(
    _ name: String, _ response: CopyResponse, _ storage: borrowing OctetBuffer
  ) -> String {
    var line = "\(name) \(response.format)"
    for index in 0..<response.columnCount {
      line +=
        " \(CopyResponse.columnFormat(index, in: storage.octets(response.columnFormats)))"
    }
    return line
  }

  private static func lines(_ rows: DataRows, _ storage: borrowing OctetBuffer) -> [String] {
    let octets = storage.octets(rows.octets)
    var lines: [String] = []
    var iterator = DataRowIterator(octets)
    while let row = iterator.next() {
      precondition(row.columnCount == rows.columnCount, "a run has one number of columns")
      var line = "dataRow"
      var columns = row.columns
      var index = 0
      while columns.remaining > 0 {
        let value = columns.next()
        precondition(value == row.column(index), "a walk and an index give the same column")
        index += 1
        line += "\n  " + (value.map { "=" + text(octets.octets($0)) } ?? "NULL")
      }
      precondition(index == row.columnCount && row.column(index) == nil, "all columns are read")
      lines.append(line)
    }
    precondition(lines.count == rows.rowCount, "a run has as many rows as it says")
    return lines
  }

  private static func lines(_ fields: ErrorFields, _ storage: borrowing OctetBuffer) -> String {
    let octets = storage.octets(fields.octets)
    var text = ""
    if let severity = ErrorSeverity(fields: octets) { text += " \(severity)" }
    var iterator = ErrorFieldIterator(octets)
    while let field = iterator.next() {
      text += "\n  " + Self.text([field.code.rawValue].span)
      text += " " + Self.text(octets.octets(field.value))
    }
    return text
  }

  private static func line(
    _ description: RowDescription, _ storage: borrowing OctetBuffer
  ) -> String {
    let octets = storage.octets(description.fields)
    var line = "rowDescription"
    var fields = FieldDescriptionIterator(octets)
    var count = 0
    while let field = fields.next() {
      count += 1
      line +=
        "\n  \(text(octets.octets(field.name))) table=\(field.tableOID).\(field.attributeNumber)"
        + " type=\(field.typeOID) size=\(field.typeSize) modifier=\(field.typeModifier)"
        + " \(field.format)"
    }
    precondition(count == description.columnCount, "all fields are read")
    return line
  }

  static func text(_ storage: borrowing OctetBuffer, _ slice: Slice) -> String {
    text(storage.octets(slice))
  }

  /// Octets as fixtures write them.
  public static func text(_ octets: Span<UInt8>) -> String {
    var text = ""
    for index in octets.indices {
      switch octets[index] {
      case 0x0D: text += "␍"
      case 0x0A: text += "␊"
      case 0x5C: text += "\\\\"
      case 0x20...0x7E: text.unicodeScalars.append(Unicode.Scalar(octets[index]))
      default:
        text += "\\x" + (octets[index] < 0x10 ? "0" : "")
        text += String(octets[index], radix: 16, uppercase: true)
      }
    }
    return text
  }
}
