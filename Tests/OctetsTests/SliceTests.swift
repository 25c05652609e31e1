import NecroOctets
import TestSupport
import Testing

@Suite("Slice and spans of octets")
struct SliceTests {
  @Test("a slice ends behind its last octet, and keeps its count when it is shifted")
  func positions() {
    let slice = Slice(offset: 3, count: 4)
    #expect(slice.end == 7)
    #expect(slice.shifted(by: 5) == Slice(offset: 8, count: 4))
    #expect(slice.shifted(by: -3) == Slice(offset: 0, count: 4))
    #expect(!slice.isEmpty)
    #expect(Slice.empty.isEmpty)
    #expect(Slice.empty.end == 0)
  }

  @Test("every slice of a span has its octets, up to the last")
  func extraction() {
    let octets = (0..<12).map { UInt8($0) }
    let guarded = GuardedOctets(octets)
    for begin in 0...12 {
      for end in begin...12 {
        let slice = guarded.span.octets(Slice(offset: begin, count: end - begin))
        #expect(slice.indices.map { slice[$0] } == Array(octets[begin..<end]))
      }
    }
  }

  @Test("spans are compared without reading beyond either's end")
  func comparison() {
    for count in 0...40 {
      let octets = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 65) }
      let one = GuardedOctets(octets)
      let other = GuardedOctets(octets)
      #expect(one.span.equals(other.span) == true)
      #expect(one.span.equalsIgnoringCase(other.span) == true)
      for place in 0..<count {
        var changed = octets
        changed[place] ^= 0x01
        let different = GuardedOctets(changed)
        #expect(one.span.equals(different.span) == false)
        let isSameLetter =
          OctetClass.lowercased(changed[place]) == OctetClass.lowercased(octets[place])
        #expect(one.span.equalsIgnoringCase(different.span) == isSameLetter)
      }
    }
  }

  @Test("letters alone are equal without case, for every pair of octets")
  func caseFolding() {
    for one in UInt8.min...UInt8.max {
      for other in UInt8.min...UInt8.max {
        let isLetter = (0x41...0x5A).contains(one & 0xDF)
        let expected = one == other || isLetter && one & 0x80 == 0 && one ^ other == 0x20
        if [one].span.equalsIgnoringCase([other].span) != expected {
          Issue.record("\(one) and \(other)")
        }
      }
    }
  }

  @Test("eight octets are loaded from every place of a span, whatever its alignment")
  func words() {
    let guarded = GuardedOctets((0..<24).map { UInt8($0) })
    for offset in 0...16 {
      var expected: UInt64 = 0
      for index in 0..<8 { expected |= UInt64(offset + index) << UInt64(8 * index) }
      #expect(guarded.span.word(at: offset) == expected)
    }
  }

  @Test("what lies outside of a span stops the program")
  func misuse() async {
    await #expect(processExitsWith: .failure) {
      _ = [UInt8](repeating: 0, count: 4).span.octets(Slice(offset: 2, count: 3))
    }
    await #expect(processExitsWith: .failure) {
      _ = [UInt8](repeating: 0, count: 8).span.word(at: 1)
    }
    await #expect(processExitsWith: .failure) {
      _ = [UInt8](repeating: 0, count: 8).span.word(at: -1)
    }
  }
}
