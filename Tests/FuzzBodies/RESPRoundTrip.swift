import NecroOctets
import NecroRESP

/// The property that what the serializer writes is read as what was given to it: every item of a
/// decoded input again, and commands made from the input.
///
/// Traps on a violation.
public func fuzzRESPRoundTrip(_ octets: Span<UInt8>) {
  var decoder = RESPDecoder()
  decoder.feed(octets)
  var lines: [String] = []
  var written = OctetBuffer()
  do throws(RESPError) {
    while let item = try decoder.next() {
      lines.append(RESPItemText.line(item, in: decoder.input))
      RESPRewriting.append(item, decoder.input, into: &written)
    }
  } catch {
    // What came before is good for a test.
  }
  var again = RESPDecoder()
  again.feed(written.octets)
  var linesAgain: [String] = []
  do throws(RESPError) {
    while let item = try again.next() {
      linesAgain.append(RESPItemText.line(item, in: again.input))
    }
  } catch {
    preconditionFailure("what the serializer writes is well formed: \(error)")
  }
  precondition(lines == linesAgain, "what was written is read again")
  roundTripCommands(octets)
}

/// Commands whose arguments are pieces of the input.
private func roundTripCommands(_ octets: Span<UInt8>) {
  var choices = RESPFuzzing.Choices(octets)
  var written = OctetBuffer()
  var expected: [String] = []
  var start = 0
  while start < octets.count {
    let count = 1 + choices.next(below: 4)
    RESPSerializer.command(argumentCount: count, into: &written)
    expected.append("array \(count)")
    for _ in 0..<count {
      if choices.next(below: 4) == 0 {
        let number = Int64(truncatingIfNeeded: choices.next(below: 1 << 30) &* 0x1_2345_6789)
        RESPSerializer.argument(number, into: &written)
        expected.append("bulk string \(number)")
      } else {
        let end = min(octets.count, start + choices.next(below: 20))
        let piece = octets.extracting(start..<end)
        RESPSerializer.argument(piece, into: &written)
        expected.append(
          RESPItemText.line(.bulkString(.empty)) { _ in RESPItemText.copy(piece) })
        start = end
      }
    }
    start += 1
  }
  // Servers take commands in either version.
  var decoder = RESPDecoder(version: .version2, acceptsInlineCommands: true)
  decoder.feed(written.octets)
  var lines: [String] = []
  do throws(RESPError) {
    while let item = try decoder.next() {
      lines.append(RESPItemText.line(item, in: decoder.input))
    }
    try decoder.finish()
  } catch {
    preconditionFailure("a command is well formed: \(error)")
  }
  precondition(lines == expected, "a command is read as it was written")
}

/// Writes what was read.
enum RESPRewriting {
  static func append(
    _ item: RESPItem, _ input: borrowing OctetBuffer, into output: inout OctetBuffer
  ) {
    do throws(RESPMisuse) {
      switch item {
      case .simpleString(let slice):
        try RESPSerializer.simpleString(input.octets(slice), into: &output)
      case .simpleError(let slice):
        try RESPSerializer.simpleError(input.octets(slice), into: &output)
      case .number(let number): RESPSerializer.number(number, into: &output)
      case .bulkString(let slice):
        RESPSerializer.bulkString(input.octets(slice), into: &output)
      case .null: RESPSerializer.null(.version3, into: &output)
      case .boolean(let value): RESPSerializer.boolean(value, into: &output)
      case .double(let slice): try RESPSerializer.double(input.octets(slice), into: &output)
      case .bigNumber(let slice):
        try RESPSerializer.bigNumber(input.octets(slice), into: &output)
      case .bulkError(let slice): RESPSerializer.bulkError(input.octets(slice), into: &output)
      case .verbatimString(let slice):
        try RESPSerializer.verbatimString(
          input.octets(slice),
          format: input.octets(Slice(offset: slice.offset - 4, count: 3)), into: &output)
      case .array(let count): try aggregate(.array, count, into: &output)
      case .set(let count): try aggregate(.set, count, into: &output)
      case .map(let count): try aggregate(.map, count, into: &output)
      case .attribute(let count): try aggregate(.attribute, count, into: &output)
      case .push(let count): try aggregate(.push, count, into: &output)
      case .streamedString: try RESPSerializer.stream(.bulkString, into: &output)
      case .stringPart(let slice):
        RESPSerializer.stringPart(input.octets(slice), into: &output)
      case .streamEnd:
        // The end of a string is a part without octets.
        if endsString(input) {
          RESPSerializer.stringPart(input.octets(.init(offset: 0, count: 0)), into: &output)
        } else {
          RESPSerializer.streamEnd(into: &output)
        }
      case .inlineCommand: preconditionFailure("inline commands were not asked for")
      }
    } catch {
      preconditionFailure("what was read can be written: \(error)")
    }
  }

  private static func aggregate(
    _ type: RESPType, _ count: Int?, into output: inout OctetBuffer
  ) throws(RESPMisuse) {
    if let count {
      try RESPSerializer.aggregate(type, count: count, into: &output)
    } else {
      try RESPSerializer.stream(type, into: &output)
    }
  }

  /// Whether the line that was consumed last is `;0`, or zeros in place of the one.
  private static func endsString(_ input: borrowing OctetBuffer) -> Bool {
    let line = input.readPosition - 3
    return line >= 0 && input.octets(Slice(offset: line, count: 1))[0] == 0x30
  }
}
