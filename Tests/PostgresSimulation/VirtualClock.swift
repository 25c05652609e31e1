/// Time that goes on only from one event to the next.
///
/// What is to happen at the same millisecond happens in the order in which it was put down.
public final class VirtualClock {
  private struct Event {
    let milliseconds: UInt64
    let number: UInt64
    let action: () -> Void

    func isBefore(_ other: Event) -> Bool {
      milliseconds != other.milliseconds
        ? milliseconds < other.milliseconds : number < other.number
    }
  }

  public private(set) var now: UInt64
  // Invariant: a heap, the first event at the front.
  private var events: [Event] = []
  private var number: UInt64 = 0

  public init(now: UInt64) { self.now = now }

  /// When the next event is; nil without any.
  public var nextEvent: UInt64? { events.first?.milliseconds }

  /// Has something happen so many milliseconds from now.
  public func after(_ milliseconds: UInt64, _ action: @escaping () -> Void) {
    number += 1
    events.append(Event(milliseconds: now + milliseconds, number: number, action: action))
    var index = events.count - 1
    while index > 0, events[index].isBefore(events[(index - 1) / 2]) {
      events.swapAt(index, (index - 1) / 2)
      index = (index - 1) / 2
    }
  }

  /// Sets the time, to that of the next event or before it.
  public func advance(to milliseconds: UInt64) {
    precondition(milliseconds >= now, "time goes on")
    now = milliseconds
  }

  /// Does what is due. What is put down for this very moment meanwhile is done as well.
  public func run() {
    while let first = events.first, first.milliseconds <= now {
      removeFirst()
      first.action()
    }
  }

  public func removeAll() { events.removeAll() }

  private func removeFirst() {
    events.swapAt(0, events.count - 1)
    events.removeLast()
    var index = 0
    while true {
      var least = index
      for child in [2 * index + 1, 2 * index + 2]
      where child < events.count && events[child].isBefore(events[least]) {
        least = child
      }
      if least == index { return }
      events.swapAt(index, least)
      index = least
    }
  }
}
