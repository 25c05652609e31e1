import CLinux

/// The kernel's clocks, read without entering the kernel.
public enum Clock {
  /// Milliseconds since an arbitrary moment, never set back: for deadlines.
  public static func monotonicMilliseconds() -> UInt64 {
    monotonicNanoseconds() / 1_000_000
  }

  /// Nanoseconds since the same moment.
  public static func monotonicNanoseconds() -> UInt64 {
    let time = read(CLOCK_MONOTONIC)
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
  }

  /// Seconds since 1970 began, at the grain of the scheduler's tick: for dates, which have whole
  /// seconds.
  public static func unixSeconds() -> Int64 {
    Int64(read(CLOCK_REALTIME_COARSE).tv_sec)
  }

  private static func read(_ clock: Int32) -> timespec {
    var time = timespec()
    // It fails only for a clock that does not exist or an unreadable address.
    let result = clock_gettime(clock, &time)
    precondition(result == 0, "the clock exists")
    return time
  }
}
