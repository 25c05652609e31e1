import CLinux
import Foundation
import NecroOctets
import NecroReactor
import NecroRouter
import Testing

@testable import NecroServer

/// An application whose routes a test gives it, and which writes down what it was told.
final class TestApplication: Application, @unchecked Sendable {
  struct Route {
    var template: StaticString
    var methods: MethodSet
    var policy: ContentPolicy
    var respond: (Exchange, TestApplication) -> Outcome
  }

  let routes: [Route]
  unowned(unsafe) var worker: Worker<TestApplication>!
  var wantsControl = false
  var descriptorIsReady: (UInt64) -> Void = { _ in }
  /// Pending exchanges, in the order in which they came. Of the worker's thread.
  var pending: [Exchange] = []
  /// What is done with streamed content.
  var onContent: (Exchange, TestApplication) -> Void = { _, _ in }

  // What happened, for other threads to wait for.
  private let changed = NSCondition()
  private var events: [String] = []

  init(_ routes: [Route]) { self.routes = routes }

  func contentPolicy(for exchange: Exchange) -> ContentPolicy { routes[exchange.route].policy }

  func respond(to exchange: Exchange) -> Outcome {
    note("respond \(text(exchange, exchange.head.path))")
    return routes[exchange.route].respond(exchange, self)
  }

  func contentArrived(_ exchange: Exchange) { onContent(exchange, self) }

  func peerGone(_ exchange: Exchange) { note("gone \(text(exchange, exchange.head.path))") }

  func descriptorReady(token: UInt64, readiness: Readiness) { descriptorIsReady(token) }

  func note(_ event: String) {
    changed.lock()
    events.append(event)
    changed.broadcast()
    changed.unlock()
  }

  /// The events so far.
  var log: [String] {
    changed.lock()
    defer { changed.unlock() }
    return events
  }

  /// Waits until an event has happened `count` times. False when it does not in time.
  func waitFor(_ event: String, count: Int = 1) -> Bool {
    let deadline = Date(timeIntervalSinceNow: Double(Client.patienceSeconds))
    changed.lock()
    defer { changed.unlock() }
    while events.count(where: { $0 == event }) < count {
      if !changed.wait(until: deadline) { return false }
    }
    return true
  }

  func text(_ exchange: Exchange, _ slice: Slice) -> String {
    exchange.octets(slice) { octets in
      String(decoding: octets.indices.map { octets[$0] }, as: UTF8.self)
    }
  }
}

extension Exchange {
  /// A whole response of text.
  func answer(_ text: String, _ status: StatusCode = .ok) -> Outcome {
    do {
      try respond(status, contentType: "text/plain", content: Array(text.utf8).span)
    } catch {
      Issue.record("\(error)")
    }
    return .responded
  }

  /// The content that is there.
  var contentText: String {
    withContent { octets in
      String(decoding: octets.indices.map { octets[$0] }, as: UTF8.self)
    }
  }
}

/// A worker on a thread of its own, with a listener on a free port of the loopback address.
///
/// It ends with the test, and its thread before it.
final class Served: @unchecked Sendable {
  let application: TestApplication
  let worker: Worker<TestApplication>
  let port: UInt16
  private let group: ListenerGroup
  private let errands: WakeUp
  private let drainSignal: WakeUp
  private let ended = DispatchSemaphore(value: 0)
  private let lock = NSLock()
  private var waiting: [() -> Void] = []
  private var mustEnd = false
  private(set) var controlCount = 0
  /// Called behind each turn, on the worker's thread.
  var afterTurn: () -> Void = {}

  private static var errandToken: UInt64 { 1 << 61 }

  init(
    _ routes: [TestApplication.Route] = standardRoutes, log: Int32? = nil,
    _ adjust: (inout ServerLimits) -> Void = { _ in }
  ) throws {
    var limits = ServerLimits()
    adjust(&limits)
    application = TestApplication(routes)
    worker = try Worker(
      application: application, limits: limits,
      accessLog: log.map { AccessLog(descriptor: $0) })
    application.worker = worker
    for (number, route) in routes.enumerated() {
      try worker.add(route.template.octets, methods: route.methods, route: number)
    }
    group = try ListenerGroup.prepare(.tcp(host: Array("127.0.0.1".utf8), port: 0), workers: 1)
    guard case .tcp(_, let port) = group.address else { fatalError("a TCP address") }
    self.port = port
    try worker.listen(group.listener(worker: 0))
    errands = try WakeUp()
    drainSignal = try WakeUp()
    try worker.add(errands.descriptor, token: Self.errandToken, interest: .read)
    try worker.drain(on: drainSignal.descriptor)
    Thread.detachNewThread { [self] in run() }
  }

