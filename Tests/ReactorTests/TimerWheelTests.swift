import NecroReactor
import TestSupport
import Testing

@Suite("TimerWheel")
struct TimerWheelTests {
  @Test("a timer expires at its deadline and not a millisecond earlier")
  func exactness() {
    for delay: UInt64 in [1, 63, 64, 65, 4095, 4096, 4097, 1 << 20, 1 << 40] {
      var wheel = TimerWheel(now: 1_000)
      _ = wheel.insert(token: delay, deadlineMilliseconds: 1_000 + delay)
      #expect(wheel.popExpired(now: 1_000 + delay - 1) == nil)
      #expect(wheel.popExpired(now: 1_000 + delay) == delay)
      #expect(wheel.popExpired(now: .max) == nil)
      #expect(wheel.count == 0)
    }
  }

  @Test("a deadline between two ticks expires with the later one")
  func ticks() {
    var wheel = TimerWheel(now: 0, tickMilliseconds: 100)
    _ = wheel.insert(token: 1, deadlineMilliseconds: 101)
    #expect(wheel.nextDeadline == 200)
    #expect(wheel.popExpired(now: 199) == nil)
    #expect(wheel.popExpired(now: 200) == 1)
  }

  @Test("a deadline in the past expires at once, and the last one possible never overflows")
  func extremes() {
    var wheel = TimerWheel(now: 500)
    _ = wheel.insert(token: 1, deadlineMilliseconds: 0)
    #expect(wheel.nextDeadline == 500)
    #expect(wheel.timeoutMilliseconds(now: 500) == 0)
    #expect(wheel.popExpired(now: 500) == 1)
    _ = wheel.insert(token: 2, deadlineMilliseconds: .max)
    #expect(wheel.timeoutMilliseconds(now: 500) == Int32.max)
    #expect(wheel.popExpired(now: .max - 1) == nil)
    #expect(wheel.popExpired(now: .max) == 2)
    #expect(wheel.timeoutMilliseconds(now: .max) == -1)

    var coarse = TimerWheel(now: 0, tickMilliseconds: 1_000)
    _ = coarse.insert(token: 3, deadlineMilliseconds: .max)
    #expect(coarse.nextDeadline != nil)
  }

  @Test("a cancelled timer does not expire, and cancelling again does nothing")
  func cancelling() {
    var wheel = TimerWheel(now: 0, capacity: 1)
    let first = wheel.insert(token: 1, deadlineMilliseconds: 10)
    let cancelled = wheel.cancel(first)
    #expect(cancelled)
    #expect(wheel.nextDeadline == nil)
    // The next timer takes the place of the first; the old identity must not reach it.
    let second = wheel.insert(token: 2, deadlineMilliseconds: 10)
    let cancelledAgain = wheel.cancel(first)
    #expect(!cancelledAgain)
    #expect(wheel.popExpired(now: 10) == 2)
    let cancelledLate = wheel.cancel(second)
    #expect(!cancelledLate)
  }

  @Test("a timer whose time has come can still be cancelled before it is popped")
  func cancellingExpired() {
    var wheel = TimerWheel(now: 0)
    var timers = (0..<5).map { wheel.insert(token: $0, deadlineMilliseconds: 10) }
    let first = wheel.popExpired(now: 10)
    #expect(first != nil)
    timers.removeAll { timer in wheel.cancel(timer) && wheel.count == 3 }
    #expect(timers.count == 4)
    #expect(wheel.count == 0)
    #expect(wheel.popExpired(now: 10) == nil)
    _ = wheel.insert(token: 9, deadlineMilliseconds: 5)
    #expect(wheel.popExpired(now: 10) == 9)
  }

  @Test("the wheel does what a sorted list does", arguments: [1, 7, 42, 1_000_003])
  func model(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for tick in [1, 10] {
      var now = UInt64.random(in: 0..<1 << 42, using: &random)
      var wheel = TimerWheel(now: now, tickMilliseconds: tick, capacity: 2)
      var model: [(deadline: UInt64, token: UInt64, timer: TimerWheel.TimerID)] = []
      for token in 0..<UInt64(3_000) {
        switch UInt8.random(in: 0..<8, using: &random) {
        case 0..<4:
          let delay = UInt64.random(
            in: 0..<1 << UInt64.random(in: 1...40, using: &random), using: &random)
          let timer = wheel.insert(token: token, deadlineMilliseconds: now + delay)
          model.append((now + delay, token, timer))
        case 4 where !model.isEmpty:
          let victim = model.remove(at: Int.random(in: 0..<model.count, using: &random))
          let isCancelled = wheel.cancel(victim.timer)
          #expect(isCancelled)
        case 5:
          checkDeadline(of: wheel, model.map(\.deadline).min(), tick: UInt64(tick))
        default:
          now += UInt64.random(
            in: 0..<1 << UInt64.random(in: 1...38, using: &random), using: &random)
          expire(&wheel, &model, now: now, tick: UInt64(tick))
        }
        #expect(wheel.count == model.count)
      }
      expire(&wheel, &model, now: .max / 2, tick: UInt64(tick))
      #expect(wheel.count == 0)
    }
  }

  /// Pops everything due and compares: the same timers, in the order of their ticks.
  private func expire(
    _ wheel: inout TimerWheel,
    _ model: inout [(deadline: UInt64, token: UInt64, timer: TimerWheel.TimerID)],
    now: UInt64, tick: UInt64
  ) {
    var ticks: [UInt64] = []
    while let token = wheel.popExpired(now: now) {
      guard let index = model.firstIndex(where: { $0.token == token }) else {
        Issue.record("the wheel returned \(token), which is not set")
        return
      }
      ticks.append((model[index].deadline + tick - 1) / tick)
      model.remove(at: index)
    }
    #expect(ticks == ticks.sorted())
    #expect(ticks.allSatisfy { $0 <= now / tick })
    #expect(model.allSatisfy { ($0.deadline + tick - 1) / tick > now / tick })
  }

  private func checkDeadline(
    of wheel: borrowing TimerWheel, _ earliest: UInt64?, tick: UInt64
  ) {
    let next = wheel.nextDeadline
    #expect((next == nil) == (earliest == nil))
    if let next, let earliest { #expect(next <= (earliest + tick - 1) / tick * tick) }
  }
}
