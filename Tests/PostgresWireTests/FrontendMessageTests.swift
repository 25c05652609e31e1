import NecroFuzzBodies
import NecroOctets
import NecroPostgresWire
import Testing

/// What a function appends behind an octet that was there, in the notation of fixtures.
private func written(
  _ append: (inout OctetBuffer) throws(FrontendMisuse) -> Void
) throws(FrontendMisuse) -> String {
  var output = OctetBuffer(capacity: 1)
  output.append(0x2A)
  try append(&output)
  output.consume(1)
  return PostgresMessageText.text(output.octets)
}

/// The misuse of a function, which has to leave the buffer as it was.
private func misuse(
  _ append: (inout OctetBuffer) throws(FrontendMisuse) -> Void
) -> FrontendMisuse? {
  var output = OctetBuffer()
  output.append("as it was")
  do throws(FrontendMisuse) {
    try append(&output)
    return nil
  } catch {
    if !output.octets.equals("as it was") { Issue.record("something was appended") }
    return error
  }
}

private typealias Text = StaticString

@Suite("Messages of the frontend")
struct FrontendMessageTests {
  @Test(
    "start-up",
    .clause(
      "PG-protocol-message-formats-StartupMessage-1",
      "PG-protocol-extensions-1"))
  func startup() throws {
    let text = try written { output throws(FrontendMisuse) in
      let message = try StartupMessage(version: .v3_0, user: ("me" as Text).octets, into: &output)
      try message.parameter(("database" as Text).octets, ("d" as Text).octets, into: &output)
      try message.end(into: &output)
    }
    #expect(text == #"\x00\x00\x00\x1C\x00\x03\x00\x00user\x00me\x00database\x00d\x00\x00"#)
    let newer = try written { output throws(FrontendMisuse) in
      let message = try StartupMessage(version: .v3_2, user: ("" as Text).octets, into: &output)
      try message.end(into: &output)
    }
    #expect(newer == #"\x00\x00\x00\x0F\x00\x03\x00\x02user\x00\x00\x00"#)
    #expect(ProtocolVersion.v3_2.major == 3 && ProtocolVersion.v3_2.minor == 2)
  }

