import NecroOctets
import Testing

@Suite("Eight octets as one word")
struct OctetWordTests {
  /// Requires that a mask tells of exactly the octets that `isMember` does, each at every place
  /// between neighbours that could carry into it.
  private func expectMask(
    _ name: String, _ mask: (OctetWord) -> UInt64, _ isMember: (UInt8) -> Bool
  ) {
    for octet in UInt8.min...UInt8.max {
      for place in 0..<8 {
        for neighbour: UInt8 in [0x00, 0x1F, 0x20, 0x2D, 0x5A, 0x61, 0x7A, 0x7F, 0x80, 0xFF] {
          var octets = [UInt8](repeating: neighbour, count: 8)
          octets[place] = octet
          var expected: UInt64 = 0
          for index in 0..<8 where isMember(octets[index]) {
            expected |= 0x80 << UInt64(index * 8)
          }
          let found = mask(OctetWord(octets.span, at: 0))
          if found != expected {
            Issue.record("\(name) of \(octets)")
            return
          }
        }
      }
    }
  }

  @Test("masks tell of exactly their octets")
  func masks() {
    expectMask("letters", { $0.letters }, OctetClass.isAlpha)
    expectMask("controls", { $0.controls }, { $0 < 0x20 || $0 == 0x7F })
    expectMask("digits", { $0.mask(from: 0x30, through: 0x39) }, OctetClass.isDigit)
    expectMask("ASCII", { $0.mask(from: 0x00, through: 0x7F) }, { $0 < 0x80 })
    expectMask("NUL", { $0.mask(from: 0x00, through: 0x00) }, { $0 == 0 })
  }

  @Test("only letters are put in lower case")
  func lowercase() {
    for octet in UInt8.min...UInt8.max {
      for place in 0..<8 {
        var octets: [UInt8] = [0x40, 0x41, 0x5A, 0x5B, 0x7F, 0x80, 0xC1, 0xFF]
        octets[place] = octet
        let lowercased = octets.map(OctetClass.lowercased)
        let found = OctetWord(octets.span, at: 0).lowercased
        #expect(found == OctetWord(lowercased.span, at: 0).octets)
      }
    }
  }

  @Test("the first octet of a mask is the lowest")
  func first() {
    #expect(OctetWord.countBefore(0) == 8)
    for place in 0..<8 {
      #expect(OctetWord.countBefore(0x8000_0000_0000_0000 | 0x80 << UInt64(place * 8)) == place)
    }
  }

  @Test("octets are equal only if all are, at every length and place of a difference")
  func equality() {
    let name: StaticString = "if-unmodified-since-and-longer"
    for count in 0...30 {
      let original = Array("\(name)".utf8.prefix(count))
      #expect(original.span.equals(original.span) == true)
      for place in 0..<count {
        var other = original
        other[place] ^= 0x80
        #expect(original.span.equals(other.span) == false)
      }
      #expect(original.span.equals((original + [0]).span) == false)
    }
    let original = Array("\(name)".utf8)
    let uppercase = Array("\(name)".uppercased().utf8)
    #expect(uppercase.span.equalsIgnoringCase(name) == true)
    #expect(uppercase.span.equals(name) == false)
    for place in original.indices {
      for changed in UInt8.min...UInt8.max {
        var other = original
        other[place] = changed
        let isEqual = OctetClass.lowercased(changed) == original[place]
        #expect(other.span.equalsIgnoringCase(name) == isEqual)
      }
    }
  }
}
