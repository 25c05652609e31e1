import NecroOctets
import NecroRouter
import TestSupport
import Testing

@Suite("Percent-encoding")
struct PercentDecodingTests {
  @Test(
    "triplets are decoded, and plus is a space in a form alone",
    arguments: [
      ("", "", ""), ("abc", "abc", "abc"), ("a%20b", "a b", "a b"), ("a+b", "a+b", "a b"),
      ("%2f%2F", "//", "//"), ("%25", "%", "%"), ("%2541", "%41", "%41"), ("%2B", "+", "+"),
      ("%E2%82%ac", "€", "€"), ("%41%42", "AB", "AB"), ("+", "+", " "),
    ])
  func decoded(encoded: String, plain: String, form: String) throws {
    let octets = GuardedOctets(Array(encoded.utf8))
    var output = OctetBuffer()
    try PercentDecoding.decode(octets.span, into: &output)
    #expect(array(output.octets) == Array(plain.utf8))
    output.removeAll()
    try PercentDecoding.decodeForm(octets.span, into: &output)
    #expect(array(output.octets) == Array(form.utf8))
    #expect(PercentDecoding.isEncoded(octets.span) == (encoded != plain))
    #expect(PercentDecoding.isFormEncoded(octets.span) == (encoded != form))
  }

  @Test("every octet is decoded from digits of either case")
  func everyOctet() throws {
    for octet in UInt8.min...UInt8.max {
      let digits = String(octet, radix: 16)
      for text in [digits, digits.uppercased()] {
        let encoded = Array("%\(text.count == 1 ? "0" : "")\(text)".utf8)
        var output = OctetBuffer()
        try PercentDecoding.decode(encoded.span, into: &output)
        #expect(array(output.octets) == [octet])
      }
    }
  }

  @Test(
    "a stray per cent sign is refused where it stands, with nothing appended",
    arguments: [
      ("%", 0), ("%4", 0), ("a%", 1), ("%41%4", 3), ("%4g", 0), ("%g4", 0), ("%%41", 0),
      ("ab%zz", 2), ("% 1", 0),
    ])
  func refused(encoded: String, offset: Int) throws {
    let octets = GuardedOctets(Array(encoded.utf8))
    var output = OctetBuffer()
    output.append("kept")
    #expect(throws: PercentDecodingError(offset: offset)) {
      try PercentDecoding.decode(octets.span, into: &output)
    }
    #expect(throws: PercentDecodingError(offset: offset)) {
      try PercentDecoding.decodeForm(octets.span, into: &output)
    }
    #expect(array(output.octets) == Array("kept".utf8))
  }

  @Test("what was kept stays when the buffer moved before the fault")
  func refusedAfterMoving() {
    var output = OctetBuffer(capacity: 8)
    output.append("12345678")
    output.consume(6)
    let octets = Array((String(repeating: "x", count: 500) + "%").utf8)
    #expect(throws: PercentDecodingError(offset: 500)) {
      try PercentDecoding.decode(octets.span, into: &output)
    }
    #expect(array(output.octets) == Array("78".utf8))
  }

  private func array(_ span: Span<UInt8>) -> [UInt8] {
    var octets: [UInt8] = []
    for index in span.indices { octets.append(span[index]) }
    return octets
  }
}
