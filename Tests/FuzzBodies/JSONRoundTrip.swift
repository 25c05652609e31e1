import NecroJSON
import NecroOctets

/// What was parsed, written and parsed again is the same document, and written again the same octets.
/// What was refused is refused at a place inside the document.
public func fuzzJSONRoundTrip(_ octets: Span<UInt8>) {
  var first = JSONParser()
  do throws(JSONError) {
    try first.parse(octets)
  } catch {
    precondition(error.offset >= 0 && error.offset <= octets.count, "a fault in the document")
    precondition(error.line >= 1 && error.column >= 1 && error.column <= error.offset + 1)
    var pointer = OctetBuffer()
    first.appendPointer(in: octets, into: &pointer)
    return
  }
  var written = OctetBuffer()
  serializeJSON(first, octets, into: &written)

  var second = JSONParser()
  do throws(JSONError) {
    try second.parse(written.octets)
  } catch {
    preconditionFailure("what the serializer wrote is JSON")
  }
  precondition(first.tape.count == second.tape.count, "as many elements")
  for index in 0..<first.tape.count {
    precondition(
      isSame(first, octets, second, written.octets, at: index), "the same element at each index")
  }
  var again = OctetBuffer()
  serializeJSON(second, written.octets, into: &again)
  precondition(written.octets.equals(again.octets), "the same octets")
}

/// Writes a tape as a document without white space.
public func serializeJSON(
  _ parser: borrowing JSONParser, _ document: Span<UInt8>, into output: inout OctetBuffer
) {
  // The index of the end of each open array or object, whether it is an object, and how many strings
  // and values it has had so far.
  var open: [(end: Int, isObject: Bool, count: Int)] = []
  for index in 0..<parser.tape.count {
    let element = parser.tape[index]
    if let top = open.last, top.end != index {
      if top.count > 0 { output.append(top.isObject && top.count % 2 == 1 ? 0x3A : 0x2C) }
      open[open.count - 1].count += 1
    }
    switch element {
    case .null: JSONSerializer.null(into: &output)
    case .true: JSONSerializer.boolean(true, into: &output)
    case .false: JSONSerializer.boolean(false, into: &output)
    case .integer(let value): JSONSerializer.integer(value, into: &output)
    case .bigInteger(let slice): output.append(document.octets(slice))
    case .double(let value):
      do throws(JSONMisuse) {
        try JSONSerializer.double(value, into: &output)
      } catch {
        preconditionFailure("a parsed double is finite")
      }
    case .string(let slice, _): JSONSerializer.string(document.octets(slice), into: &output)
    case .escapedString(let slice, _):
      JSONSerializer.string(parser.unescaped.octets(slice), into: &output)
    case .beginArray(let count, let end), .beginObject(let count, let end):
      let isObject = element == .beginObject(count: count, end: end)
      open.append((end, isObject, 0))
      output.append(isObject ? 0x7B : 0x5B)
    case .endArray:
      open.removeLast()
      output.append(0x5D)
    case .endObject:
      open.removeLast()
      output.append(0x7D)
    }
  }
}

/// Whether two documents have the same element at an index, wherever its octets lie.
private func isSame(
  _ first: borrowing JSONParser, _ firstDocument: Span<UInt8>,
  _ second: borrowing JSONParser, _ secondDocument: Span<UInt8>, at index: Int
) -> Bool {
  switch (first.tape[index], second.tape[index]) {
  case (.bigInteger(let one), .bigInteger(let other)):
    return firstDocument.octets(one).equals(secondDocument.octets(other))
  case (.double(let one), .double(let other)):
    // Not ==, for which the zeros are alike.
    return one.bitPattern == other.bitPattern
  case (.string(let one, let oneASCII), .string(let other, let otherASCII)):
    return oneASCII == otherASCII
      && firstDocument.octets(one).equals(secondDocument.octets(other))
  case (.escapedString(let one, let oneASCII), .string(let other, let otherASCII)):
    // An escape that need not be one is written plainly.
    return oneASCII == otherASCII
      && first.unescaped.octets(one).equals(secondDocument.octets(other))
  case (.escapedString(let one, let oneASCII), .escapedString(let other, let otherASCII)):
    return oneASCII == otherASCII
      && first.unescaped.octets(one).equals(second.unescaped.octets(other))
  case (let one, let other):
    return one == other
  }
}
