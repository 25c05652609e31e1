import NecroOctets
import NecroPostgresWire
import TestSupport
import Testing

/// Two columns: `a` and NULL.
private let row = #"D\x00\x00\x00\x0F\x00\x02\x00\x00\x00\x01a\xFF\xFF\xFF\xFF"#

@Suite("Rows")
struct DataRowTests {
  @Test("values, empty values and NULL, in any number of rows")
  func rows() {
    #expect(lines(row) == ["dataRow\n  =a\n  NULL"])
    #expect(lines(#"D\x00\x00\x00\x06\x00\x00"#) == ["dataRow"])
    #expect(
      lines(#"D\x00\x00\x00\x0A\x00\x01\x00\x00\x00\x00"# + row + row + #"2\x00\x00\x00\x04"#)
        == ["dataRow\n  =", "dataRow\n  =a\n  NULL", "dataRow\n  =a\n  NULL", "bindComplete"])
  }

  @Test("a row that its message does not hold")
  func faults() {
    #expect(failure(#"D\x00\x00\x00\x05\x00"#) == "lengthInvalid 4")
    #expect(failure(#"D\xFF\xFF\xFF\xFF"#) == "lengthInvalid 4")
    #expect(failure(#"D\x7F\xFF\xFF\xFF"#) == "messageTooLong 4")
    #expect(failure(#"D\x00\x00\x00\x06\xFF\xFF"#) == "countInvalid 5")
    #expect(failure(#"D\x00\x00\x00\x06\x00\x01"#) == "contentsTooShort 7")
    #expect(failure(#"D\x00\x00\x00\x09\x00\x01\x00\x00\x00"#) == "contentsTooShort 7")
    #expect(failure(#"D\x00\x00\x00\x0A\x00\x01\x00\x00\x00\x01"#) == "valueLengthInvalid 7")
    #expect(failure(#"D\x00\x00\x00\x0A\x00\x01\xFF\xFF\xFF\xFE"#) == "valueLengthInvalid 7")
    #expect(failure(#"D\x00\x00\x00\x0A\x00\x01\x7F\xFF\xFF\xFF"#) == "valueLengthInvalid 7")
    #expect(failure(#"D\x00\x00\x00\x0B\x00\x01\x00\x00\x00\x00x"#) == "contentsTooLong 11")
    #expect(failure(#"D\x00\x00\x00\x0B\x00\x01"#) == "messageIncomplete 7")
  }

  @Test("a row that is wrong ends the run before it, and is told at its own place")
  func faultBehindRows() {
    for wrong in [
      #"D\x00\x00\x00\x0F\x00\x02\x00\x00\x00\x01a\xFF\xFF\xFF\xFE"#,
      #"D\x00\x00\x00\x03"#, #"D\x00\x00\x00\x06\xFF\xFF"#, #"D\x00\x00\x00\x06\x00\x01"#,
    ] {
      let decoded = Decoded(row + row + wrong)
      #expect(decoded.lines == ["dataRow\n  =a\n  NULL", "dataRow\n  =a\n  NULL"])
      #expect(decoded.failure?.hasSuffix(" 0") == false)
    }
    #expect(failure(row + #"D\x00\x00\x00\x06\x00\x01"#) == "contentsTooShort 23")
  }

  @Test("a limit refuses a row by its length, before its octets come")
  func limits() {
    var limits = Limits()
    limits.dataMessageOctetsMax = 14
    limits.columnsMax = 1
    #expect(failure(row, limits: limits) == "messageTooLong 4")
    #expect(failure(#"D\x00\x00\x00\x06\x00\x02"#, limits: limits) == "countInvalid 5")
    #expect(failure(#"T\x00\x00\x00\x06\x00\x02"#, limits: limits) == "countInvalid 5")
  }

  @Test("consecutive rows are one event, cut where the number of columns changes")
  func runs() throws {
    var decoder = BackendDecoder()
    let zero = #"D\x00\x00\x00\x06\x00\x00"#
    let octets = try #require(FixtureNotation.octets(row + row + row + zero + zero + row + "D"))
    decoder.feed(octets.span)
    var counts: [[Int]] = []
    while let event = try decoder.next() {
      guard case .dataRows(let rows) = event else { continue }
      counts.append([rows.rowCount, rows.columnCount, rows.octets.count, decoder.messageOffset])
    }
    #expect(counts == [[3, 2, 48, 0], [2, 0, 14, 48], [1, 2, 16, 62]])
  }

  @Test("a copy of a run is read like the run")
  func copy() throws {
    var decoder = BackendDecoder()
    let octets = try #require(FixtureNotation.octets(row + row))
    decoder.feed(octets.span)
    guard case .dataRows(let rows) = try decoder.next() else {
      Issue.record("no rows")
      return
    }
    var kept = OctetBuffer()
    kept.append(decoder.input.octets(rows.octets))
    decoder.feed([0].span)
    let copy = kept.octets
    var iterator = DataRowIterator(copy)
    var offsets: [Int] = []
    while let row = iterator.next() { offsets.append(row.offset) }
    #expect(offsets == [0, 16])
    let second = DataRow(copy, at: 16)
    let first = second.column(0)
    #expect(first == Slice(offset: 27, count: 1) && second.column(1) == nil)
    #expect(second.column(2) == nil && second.column(-1) == nil)
  }

  @Test("a row of megabytes that comes in small pieces is copied a constant number of times")
  func longRow() throws {
    var decoder = BackendDecoder()
    let count = 8 << 20
    var message: [UInt8] = [0x44]
    for number in [Int32(count + 10)] {
      withUnsafeBytes(of: number.bigEndian) { message += $0 }
    }
    message += [0, 1]
    withUnsafeBytes(of: Int32(count).bigEndian) { message += $0 }
    decoder.feed(message.span)
    #expect(decoder.missingOctetCount == count)
    let piece = [UInt8](repeating: 0x78, count: 4_096)
    var growths = 0
    var capacity = decoder.input.capacity
    for index in 0..<count / piece.count {
      decoder.feed(piece.span)
      if decoder.input.capacity != capacity { growths += 1 }
      capacity = decoder.input.capacity
      let event = try decoder.next()
      #expect((event != nil) == (index == count / piece.count - 1))
    }
    #expect(growths < 20 && capacity <= 4 * count)
  }
}
