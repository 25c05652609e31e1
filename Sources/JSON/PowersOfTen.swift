import CKernels

/// The powers of ten from 10^-342 to 10^324 as 128-bit significands.
///
/// Each is `10^q / 2^(binaryExponent(q) - 127)`, rounded down, so that its top bit is set. Both ways
/// between decimal and binary multiply by one of them. From 0 to 55 they are exact. A test computes
/// them anew.
enum PowersOfTen {
  static var exponentMin: Int { -342 }
  static var exponentMax: Int { 324 }
  static var exactExponentMax: Int { 55 }

  /// `floor(log2(10^q))`: 1741647 / 2^19 is near enough to `log2(10)` for every `q` here.
  @inline(__always)
  static func binaryExponent(_ q: Int) -> Int { (q &* 1_741_647) >> 19 }

  /// The significand of 10^q, by its high and low word.
  ///
  /// - Parameter q: from `exponentMin` to `exponentMax`, which whoever asks has made sure of.
  @inline(__always)
  static func significand(_ q: Int) -> (high: UInt64, low: UInt64) {
    let index = q &- exponentMin
    return (necro_json_power(2 &* index), necro_json_power(2 &* index &+ 1))
  }
}
