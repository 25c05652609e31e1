import NecroHTTP1
import NecroOctets

/// What the fuzz bodies of HTTP/1 share.
enum HTTP1Fuzzing {
  /// Limits that short inputs reach.
  static var tightLimits: Limits {
    Limits(
      startLineOctetsMax: 24, fieldSectionOctetsMax: 64, fieldLinesMax: 3, contentOctetsMax: 12,
      chunkLineOctetsMax: 10, chunkExtensionsOctetsMax: 12, trailerSectionOctetsMax: 24,
      trailerLinesMax: 1, emptyLinesBeforeRequestMax: 1)
  }

  /// Limits that no input reaches.
  static var wideLimits: Limits {
    Limits(
      startLineOctetsMax: .max, fieldSectionOctetsMax: .max, fieldLinesMax: .max,
      contentOctetsMax: .max, chunkLineOctetsMax: .max, chunkExtensionsOctetsMax: .max,
      trailerSectionOctetsMax: .max, trailerLinesMax: .max, emptyLinesBeforeRequestMax: .max)
  }

  /// Numbers that follow from an input, so that a failure can be replayed from it alone.
  struct Choices {
    private var state: UInt64 = 0x9E37_79B9_7F4A_7C15

    init(_ octets: Span<UInt8>) {
      for index in octets.indices {
        state = (state ^ UInt64(octets[index])) &* 0x0000_0100_0000_01B3
      }
    }

    mutating func next(below bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state &>> 33) % UInt64(bound))
    }
  }
}
