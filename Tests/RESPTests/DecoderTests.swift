import NecroFuzzBodies
import NecroOctets
import NecroRESP
import TestSupport
import Testing

@Suite("RESP decoder")
struct DecoderTests {
  @Test("a value of the top level comes whole, with the attributes before it")
  func values() throws {
    var decoder = RESPDecoder()
    let input = octets("|1\r\n+ttl\r\n:9\r\n*2\r\n+a\r\n*1\r\n$1\r\nb\r\n:7\r\n>1\r\n+m\r\n")
    var log: [String] = []
    for index in input.indices {
      decoder.feed(input.span.extracting(index..<index + 1))
      while let value = try decoder.nextValue() {
        log.append(
          "\(index) \(RESPItemText.line(value.item, in: decoder.input)) "
            + "\(value.attributes.count) \(value.octets.count) \(value.isPush)")
        #expect(value.attributes.end == value.octets.offset)
      }
    }
    #expect(log == ["32 array 2 14 19 false", "36 number 7 0 4 false", "44 push 1 0 8 true"])
    let isBetweenValues = decoder.isBetweenValues
    #expect(isBetweenValues)
  }

  @Test("a reader passes over what it is told to")
  func skipping() {
    let input = octets("*3\r\n*2\r\n%1\r\n+a\r\n+b\r\n:1\r\n$?\r\n;1\r\nx\r\n;0\r\n:5\r\n")
    var reader = RESPReader(input.span)
    #expect(reader.next() == .array(count: 3))
    for _ in 0..<2 { if let item = reader.next() { reader.skip(item) } }
    #expect(reader.next() == .number(5) && reader.next() == nil)
  }

  @Test("a long line in many pieces is looked at once")
  func longLine() throws {
    var decoder = RESPDecoder(limits: Limits(lineOctetsMax: 4_000_000))
    decoder.feed(octets("+").span)
    let piece = [UInt8](repeating: 0x61, count: 16)
    // Looked at from its start with each piece, this would be 250 billion octets.
    for _ in 0..<200_000 {
      decoder.feed(piece.span)
      #expect(try decoder.next() == nil)
    }
    decoder.feed(octets("\r\n").span)
    guard case .simpleString(let slice)? = try decoder.next() else {
      Issue.record("a simple string")
      return
    }
    #expect(slice.count == 3_200_000)
  }

  @Test("a large array in many pieces is looked at once, whole or by items")
  func longArray() throws {
    let element = octets("$3\r\nabc\r\n")
    for asValue in [true, false] {
      var decoder = RESPDecoder()
      decoder.feed(octets("*200000\r\n").span)
      var count = 0
      for index in 0..<200_000 {
        decoder.feed(element.span)
        if asValue {
          let value = try decoder.nextValue()
          #expect((value != nil) == (index == 199_999))
        } else {
          while try decoder.next() != nil { count += 1 }
        }
      }
      #expect(asValue || count == 200_001)
    }
  }

  @Test("it says how many octets of a string are missing")
  func missing() throws {
    var decoder = RESPDecoder()
    var missing = [decoder.missingOctetCount]
    decoder.feed(octets("*2\r\n$10\r\nabc").span)
    #expect(try decoder.next() == .array(count: 2))
    #expect(try decoder.next() == nil)
    missing.append(decoder.missingOctetCount)
    decoder.feed(octets("defghij\r\n").span)
    missing.append(decoder.missingOctetCount)
    #expect(missing == [0, 9, 0])
    guard case .bulkString? = try decoder.next() else {
      Issue.record("a bulk string")
      return
    }
  }

  @Test("a version's types are all it takes, and it can change between values")
  func versions() throws {
    var decoder = RESPDecoder(version: .version2)
    decoder.feed(octets(":1\r\n#t\r\n").span)
    #expect(try decoder.next() == .number(1))
    decoder.version = .version3
    #expect(try decoder.next() == .boolean(true))
    var strict = RESPDecoder(version: .version2)
    strict.feed(octets(":1\r\n_\r\n").span)
    #expect(try strict.next() == .number(1))
    #expect(throws: RESPError(code: .typeUnknown, offset: 4)) { try strict.next() }
  }

  @Test("codes have names and clauses of their own documents")
  func codes() {
    for code in RESPError.Code.allCases {
      #expect("\(code.name)" == "\(code)")
      #expect("\(code.clause)".hasPrefix("RESP"))
      let error = RESPError(code: code, offset: 1)
      #expect(error.clause.description == code.clause.description)
    }
  }

  @Test("doubles have their nearest number")
  func doubles() {
    func value(_ text: String) -> Double { RESPDouble.value(octets(text).span) }
    for text in [
      "0", "-0", "1.23", "10", "+2.5E+3", "1e-7", "0.1", "1.7976931348623157e308", "5e-324",
      "123456789012345678901234567890", "0.30000000000000004", "2.2250738585072011e-308",
    ] {
      #expect(value(text).bitPattern == Double(text)?.bitPattern, "\(text)")
    }
    #expect(value("inf") == .infinity && value("-inf") == -.infinity && value("1e999") == .infinity)
    for text in ["nan", "-nan", "NaN", "nan(0x1)"] { #expect(value(text).isNaN) }
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<20_000 {
      let number = Double(bitPattern: UInt64.random(in: 0...UInt64.max, using: &generator))
      guard number.isFinite else { continue }
      #expect(value("\(number)").bitPattern == number.bitPattern)
    }
  }
}
