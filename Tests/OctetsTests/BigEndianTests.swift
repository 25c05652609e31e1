import NecroOctets
import Testing

@Suite("Numbers in network byte order")
struct BigEndianTests {
  @Test("a number is read at any offset, the most significant octet first")
  func read() {
    let octets: [UInt8] = [0x00, 0x81, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0xF8]
    #expect(octets.span.bigEndian(at: 1, as: UInt16.self) == 0x8102)
    #expect(octets.span.bigEndian(at: 1, as: Int16.self) == -0x7EFE)
    #expect(octets.span.bigEndian(at: 5, as: UInt32.self) == 0x0506_07F8)
    #expect(octets.span.bigEndian(at: 1, as: UInt64.self) == 0x8102_0304_0506_07F8)
    #expect(octets.span.bigEndian(at: 8, as: Int8.self) == -8)
  }

  @Test("a number is appended across the end of the storage, and replaced where it stands")
  func write() {
    var buffer = OctetBuffer(capacity: 3)
    buffer.append(0x41)
    buffer.append(bigEndian: Int32(-2))
    buffer.append(bigEndian: UInt16(0x0102))
    buffer.consume(1)
    buffer.overwrite(bigEndian: UInt32(0xA0B0_C0D0), at: 0)
    buffer.append(bigEndian: UInt64(1))
    let expected: [UInt8] = [0xA0, 0xB0, 0xC0, 0xD0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 1]
    let isExpected = buffer.octets.equals(expected.span)
    #expect(isExpected)
    buffer.truncate(toCount: 6)
    #expect(buffer.count == 6)
  }
}
