import Foundation
import NecroFuzzBodies
import NecroOctets
import NecroPostgresWire
import TestSupport
import Testing

@Suite("Values of Postgres in binary format")
struct TypeCodecTests {
  /// The text of a numeric that is written from a text, or the misuse.
  private func numeric(_ written: String) -> String {
    var output = OctetBuffer()
    do {
      try NumericValue.append(text: Array(written.utf8).span, into: &output)
      let value = try NumericValue(output.octets)
      return text { value.append(into: &$0) }
    } catch {
      return "\(error)"
    }
  }

  @Test(
    "a decimal number keeps every digit and its scale",
    arguments: [
      "0", "1", "-1", "0.00", "10000", "9999", "99999999", "12345678.9", "0.0001", "0.00010000",
      "-0.1", "1.0000", "123456789012345678901234567890.123456789", "100000000", "NaN", "Infinity",
      "-Infinity", "0.000000000000001", "40000.00004", "1000", "0.1000",
    ])
  func numericRoundTrip(number: String) {
    #expect(numeric(number) == number)
  }

  @Test(
    "other spellings of a decimal number are the same number",
    arguments: [
      ("1E+5", "100000"), ("1e-7", "0.0000001"), ("1.5E3", "1500"), ("1.5e1", "15"),
      ("+12", "12"), (".5", "0.5"), ("5.", "5"), ("007.10", "7.10"), ("0E-3", "0.000"),
      ("-0", "0"), ("0E+9", "0"), ("inf", "Infinity"), ("-inf", "-Infinity"), ("nan", "NaN"),
      ("12345.678E-3", "12.345678"), ("1E+131071", "1" + String(repeating: "0", count: 131_071)),
    ])
  func numericSpellings(written: String, read: String) {
    #expect(numeric(written) == read)
  }

  @Test(
    "what is no decimal number, or too long a one, is refused",
    arguments: [
      ("", "numericInvalid"), ("-", "numericInvalid"), (".", "numericInvalid"),
      ("1..2", "numericInvalid"), ("1e", "numericInvalid"), ("e5", "numericInvalid"),
      ("1 ", "numericInvalid"), ("sNaN", "numericInvalid"), ("1_0", "numericInvalid"),
      ("1E+131072", "numericOutOfRange"), ("1E-16384", "numericOutOfRange"),
      ("1E+99999999999999999999999999", "numericOutOfRange"),
      ("1E-99999999999999999999999999", "numericOutOfRange"),
    ])
  func numericRefused(written: String, misuse: String) {
    #expect(numeric(written) == misuse)
  }

  @Test("the server's octets for numbers, as its source writes them")
  func numericOctets() throws {
    // Groups, weight, sign, scale: 12345.67 is 1, 2345, 6700.
    let value = octets("0003" + "0001" + "0000" + "0002" + "0001" + "0929" + "1A2C")
    let number = try NumericValue(value.span)
    #expect(text { number.append(into: &$0) } == "12345.67")
    let digitCount = number.significantDigitCount
    #expect(digitCount == 7)
    var written = OctetBuffer()
    try NumericValue.append(text: Array("12345.67".utf8).span, into: &written)
    #expect(hexadecimal(written.octets) == hexadecimal(value.span))
  }

