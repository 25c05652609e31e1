import CLinux
import Foundation
import NecroOctets
import NecroReactor
import Testing

/// A source that writes down what it was told.
private final class TestSource: DriverSource {
  var log: [String] = []
  var whenFlushed: () -> Void = {}
  var whenReady: () -> Void = {}

  override func ready(_ readiness: Readiness) {
    log.append(readiness.contains(.writable) ? "writable" : "readable")
    whenReady()
  }
  override func expired(tag: UInt32) { log.append("expired \(tag)") }
  override func flush() {
    log.append("flush")
    whenFlushed()
  }
}

@Suite("DriverReactor")
struct DriverReactorTests {
  /// Waits as a host does: on the one descriptor.
  private func wait(_ reactor: DriverReactor, milliseconds: Int32) -> Bool {
    var poll = pollfd(fd: reactor.descriptor, events: Int16(POLLIN), revents: 0)
    return Foundation.poll(&poll, 1, milliseconds) == 1
  }

  @Test("a host that watches one descriptor sees sockets and deadlines")
  func oneDescriptor() throws {
    let reactor = try DriverReactor()
    let pair = try socketPair()
    defer { for descriptor in [pair.one, pair.other] { close(descriptor) } }
    let source = TestSource()
    reactor.add(source)
    try reactor.watch(source, pair.one, .read)
    #expect(!wait(reactor, milliseconds: 0))
    _ = Socket.send(pair.other, [1].span)
    #expect(wait(reactor, milliseconds: 5_000))
    try reactor.turn()
    #expect(source.log == ["readable"])
    reactor.unwatch(source)

    let deadline = reactor.now + 20
    _ = reactor.setTimer(source, tag: 7, deadlineMilliseconds: deadline)
    reactor.flush()
    // The wheel may ask to be looked at before the deadline.
    while source.log.count < 2 && wait(reactor, milliseconds: 5_000) { try reactor.turn() }
    #expect(source.log == ["readable", "expired 7"])
    #expect(Clock.monotonicMilliseconds() >= deadline)
    #expect(!wait(reactor, milliseconds: 0), "a timer that has expired wakes nobody")
  }

  @Test("a host that has nothing else to wait for waits in the turn")
  func waitingTurn() throws {
    let reactor = try DriverReactor()
    let source = TestSource()
    reactor.add(source)
    let deadline = reactor.now + 20
    _ = reactor.setTimer(source, tag: 7, deadlineMilliseconds: deadline)
    reactor.flush()
    while source.log.isEmpty { try reactor.turn(waitMilliseconds: -1) }
    #expect(source.log == ["expired 7"] && reactor.now >= deadline)
  }

  @Test("an earlier deadline moves the timer, a cancelled one is not told")
  func deadlines() throws {
    let reactor = try DriverReactor()
    let source = TestSource()
    reactor.add(source)
    let far = reactor.setTimer(source, tag: 1, deadlineMilliseconds: reactor.now + 600_000)
    reactor.flush()
    _ = reactor.setTimer(source, tag: 2, deadlineMilliseconds: reactor.now + 10)
    reactor.flush()
    #expect(reactor.cancelTimer(far))
    #expect(!reactor.cancelTimer(far))
    while source.log.isEmpty && wait(reactor, milliseconds: 5_000) { try reactor.turn() }
    #expect(source.log == ["expired 2"])
  }

  @Test("marks made while flushing are flushed in the same turn, each once")
  func gathering() throws {
    let reactor = try DriverReactor()
    let first = TestSource()
    let second = TestSource()
    reactor.add(first)
    reactor.add(second)
    first.whenFlushed = { [unowned first] in
      reactor.mark(second)
      reactor.mark(second)
      if first.log.count < 3 { reactor.mark(first) }
    }
    reactor.mark(first)
    reactor.mark(first)
    #expect(reactor.needsFlush)
    reactor.flush()
    #expect(first.log == ["flush", "flush", "flush"])
    #expect(second.log.count <= 3 && !second.log.isEmpty)
    #expect(!reactor.needsFlush)
  }

  @Test("events of a descriptor that was unwatched in the same turn reach nobody")
  func staleEvents() throws {
    let reactor = try DriverReactor()
    let pairs = [try socketPair(), try socketPair()]
    defer { for pair in pairs { for descriptor in [pair.one, pair.other] { close(descriptor) } } }
    let sources = [TestSource(), TestSource()]
    for (source, pair) in zip(sources, pairs) {
      reactor.add(source)
      try reactor.watch(source, pair.one, .read)
      _ = Socket.send(pair.other, [1].span)
    }
    // Whichever is first takes the other's descriptor and puts another source into its slot.
    let late = TestSource()
    for (index, source) in sources.enumerated() {
      source.whenReady = { [unowned other = sources[1 - index]] in
        reactor.remove(other)
        reactor.add(late)
      }
    }
    try reactor.turn()
    #expect(sources.map(\.log.count).sorted() == [0, 1])
    #expect(late.log.isEmpty)
    #expect(reactor.sourceCount == 2)
  }

  @Test("in virtual time nothing waits")
  func virtualTime() throws {
    let reactor = try DriverReactor(virtualMilliseconds: 1_000)
    let source = TestSource()
    reactor.add(source)
    _ = reactor.setTimer(source, tag: 3, deadlineMilliseconds: 90_000)
    reactor.advance(toMilliseconds: 89_999)
    #expect(source.log.isEmpty)
    reactor.advance(toMilliseconds: 90_000)
    #expect(source.log == ["expired 3"])
    #expect(reactor.nextDeadline == nil)
  }

  @Test("interest changes")
  func interest() throws {
    let reactor = try DriverReactor()
    let pair = try socketPair()
    defer { for descriptor in [pair.one, pair.other] { close(descriptor) } }
    let source = TestSource()
    reactor.add(source)
    try reactor.watch(source, pair.one, .read)
    try reactor.turn()
    reactor.setInterest(source, .readWrite)
    try reactor.turn()
    reactor.setInterest(source, .read)
    try reactor.turn()
    #expect(source.log == ["writable"])
  }
}
