/// The reactor that the drivers of databases share: descriptors, deadlines, and writes gathered until
/// the end of a turn, behind one descriptor.
///
/// It runs inside any loop. The host watches `descriptor` for reading and calls `turn` when it is
/// readable: that is all on a loop with `add_reader`, and in a worker's own poller. What was submitted
/// since is sent by `flush`, which the host calls once before it waits again; `turn` ends with a flush.
///
/// Sources are called from `turn` and `flush` alone. They may add, remove and mark sources and set
/// timers there, the one that is being called included.
///
/// One per thread; nothing of it is shared.
public final class DriverReactor {
  private var poller: EpollPoller
  private var timer: DriverTimer
  private var wheel: TimerWheel
  private let isVirtual: Bool

  private var sources: [DriverSource?] = []
  private var generations: [UInt32] = []
  private var freeSlots: [Int] = []
  private var dirty: [DriverSource] = []
  private var isFlushing = false

  /// Nanoseconds of the monotonic clock when the turn or the flush began.
  public private(set) var nowNanoseconds: UInt64

  /// The same in milliseconds, as deadlines are given.
  public var now: UInt64 { nowNanoseconds / 1_000_000 }

  private static var timerToken: UInt64 { .max }

  public init() throws(SystemError) {
    poller = try EpollPoller()
    timer = try DriverTimer()
    nowNanoseconds = Clock.monotonicNanoseconds()
    wheel = TimerWheel(now: nowNanoseconds / 1_000_000)
    isVirtual = false
    try poller.add(timer.descriptor, token: Self.timerToken, interest: .read)
  }

  /// A reactor whose clock stands still between calls of `advance`: for simulations.
  public init(virtualMilliseconds: UInt64) throws(SystemError) {
    poller = try EpollPoller()
    timer = try DriverTimer()
    nowNanoseconds = virtualMilliseconds * 1_000_000
    wheel = TimerWheel(now: virtualMilliseconds)
    isVirtual = true
  }

  /// Readable when there is something to do: to be watched by the host's loop.
  public var descriptor: Int32 { poller.descriptor }

  /// The number of sources.
  public private(set) var sourceCount = 0

  // MARK: Sources

  /// Takes a source into the table, without a descriptor.
  public func add(_ source: DriverSource) {
    precondition(source.slot < 0, "a source is in one reactor, once")
    if let slot = freeSlots.popLast() {
      sources[slot] = source
      source.slot = slot
    } else {
      source.slot = sources.count
      sources.append(source)
      generations.append(0)
    }
    sourceCount += 1
  }

  /// Watches a descriptor for a source that was added. It is unwatched before it is closed.
  public func watch(
    _ source: DriverSource, _ descriptor: Int32, _ interest: Interest
  ) throws(SystemError) {
    precondition(source.slot >= 0 && source.watchedDescriptor < 0, "one descriptor per source")
    let token = UInt64(generations[source.slot]) << 32 | UInt64(source.slot)
    try poller.add(descriptor, token: token, interest: interest)
    source.watchedDescriptor = descriptor
    source.interest = interest
  }

  /// Changes what the source's descriptor is watched for. Costs nothing when it is that already.
  public func setInterest(_ source: DriverSource, _ interest: Interest) {
    guard source.watchedDescriptor >= 0, source.interest != interest else { return }
    source.interest = interest
    let token = UInt64(generations[source.slot]) << 32 | UInt64(source.slot)
    // It fails only for a descriptor that is not watched, or for want of memory: then the source
    // waits for its deadline.
    try? poller.modify(source.watchedDescriptor, token: token, interest: interest)
  }

  /// Watches the source's descriptor no longer.
  public func unwatch(_ source: DriverSource) {
    guard source.watchedDescriptor >= 0 else { return }
    try? poller.remove(source.watchedDescriptor)
    source.watchedDescriptor = -1
    // Events that were fetched already name the old generation.
    generations[source.slot] &+= 1
  }

  /// Takes a source out of the table. It has cancelled its timers before.
  public func remove(_ source: DriverSource) {
    guard source.slot >= 0 else { return }
    unwatch(source)
    sources[source.slot] = nil
    generations[source.slot] &+= 1
    freeSlots.append(source.slot)
    source.slot = -1
    sourceCount -= 1
  }

  // MARK: Timers

  /// Has `source.expired(tag:)` called at a moment or soon after it.
  public func setTimer(
    _ source: DriverSource, tag: UInt32, deadlineMilliseconds: UInt64
  ) -> TimerWheel.TimerID {
    precondition(source.slot >= 0, "a timer is for a source of this reactor")
    return wheel.insert(
      token: UInt64(source.slot) << 32 | UInt64(tag), deadlineMilliseconds: deadlineMilliseconds)
  }

  /// Cancels a timer. False when it has expired or was cancelled before.
  @discardableResult
  public func cancelTimer(_ timer: TimerWheel.TimerID) -> Bool {
    wheel.cancel(timer)
  }

  // MARK: Turns

  /// Has `source.flush` called before the host waits again.
  @inline(__always)
  public func mark(_ source: DriverSource) {
    if source.isDirty { return }
    source.isDirty = true
    dirty.append(source)
  }

  /// Whether something was marked that only `flush` will do.
  public var needsFlush: Bool { !dirty.isEmpty }

  /// Does what is ready, expires timers, flushes.
  ///
  /// - Parameter waitMilliseconds: how long to wait until something is ready, for a host that has
  ///   nothing else to wait for; -1 without end. It saves a system call.
  /// - Throws: when the poller itself has failed.
  public func turn(waitMilliseconds: Int32 = 0) throws(SystemError) {
    let count = try poller.wait(timeoutMilliseconds: waitMilliseconds)
    refreshClock()
    for index in 0..<count {
      let event = poller.event(index)
      if event.token == Self.timerToken {
        timer.expired()
        continue
      }
      let slot = Int(event.token & 0xFFFF_FFFF)
      guard slot < sources.count, generations[slot] == UInt32(event.token >> 32),
        let source = sources[slot]
      else { continue }
      source.ready(event.readiness)
    }
    // Octets that came in time are looked at before a timer says that they did not.
    expireTimers()
    flush()
  }

  /// Calls `flush` of the sources that were marked, and of those that these mark, and sets the timer.
  public func flush() {
    if isFlushing { return }
    isFlushing = true
    refreshClock()
    var position = 0
    while position < dirty.count {
      let source = dirty[position]
      position += 1
      source.isDirty = false
      source.flush()
    }
    dirty.removeAll(keepingCapacity: true)
    isFlushing = false
    if !isVirtual, let deadline = wheel.nextDeadline { timer.arm(deadline) }
  }

  /// Sets the clock of a virtual reactor, expires timers, flushes.
  public func advance(toMilliseconds now: UInt64) {
    precondition(isVirtual && now >= self.now, "time goes on")
    nowNanoseconds = now * 1_000_000
    expireTimers()
    flush()
  }

  /// When `advance` has something to do next, in a virtual reactor; nil when no timer is set.
  public var nextDeadline: UInt64? { wheel.nextDeadline }

  private func expireTimers() {
    while let token = wheel.popExpired(now: now) {
      let slot = Int(token >> 32)
      sources[slot]?.expired(tag: UInt32(truncatingIfNeeded: token))
    }
  }

  private func refreshClock() {
    if !isVirtual { nowNanoseconds = Clock.monotonicNanoseconds() }
  }
}
