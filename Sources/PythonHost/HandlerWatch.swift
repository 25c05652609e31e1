import CLinux
import CPython
import NecroReactor

/// What a worker's thread is doing, for another thread to see: two words of memory that it writes
/// without a lock, a clock read or a call, so that watching costs a request next to nothing.
final class HandlerWatch {
  /// When the turn began that the thread is in, in milliseconds; 0 while it waits.
  private let turn: UnsafeMutablePointer<UInt>
  /// The number of the step, and below it that of the route whose handler runs, from 1; 0 for none.
  private let step: UnsafeMutablePointer<UInt>
  private var steps: UInt = 0

  private static let routeBits: UInt = 20

  init() {
    turn = .allocate(capacity: 2)
    turn.initialize(repeating: 0, count: 2)
    step = turn + 1
  }

  deinit {
    turn.deallocate()
  }

  // MARK: The worker's thread

  /// Says that the thread waits for the kernel.
  @inline(__always)
  func waits() { necro_store_relaxed(turn, 0) }

  /// Says that a turn begins.
  @inline(__always)
  func turns(at milliseconds: UInt64) { necro_store_relaxed(turn, UInt(milliseconds)) }

  /// Says that a step of a handler begins: its call, or its going on after it was suspended.
  @inline(__always)
  func enters(route: Int) {
    steps &+= 1
    let number = UInt(bitPattern: route) &+ 1
    necro_store_relaxed(step, steps << Self.routeBits | number & (1 << Self.routeBits &- 1))
  }

  /// Says that the step has ended.
  @inline(__always)
  func leaves() {
    steps &+= 1
    necro_store_relaxed(step, steps << Self.routeBits)
  }

  // MARK: Another thread

  /// What was told of last; the watching thread's alone.
  private var toldTurn: UInt = 0
  private var toldStep: UInt = 0

  /// What holds up a worker.
  struct Stall {
    fileprivate let turn: UInt
    fileprivate let step: UInt
    let milliseconds: UInt64

    /// The number of the route whose handler runs; nil: something else of the loop's.
    var route: Int? {
      let number = Int(step & (1 << HandlerWatch.routeBits &- 1))
      return number == 0 ? nil : number - 1
    }
  }

  /// Whether the thread is still in what a stall tells of.
  func isIn(_ stall: Stall) -> Bool {
    necro_load_relaxed(turn) == stall.turn && necro_load_relaxed(step) == stall.step
  }

  /// Waits until the thread has been in one step of one turn for so long. Each such step is told of
  /// once; one thread watches.
  ///
  /// - Parameter milliseconds: how long is too long.
  func wait(milliseconds: UInt64) -> Stall {
    var seenTurn: UInt = 0
    var seenStep: UInt = 0
    var since: UInt64 = 0
    let pause = min(max(milliseconds / 4, 5), 250)
    var time = timespec(tv_sec: 0, tv_nsec: Int(pause) * 1_000_000)
    while true {
      let turn = necro_load_relaxed(turn)
      let step = necro_load_relaxed(step)
      let now = Clock.monotonicMilliseconds()
      if turn == 0 || turn != seenTurn || step != seenStep {
        seenTurn = turn
        seenStep = step
        since = now
      } else if now - since >= milliseconds
        && !(toldTurn == turn && toldStep == step)
      {
        toldTurn = turn
        toldStep = step
        return Stall(turn: turn, step: step, milliseconds: now - since)
      }
      _ = nanosleep(&time, nil)
    }
  }
}