  @Test("start-up parameters that would end their list")
  func startupMisuse() {
    let user = ("me" as Text).octets
    #expect(
      misuse { output throws(FrontendMisuse) in
        _ = try StartupMessage(version: .v3_0, user: ("a\0b" as Text).octets, into: &output)
      } == .nullInString)
    for (name, value, expected) in [
      ("", "x", .parameterNameEmpty), ("a\0", "x", .nullInString), ("a", "\0", .nullInString),
    ] as [(Text, Text, FrontendMisuse)] {
      #expect(
        misuse { output throws(FrontendMisuse) in
          let message = try StartupMessage(version: .v3_0, user: user, into: &output)
          try message.parameter(name.octets, value.octets, into: &output)
        } == expected)
    }
  }

  @Test(
    "what comes before start-up",
    .clause(
      "PG-protocol-message-formats-SSLRequest-1",
      "PG-protocol-message-formats-GSSENCRequest-1",
      "PG-protocol-message-formats-CancelRequest-1",
      "PG-protocol-flow-canceling-requests-1"))
  func requests() throws {
    #expect(
      try written { FrontendSerializer.encryptionRequest(.ssl, into: &$0) }
        == #"\x00\x00\x00\x08\x04\xD2\x16/"#)
    #expect(
      try written { FrontendSerializer.encryptionRequest(.gss, into: &$0) }
        == #"\x00\x00\x00\x08\x04\xD2\x160"#)
    #expect(
      try written { output throws(FrontendMisuse) in
        try FrontendSerializer.cancelRequest(
          processID: -2, secretKey: ("abcdefgh" as Text).octets, into: &output)
      } == #"\x00\x00\x00\x14\x04\xD2\x16.\xFF\xFF\xFF\xFEabcdefgh"#)
    for count in [0, 3, 257] {
      let key = [UInt8](repeating: 1, count: count)
      #expect(
        misuse { output throws(FrontendMisuse) in
          try FrontendSerializer.cancelRequest(processID: 1, secretKey: key.span, into: &output)
        } == .secretKeyInvalid)
    }
  }

  @Test(
    "answers to authentication requests",
    .clause(
      "PG-protocol-message-formats-PasswordMessage-1",
      "PG-protocol-message-formats-SASLInitialResponse-1",
      "PG-protocol-message-formats-SASLResponse-1"))
  func authentication() throws {
    #expect(
      try written { output throws(FrontendMisuse) in
        try FrontendSerializer.passwordMessage(("pw" as Text).octets, into: &output)
      } == #"p\x00\x00\x00\x07pw\x00"#)
    #expect(
      try written { output throws(FrontendMisuse) in
        try FrontendSerializer.saslInitialResponse(
          mechanism: ("M" as Text).octets, initialResponse: ("n,,\0" as Text).octets, into: &output)
      } == #"p\x00\x00\x00\x0EM\x00\x00\x00\x00\x04n,,\x00"#)
    #expect(
      try written { output throws(FrontendMisuse) in
        try FrontendSerializer.saslInitialResponse(mechanism: ("M" as Text).octets, into: &output)
      } == #"p\x00\x00\x00␊M\x00\xFF\xFF\xFF\xFF"#)
    #expect(
      try written { output throws(FrontendMisuse) in
        try FrontendSerializer.saslResponse(("c=\0" as Text).octets, into: &output)
      } == #"p\x00\x00\x00\x07c=\x00"#)
  }

  @Test(
    "queries and what prepares them",
    .clause(
      "PG-protocol-message-formats-Query-1",
      "PG-protocol-message-formats-Parse-1",
      "PG-protocol-message-formats-Describe-1",
      "PG-protocol-message-formats-Execute-1",
      "PG-protocol-message-formats-Close-1",
      "PG-protocol-message-formats-Flush-1",
      "PG-protocol-message-formats-Sync-1",
      "PG-protocol-message-formats-Terminate-1",
      "PG-protocol-flow-ext-query-8"))
  func queries() throws {
    #expect(
      try written { output throws(FrontendMisuse) in
        try FrontendSerializer.query(("SELECT 1" as Text).octets, into: &output)
      } == #"Q\x00\x00\x00␍SELECT 1\x00"#)
    let types: [UInt32] = [23, 0xFFFF_FFFE]
    #expect(
      try written { output throws(FrontendMisuse) in
        try FrontendSerializer.parse(
          statement: ("s" as Text).octets, ("SELECT $1" as Text).octets,
          parameterTypes: types.span, into: &output)
      } == #"P\x00\x00\x00\x1As\x00SELECT $1\x00\x00\x02\x00\x00\x00\x17\xFF\xFF\xFF\xFE"#)
    #expect(
      try written { output throws(FrontendMisuse) in
        try FrontendSerializer.describe(.statement, ("s" as Text).octets, into: &output)
        try FrontendSerializer.describe(.portal, ("" as Text).octets, into: &output)
        try FrontendSerializer.close(.statement, ("s" as Text).octets, into: &output)
      } == #"D\x00\x00\x00\x07Ss\x00D\x00\x00\x00\x06P\x00C\x00\x00\x00\x07Ss\x00"#)
    #expect(
      try written { output throws(FrontendMisuse) in
        try FrontendSerializer.execute(portal: ("p" as Text).octets, rowsMax: 258, into: &output)
        FrontendSerializer.flush(into: &output)
        FrontendSerializer.sync(into: &output)
        FrontendSerializer.terminate(into: &output)
      }
        == #"E\x00\x00\x00␊p\x00\x00\x00\x01\x02H\x00\x00\x00\x04"#
        + #"S\x00\x00\x00\x04X\x00\x00\x00\x04"#)
  }

  @Test(
    "a binding in one format, its values written in place",
    .clause(
      "PG-protocol-message-formats-Bind-1"))
  func bind() throws {
    let text = try written { output throws(FrontendMisuse) in
      var bind = try Bind(
        portal: ("p" as Text).octets, statement: ("s" as Text).octets, parameterCount: 3,
        formats: .binary, into: &output)
      try bind.beginValue(.binary, into: &output)
      output.append(bigEndian: 7 as Int32)
      try bind.endValue(into: &output)
      try bind.null(into: &output)
      try bind.value(("" as Text).octets, .binary, into: &output)
      try bind.end(results: .binary, into: &output)
    }
    #expect(
      text == ##"B\x00\x00\x00"p\x00s\x00\x00\x01\x00\x01\x00\x03\x00\x00\x00\x04"##
        + #"\x00\x00\x00\x07\xFF\xFF\xFF\xFF\x00\x00\x00\x00\x00\x01\x00\x01"#)
  }

  @Test(
    "a binding without parameters, and one with a format for each",
    .clause(
      "PG-protocol-message-formats-Bind-1",
      "PG-protocol-format-codes-1"))
  func bindFormats() throws {
    for formats in [Bind.ParameterFormats.text, .binary, .each] {
      #expect(
        try written { output throws(FrontendMisuse) in
          let bind = try Bind(
            portal: ("" as Text).octets, statement: ("" as Text).octets, parameterCount: 0,
            formats: formats, into: &output)
          try bind.end(results: .text, into: &output)
        } == #"B\x00\x00\x00\x0C\x00\x00\x00\x00\x00\x00\x00\x00"#)
    }
    let results: [FormatCode] = [.text, .binary]
    let text = try written { output throws(FrontendMisuse) in
      var bind = try Bind(
        portal: ("" as Text).octets, statement: ("" as Text).octets, parameterCount: 3,
        formats: .each, into: &output)
      try bind.value(("a" as Text).octets, .text, into: &output)
      try bind.value(("b" as Text).octets, .binary, into: &output)
      try bind.null(into: &output)
      try bind.end(results: results.span, into: &output)
    }
    #expect(
      text == #"B\x00\x00\x00$\x00\x00\x00\x03\x00\x00\x00\x01\x00\x00\x00\x03"#
        + #"\x00\x00\x00\x01a\x00\x00\x00\x01b\xFF\xFF\xFF\xFF\x00\x02\x00\x00\x00\x01"#)
  }

  @Test(
    "a binding that goes wrong is taken back",
    .clause(
      "PG-protocol-message-concepts-1",
      "PG-protocol-flow-ext-query-3"))
  func bindMisuse() {
    func bind(
      _ count: Int, _ formats: Bind.ParameterFormats = .text,
      _ write: (inout Bind, inout OctetBuffer) throws(FrontendMisuse) -> Void
    ) -> FrontendMisuse? {
      misuse { output throws(FrontendMisuse) in
        var bind = try Bind(
          portal: ("p" as Text).octets, statement: ("s" as Text).octets, parameterCount: count,
          formats: formats, into: &output)
        try write(&bind, &output)
        try bind.end(results: .text, into: &output)
      }
    }
    #expect(bind(65_536) { _, _ in } == .countTooLarge)
    #expect(bind(-1) { _, _ in } == .countTooLarge)
    #expect(bind(1) { _, _ in } == .parameterCountMismatch)
    #expect(
      bind(0) { b, o throws(FrontendMisuse) in try b.null(into: &o) } == .parameterCountMismatch)
    #expect(
      bind(0) { b, o throws(FrontendMisuse) in try b.beginValue(.text, into: &o) }
        == .parameterCountMismatch)
    #expect(
      bind(1) { b, o throws(FrontendMisuse) in try b.beginValue(.text, into: &o) }
        == .parameterCountMismatch)
    #expect(
      bind(1) { b, o throws(FrontendMisuse) in try b.endValue(into: &o) } == .parameterCountMismatch
    )
    #expect(
      bind(1) { b, o throws(FrontendMisuse) in try b.beginValue(.binary, into: &o) }
        == .parameterCountMismatch)
    #expect(
      bind(1, .binary) { b, o throws(FrontendMisuse) in try b.beginValue(.text, into: &o) }
        == .parameterCountMismatch)
    #expect(
      bind(2) { b, o throws(FrontendMisuse) in
        try b.beginValue(.text, into: &o)
        try b.null(into: &o)
      } == .parameterCountMismatch)
    #expect(
      misuse { output throws(FrontendMisuse) in
        _ = try Bind(
          portal: ("\0" as Text).octets, statement: ("s" as Text).octets, parameterCount: 0,
          formats: .text, into: &output)
      } == .nullInString)
    var output = OctetBuffer()
    output.append("as it was")
    let begun = try? Bind(
      portal: ("p" as Text).octets, statement: ("s" as Text).octets, parameterCount: 2,
      formats: .each, into: &output)
    begun?.abandon(into: &output)
    let isAsItWas = output.octets.equals("as it was")
    #expect(isAsItWas && begun != nil)
  }

  @Test(
    "copies and function calls",
    .clause(
      "PG-protocol-message-formats-CopyData-1",
      "PG-protocol-message-formats-CopyDone-1",
      "PG-protocol-message-formats-CopyFail-1",
      "PG-protocol-message-formats-FunctionCall-1"))
  func copyAndFunctionCall() throws {
    #expect(
      try written { output throws(FrontendMisuse) in
        try FrontendSerializer.copyData(("1\n\0" as Text).octets, into: &output)
        let start = FrontendSerializer.beginCopyData(into: &output)
        output.append("xy")
        try FrontendSerializer.endCopyData(start, into: &output)
        FrontendSerializer.copyDone(into: &output)
        try FrontendSerializer.copyFail(("no" as Text).octets, into: &output)
      }
        == #"d\x00\x00\x00\x071␊\x00d\x00\x00\x00\x06xyc\x00\x00\x00\x04f\x00\x00\x00\x07no\x00"#)
    #expect(
      try written { output throws(FrontendMisuse) in
        var call = try FunctionCall(
          functionOID: 1_598, argumentCount: 2, argumentFormat: .binary, into: &output)
        try call.value(("a" as Text).octets, into: &output)
        try call.null(into: &output)
        try call.end(result: .binary, into: &output)
      }
        == #"F\x00\x00\x00\x19\x00\x00\x06>\x00\x01\x00\x01\x00\x02"#
        + #"\x00\x00\x00\x01a\xFF\xFF\xFF\xFF\x00\x01"#)
    for (count, expected) in [
      (0, FrontendMisuse?.none), (1, .parameterCountMismatch), (65_536, .countTooLarge),
    ] {
      #expect(
        misuse { output throws(FrontendMisuse) in
          let call = try FunctionCall(
            functionOID: 1, argumentCount: count, argumentFormat: .text, into: &output)
          try call.end(result: .text, into: &output)
        } == expected)
    }
  }

  @Test(
    "a zero octet in any string is refused, wherever it stands",
    .clause(
      "PG-protocol-message-concepts-1",
      "PG-protocol-message-types-3"))
  func nullInString() {
    for length in 0..<20 {
      var octets = [UInt8](repeating: 0x61, count: length)
      octets.append(0)
      octets += [0x62, 1, 0x80]
      let wrong = octets.span
      let right = ("x" as Text).octets
      let none: [UInt32] = []
      #expect(
        misuse { o throws(FrontendMisuse) in try FrontendSerializer.query(wrong, into: &o) }
          == .nullInString)
      #expect(
        misuse { o throws(FrontendMisuse) in
          try FrontendSerializer.parse(
            statement: wrong, right, parameterTypes: none.span, into: &o)
        } == .nullInString)
      #expect(
        misuse { o throws(FrontendMisuse) in
          try FrontendSerializer.parse(
            statement: right, wrong, parameterTypes: none.span, into: &o)
        } == .nullInString)
      #expect(
        misuse { o throws(FrontendMisuse) in
          try FrontendSerializer.describe(.portal, wrong, into: &o)
        } == .nullInString)
      #expect(
        misuse { o throws(FrontendMisuse) in
          try FrontendSerializer.close(.portal, wrong, into: &o)
        } == .nullInString)
      #expect(
        misuse { o throws(FrontendMisuse) in
          try FrontendSerializer.execute(portal: wrong, into: &o)
        } == .nullInString)
      #expect(
        misuse { o throws(FrontendMisuse) in try FrontendSerializer.copyFail(wrong, into: &o) }
          == .nullInString)
      #expect(
        misuse { o throws(FrontendMisuse) in
          try FrontendSerializer.passwordMessage(wrong, into: &o)
        } == .nullInString)
      #expect(
        misuse { o throws(FrontendMisuse) in
          try FrontendSerializer.saslInitialResponse(
            mechanism: wrong, initialResponse: right, into: &o)
        } == .nullInString)
    }
  }

  @Test("counts beyond their fields are refused")
  func counts() {
    let text = ("x" as Text).octets
    let types = [UInt32](repeating: 23, count: 65_536)
    #expect(
      misuse { o throws(FrontendMisuse) in
        try FrontendSerializer.parse(statement: text, text, parameterTypes: types.span, into: &o)
      } == .countTooLarge)
    for rows in [-1, Int(Int32.max) + 1] {
      #expect(
        misuse { o throws(FrontendMisuse) in
          try FrontendSerializer.execute(portal: text, rowsMax: rows, into: &o)
        } == .rowCountInvalid)
    }
    let formats = [FormatCode](repeating: .text, count: 65_536)
    #expect(
      misuse { output throws(FrontendMisuse) in
        let bind = try Bind(
          portal: text, statement: text, parameterCount: 0, formats: .text, into: &output)
        try bind.end(results: formats.span, into: &output)
      } == .countTooLarge)
  }
}
