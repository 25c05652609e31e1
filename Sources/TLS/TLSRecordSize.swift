/// How large the next record is to be.
///
/// A receiver can use a record only when it has all of it. At first a network carries ten segments in
/// a round trip (RFC 6928), so that the end of a record of 16 KB would take another one: after a pause
/// records fit a segment, and later they are as large as can be, which takes the least work. What fits
/// three segments goes into one record in any case.
struct TLSRecordSize {
  private static var segmentOctets: Int { 1_369 }
  private static var wholeOctetsMax: Int { 4_096 }
  private static var startOctets: Int { 12 * 1_369 }
  private static var pauseMilliseconds: UInt64 { 1_000 }

  private var octetsSincePause = 0
  private var lastMilliseconds: UInt64 = 0

  /// - Parameters:
  ///   - octetCount: what there is to write; at least 1.
  ///   - now: never before an earlier call's.
  mutating func next(_ octetCount: Int, now: UInt64) -> Int {
    if now >= lastMilliseconds &+ TLSRecordSize.pauseMilliseconds { octetsSincePause = 0 }
    lastMilliseconds = now
    let size: Int
    if octetsSincePause >= TLSRecordSize.startOctets {
      size = min(octetCount, TLSSession.recordOctetsMax)
    } else {
      size =
        octetCount <= TLSRecordSize.wholeOctetsMax ? octetCount : TLSRecordSize.segmentOctets
      octetsSincePause += size
    }
    return size
  }
}
