import CKernels

/// How a document's octets are looked at: one at a time, or 64 at a time with what a processor has.
///
/// All give the same: the scalar one is the plain reading of the grammar, and the others are held
/// against it. A parser takes one as an argument, so that tests can choose.
public enum JSONKernel: UInt8, Sendable, CaseIterable {
  /// One octet, or eight, at a time; no instruction of a vector unit.
  case scalar
  /// With what every processor of the architecture has: SSE2 or NEON.
  case baseline
  /// With AVX2, carry-less multiplication and BMI2.
  case avx2
  /// With AVX-512, its octets and their compression (VBMI2).
  case avx512

  /// Whether this processor can run it.
  public var isSupported: Bool { Int32(rawValue) <= necro_json_level() }

  /// The widest one that this processor can run.
  @inline(__always)
  public static var best: JSONKernel {
    switch necro_json_level() {
    case NECRO_JSON_AVX512: .avx512
    case NECRO_JSON_AVX2: .avx2
    default: .baseline
    }
  }

  @inline(__always)
  var level: Int32 { Int32(rawValue) }
}
