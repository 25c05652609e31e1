import CLinux
import Foundation
import NecroOctets
import NecroReactor
import TestSupport
import Testing

/// What the waits of several threads returned.
private final class EventCounts: @unchecked Sendable {
  private let lock = NSLock()
  private var counts: [Int] = []

  func append(_ count: Int) {
    lock.withLock { counts.append(count) }
  }

  var sorted: [Int] { lock.withLock { counts.sorted() } }
}

@Suite("EpollPoller")
struct PollerTests {
  /// The events of one wait.
  private func events(
    of poller: inout EpollPoller, timeout: Int32 = 0
  ) throws -> [UInt64: Readiness] {
    var events: [UInt64: Readiness] = [:]
    for index in 0..<(try poller.wait(timeoutMilliseconds: timeout)) {
      events[poller.event(index).token] = poller.event(index).readiness
    }
    return events
  }

  @Test("readiness comes with the token, while it lasts")
  func levelTriggered() throws {
    var poller = try EpollPoller()
    let pair = try socketPair()
    defer { for descriptor in [pair.one, pair.other] { close(descriptor) } }
    let token: UInt64 = 0xFEDC_BA98_7654_3210
    try poller.add(pair.one, token: token, interest: .read)
    #expect(try events(of: &poller) == [:])
    _ = Socket.send(pair.other, [1].span)
    #expect(try events(of: &poller) == [token: .readable])
    #expect(try events(of: &poller) == [token: .readable])
    try poller.modify(pair.one, token: 2, interest: .readWrite)
    #expect(try events(of: &poller) == [2: [.readable, .writable]])
    try poller.remove(pair.one)
    #expect(try events(of: &poller) == [:])
  }

  @Test("an edge is reported once")
  func edgeTriggered() throws {
    var poller = try EpollPoller()
    let pair = try socketPair()
    defer { for descriptor in [pair.one, pair.other] { close(descriptor) } }
    try poller.add(pair.one, token: 1, interest: [.read, .edgeTriggered])
    _ = Socket.send(pair.other, [1].span)
    #expect(try events(of: &poller) == [1: .readable])
    #expect(try events(of: &poller) == [:])
    _ = Socket.send(pair.other, [2].span)
    #expect(try events(of: &poller) == [1: .readable])
  }

  @Test("half a close and a whole one are told apart")
  func closing() throws {
    var poller = try EpollPoller()
    let pair = try socketPair()
    defer { close(pair.one) }
    try poller.add(pair.one, token: 1, interest: [.read, .peerClosedWriting])
    Socket.closeWriting(pair.other)
    #expect(try events(of: &poller) == [1: [.readable, .peerClosedWriting]])
    close(pair.other)
    #expect(try events(of: &poller)[1]?.contains(.hangUp) == true)
  }

  @Test("of pollers that wait for a shared listener exclusively, one wakes")
  func exclusive() throws {
    let group = try ListenerGroup.prepare(.tcp(host: Array("127.0.0.1".utf8), port: 0), workers: 1)
    let listener = group.listener(worker: 0).descriptor
    guard case .tcp(_, let port) = group.address else { return }
    let counts = EventCounts()
    let threads = (0..<3).map { _ in
      Thread {
        guard var poller = try? EpollPoller() else { return }
        try? poller.add(listener, token: 1, interest: [.read, .exclusive])
        counts.append((try? poller.wait(timeoutMilliseconds: 600)) ?? -1)
      }
    }
    for thread in threads { thread.start() }
    // By then all of them wait: one that came late would see the connection as well.
    usleep(200_000)
    let client = try connectTCP(port: port)
    defer { close(client) }
    for thread in threads { while !thread.isFinished { usleep(1_000) } }
    #expect(counts.sorted == [0, 0, 1])
    _ = group.workerCount
  }

  @Test("a poller can be watched by another one")
  func nesting() throws {
    var inner = try EpollPoller()
    var outer = try EpollPoller()
    let wakeUp = try WakeUp()
    try inner.add(wakeUp.descriptor, token: 1, interest: .read)
    try outer.add(inner.descriptor, token: 2, interest: .read)
    #expect(try events(of: &outer) == [:])
    wakeUp.signal()
    #expect(try events(of: &outer) == [2: .readable])
    #expect(try events(of: &inner) == [1: .readable])
  }

  @Test("a wait reports at most its limit, and the rest with the next")
  func limit() throws {
    var poller = try EpollPoller()
    var descriptors: [Int32] = []
    defer { for descriptor in descriptors { close(descriptor) } }
    for index in 0..<EpollPoller.eventsMax + 10 {
      let descriptor = eventfd(1, 0)
      // A process may be limited to 1,024 descriptors.
      if descriptor < 0 { return }
      descriptors.append(descriptor)
      try poller.add(descriptor, token: UInt64(index), interest: [.read, .edgeTriggered])
    }
    #expect(try poller.wait(timeoutMilliseconds: 0) == EpollPoller.eventsMax)
    #expect(try poller.wait(timeoutMilliseconds: 0) == 10)
  }

  @Test("misuse is an error, and so is a poller without descriptors left")
  func misuse() throws {
    var poller = try EpollPoller()
    let wakeUp = try WakeUp()
    #expect(throws: SystemError(call: "epoll_ctl", code: ENOENT)) {
      try poller.remove(wakeUp.descriptor)
    }
    try poller.add(wakeUp.descriptor, token: 1, interest: .read)
    #expect(throws: SystemError(call: "epoll_ctl", code: EEXIST)) {
      try poller.add(wakeUp.descriptor, token: 1, interest: .read)
    }
    #expect(throws: SystemError(call: "epoll_ctl", code: EBADF)) {
      try poller.add(-1, token: 1, interest: .read)
    }
  }

  @Test("a signal from another thread ends a wait, and draining takes all signals")
  func wakeUp() throws {
    var poller = try EpollPoller()
    let wakeUp = try WakeUp()
    try poller.add(wakeUp.descriptor, token: 1, interest: .read)
    let descriptor = wakeUp.descriptor
    let thread = Thread {
      usleep(20_000)
      for _ in 0..<3 { WakeUp.signal(descriptor) }
    }
    thread.start()
    #expect(try events(of: &poller, timeout: 10_000) == [1: .readable])
    while !thread.isFinished { usleep(1_000) }
    wakeUp.drain()
    #expect(try events(of: &poller) == [:])
    // Nothing to drain is no reason to block.
    wakeUp.drain()
    wakeUp.signal()
    #expect(try events(of: &poller) == [1: .readable])
  }

  @Test("a wait ends when its time is over")
  func timeout() throws {
    var poller = try EpollPoller()
    let begin = Clock.monotonicNanoseconds()
    #expect(try poller.wait(timeoutMilliseconds: 30) == 0)
    #expect(Clock.monotonicNanoseconds() - begin >= 29_000_000)
  }

  @Test("the clocks go forward, and the date is today's")
  func clocks() {
    let milliseconds = Clock.monotonicMilliseconds()
    #expect(Clock.monotonicNanoseconds() / 1_000_000 >= milliseconds)
    #expect(abs(Double(Clock.unixSeconds()) - Date().timeIntervalSince1970) < 2)
  }
}
