/// Timers by deadline: a hierarchical wheel, in which setting, cancelling and expiring cost the same
/// however many there are.
///
/// A level is 64 slots; a slot of level n is 64^n ticks wide. A timer lies in the level of the
/// highest digit (in base 64) in which its deadline differs from the wheel's own time, in the slot
/// of that digit, and moves down when the wheel's time reaches that slot, at most once per level.
/// Eleven levels hold every 64-bit deadline, so nothing wraps around. Slots are lists linked by
/// index through one block of entries, which grows by doubling and is reused from then on.
///
/// Timers never expire early; they expire late by less than a tick, and by as long as nobody asks.
public struct TimerWheel: ~Copyable {
  /// A timer that was set. It may be kept after the timer has expired: it then cancels nothing.
  @frozen
  public struct TimerID: Equatable, Sendable {
    fileprivate let index: UInt32
    fileprivate let generation: UInt32
  }

  private struct Entry {
    var next: UInt32
    var previous: UInt32
    var list: UInt32
    var generation: UInt32
    var deadlineTick: UInt64
    var token: UInt64
  }

  private static var none: UInt32 { .max }
  private static var levelCount: Int { 11 }
  /// The list of timers whose deadline has come, behind those of the slots.
  private static var expiredList: UInt32 { UInt32(levelCount * 64) }

  private let tickMilliseconds: UInt64
  // Invariant: every timer in a slot has a deadline behind `tick`, and differs from it first in the
  // digit of its level.
  private var tick: UInt64
  // Invariant: a bit of `occupiedLevels` is set when the level's word in `occupiedSlots` is not 0,
  // and a bit there when the slot's list is not empty.
  private var occupiedLevels: UInt32 = 0
  private let occupiedSlots: UnsafeMutablePointer<UInt64>
  private let firsts: UnsafeMutablePointer<UInt32>
  private var lastExpired: UInt32 = Self.none
  private var entries: UnsafeMutablePointer<Entry>
  private var capacity: Int
  private var firstFree: UInt32

  /// The number of timers that are set, expired or not, and were neither cancelled nor popped.
  public private(set) var count = 0

  /// - Parameters:
  ///   - now: the clock's milliseconds.
  ///   - tickMilliseconds: how exact deadlines are; at least 1.
  ///   - capacity: the timers to have room for before memory is allocated again.
  public init(now: UInt64, tickMilliseconds: Int = 1, capacity: Int = 64) {
    precondition(tickMilliseconds >= 1 && capacity >= 0, "a positive tick and a size")
    self.tickMilliseconds = UInt64(tickMilliseconds)
    tick = now / self.tickMilliseconds
    occupiedSlots = .allocate(capacity: Self.levelCount)
    occupiedSlots.initialize(repeating: 0, count: Self.levelCount)
    firsts = .allocate(capacity: Int(Self.expiredList) + 1)
    firsts.initialize(repeating: Self.none, count: Int(Self.expiredList) + 1)
    self.capacity = max(capacity, 1)
    entries = .allocate(capacity: self.capacity)
    firstFree = 0
    linkFree(from: 0)
  }

  deinit {
    entries.deallocate()
    firsts.deallocate()
    occupiedSlots.deallocate()
  }

  /// Sets a timer.
  ///
  /// - Parameters:
  ///   - token: what `popExpired` returns for it.
  ///   - deadlineMilliseconds: by the same clock as `now`; one that is past expires at once.
  /// - Complexity: O(1), but for growth.
  public mutating func insert(token: UInt64, deadlineMilliseconds: UInt64) -> TimerID {
    if firstFree == Self.none { grow() }
    let index = firstFree
    firstFree = entries[Int(index)].next
    entries[Int(index)].token = token
    // Rounded up, so that no timer expires early; written so that it cannot overflow.
    let (whole, rest) = deadlineMilliseconds.quotientAndRemainder(dividingBy: tickMilliseconds)
    entries[Int(index)].deadlineTick = whole + (rest > 0 ? 1 : 0)
    count += 1
    link(index)
    return TimerID(index: index, generation: entries[Int(index)].generation)
  }

  /// Cancels a timer. Returns false when it has been popped or cancelled before.
  ///
  /// - Complexity: O(1).
  @discardableResult
  public mutating func cancel(_ timer: TimerID) -> Bool {
    guard timer.index < capacity, entries[Int(timer.index)].generation == timer.generation,
      entries[Int(timer.index)].list != Self.none
    else { return false }
    unlink(timer.index)
    free(timer.index)
    return true
  }

  /// Removes the timer with the earliest deadline of those that are not after `now` and returns its
  /// token, or nil when there is none.
  ///
  /// - Complexity: amortised O(1).
  public mutating func popExpired(now: UInt64) -> UInt64? {
    let nowTick = now / tickMilliseconds
    while true {
      let first = firsts[Int(Self.expiredList)]
      if first != Self.none {
        let token = entries[Int(first)].token
        unlink(first)
        free(first)
        return token
      }
      guard let (slot, begin) = nextSlot(), begin <= nowTick else {
        // No slot begins before `nowTick`, so every timer keeps its level.
        tick = max(tick, nowTick)
        return nil
      }
      tick = begin
      empty(slot)
    }
  }

