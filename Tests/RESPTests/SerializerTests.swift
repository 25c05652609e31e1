import NecroOctets
import NecroRESP
import TestSupport
import Testing

@Suite("RESP serializer")
struct SerializerTests {
  @Test("a command is an array of bulk strings")
  func command() {
    let written = text { output in
      RESPSerializer.command(argumentCount: 4, into: &output)
      RESPSerializer.argument("SET", into: &output)
      RESPSerializer.argument(octets("a\r\nb").span, into: &output)
      RESPSerializer.argument(-9_223_372_036_854_775_808, into: &output)
      RESPSerializer.argument(10, into: &output)
    }
    #expect(
      written
        == "*4\r\n$3\r\nSET\r\n$4\r\na\r\nb\r\n$20\r\n-9223372036854775808\r\n$2\r\n10\r\n")
  }

  @Test("values of every type are written as the protocol has them")
  func values() throws {
    var output = OctetBuffer()
    RESPSerializer.number(-5, into: &output)
    RESPSerializer.null(.version2, into: &output)
    RESPSerializer.null(.version3, into: &output)
    RESPSerializer.boolean(true, into: &output)
    RESPSerializer.bulkError(octets("ERR").span, into: &output)
    try RESPSerializer.simpleString(octets("OK").span, into: &output)
    try RESPSerializer.double(octets("-1.5e3").span, into: &output)
    try RESPSerializer.bigNumber(octets("12").span, into: &output)
    try RESPSerializer.verbatimString(
      octets("x").span, format: octets("mkd").span, into: &output)
    try RESPSerializer.aggregate(.map, count: 0, into: &output)
    try RESPSerializer.stream(.bulkString, into: &output)
    RESPSerializer.stringPart(octets("ab").span, into: &output)
    RESPSerializer.stringPart(octets("").span, into: &output)
    RESPSerializer.streamEnd(into: &output)
    let written = text(output.octets)
    #expect(
      written
        == ":-5\r\n$-1\r\n_\r\n#t\r\n!3\r\nERR\r\n+OK\r\n,-1.5e3\r\n(12\r\n=5\r\nmkd:x\r\n%0\r\n"
        + "$?\r\n;2\r\nab\r\n;0\r\n.\r\n")
  }

  @Test("what the protocol does not allow is refused, and nothing is written")
  func misuse() {
    var output = OctetBuffer()
    func expect(_ misuse: RESPMisuse, _ body: (inout OctetBuffer) throws(RESPMisuse) -> Void) {
      #expect(throws: misuse) { try body(&output) }
    }
    expect(.lineEndInText) { output throws(RESPMisuse) in
      try RESPSerializer.simpleString(octets("a\nb").span, into: &output)
    }
    expect(.lineEndInText) { output throws(RESPMisuse) in
      try RESPSerializer.simpleError(octets("a\r").span, into: &output)
    }
    expect(.formatInvalid) { output throws(RESPMisuse) in
      try RESPSerializer.verbatimString(
        octets("a").span, format: octets("text").span, into: &output)
    }
    for bad in ["", "1.", ".5", "1e", "x", "1 ", "infinity"] {
      expect(.numberInvalid) { output throws(RESPMisuse) in
        try RESPSerializer.double(octets(bad).span, into: &output)
      }
    }
    expect(.numberInvalid) { output throws(RESPMisuse) in
      try RESPSerializer.bigNumber(octets("1.5").span, into: &output)
    }
    expect(.countInvalid) { output throws(RESPMisuse) in
      try RESPSerializer.aggregate(.push, count: 0, into: &output)
    }
    expect(.countInvalid) { output throws(RESPMisuse) in
      try RESPSerializer.aggregate(.null, count: 1, into: &output)
    }
    expect(.countInvalid) { output throws(RESPMisuse) in
      try RESPSerializer.stream(.push, into: &output)
    }
    let isEmpty = output.isEmpty
    #expect(isEmpty)
  }
}

@Suite("Inline commands")
struct InlineArgumentsTests {
  private func arguments(_ line: String) throws(RESPError) -> [String] {
    let line = octets(line)
    var iterator = InlineArguments(line.span)
    var arguments: [String] = []
    while true {
      var output = OctetBuffer()
      guard try iterator.next(into: &output) else { return arguments }
      arguments.append(text(output.octets))
    }
  }

  @Test("words and quotes are taken as redis-cli takes them")
  func words() throws {
    #expect(try arguments("  SET  key\tvalue ") == ["SET", "key", "value"])
    #expect(try arguments("") == [])
    #expect(try arguments("\"\" ''") == ["", ""])
    #expect(try arguments(#"set "a b" 'c d'"#) == ["set", "a b", "c d"])
    #expect(try arguments(#""\x41\n\t\\\"" '\'\n'"#) == ["A\n\t\\\"", "'\\n"])
    #expect(try arguments(#"a"b""#) == ["ab"])
    #expect(try arguments(#""\xZZ""#) == ["xZZ"])
  }

  @Test("a quote that is not closed, or not followed by a blank, is refused")
  func faults() {
    #expect(throws: RESPError(code: .inlineCommandInvalid, offset: 7)) {
      try arguments(#"get "ab"#)
    }
    #expect(throws: RESPError(code: .inlineCommandInvalid, offset: 3)) {
      try arguments(#""a"b"#)
    }
    #expect(throws: RESPError(code: .inlineCommandInvalid, offset: 2)) { try arguments("'\\") }
  }
}