  @Test(
    "octets that are no numeric are refused",
    arguments: [
      ("", PostgresValueError(.lengthInvalid)), ("0000000000", PostgresValueError(.lengthInvalid)),
      ("0001000000000000", PostgresValueError(.lengthInvalid)),
      ("0000000012340000", PostgresValueError(.valueInvalid, at: 4)),
      ("0000000000004000", PostgresValueError(.valueInvalid, at: 6)),
      ("00010000000000002710", PostgresValueError(.valueInvalid, at: 8)),
      ("FFFF000000000000", PostgresValueError(.lengthInvalid)),
    ])
  func numericOctetsRefused(value: String, error: PostgresValueError) {
    #expect(throws: error) {
      let number = try NumericValue(octets(value).span)
      _ = number.scale
    }
  }

  /// Python's calendar agrees from 1 to 9999; here a walk over every day of some centuries does.
  @Test("days and dates follow each other")
  func calendar() {
    var expected = CivilDate(year: -401, month: 1, day: 1)
    var days = expected.daysSince2000
    let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    while expected.year < 2_500 {
      let date = CivilDate(daysSince2000: days)
      guard date == expected, date.daysSince2000 == days else {
        Issue.record("\(days) is \(date), not \(expected)")
        return
      }
      days += 1
      let year = expected.year
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      let length = lengths[expected.month - 1] + (isLeap && expected.month == 2 ? 1 : 0)
      expected.day += 1
      if expected.day > length { (expected.month, expected.day) = (expected.month + 1, 1) }
      if expected.month > 12 { (expected.year, expected.month) = (expected.year + 1, 1) }
    }
    #expect(CivilDate(year: 2000, month: 1, day: 1).daysSince2000 == 0)
    #expect(CivilDate(daysSince2000: Int(Int32.max) - 1).year == 5_881_610)
    for days in [Int(Int32.max), Int(Int32.min), 0, -1, 146_096, 146_097, -730_426] {
      #expect(CivilDate(daysSince2000: days).daysSince2000 == days)
    }
  }

  @Test("an array's elements, with NULL, in two dimensions")
  func arrays() throws {
    var output = OctetBuffer()
    ArrayValue.appendHead(elementType: 23, hasNulls: true, dimensionCount: 2, into: &output)
    try ArrayValue.appendDimension(size: 1, lowerBound: -3, into: &output)
    try ArrayValue.appendDimension(size: 2, into: &output)
    let begin = output.beginValue()
    output.append(bigEndian: 7 as Int32)
    output.endValue(begin)
    output.appendNull()
    let array = try ArrayValue(output.octets)
    let (dimensions, hasNulls) = (array.dimensionCount, array.hasNulls)
    #expect(dimensions == 2 && hasNulls)
    let (count, type) = (array.count, array.elementType)
    #expect(count == 2 && type == 23)
    let (size, lower) = (array.size(1), array.lowerBound(0))
    #expect(size == 2 && lower == -3)
    var elements = array.elements
    let first = try elements.value()
    let number = try PostgresScalar.integer(output.octets.octets(first!), as: Int32.self)
    let second = try elements.value()
    #expect(number == 7 && second == nil)
    try elements.finish()
  }

  @Test(
    "counts that the octets cannot hold are refused before anything is made for them",
    arguments: [
      // Dimensions, flags, element type, and size and lower bound of each.
      "0000000700000000" + "00000017", "FFFFFFFF00000000" + "00000017",
      "0000000100000000" + "00000017" + "7FFFFFFF00000001",
      "0000000100000000" + "00000017" + "FFFFFFFF00000001",
      "0000000200000000" + "00000017" + "7FFFFFFF00000001" + "7FFFFFFF00000001",
      "0000000300000000" + "00000017" + "7FFFFFFF00000001" + "7FFFFFFF00000001"
        + "7FFFFFFF00000001",
    ])
  func arrayCounts(value: String) {
    let error = #expect(throws: PostgresValueError.self) {
      let array = try ArrayValue(octets(value).span)
      _ = array.count
    }
    #expect(error?.code == .countInvalid)
  }

  @Test("a range's flags and bounds")
  func ranges() throws {
    var output = OctetBuffer()
    RangeValue.appendFlags(
      includesLower: true, hasLower: true, hasUpper: false, into: &output)
    let begin = output.beginValue()
    output.append(bigEndian: 1 as Int32)
    output.endValue(begin)
    let range = try RangeValue(output.octets)
    #expect(range.includesLower && !range.includesUpper && !range.isEmpty)
    #expect(range.lower == Slice(offset: 5, count: 4))
    #expect(range.upper == nil)
    #expect(throws: PostgresValueError(.valueInvalid)) { try RangeValue([0x40].span) }
    #expect(throws: PostgresValueError(.lengthInvalid, at: 1)) { try RangeValue([0x01, 0].span) }
    #expect(throws: PostgresValueError(.valueInvalid, at: 1)) {
      try RangeValue([0x10, 0xFF, 0xFF, 0xFF, 0xFF].span)
    }
  }

  @Test("an address of IPv6 is written as RFC 5952 has it")
  func addresses() throws {
    let forms = [
      "00000000000000000000000000000000": "::", "00000000000000000000000000000001": "::1",
      "20010db8000000000000000000010000": "2001:db8::1:0",
      "20010db8000000010000000000000001": "2001:db8:0:1::1",
      "20010db8000100010001000100010000": "2001:db8:1:1:1:1:1:0",
      "00010000000000020000000000000003": "1:0:0:2::3",
      "00010002000300040005000600000000": "1:2:3:4:5:6::",
      "00000000000000000000ffffc0000201": "::ffff:192.0.2.1",
      "ffffffffffffffffffffffffffffffff": "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    ]
    for (address, form) in forms {
      let value = try NetworkValue(octets("03800010" + address).span)
      let isHost = value.isHost
      #expect(isHost)
      #expect(text { value.append(into: &$0) } == form)
    }
    #expect(throws: PostgresValueError(.valueInvalid, at: 1)) {
      let value = try NetworkValue(octets("0221000401020304").span)
      _ = value.prefix
    }
  }

  @Test("the built-in types are found, and nothing else")
  func builtIn() {
    #expect(BuiltInTypes.type(23) == PostgresType(oid: 23, kind: .int4))
    #expect(BuiltInTypes.type(1007) == PostgresType(oid: 1007, kind: .array, element: 23))
    #expect(BuiltInTypes.type(3904) == PostgresType(oid: 3904, kind: .range, element: 23))
    #expect(BuiltInTypes.type(4451) == PostgresType(oid: 4451, kind: .multirange, element: 3904))
    #expect(BuiltInTypes.array(of: 2950) == 2951)
    #expect(BuiltInTypes.array(of: 2951) == nil)
    #expect(BuiltInTypes.type(0) == nil && BuiltInTypes.type(24_000) == nil)
    #expect(BuiltInTypes.type(.max) == nil)
    let names = BuiltInTypes.names.description.split(
      separator: ",", omittingEmptySubsequences: false)
    #expect(names.count == BuiltInTypes.count)
    #expect(names[BuiltInTypes.index(1700)!] == "numeric")
    for index in 0..<BuiltInTypes.count {
      let oid = BuiltInTypes.oid(index)
      #expect(BuiltInTypes.index(oid) == index)
      let type = BuiltInTypes.type(oid)!
      #expect((type.element != 0) == [.array, .range, .multirange].contains(type.kind))
      if let array = BuiltInTypes.array(of: oid) {
        #expect(BuiltInTypes.type(array) == PostgresType(oid: array, kind: .array, element: oid))
      }
    }
  }

  @Test("a catalog learns types and knows which can come in binary")
  func catalog() {
    var catalog = PostgresTypeCatalog()
    #expect(catalog.type(70_000) == PostgresType(oid: 70_000, kind: .textOnly))
    #expect(!catalog.knows(70_000) && catalog.knows(16))
    catalog.add(PostgresType(oid: 70_001, kind: .array, element: 70_000))
    #expect(!catalog.isBinary(70_001))
    catalog.add(PostgresType(oid: 70_000, kind: .text))
    #expect(catalog.isBinary(70_001))
    #expect(!catalog.isBinary(3614))
    catalog.add(
      PostgresType(oid: 60_000, kind: .composite),
      fields: [PostgresCompositeField(name: [0x61], type: 3614)])
    #expect(!catalog.isBinary(60_000))
    catalog.add(
      PostgresType(oid: 60_000, kind: .composite),
      fields: [PostgresCompositeField(name: [0x61], type: 70_001)])
    #expect(catalog.isBinary(60_000))
    #expect(catalog.fields(60_000)?.count == 1)
    // One that has itself for a field ends the search.
    catalog.add(PostgresType(oid: 60_001, kind: .array, element: 60_001))
    #expect(!catalog.isBinary(60_001))
  }

  @Test("every value of the corpus of fuzzing is read or refused")
  func corpus() {
    let files = PackageFolders.corpus("postgres-types")
    #expect(!files.isEmpty)
    for file in files { fuzzPostgresTypesRoundTrip(GuardedOctets(file.octets).span) }
  }

  @Test("values cut short, and with octets changed, are read or refused")
  func damaged() {
    var generator = SeededGenerator(seed: 5)
    for file in PackageFolders.corpus("postgres-types") {
      for length in 0..<file.octets.count {
        fuzzPostgresTypesRoundTrip(GuardedOctets(Array(file.octets[..<length])).span)
      }
      for _ in 0..<200 {
        var octets = file.octets
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
          let index = Int.random(in: 0..<octets.count, using: &generator)
          octets[index] = UInt8.random(in: 0...255, using: &generator)
        }
        fuzzPostgresTypesRoundTrip(GuardedOctets(octets).span)
      }
    }
  }
}
