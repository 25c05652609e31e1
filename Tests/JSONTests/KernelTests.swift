import NecroFuzzBodies
import NecroJSON
import NecroOctets
import TestSupport
import Testing

@Suite("Kernels")
struct KernelTests {
  @Test("the best kernel is one that this processor has")
  func best() {
    #expect(JSONKernel.best.isSupported)
    #expect(JSONKernel.scalar.isSupported && JSONKernel.baseline.isSupported)
  }

  /// Documents whose octets that matter lie at every place of a block, and across two.
  @Test("kernels agree wherever in a block something stands")
  func everyOffset() {
    let tokens = [
      #""a""#, #""\"""#, #""\\""#, #""\\\"""#, #""\u00e9\ud83d\udc80""#, "\"é€💀\"", "1.5e3", "-0",
      "true", "null", "[[]]", #"{"k":[{}]}"#, #""\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\""#,
      // What is not JSON.
      #""\"#, "\"\u{1}\"", "tru", "01", "1 2", #""\ud800""#, "\\", "'", #"{"a" 1}"#, "\u{C}",
      "\u{1A}", #""\x""#, #"{"a":1,}"#, "[1,]", "\u{0}", #""a"1"#, #"1"a""#, #""a""b""#,
    ]
    for token in tokens {
      for space in 0..<130 {
        let padding = String(repeating: " ", count: space)
        fuzzJSONDifferential(GuardedOctets(Array("[\(padding)\(token)\n]".utf8)).span)
        let letters = String(repeating: "x", count: space)
        fuzzJSONDifferential(GuardedOctets(Array("[\"\(letters)\",\(token),{}]".utf8)).span)
      }
    }
  }

  @Test("kernels agree on octets that are not UTF-8, at every place of a block")
  func invalidUTF8() {
    let sequences: [[UInt8]] = [
      [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xE0, 0x9F, 0xBF],
      [0xE0, 0xA0], [0xE2, 0x82, 0x41], [0xED, 0xA0, 0x80], [0xEF, 0xBF], [0xF0, 0x8F, 0xBF, 0xBF],
      [0xF0, 0x90, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xFE],
      // These are UTF-8.
      [0xC2, 0x80], [0xDF, 0xBF], [0xE0, 0xA0, 0x80], [0xED, 0x9F, 0xBF], [0xEE, 0x80, 0x80],
      [0xEF, 0xBF, 0xBF], [0xF0, 0x90, 0x80, 0x80], [0xF4, 0x8F, 0xBF, 0xBF],
    ]
    for sequence in sequences {
      for space in 55..<140 {
        let letters = [UInt8](repeating: 0x78, count: space)
        fuzzJSONDifferential(
          GuardedOctets([0x5B, 0x22] + letters + sequence + [0x22, 0x5D]).span)
        fuzzJSONDifferential(
          GuardedOctets([0x5B] + letters + sequence + [0x5D] + letters).span)
      }
    }
  }

  @Test("kernels agree on the corpus, cut and damaged")
  func damage() {
    var generator = SeededGenerator(seed: 64)
    let files = PackageFolders.corpus("json")
    for file in files { fuzzJSONDifferential(GuardedOctets(file.octets).span) }
    for _ in 0..<2000 {
      var octets: [UInt8] = [0x5B]
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        octets += files.randomElement(using: &generator)!.octets + [0x2C]
      }
      octets[octets.count - 1] = 0x5D
      for _ in 0..<Int.random(in: 0...2, using: &generator) {
        let index = octets.indices.randomElement(using: &generator)!
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: octets[index] = UInt8.random(in: 0...255, using: &generator)
        case 1: octets.remove(at: index)
        case 2: octets.insert(octets.randomElement(using: &generator)!, at: index)
        default: octets.removeSubrange(index...)
        }
        if octets.isEmpty { octets = [0x5B] }
      }
      fuzzJSONDifferential(GuardedOctets(octets).span)
    }
  }

  @Test("strings of every length with an octet to escape at every place are written alike")
  func strings() {
    for count in 0..<150 {
      var octets = [UInt8](repeating: 0x61, count: count)
      fuzzJSONDifferential(GuardedOctets(octets).span)
      for place in 0..<count {
        octets[place] = [0x22, 0x5C, 0x00, 0x0A, 0x1F, 0x7F][place % 6]
        fuzzJSONDifferential(GuardedOctets(octets).span)
        octets[place] = 0x61
      }
    }
    fuzzJSONDifferential([UInt8](repeating: 0x01, count: 5000).span)
  }

  @Test("numbers of every length are written in full")
  func digits() {
    var number: UInt64 = 1
    for _ in 0..<64 {
      for value in [number - 1, number, number + 1] {
        #expect(text { JSONSerializer.unsigned(value, into: &$0) } == "\(value)")
        let signed = Int64(truncatingIfNeeded: value)
        #expect(text { JSONSerializer.integer(signed, into: &$0) } == "\(signed)")
      }
      number &*= 2
    }
    var power: UInt64 = 1
    for _ in 0..<19 {
      power *= 10
      for value in [power - 1, power, power + 1] {
        #expect(text { JSONSerializer.unsigned(value, into: &$0) } == "\(value)")
      }
    }
  }
}
