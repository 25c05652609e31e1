import NecroOctets
import TestSupport
import Testing

/// Lines that end in LF; a CR anywhere is malformed. `fault` builds in the mistakes that the support
/// for tests exists to find.
struct LineDecoder: ~Copyable, OctetDecoder {
  enum Fault { case none, forgetsAtTheSplit, recovers }
  enum Failure: Error, Equatable {
    case carriageReturn(offset: Int)
    case unfinishedLine
  }

  var input = OctetBuffer()
  var consumedCount = 0
  var failure: Failure?
  let fault: Fault

  init(_ fault: Fault = .none) { self.fault = fault }

  mutating func feed(_ octets: Span<UInt8>) {
    if fault == .forgetsAtTheSplit { input.removeAll() }
    input.append(octets)
  }

  mutating func reserve(_ octetCount: Int) -> UnsafeMutableRawBufferPointer {
    input.reserve(octetCount)
  }

  mutating func advance(_ octetCount: Int) { input.advance(octetCount) }

  mutating func next() throws(Failure) -> Slice? {
    if let failure { throw failure }
    let position = input.readPosition
    for index in 0..<input.count {
      if input.octets[index] == 0x0D {
        let error = Failure.carriageReturn(offset: consumedCount + index)
        if fault != .recovers { failure = error }
        if fault == .recovers { input.consume(index + 1) }
        throw error
      }
      if input.octets[index] == 0x0A {
        input.consume(index + 1)
        consumedCount += index + 1
        return Slice(offset: position, count: index)
      }
    }
    return nil
  }

  mutating func finish() throws(Failure) {
    if let failure { throw failure }
    if !input.isEmpty {
      failure = .unfinishedLine
      throw .unfinishedLine
    }
  }
}

private func lines(
  _ text: String, _ fault: LineDecoder.Fault = .none
) -> (
  whole: DecodingLog<Int, LineDecoder.Failure>,
  deviation: (feeding: Feeding, log: DecodingLog<Int, LineDecoder.Failure>)?
) {
  decodeEveryWay(Array(text.utf8), with: { LineDecoder(fault) }, log: { $1.count })
}

@Suite("Support for tests")
struct TestSupportTests {
  @Test("a decoder that does not depend on the pieces gives one log for every feeding")
  func agreement() {
    let result = lines("one\n\nthree\n")
    #expect(result.whole.events == [3, 0, 5])
    #expect(result.whole.failure == nil)
    #expect(result.deviation == nil)
  }

  @Test("errors of next and of finish are in the log")
  func failures() {
    #expect(lines("one\ntw\ro\n").whole.failure == .carriageReturn(offset: 6))
    #expect(lines("one\ntw\ro\n").deviation == nil)
    #expect(lines("one\ntw").whole.failure == .unfinishedLine)
    #expect(lines("").whole.events == [])
  }

  @Test("a decoder that forgets octets at a split is found out")
  func deviation() {
    #expect(lines("one\n", .forgetsAtTheSplit).deviation?.feeding == .octetByOctet)
  }

  @Test("a decoder whose error is not sticky is found out")
  func stickiness() {
    let deviation = lines("\rone\n", .recovers).deviation
    #expect(deviation?.feeding == .whole)
    #expect(deviation?.log.isSticky == false)
  }

  @Test("feedings are whole, octet by octet and every split")
  func feedings() {
    #expect(Feeding.all(octetCount: 3) == [.whole, .octetByOctet, .split(1), .split(2)])
    #expect(Feeding.all(octetCount: 0) == [.whole, .octetByOctet])
    #expect(Feeding.split(2).pieces(octetCount: 5) == [0..<2, 2..<5])
  }

  @Test("guarded octets are followed by an unreadable page", arguments: [1, 2, 4095, 4096, 4097])
  func guardBehind(count: Int) {
    let octets = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    let guarded = GuardedOctets(octets)
    // The macro cannot take what cannot be copied.
    let isSame = guarded.span.equals(octets.span)
    #expect(isSame)
    let readable = [0, count - 1, count].map { guarded.isReadable(at: $0) }
    #expect(readable == [true, true, false])
  }

  @Test("whole pages of guarded octets have an unreadable page before them")
  func guardBefore() {
    let guarded = GuardedOctets([UInt8](repeating: 1, count: 4096))
    let isReadable = guarded.isReadable(at: -1)
    #expect(!isReadable)
  }
}
