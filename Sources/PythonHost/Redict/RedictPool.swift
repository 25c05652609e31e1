import CPython
import NecroOctets
import NecroRESP
import NecroReactor
import NecroRedict

/// The client behind a `RedictPool` of Python: makes commands of calls, and values of replies.
///
/// What is rare is done by `hooks`, the Python object that the pool was made with
/// (`necro.redict._hooks`).
final class RedictPool: RedictOwner {
  let state: ModuleState
  let calls: CallTypes
  let reactor: DriverReactor
  private(set) var route: RedictRoute!
  /// Clients that want a connection, by the number that Python knows the attempt by.
  var wanting: [RedictClient?] = []
  let loop: Object
  let hooks: Object
  let callSoon: Object
  /// How long a command may take that does not wait by itself; 0 for as long as it likes.
  private let commandMilliseconds: UInt64
  /// The `RedictPool` of Python, which holds this one and is not held by it; nil once it is gone.
  private var object: Object?
  let tls = ClientTLS()
  private var flushIsDue = false
  /// Whether the loop has called `turn`, so that no Task is under way.
  private(set) var isTurning = false
  /// What a Task has raised that ends the loop; owned.
  private var error: Object?
  /// Whether the loop waits for the reactor, so that calls can be answered.
  var isBegun = false
  /// Commands by name, as `append` keeps them: a dict.
  let names: Object
  /// Calls that are over, for the next ones.
  private var idle: [RedictPending] = []
  /// Subscriptions and the Python objects that listen, by the subscription's token less 1.
  var subscriptions: [(subscription: RedictSubscription, listener: Object)?] = []

  private static var idleMax: Int { 256 }

  /// Nil with a Python error.
  init?(
    module: Object, loop: Object, options: RedictOptions, hooks: Object
  ) {
    let state = ModuleState.of(module: module)
    guard let calls = state.callTypes(ofModule: module),
      let callSoon = attribute(loop, "call_soon"),
      let names = PyDict_New()
    else { return nil }
    do throws(SystemError) {
      reactor = try DriverReactor()
    } catch {
      _ = raiseSystemError(error)
      return nil
    }
    self.state = state
    self.calls = calls
    self.callSoon = callSoon
    self.names = names
    commandMilliseconds = options.commandMilliseconds
    self.loop = retained(loop)
    self.hooks = retained(hooks)
    super.init()
    route = RedictRoute(
      options, owner: self, reactor: reactor,
      chance: UInt64(UInt(bitPattern: loop)) ^ reactor.nowNanoseconds)
  }

  deinit {
    release(loop)
    release(callSoon)
    release(hooks)
    release(names)
    release(error)
  }

  // MARK: Calls

  /// A new future of a call that is to be submitted; nil with an error.
  func makeFuture(_ pending: RedictPending) -> Object? {
    let type = calls.redictCall
    var places: (Object?, Object?) = (nil, loop)
    let future = withUnsafePointer(to: &places) { tuple in
      tuple.withMemoryRebound(to: Object?.self, capacity: 2) { places in
        necro_vectorcall(
          UnsafeMutableRawPointer(type).assumingMemoryBound(to: PyObject.self), places + 1, 0,
          calls.loopKeyword)
      }
    }
    guard let future else { return nil }
    necro_call_record(future, type).pointee = Unmanaged.passUnretained(pending).toOpaque()
    pending.future = retained(future)
    return future
  }

  func makePending() -> RedictPending { idle.popLast() ?? RedictPending() }

