import NecroOctets
import TestSupport
import Testing

private func array(_ span: Span<UInt8>) -> [UInt8] { span.indices.map { span[$0] } }

/// A copy of what a buffer holds.
private func contents(_ buffer: borrowing OctetBuffer) -> [UInt8] { array(buffer.octets) }

@Suite("OctetBuffer")
struct OctetBufferTests {
  @Test("a buffer without storage holds nothing and can do all that an empty one can")
  func empty() {
    var buffer = OctetBuffer()
    #expect(buffer.capacity == 0)
    #expect(buffer.isEmpty == true)
    #expect(contents(buffer) == [])
    buffer.consume(0)
    buffer.truncate(to: 0)
    buffer.removeAll()
    buffer.append("")
    buffer.append([UInt8]().span)
    _ = buffer.reserve(0)
    buffer.advance(0)
    #expect(buffer.capacity == 0)
    #expect(contents(buffer) == [])
    #expect(OctetBuffer(capacity: 0).capacity == 0)
    #expect(OctetBuffer(capacity: 7).capacity == 7)
  }

  @Test("octets come out as they went in, however the buffer grows")
  func growth() {
    for step in [1, 2, 3, 7, 100, 255, 256, 257, 1_000] {
      var buffer = OctetBuffer()
      var expected: [UInt8] = []
      var capacities: Set<Int> = []
      for round in 0..<60 {
        let piece = (0..<step).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ round) }
        buffer.append(piece.span)
        expected += piece
        capacities.insert(buffer.capacity)
        #expect(buffer.count == expected.count)
      }
      #expect(contents(buffer) == expected)
      // At least doubled each time: the cost of an octet does not grow with their number.
      let sorted = capacities.sorted()
      for (smaller, larger) in zip(sorted, sorted.dropFirst()) { #expect(larger >= 2 * smaller) }
    }
  }

  @Test("a buffer behaves as an array under random calls")
  func model() {
    for seed in 0..<200 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      var buffer = OctetBuffer(capacity: Int.random(in: 0...40, using: &random))
      var model: [UInt8] = []
      for _ in 0..<200 {
        let count = Int.random(in: 0...40, using: &random)
        let octets = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
        switch Int.random(in: 0...7, using: &random) {
        case 0:
          for octet in octets { buffer.append(octet) }
          model += octets
        case 1:
          buffer.append(octets.span)
          model += octets
        case 2:
          let room = buffer.reserve(count)
          #expect(room.count >= count)
          room.copyBytes(from: octets)
          buffer.advance(count)
          model += octets
        case 3, 4:
          let consumed = Int.random(in: 0...model.count, using: &random)
          buffer.consume(consumed)
          model.removeFirst(consumed)
        case 5:
          let kept = Int.random(in: 0...model.count, using: &random)
          buffer.truncate(to: buffer.readPosition + kept)
          model.removeLast(model.count - kept)
        case 6:
          let number = random.next() >> UInt64.random(in: 0...63, using: &random)
          buffer.append(decimal: number)
          model += Array("\(number)".utf8)
        default:
          if count == 0 {
            buffer.removeAll()
            model = []
          }
        }
        #expect(buffer.count == model.count)
        #expect(buffer.writePosition - buffer.readPosition == model.count)
        #expect(buffer.writePosition <= buffer.capacity)
      }
      #expect(contents(buffer) == model, "seed \(seed)")
    }
  }

  @Test("room is made by moving what is left to the front while that is cheap")
  func compaction() {
    var buffer = OctetBuffer(capacity: 100)
    buffer.append([UInt8](repeating: 1, count: 90).span)
    buffer.append([2, 3].span)
    buffer.consume(90)
    // 2 are left of 100: the next 50 fit without new storage.
    #expect(buffer.reserve(50).count == 98)
    #expect(buffer.capacity == 100)
    #expect(buffer.readPosition == 0)
    #expect(contents(buffer) == [2, 3])
    // More than half is left: moving it again and again would cost more than growing.
    buffer.append([UInt8](repeating: 4, count: 90).span)
    buffer.consume(10)
    _ = buffer.reserve(20)
    #expect(buffer.capacity == 256)
    #expect(contents(buffer) == [UInt8](repeating: 4, count: 82))
  }

  @Test("a buffer that is consumed as fast as it is filled does not grow")
  func steady() {
    var buffer = OctetBuffer(capacity: 256)
    for round in 0..<10_000 {
      buffer.append([UInt8](repeating: UInt8(truncatingIfNeeded: round), count: 60).span)
      buffer.consume(60)
    }
    #expect(buffer.capacity == 256)
  }

  @Test("slices stay valid while octets are only consumed")
  func slices() {
    var buffer = OctetBuffer(capacity: 64)
    buffer.append("necromancer")
    let slice = Slice(offset: buffer.readPosition + 5, count: 6)
    for _ in 0..<11 {
      buffer.consume(1)
      #expect(array(buffer.octets(slice)) == Array("mancer".utf8))
    }
    #expect(buffer.isEmpty == true)
    #expect(array(buffer.octets(Slice(offset: 11, count: 0))) == [])
  }

  @Test("removing all keeps the storage, and truncating keeps what is before")
  func removal() {
    var buffer = OctetBuffer()
    buffer.append("bones and ashes")
    let capacity = buffer.capacity
    buffer.consume(6)
    buffer.truncate(to: buffer.readPosition + 3)
    #expect(contents(buffer) == Array("and".utf8))
    buffer.append("!")
    #expect(contents(buffer) == Array("and!".utf8))
    buffer.truncate(to: buffer.readPosition)
    #expect(buffer.isEmpty == true)
    buffer.removeAll()
    #expect(buffer.readPosition == 0)
    #expect(buffer.capacity == capacity)
  }

  @Test("numbers have their digits on both sides of every power of ten and of two")
  func decimal() {
    var numbers: [UInt64] = [0, UInt64.max]
    var power: UInt64 = 1
    for _ in 0..<20 {
      numbers += [power &- 1, power, power &+ 1]
      power &*= 10
    }
    for shift in 0..<64 { numbers += [(1 << shift) - 1, 1 << shift, (1 << shift) + 1] }
    for number in numbers {
      let found = text { $0.append(decimal: number) }
      #expect(found == "\(number)")
    }
  }

  @Test("literals are appended as their UTF-8 octets")
  func literals() {
    #expect(text { $0.append("⛧ necro") } == "⛧ necro")
    #expect(text { $0.append("a") } == "a")
  }

  @Test("what would reach outside of a buffer stops the program")
  func misuse() async {
    await #expect(processExitsWith: .failure) {
      var buffer = OctetBuffer(capacity: 8)
      buffer.append("four")
      buffer.consume(5)
    }
    await #expect(processExitsWith: .failure) {
      var buffer = OctetBuffer(capacity: 8)
      _ = buffer.reserve(8)
      buffer.advance(9)
    }
    await #expect(processExitsWith: .failure) {
      var buffer = OctetBuffer(capacity: 8)
      buffer.append("four")
      _ = buffer.octets(Slice(offset: 2, count: 3))
    }
    await #expect(processExitsWith: .failure) {
      var buffer = OctetBuffer(capacity: 8)
      buffer.append("four")
      buffer.consume(2)
      buffer.truncate(to: 1)
    }
    await #expect(processExitsWith: .failure) {
      var buffer = OctetBuffer(capacity: 8)
      buffer.append("four")
      _ = buffer.reserve(Int.max)
    }
  }
}
