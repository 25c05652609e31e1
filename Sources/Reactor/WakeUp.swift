import CLinux

/// Wakes a poller from another thread: an eventfd, which the poller watches for reading.
public final class WakeUp {
  /// Readable from a signal until it is drained.
  public let descriptor: Int32

  public init() throws(SystemError) {
    let opened = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
    guard opened >= 0 else { throw .last("eventfd") }
    descriptor = opened
  }

  deinit {
    _ = close(descriptor)
  }

  /// Makes the descriptor readable. Signals that come before a drain count as one.
  public func signal() {
    Self.signal(descriptor)
  }

  /// The same by descriptor: what another thread holds, or a signal handler, while the owner keeps
  /// the `WakeUp` alive.
  public static func signal(_ descriptor: Int32) {
    var one: UInt64 = 1
    // A full counter (EAGAIN) means that the descriptor is readable already.
    while write(descriptor, &one, 8) < 0 && necro_errno() == EINTR {}
  }

  /// Takes all signals, so that the descriptor becomes readable only with the next.
  public func drain() {
    Self.drain(descriptor)
  }

  /// The same by descriptor, for a thread that watches it while another owns the `WakeUp`.
  public static func drain(_ descriptor: Int32) {
    var count: UInt64 = 0
    while read(descriptor, &count, 8) < 0 && necro_errno() == EINTR {}
  }
}