  /// Calls a command: a shape, its name, its arguments. The future, a new reference, or nil with an error.
  ///
  /// - Parameter connection: one that was acquired; nil for any.
  func call(
    _ arguments: UnsafePointer<Object?>?, _ count: Int, _ names: Object?, isRaw: Bool,
    on connection: RedictConnection?, at node: (RedictRouter, RedictNode)? = nil
  ) -> Object? {
    guard count >= 2, let arguments, let shape = arguments[0] else {
      raise(necro_type_error()!, "a command has a shape and a name")
      return nil
    }
    let pending = makePending()
    guard
      let traits = append(
        arguments[1]!, arguments + 2, count - 2, names, to: &pending.command.request)
    else { return nil }
    pending.mode = .value
    pending.isRaw = isRaw
    pending.shape = retained(shape)
    pending.command.traits = traits
    return submit(pending, on: connection, at: node)
  }

  /// Submits a call that Python waits for; the future, or nil with an error.
  ///
  /// - Parameters:
  ///   - slot: of a call that asks for a connection, the one of its keys; negative for none.
  ///   - node: who does it; nil for whoever does such.
  func submit(
    _ pending: RedictPending, on connection: RedictConnection?, slot: Int = -1,
    at node: (RedictRouter, RedictNode)? = nil
  ) -> Object? {
    guard isBegun else {
      raiseFailure("not_open")
      return nil
    }
    guard let future = makeFuture(pending) else { return nil }
    let command = pending.command
    if commandMilliseconds > 0, !command.traits.contains(.blocking), pending.mode != .connection {
      command.deadlineMilliseconds = Clock.monotonicMilliseconds() + commandMilliseconds
    }
    pending.begin(self)
    if let connection {
      route.submit(command, on: connection)
    } else if pending.mode == .connection {
      route.acquire(command, slot: slot)
    } else if let (router, node) = node {
      router.submit(command, to: node)
    } else {
      route.submit(command)
    }
    scheduleFlush()
    return future
  }

  /// The client that wanted a connection by a number; nil with an error.
  func takeWanting(_ number: Object?) -> RedictClient? {
    let place = PyLong_AsLong(number)
    guard place >= 0, place < wanting.count, let client = wanting[place] else {
      if PyErr_Occurred() == nil {
        raise(necro_value_error()!, "no connection is wanted by that number")
      }
      return nil
    }
    wanting[place] = nil
    return client
  }

  /// Takes a command back that nobody waits for.
  func withdraw(_ command: RedictCommand) {
    route.cancel(command)
    scheduleFlush()
  }

  // MARK: Turns

  /// Has the loop call `flush` once before it waits.
  func scheduleFlush() {
    guard !flushIsDue, let object else { return }
    // The loop holds the method, and so the pool, until it has called it.
    guard let flushMethod = attribute(object, "flush") else { return PyErr_WriteUnraisable(loop) }
    defer { release(flushMethod) }
    guard let handle = NecroPythonHost.call(callSoon, flushMethod) else {
      // Without a loop nothing can be answered either.
      PyErr_WriteUnraisable(loop)
      return
    }
    release(handle)
    flushIsDue = true
  }

  /// Takes the object that holds this pool.
  func begin(_ object: Object) { self.object = object }

  /// The object is gone. Without connections nothing is under way, and the reactor gives its
  /// descriptors back.
  func end() {
    object = nil
    for client in route.clients where !client.connections.isEmpty { return }
    route.close()
    reactor.flush()
    route.leaveReactor()
  }

  func flush() {
    flushIsDue = false
    reactor.flush()
    if reactor.needsFlush { scheduleFlush() }
  }

  /// Does what is ready. False with an error.
  func turn() -> Bool {
    isTurning = true
    defer { isTurning = false }
    do throws(SystemError) {
      try reactor.turn()
    } catch {
      return raiseSystemError(error)
    }
    if reactor.needsFlush { scheduleFlush() }
    guard let error else { return true }
    self.error = nil
    PyErr_SetRaisedException(error)
    return false
  }

  /// Keeps what `turn` raises, whose reference it takes.
  func keepError(_ error: Object) {
    if self.error == nil { self.error = error } else { release(error) }
  }

  // MARK: What the client tells

