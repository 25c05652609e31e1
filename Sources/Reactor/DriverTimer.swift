import CLinux

/// A timerfd: a descriptor that becomes readable at a moment of the monotonic clock, so that a poller
/// that somebody else waits on takes notice of deadlines.
///
/// It is set only when the earliest deadline comes before the one it is set to: deadlines that are
/// set and cancelled with every operation cost no system call each.
struct DriverTimer: ~Copyable {
  let descriptor: Int32
  /// The milliseconds at which it becomes readable; the greatest number when at none.
  private var armedDeadline = UInt64.max

  init() throws(SystemError) {
    let opened = timerfd_create(
      CLOCK_MONOTONIC, Int32(TFD_NONBLOCK) | Int32(TFD_CLOEXEC))
    guard opened >= 0 else { throw .last("timerfd_create") }
    descriptor = opened
  }

  deinit {
    _ = close(descriptor)
  }

  /// Becomes readable at `deadline` or before.
  mutating func arm(_ deadline: UInt64) {
    if deadline >= armedDeadline { return }
    var setting = itimerspec()
    setting.it_value.tv_sec = Int(deadline / 1000)
    setting.it_value.tv_nsec = Int(deadline % 1000) * 1_000_000
    // A time of zero would disarm it.
    if deadline == 0 { setting.it_value.tv_nsec = 1 }
    // It fails only for a descriptor that is none, or a time out of form.
    let result = timerfd_settime(descriptor, Int32(TFD_TIMER_ABSTIME), &setting, nil)
    precondition(result == 0, "the timer is set")
    armedDeadline = deadline
  }

  /// Takes notice that it was readable: it is set to nothing from then on.
  mutating func expired() {
    var count: UInt64 = 0
    while read(descriptor, &count, 8) < 0 && necro_errno() == EINTR {}
    armedDeadline = .max
  }
}
