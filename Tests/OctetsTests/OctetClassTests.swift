import NecroOctets
import TestSupport
import Testing

@Suite("OctetClass")
struct OctetClassTests {
  @Test("a class has exactly the members of its bits, and those above 0x7F all or none")
  func membership() {
    var random = SeededGenerator(seed: 7)
    for round in 0..<64 {
      let low = random.next()
      let high = random.next()
      let octets = OctetClass(low: low, high: high, includesAbove7F: round % 2 == 0)
      for octet in UInt8.min...UInt8.max {
        let expected =
          switch octet {
          case 0x00...0x3F: low & (1 << UInt64(octet)) != 0
          case 0x40...0x7F: high & (1 << UInt64(octet - 0x40)) != 0
          default: round % 2 == 0
          }
        if octets.contains(octet) != expected { Issue.record("\(octet) in round \(round)") }
      }
    }
    #expect(!OctetClass(low: .max, high: .max).contains(0x80))
  }

  @Test("digits, letters and hexadecimal digits are those of a naive table")
  func named() {
    let digits = Array("0123456789".utf8)
    let lower = Array("abcdefghijklmnopqrstuvwxyz".utf8)
    let upper = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
    for octet in UInt8.min...UInt8.max {
      #expect(OctetClass.isDigit(octet) == digits.contains(octet))
      #expect(OctetClass.isAlpha(octet) == (lower + upper).contains(octet))
      let lowercased = upper.firstIndex(of: octet).map { lower[$0] } ?? octet
      #expect(OctetClass.lowercased(octet) == lowercased)
      let value =
        Array("0123456789abcdef".utf8).firstIndex(of: octet)
        ?? Array("0123456789ABCDEF".utf8).firstIndex(of: octet)
      #expect(OctetClass.hexadecimalValue(octet) == value.map { UInt8($0) })
    }
  }
}