  override func replied(
    _ command: RedictCommand, index: Int, _ octets: Span<UInt8>, attributes: Span<UInt8>
  ) {
    let pending = RedictPending.of(command)
    let replies = RedictReplies(pool: self, isRaw: pending.isRaw)
    switch pending.mode {
    case .value:
      pending.value = replies.value(octets, pending.shape)
      if pending.value == nil { pending.error = PyErr_GetRaisedException() }
    case .list:
      let shape = necro_list_item(pending.shape, index)
      keep(replies.value(octets, shape), in: pending)
    case .transaction: transactionReplied(pending, index, octets, replies)
    case .connection: break
    }
  }

  /// Adds a reply, whose reference it takes, to those of its call.
  private func keep(_ value: Object?, in pending: RedictPending) {
    if pending.value == nil { pending.value = PyList_New(0) }
    // What cannot be made of one reply stands in its place, so that the others are had.
    guard let item = value ?? PyErr_GetRaisedException(), let list = pending.value else { return }
    if PyList_Append(list, item) != 0 { pending.error = PyErr_GetRaisedException() }
    release(item)
  }

  /// MULTI is answered OK, each command QUEUED, and EXEC with all replies.
  private func transactionReplied(
    _ pending: RedictPending, _ index: Int, _ octets: Span<UInt8>, _ replies: RedictReplies
  ) {
    if index < pending.command.commandCount - 1 {
      if RedictReply.isError(octets), pending.error == nil { pending.error = exception(octets) }
      return
    }
    var reader = RESPReader(octets)
    switch reader.next() {
    case .array(let count?):
      guard pending.value == nil, let list = PyList_New(0) else { return }
      pending.value = list
      for place in 0..<min(count, necro_size(pending.shape)) {
        guard let item = reader.next() else { return }
        var length: Py_ssize_t = 0
        let shape = necro_ascii(necro_list_item(pending.shape, place), &length)
        keep(
          replies.value(
            item, &reader, octets,
            UnsafeRawPointer(shape ?? cString(".")).assumingMemoryBound(to: UInt8.self)),
          in: pending)
      }
    case .null: pending.error = pending.error ?? failure("watched_key_changed", nil)
    default:
      // EXECABORT: what was wrong with a command is told by the first error.
      if pending.error == nil { pending.error = exception(octets) }
    }
  }

  override func completed(_ command: RedictCommand) {
    let pending = RedictPending.of(command)
    if let future = pending.future {
      necro_call_record(future, calls.redictCall).pointee = nil
      deliver(pending, to: future)
    } else if pending.mode == .connection, command.failure == nil,
      let connection = command.connection
    {
      // Nobody waits for it any more.
      route.release(connection)
    }
    pending.finish()
    guard idle.count < Self.idleMax else { return }
    command.reset()
    // One of a large request would hold its memory for long.
    if command.request.capacity > 65_536 { command.request = OctetBuffer() }
    idle.append(pending)
  }

  private func deliver(_ pending: RedictPending, to future: Object) {
    let command = pending.command
    var value: Object?
    var method = state.nameSetResult
    if case .server(let text)? = command.failure, pending.mode == .list,
      command.commandCount == 1
    {
      // One command alone, of those that are sent together.
      keep(exception(ofServer: text.span), in: pending)
      value = pending.value.map { retained($0) }
    } else if let failure = command.failure {
      value = exception(failure)
      method = state.nameSetException
    } else if let error = pending.error {
      value = retained(error)
      method = state.nameSetException
    } else if pending.mode == .connection, let connection = command.connection {
      value = connectionObject(connection)
    } else {
      value = retained(pending.value ?? necro_none()!)
    }
    if value == nil {
      value = PyErr_GetRaisedException()
      method = state.nameSetException
    }
    guard let value else { return }
    defer { release(value) }
    guard let set = PyObject_CallMethodOneArg(future, method, value) else {
      return PyErr_WriteUnraisable(future)
    }
    release(set)
    wake(pending, future)
  }

