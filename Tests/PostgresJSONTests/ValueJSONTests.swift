import NecroOctets
import NecroPostgresJSON
import NecroPostgresWire
import TestSupport
import Testing

@Suite("Values of Postgres as JSON")
struct ValueJSONTests {
  /// The JSON of a value that a function writes, or the error's code.
  private func json(
    _ oid: UInt32, _ catalog: PostgresTypeCatalog = PostgresTypeCatalog(),
    _ write: (inout OctetBuffer) throws -> Void
  ) throws -> String {
    var value = OctetBuffer()
    try write(&value)
    var output = OctetBuffer()
    do throws(PostgresValueError) {
      try PostgresJSONSerializer.append(catalog.type(oid), value.octets, catalog, into: &output)
    } catch {
      return "\(error.code)"
    }
    return text { $0.append(output.octets) }
  }

  @Test("numbers of every size, and truth values")
  func numbers() throws {
    #expect(try json(16) { $0.append(1) } == "true")
    #expect(try json(16) { $0.append(2) } == "valueInvalid")
    #expect(try json(21) { $0.append(bigEndian: Int16.min) } == "-32768")
    #expect(try json(23) { $0.append(bigEndian: Int32.min) } == "-2147483648")
    #expect(try json(20) { $0.append(bigEndian: Int64.min) } == "-9223372036854775808")
    #expect(try json(26) { $0.append(bigEndian: UInt32.max) } == "4294967295")
    #expect(try json(5069) { $0.append(bigEndian: UInt64.max) } == "18446744073709551615")
    #expect(try json(701) { $0.append(bigEndian: 0.1) } == "0.1")
    #expect(try json(700) { $0.append(bigEndian: Float(0.1)) } == "0.10000000149011612")
    #expect(try json(701) { $0.append(bigEndian: Double.nan) } == "notFinite")
    #expect(try json(700) { $0.append(bigEndian: -Float.infinity) } == "notFinite")
    #expect(try json(23) { $0.append(bigEndian: 1 as Int16) } == "lengthInvalid")
  }

  @Test(
    "a numeric is a string, as Python's Decimal writes it",
    arguments: [
      ("1.50", "1.50"), ("0", "0"), ("-0.000001", "-0.000001"), ("0.0000001", "1E-7"),
      ("0.00000000123400", "1.23400E-9"), ("0.000000", "0.000000"), ("0.0000000", "0E-7"),
      ("123456789.123456789", "123456789.123456789"), ("-0.00000012", "-1.2E-7"),
    ])
  func numerics(written: String, read: String) throws {
    let result = try json(1700) {
      try NumericValue.append(text: Array(written.utf8).span, into: &$0)
    }
    #expect(result == "\"\(read)\"")
  }

  @Test("numerics that are no numbers are errors")
  func notFinite() throws {
    for name in ["NaN", "Infinity", "-Infinity"] {
      let result = try json(1700) {
        try NumericValue.append(text: Array(name.utf8).span, into: &$0)
      }
      #expect(result == "notFinite")
    }
  }

  @Test("dates and times in ISO 8601")
  func dates() throws {
    #expect(try json(1082) { $0.append(bigEndian: 0 as Int32) } == #""2000-01-01""#)
    #expect(try json(1082) { $0.append(bigEndian: -1 as Int32) } == #""1999-12-31""#)
    #expect(try json(1082) { $0.append(bigEndian: -730_119 as Int32) } == #""0001-01-01""#)
    #expect(try json(1082) { $0.append(bigEndian: -730_120 as Int32) } == "outOfRange")
    #expect(try json(1082) { $0.append(bigEndian: Int32.max) } == #""9999-12-31""#)
    #expect(try json(1083) { $0.append(bigEndian: 1 as Int64) } == #""00:00:00.000001""#)
    #expect(try json(1083) { $0.append(bigEndian: 86_400_000_000 as Int64) } == "outOfRange")
    #expect(try json(1083) { $0.append(bigEndian: -1 as Int64) } == "valueInvalid")
    #expect(
      try json(1114) { $0.append(bigEndian: -1 as Int64) } == #""1999-12-31T23:59:59.999999""#)
    #expect(try json(1184) { $0.append(bigEndian: 0 as Int64) } == #""2000-01-01T00:00:00+00:00""#)
    #expect(
      try json(1184) { $0.append(bigEndian: Int64.max) } == #""9999-12-31T23:59:59.999999+00:00""#)
    let withZone = try json(1266) {
      $0.append(bigEndian: 3_600_000_000 as Int64)
      $0.append(bigEndian: 19_815 as Int32)
    }
    #expect(withZone == #""01:00:00-05:30:15""#)
  }

