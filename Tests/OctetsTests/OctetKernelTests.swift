import NecroOctets
import TestSupport
import Testing

@Suite("Runs of octets")
struct OctetKernelTests {
  /// A function of the kernels, and what it may pass over.
  struct Run: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let allowed: OctetClass
    let end: @Sendable (OctetKernel, Span<UInt8>, Int, Int, OctetClass) -> Int
  }

  static let runs = [
    Run(
      testDescription: "text",
      allowed: OctetClass(
        low: 0xFFFF_FFFF_0000_0200, high: 0x7FFF_FFFF_FFFF_FFFF, includesAbove7F: true),
      end: { $0.endOfText($1, from: $2, to: $3, allowed: $4) }),
    Run(
      testDescription: "name",
      allowed: OctetClass(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE),
      end: { $0.endOfName($1, from: $2, to: $3, allowed: $4) }),
    Run(
      testDescription: "host",
      allowed: OctetClass(low: 0x2BFF_7FD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFE),
      end: { $0.endOfHost($1, from: $2, to: $3, allowed: $4) }),
    Run(
      testDescription: "path",
      allowed: OctetClass(low: 0x2FFF_FFD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFF),
      end: { $0.endOfPath($1, from: $2, to: $3, allowed: $4) }),
  ]

  @Test("every octet is judged alike by every kernel, wherever it stands", arguments: runs)
  func octets(_ run: Run) {
    for octet in UInt8.min...UInt8.max {
      for count in [1, 15, 16, 17, 33] {
        for position in 0..<count {
          var octets = [UInt8](repeating: 0x61, count: count)
          octets[position] = octet
          let guarded = GuardedOctets(octets)
          let expected = run.allowed.contains(octet) ? count : position
          for kernel in OctetKernel.allCases {
            let end = run.end(kernel, guarded.span, 0, count, run.allowed)
            #expect(end == expected, "octet \(octet) at \(position) of \(count), \(kernel)")
          }
        }
      }
    }
  }

  @Test("every kernel finds the same end, from and to anywhere", arguments: runs)
  func bounds(_ run: Run) {
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<60 {
      let count = Int.random(in: 0...70, using: &generator)
      // Octets that end a run come seldom, so that runs have every length.
      let octets = (0..<count).map { _ in
        Int.random(in: 0..<24, using: &generator) == 0
          ? UInt8.random(in: 0...255, using: &generator)
          : UInt8.random(in: 0x61...0x7A, using: &generator)
      }
      let guarded = GuardedOctets(octets)
      for start in 0...count {
        for end in start...count {
          let scalar = run.end(.scalar, guarded.span, start, end, run.allowed)
          let blocks = run.end(.blocks, guarded.span, start, end, run.allowed)
          #expect(scalar == blocks, "from \(start) to \(end) of \(octets)")
        }
      }
    }
  }

  @Test("a name is compared without case, and nothing else is taken for a letter")
  func comparison() {
    for text: StaticString in ["te", "host", "accept", "keep-alive", "transfer-encoding", "a1-"] {
      var octets: [UInt8] = []
      for index in text.octets.indices { octets.append(text.octets[index]) }
      #expect(isSame(octets, text))
      for position in octets.indices {
        for octet in UInt8.min...UInt8.max {
          var changed = octets
          changed[position] = octet
          let matches = OctetClass.lowercased(octet) == octets[position]
          #expect(isSame(changed, text) == matches, "\(octet) at \(position)")
        }
      }
      #expect(!isSame(octets.dropLast(), text))
    }
  }

  private func isSame(_ octets: [UInt8], _ text: StaticString) -> Bool {
    octets.span.equalsIgnoringCase(text)
  }
}
