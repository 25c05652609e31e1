/// How one direction of a connection comes along, and by when the peer has to have done more.
///
/// A peer must neither stop for longer than a time nor, once that time is over, stay below a rate on
/// average: without the second, an octet now and then would hold a connection for ever.
struct TransferProgress {
  private var beganMilliseconds: UInt64 = 0
  private var lastMilliseconds: UInt64 = 0
  private var octetCount: UInt64 = 0

  /// Starts to count: from now on the peer is waited for.
  mutating func begin(now: UInt64) {
    beganMilliseconds = now
    lastMilliseconds = now
    octetCount = 0
  }

  /// Counts octets that the peer has sent or taken.
  mutating func advance(_ octets: Int, now: UInt64) {
    lastMilliseconds = now
    octetCount &+= UInt64(octets)
  }

  /// When patience ends unless the peer does more.
  ///
  /// - Parameters:
  ///   - pauseMilliseconds: the longest it may stop, and the time before its rate counts.
  ///   - octetsPerSecondMin: the least rate; 0 for any.
  func deadline(pauseMilliseconds: UInt64, octetsPerSecondMin: UInt64) -> UInt64 {
    let pauseEnd = later(lastMilliseconds, by: pauseMilliseconds)
    if octetsPerSecondMin == 0 { return pauseEnd }
    // Whole seconds and the rest apart, so that the product cannot overflow.
    let (seconds, rest) = octetCount.quotientAndRemainder(dividingBy: octetsPerSecondMin)
    let (earned, overflows) = seconds.multipliedReportingOverflow(by: 1_000)
    let part = rest.multipliedReportingOverflow(by: 1_000)
    let earnedPart = part.overflow ? 1_000 : part.partialValue / octetsPerSecondMin
    let earnedMilliseconds = overflows ? .max : later(earned, by: earnedPart)
    return min(
      pauseEnd, later(later(beganMilliseconds, by: pauseMilliseconds), by: earnedMilliseconds))
  }
}

/// A moment so many milliseconds later; the end of time where that cannot be counted.
func later(_ moment: UInt64, by milliseconds: UInt64) -> UInt64 {
  let (sum, overflows) = moment.addingReportingOverflow(milliseconds)
  return overflows ? .max : sum
}
