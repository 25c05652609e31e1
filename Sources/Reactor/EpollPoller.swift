import CLinux

/// A poller on Linux's epoll.
public struct EpollPoller: Poller, ~Copyable {
  public let descriptor: Int32
  // Invariant: `events` has room for `eventsMax`, and the first `readyCount` were filled by the
  // last wait.
  private let events: UnsafeMutablePointer<epoll_event>
  private var readyCount = 0
  /// The last wait was ended by a signal.
  public private(set) var wasInterrupted = false

  /// The most events one wait reports; what is ready beyond them comes with the next.
  public static var eventsMax: Int { 1024 }

  public init() throws(SystemError) {
    let opened = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard opened >= 0 else { throw .last("epoll_create1") }
    descriptor = opened
    events = .allocate(capacity: Self.eventsMax)
  }

  deinit {
    events.deallocate()
    _ = close(descriptor)
  }

  public mutating func add(
    _ watched: Int32, token: UInt64, interest: Interest
  ) throws(SystemError) {
    try control(EPOLL_CTL_ADD, watched, token, interest)
  }

  public mutating func modify(
    _ watched: Int32, token: UInt64, interest: Interest
  ) throws(SystemError) {
    try control(EPOLL_CTL_MOD, watched, token, interest)
  }

  public mutating func remove(_ watched: Int32) throws(SystemError) {
    try control(EPOLL_CTL_DEL, watched, 0, [])
  }

  public mutating func wait(timeoutMilliseconds: Int32) throws(SystemError) -> Int {
    let count = epoll_wait(descriptor, events, Int32(Self.eventsMax), timeoutMilliseconds)
    wasInterrupted = false
    if count >= 0 {
      readyCount = Int(count)
      return readyCount
    }
    readyCount = 0
    let code = necro_errno()
    if code == EINTR {
      wasInterrupted = true
      return 0
    }
    throw SystemError(call: "epoll_wait", code: code)
  }

  public func event(_ index: Int) -> PollEvent {
    precondition(index >= 0 && index < readyCount, "an event of the last wait")
    let event = events[index]
    return PollEvent(token: event.data.u64, readiness: Readiness(rawValue: event.events))
  }

  private func control(
    _ operation: Int32, _ watched: Int32, _ token: UInt64, _ interest: Interest
  ) throws(SystemError) {
    var event = epoll_event(events: interest.rawValue, data: epoll_data_t(u64: token))
    guard epoll_ctl(descriptor, operation, watched, &event) == 0 else { throw .last("epoll_ctl") }
  }
}