  override func connectionWanted(_ client: RedictClient) {
    var number = 0
    while number < wanting.count, wanting[number] != nil { number += 1 }
    if number == wanting.count { wanting.append(nil) }
    wanting[number] = client
    guard let number = PyLong_FromLong(number) else { return PyErr_WriteUnraisable(hooks) }
    defer { release(number) }
    callHook(
      client.purpose == .sentinel ? "sentinel_wanted" : "connection_wanted", client, number)
  }

  /// Calls a hook with the address of a router's node behind what it is told.
  private func callHook(_ name: StaticString, _ client: RedictClient, _ first: Object? = nil) {
    guard let address = client.address else { return callHook(name, first) }
    let host = address.host
    guard let host = makeLatin1String(host.span) else { return PyErr_WriteUnraisable(hooks) }
    defer { release(host) }
    guard let port = PyLong_FromLong(Int(address.port)) else {
      return PyErr_WriteUnraisable(hooks)
    }
    defer { release(port) }
    callHook(name, of: nil, first ?? host, first == nil ? port : host, first == nil ? nil : port)
  }

  override func connectionReady(_ connection: RedictConnection) {
    callHook("connection_ready", connection.client)
  }

  override func connectionClosed(_ connection: RedictConnection) {
    let error = connection.failure.flatMap { exception($0) } ?? none()
    defer { release(error) }
    callHook("connection_closed", connection.client, error)
  }

  // MARK: Subscriptions

  override func subscriptionActive(_ subscription: RedictSubscription) {
    tell(subscription, "_active")
  }

  override func subscriptionInterrupted(_ subscription: RedictSubscription) {
    tell(subscription, "_interrupted")
  }

  override func subscriptionRefused(_ subscription: RedictSubscription, error: Span<UInt8>) {
    guard let error = exception(ofServer: error) else { return PyErr_WriteUnraisable(hooks) }
    defer { release(error) }
    tell(subscription, "_refused", error)
  }

  override func message(
    _ subscription: RedictSubscription, topic: Span<UInt8>, channel: Span<UInt8>,
    payload: Span<UInt8>
  ) {
    guard let topic = makeBytes(topic), let channel = makeBytes(channel),
      let payload = makeBytes(payload)
    else { return PyErr_WriteUnraisable(hooks) }
    defer {
      release(topic)
      release(channel)
      release(payload)
    }
    tell(subscription, "_message", topic, channel, payload)
  }

  private func tell(
    _ subscription: RedictSubscription, _ name: StaticString, _ first: Object? = nil,
    _ second: Object? = nil, _ third: Object? = nil
  ) {
    let place = Int(subscription.ownerToken) - 1
    guard place >= 0, place < subscriptions.count, let entry = subscriptions[place] else { return }
    let listener = retained(entry.listener)
    callHook(name, of: listener, first, second, third)
    release(listener)
  }

  /// Calls a hook. It has nobody to raise to: what it raises is written to stderr.
  private func callHook(
    _ name: StaticString, of object: Object? = nil, _ first: Object? = nil,
    _ second: Object? = nil, _ third: Object? = nil
  ) {
    guard let method = attribute(object ?? hooks, name) else {
      return PyErr_WriteUnraisable(hooks)
    }
    defer { release(method) }
    var places: (Object?, Object?, Object?, Object?) = (nil, first, second, third)
    let count = first == nil ? 0 : second == nil ? 1 : third == nil ? 2 : 3
    let result = withUnsafePointer(to: &places) { tuple in
      tuple.withMemoryRebound(to: Object?.self, capacity: 4) { places in
        necro_vectorcall(method, places + 1, count, nil)
      }
    }
    if result == nil { PyErr_WriteUnraisable(method) }
    release(result)
  }

  private func callHook(_ name: StaticString, _ first: Object?) {
    callHook(name, of: nil, first)
  }
}
