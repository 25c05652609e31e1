import NecroJSON
import NecroOctets

/// Every kernel that this processor has gives what the scalar one gives: the same elements, or the same
/// error at the same place with the same path; and writes the octets as the same string.
public func fuzzJSONDifferential(_ octets: Span<UInt8>) {
  var plain = JSONParser(kernel: .scalar)
  let error = parse(octets, &plain)
  var pointer = OctetBuffer()
  if error != nil { plain.appendPointer(in: octets, into: &pointer) }
  var text = OctetBuffer()
  JSONSerializer.string(octets, into: &text, kernel: .scalar)
  for kernel in JSONKernel.allCases where kernel != .scalar && kernel.isSupported {
    var parser = JSONParser(kernel: kernel)
    precondition(parse(octets, &parser) == error, "the same error at the same place")
    precondition(parser.tape.count == plain.tape.count, "as many elements")
    for index in 0..<plain.tape.count {
      precondition(parser.tape[index] == plain.tape[index], "the same element at each index")
    }
    precondition(
      parser.unescaped.octets.equals(plain.unescaped.octets), "the same octets behind escapes")
    if error != nil {
      var other = OctetBuffer()
      parser.appendPointer(in: octets, into: &other)
      precondition(other.octets.equals(pointer.octets), "the same path")
    } else {
      precondition(
        !parser.fellBack, "what the scalar kernel accepts, the others read by themselves")
      checkWriting(parser, octets, kernel)
    }
    var other = OctetBuffer()
    JSONSerializer.string(octets, into: &other, kernel: kernel)
    precondition(other.octets.equals(text.octets), "the same string")
    checkOutline(octets, kernel)
  }
}

private func parse(_ octets: Span<UInt8>, _ parser: inout JSONParser) -> JSONError? {
  do throws(JSONError) {
    try parser.parse(octets)
    return nil
  } catch {
    return error
  }
}

/// The document written at once is the document written element by element.
private func checkWriting(
  _ parser: borrowing JSONParser, _ octets: Span<UInt8>, _ kernel: JSONKernel
) {
  var slow = OctetBuffer()
  serializeJSON(parser, octets, into: &slow)
  var fast = OctetBuffer()
  JSONSerializer.document(parser, octets, into: &fast, kernel: kernel)
  precondition(fast.octets.equals(slow.octets), "the same document")
}