  @Test(
    "an interval as a duration",
    arguments: [
      (0, 0, 0, "PT0S"), (0, 1, 0, "P1D"), (14, 2, 0, "P427D"), (0, 0, 1, "PT0.000001S"),
      (0, 0, 3_661_500_000, "PT1H1M1.5S"), (0, -1, 0, "-P1D"), (0, 0, -1, "-PT0.000001S"),
      (0, 1, -1, "PT23H59M59.999999S"), (-14, 0, 0, "-P425D"), (0, 0, 86_400_000_000, "P1D"),
    ] as [(Int32, Int32, Int64, String)])
  func intervals(months: Int32, days: Int32, microseconds: Int64, duration: String) throws {
    let value = IntervalValue(months: months, days: days, microseconds: microseconds)
    #expect(try json(1186) { value.append(into: &$0) } == "\"\(duration)\"")
  }

  @Test("intervals out of range, and infinities, are errors")
  func intervalsOutOfRange() throws {
    for value in [
      IntervalValue(days: 1_000_000_000),
      IntervalValue(months: .max, days: .max, microseconds: .max),
      IntervalValue(months: .min, days: .min, microseconds: .min),
    ] {
      #expect(try json(1186) { value.append(into: &$0) } == "outOfRange")
    }
  }

  @Test("text is escaped, and has to be UTF-8")
  func strings() throws {
    let result = try json(25) { $0.append(Array("a\"\n\u{20AC}\u{10FFFF}".utf8).span) }
    #expect(result == "\"a\\\"\\n\u{20AC}\u{10FFFF}\"")
    for octets: [UInt8] in [
      [0x80], [0xC0, 0x80], [0xC3], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80],
      [0xF0, 0x8F, 0xBF, 0xBF],
      [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82], [0xE2, 0x28, 0xA1],
      Array("0123456789".utf8) + [0xFF],
    ] {
      #expect(try json(25) { $0.append(octets.span) } == "textInvalid")
    }
  }

  @Test("JSON is handed on as it is")
  func documents() throws {
    #expect(try json(114) { $0.append(#"{ "a" : 1 }"#) } == #"{ "a" : 1 }"#)
    #expect(try json(3802) { $0.append("\u{1}[1]") } == "[1]")
    #expect(try json(3802) { $0.append("\u{2}[1]") } == "valueInvalid")
    #expect(try json(114) { _ in } == "lengthInvalid")
  }

  @Test("arrays of several dimensions nest")
  func arrays() throws {
    let result = try json(1007) { output in
      ArrayValue.appendHead(elementType: 23, hasNulls: true, dimensionCount: 3, into: &output)
      for size in [2, 1, 2] { try ArrayValue.appendDimension(size: size, into: &output) }
      for number in 1...4 as ClosedRange<Int32> {
        if number == 3 {
          output.appendNull()
          continue
        }
        let begin = output.beginValue()
        output.append(bigEndian: number)
        output.endValue(begin)
      }
    }
    #expect(result == "[[[1,2]],[[null,4]]]")
    let empty = try json(1007) {
      try ArrayValue.appendHead(elementType: 23, hasNulls: false, count: 0, into: &$0)
    }
    #expect(empty == "[]")
  }

  @Test("an array that has more or fewer elements than it says is refused")
  func arrayLengths() throws {
    for count in [1, 3] {
      let result = try json(1007) { output in
        try ArrayValue.appendHead(elementType: 23, hasNulls: true, count: 2, into: &output)
        for _ in 0..<count {
          let begin = output.beginValue()
          output.append(bigEndian: 1 as Int32)
          output.endValue(begin)
        }
      }
      #expect(result == "lengthInvalid")
    }
  }

  @Test("composites are objects where their fields are known, else arrays")
  func composites() throws {
    var catalog = PostgresTypeCatalog()
    catalog.add(PostgresType(oid: 70_000, kind: .composite))
    func write(_ output: inout OctetBuffer) {
      CompositeValue.appendHead(fieldCount: 2, into: &output)
      output.append(bigEndian: 23 as UInt32)
      let begin = output.beginValue()
      output.append(bigEndian: 5 as Int32)
      output.endValue(begin)
      output.append(bigEndian: 25 as UInt32)
      output.appendNull()
    }
    #expect(try json(70_000, catalog, write) == "[5,null]")
    catalog.add(
      PostgresType(oid: 70_000, kind: .composite),
      fields: [
        PostgresCompositeField(name: Array("a".utf8), type: 23),
        PostgresCompositeField(name: Array("b\"".utf8), type: 25),
      ])
    #expect(try json(70_000, catalog, write) == #"{"a":5,"b\"":null}"#)
    catalog.add(
      PostgresType(oid: 70_000, kind: .composite),
      fields: [PostgresCompositeField(name: Array("a".utf8), type: 23)])
    #expect(try json(70_000, catalog, write) == "countInvalid")
  }

  @Test("ranges say what their bounds are")
  func ranges() throws {
    let result = try json(3904) { output in
      RangeValue.appendFlags(includesLower: true, hasLower: true, hasUpper: false, into: &output)
      let begin = output.beginValue()
      output.append(bigEndian: 1 as Int32)
      output.endValue(begin)
    }
    #expect(result == #"{"lower":1,"upper":null,"bounds":"[)"}"#)
    let empty = try json(3904) {
      RangeValue.appendFlags(isEmpty: true, hasLower: false, hasUpper: false, into: &$0)
    }
    #expect(empty == #"{"lower":null,"upper":null,"bounds":"empty"}"#)
  }

  @Test("nesting has a limit")
  func depth() throws {
    var value = OctetBuffer()
    for _ in 0..<100 {
      var outer = OctetBuffer()
      CompositeValue.appendHead(fieldCount: 1, into: &outer)
      outer.append(bigEndian: 2249 as UInt32)
      let begin = outer.beginValue()
      outer.append(value.octets)
      outer.endValue(begin)
      value = outer
    }
    let octets = value.octets.indices.map { value.octets[$0] }
    #expect(try json(2249) { $0.append(octets.span) } == "nestedTooDeep")
  }

  @Test("vectors and shapes are arrays of numbers")
  func vectors() throws {
    var catalog = PostgresTypeCatalog()
    catalog.add(PostgresType(oid: 70_000, kind: .vector))
    catalog.add(PostgresType(oid: 70_001, kind: .halfvec))
    catalog.add(PostgresType(oid: 70_002, kind: .sparsevec))
    let dense = try json(70_000, catalog) {
      try VectorValue.appendHead(count: 2, into: &$0)
      $0.append(bigEndian: Float(1.5))
      $0.append(bigEndian: Float(-2))
    }
    #expect(dense == "[1.5,-2.0]")
    let half = try json(70_001, catalog) {
      try VectorValue.appendHead(count: 4, into: &$0)
      for bits: UInt16 in [0x3E00, 0xC000, 0x0001, 0x7BFF] { $0.append(bigEndian: bits) }
    }
    #expect(half == "[1.5,-2.0,5.960464477539063e-08,65504.0]")
    func sparse(_ count: Int32) throws -> String {
      try json(70_002, catalog) {
        for number in [count, 1, 0, 1] { $0.append(bigEndian: number) }
        $0.append(bigEndian: Float(3))
      }
    }
    #expect(try sparse(3) == "[0.0,3.0,0.0]")
    #expect(try sparse(1) == "valueInvalid")
    #expect(try sparse(1_000_000) == "outOfRange")
    #expect(
      try json(718) { for number in [1.0, 2, 3] { $0.append(bigEndian: number) } }
        == "[[1.0,2.0],3.0]")
    #expect(
      try json(628) { for number in [1.0, 2, 3] { $0.append(bigEndian: number) } }
        == "[1.0,2.0,3.0]")
    #expect(
      try json(600) { for number in [1.0, 2] { $0.append(bigEndian: number) } } == "[1.0,2.0]")
    let path = try json(602) {
      $0.append(1)
      $0.append(bigEndian: 1 as Int32)
      for number in [1.0, 2] { $0.append(bigEndian: number) }
    }
    #expect(path == "[[1.0,2.0]]")
  }
}