  /// The milliseconds at which to ask for expired timers again: never after the earliest deadline
  /// and, for one that is far off, possibly before it. Nil when no timer is set.
  ///
  /// - Complexity: O(1).
  public var nextDeadline: UInt64? {
    if firsts[Int(Self.expiredList)] != Self.none { return saturated(tick) }
    guard let (_, begin) = nextSlot() else { return nil }
    return saturated(begin)
  }

  /// How long a poller may wait from `now` on: -1, without end, when no timer is set.
  public func timeoutMilliseconds(now: UInt64) -> Int32 {
    guard let nextDeadline else { return -1 }
    if nextDeadline <= now { return 0 }
    return Int32(clamping: nextDeadline - now)
  }

  private func saturated(_ ticks: UInt64) -> UInt64 {
    let (milliseconds, overflows) = ticks.multipliedReportingOverflow(by: tickMilliseconds)
    return overflows ? .max : milliseconds
  }

  /// The slot whose time comes first, and the tick at which it begins.
  private func nextSlot() -> (list: UInt32, begin: UInt64)? {
    if occupiedLevels == 0 { return nil }
    // A timer of a lower level differs from the wheel's time in a lower digit: it comes before all
    // timers of higher levels. Within a level no slot before the wheel's own digit is occupied.
    let level = occupiedLevels.trailingZeroBitCount
    let slot = occupiedSlots[level].trailingZeroBitCount
    // Shifts of 64 and more give 0 with these operators, which the highest level needs.
    let above = (tick >> UInt64(6 * level + 6)) << UInt64(6 * level + 6)
    return (UInt32(level * 64 + slot), above | UInt64(slot) << UInt64(6 * level))
  }

  /// Puts an entry into the list that its deadline asks for.
  private mutating func link(_ index: UInt32) {
    let deadline = entries[Int(index)].deadlineTick
    if deadline <= tick {
      linkExpired(index)
      return
    }
    let level = (63 - (deadline ^ tick).leadingZeroBitCount) / 6
    let slot = Int(truncatingIfNeeded: deadline >> UInt64(6 * level)) & 63
    occupiedLevels |= 1 << UInt32(level)
    occupiedSlots[level] |= 1 << UInt64(slot)
    let list = level * 64 + slot
    let first = firsts[list]
    entries[Int(index)].list = UInt32(list)
    entries[Int(index)].previous = Self.none
    entries[Int(index)].next = first
    if first != Self.none { entries[Int(first)].previous = index }
    firsts[list] = index
  }

  /// Appends, so that timers expire in the order of their ticks.
  private mutating func linkExpired(_ index: UInt32) {
    entries[Int(index)].list = Self.expiredList
    entries[Int(index)].next = Self.none
    entries[Int(index)].previous = lastExpired
    if lastExpired == Self.none {
      firsts[Int(Self.expiredList)] = index
    } else {
      entries[Int(lastExpired)].next = index
    }
    lastExpired = index
  }

  /// Takes an entry out of its list.
  private mutating func unlink(_ index: UInt32) {
    let entry = entries[Int(index)]
    if entry.previous == Self.none {
      firsts[Int(entry.list)] = entry.next
    } else {
      entries[Int(entry.previous)].next = entry.next
    }
    if entry.next != Self.none { entries[Int(entry.next)].previous = entry.previous }
    if entry.list == Self.expiredList {
      if entry.next == Self.none { lastExpired = entry.previous }
    } else if firsts[Int(entry.list)] == Self.none {
      markEmpty(entry.list)
    }
  }

  private mutating func markEmpty(_ list: UInt32) {
    let level = Int(list / 64)
    occupiedSlots[level] &= ~(1 << UInt64(list % 64))
    if occupiedSlots[level] == 0 { occupiedLevels &= ~(1 << UInt32(level)) }
  }

  /// Moves the timers of a slot whose time has come to lower levels, or to the expired ones.
  private mutating func empty(_ list: UInt32) {
    var index = firsts[Int(list)]
    firsts[Int(list)] = Self.none
    markEmpty(list)
    while index != Self.none {
      let next = entries[Int(index)].next
      link(index)
      index = next
    }
  }

  private mutating func free(_ index: UInt32) {
    entries[Int(index)].generation &+= 1
    entries[Int(index)].list = Self.none
    entries[Int(index)].next = firstFree
    firstFree = index
    count -= 1
  }

  private mutating func grow() {
    precondition(capacity < Int(Self.none) / 2, "fewer timers than an index counts")
    let moved = UnsafeMutablePointer<Entry>.allocate(capacity: capacity * 2)
    moved.update(from: entries, count: capacity)
    entries.deallocate()
    entries = moved
    let oldCapacity = capacity
    capacity *= 2
    firstFree = UInt32(oldCapacity)
    linkFree(from: oldCapacity)
  }

  /// Fills the entries from `begin` on and chains them, the last one to none.
  private mutating func linkFree(from begin: Int) {
    for index in begin..<capacity {
      entries[index] = Entry(
        next: index + 1 < capacity ? UInt32(index + 1) : Self.none, previous: Self.none,
        list: Self.none, generation: 0, deadlineTick: 0, token: 0)
    }
  }
}