  private func run() {
    let observed = application.descriptorIsReady
    application.descriptorIsReady = { [self] token in
      if token == Self.errandToken { runErrands() } else { observed(token) }
    }
    while !mustEnd && !worker.isDrained {
      do { try worker.turn(timeoutMilliseconds: -1) } catch { Issue.record("\(error)") }
      if application.wantsControl {
        application.wantsControl = false
        controlCount += 1
      }
      afterTurn()
    }
    // It holds this object.
    application.descriptorIsReady = { _ in }
    ended.signal()
  }

  private func runErrands() {
    errands.drain()
    lock.lock()
    let all = waiting
    waiting = []
    lock.unlock()
    for errand in all { errand() }
  }

  /// Runs `body` on the worker's thread, between two events, and waits for it.
  func perform<Result>(_ body: @escaping () throws -> Result) throws -> Result {
    let done = DispatchSemaphore(value: 0)
    nonisolated(unsafe) var result: Swift.Result<Result, any Error>?
    lock.lock()
    waiting.append {
      result = Swift.Result { try body() }
      done.signal()
    }
    lock.unlock()
    errands.signal()
    guard done.wait(timeout: .now() + .seconds(Client.patienceSeconds)) == .success else {
      throw ClientError.timedOut
    }
    return try result!.get()
  }

  /// Has the worker drain, as a host's main thread does.
  func drain() { drainSignal.signal() }

  /// Waits until the worker has drained. False when it does not in time.
  func hasEnded() -> Bool {
    let result = ended.wait(timeout: .now() + .seconds(Client.patienceSeconds))
    if result == .success { ended.signal() }
    return result == .success
  }

  /// Ends the thread; called at the end of every test.
  func end() {
    lock.lock()
    waiting.append { [self] in mustEnd = true }
    lock.unlock()
    errands.signal()
    if !hasEnded() { Issue.record("the worker's thread did not end") }
  }

  func connect(receiveBufferOctets: Int32? = nil) throws -> Client {
    try Client(port: port, receiveBufferOctets: receiveBufferOctets)
  }

  /// Waits until the worker has so many connections.
  func hasConnections(_ count: Int) throws -> Bool {
    let deadline = Date(timeIntervalSinceNow: Double(Client.patienceSeconds))
    while try perform({ self.worker.connectionCount }) != count {
      if Date() > deadline { return false }
      usleep(1_000)
    }
    return true
  }
}

/// Serves routes while a test runs.
func serving(
  _ routes: [TestApplication.Route] = standardRoutes, log: Int32? = nil,
  limits: (inout ServerLimits) -> Void = { _ in }, _ body: (Served) throws -> Void
) throws {
  let served = try Served(routes, log: log, limits)
  defer { served.end() }
  try body(served)
}

/// Routes that most tests can do with.
var standardRoutes: [TestApplication.Route] {
  [
    .init(template: "/", methods: .get, policy: .ignored) { exchange, _ in
      exchange.answer("hello")
    },
    .init(template: "/name/{name}", methods: .get, policy: .ignored) { exchange, application in
      let slice = exchange.captures[0].shifted(by: exchange.head.path.offset)
      return exchange.answer(application.text(exchange, slice))
    },
    .init(template: "/collected", methods: [.post, .put], policy: .collected) { exchange, _ in
      exchange.answer(exchange.contentText)
    },
    .init(template: "/ignored", methods: .post, policy: .ignored) { exchange, _ in
      exchange.answer("ignored")
    },
    .init(template: "/pending", methods: .get, policy: .ignored) { exchange, application in
      application.pending.append(exchange)
      return .pending
    },
    .init(template: "/streamed", methods: .post, policy: .streamed) { exchange, application in
      application.pending.append(exchange)
      application.onContent(exchange, application)
      return .pending
    },
    .init(template: "/large/{count}", methods: .get, policy: .ignored) { exchange, application in
      let slice = exchange.captures[0].shifted(by: exchange.head.path.offset)
      let count = Int(application.text(exchange, slice)) ?? 0
      return exchange.answer(String(repeating: "x", count: count))
    },
    .init(template: "/control", methods: .get, policy: .ignored) { exchange, application in
      application.wantsControl = true
      return exchange.answer("control")
    },
  ]
}
