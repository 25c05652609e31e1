import Foundation
import NecroJSON
import NecroOctets

// Holds doubles, read and written, against the C library's strtod and Swift's own shortest digits, for
// as long as it is told to: `make check-floats SECONDS=n SEED=n`.

/// A stream of numbers that its seed gives again (SplitMix64).
struct Numbers: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}

/// Reads and writes doubles, and ends the program at the first that is wrong.
struct Comparison: ~Copyable {
  var indexed = JSONParser()
  var plain = JSONParser(kernel: .scalar)
  var output = OctetBuffer(capacity: 4096)

  /// A number in an array that is long enough to have an index.
  let padding = Array(repeating: UInt8(0x20), count: 80)

  static func read(_ text: [UInt8], _ parser: inout JSONParser) -> Double? {
    do throws(JSONError) {
      try parser.parse(text.span)
    } catch {
      return nil
    }
    guard case .double(let value) = parser.tape[1] else { return nil }
    return value
  }

  func fail(_ text: [UInt8], _ what: String) -> Never {
    print("\(String(decoding: text.dropFirst(81).dropLast(), as: UTF8.self)): \(what)")
    exit(1)
  }

  /// Reads a number both ways; strtod stops at the bracket.
  mutating func check(_ text: [UInt8]) -> Double? {
    let expected = text.withUnsafeBytes {
      strtod($0.baseAddress!.advanced(by: 81).assumingMemoryBound(to: CChar.self), nil)
    }
    let bits = expected.isFinite ? expected.bitPattern : nil
    if Self.read(text, &indexed)?.bitPattern != bits { fail(text, "indexed, is not \(expected)") }
    if Self.read(text, &plain)?.bitPattern != bits { fail(text, "scalar, is not \(expected)") }
    return expected
  }

  private func written() -> [UInt8] {
    let octets = output.octets
    var copy: [UInt8] = []
    for index in octets.indices { copy.append(octets[index]) }
    return copy
  }

  /// Writes a double, and reads it again.
  mutating func checkWriting(_ value: Double, _ isCompared: Bool) {
    output.removeAll()
    do throws(JSONMisuse) {
      try JSONSerializer.double(value, into: &output)
    } catch {
      return
    }
    let text = padding + [0x5B] + written() + [0x5D]
    if check(text)?.bitPattern != value.bitPattern { fail(text, "was \(value)") }
    guard isCompared else { return }
    let digits = significant(String(decoding: text.dropFirst(81).dropLast(), as: UTF8.self))
    if digits != significant("\(value)") { fail(text, "has other digits than \(value)") }
  }

  func significant(_ text: String) -> [UInt8] {
    var digits = text.utf8.prefix { $0 != 0x65 }.filter { $0 >= 0x30 && $0 <= 0x39 }
    while digits.first == 0x30 { digits.removeFirst() }
    while digits.last == 0x30 { digits.removeLast() }
    return digits
  }
}

let arguments = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
let seconds = Double(arguments.first ?? 10)
let seed = arguments.dropFirst().first ?? 1
var numbers = Numbers(state: seed)
var comparison = Comparison()
var count = 0
let end = Date().addingTimeInterval(seconds)
while Date() < end {
  for round in 0..<10_000 {
    let bits = numbers.next()
    switch round % 4 {
    case 0, 1: comparison.checkWriting(Double(bitPattern: bits), round % 16 == 0)
    case 2:
      // As measurements and prices are: few digits, small exponents.
      comparison.checkWriting(
        Double(bits >> (bits & 63)) / pow(10, Double(numbers.next() % 12)), true)
    default:
      // Digits of any number, and exponents around all that is finite.
      var text = comparison.padding + [0x5B]
      let integer = String(bits >> (bits & 63))
      text += Array(integer.utf8) + [0x2E]
      for _ in 0...(numbers.next() % 3) { text += Array(String(numbers.next() >> 20).utf8) }
      text += Array("e\(Int(numbers.next() % 700) - 360)]".utf8)
      _ = comparison.check(text)
    }
  }
  count += 10_000
}
print("\(count) doubles are read and written as strtod reads them (seed \(seed))")
