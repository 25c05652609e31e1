import CPython
import NecroHTTP1
import NecroHTTPSemantics
import NecroJSON
import NecroOctets
import NecroReactor
import NecroRouter
import NecroServer

/// The Python app of one worker, as the server sees it.
final class PythonApplication: Application {
  let state: ModuleState
  /// The worker, which is made with this application; nil once it is closed.
  var worker: Worker<PythonApplication>!
  var plans: [RoutePlan] = []

  // What `attach` names; nil before. Owned references.
  var loop: Object?
  var ready: Object?
  var taskType: Object?
  /// Called when a drain has ended; nil once it was.
  var drained: Object?
  /// Called when the worker wants a turn of a loop that is not its own, and none is due.
  var wake: Object?
  var wakeIsAsked = false
  private let results: ResultWriter
  let currentTask: Object
  private let requestType: Object
  private let argumentResponse: Object
  let taskKeywords: Object
  /// The Python functions that convert path parameters.
  private let integer: Object
  private let number: Object

  /// The handlers that have suspended, by the number in their exchange's `applicationToken`.
  var pending: [Dispatcher?] = [nil]
  private var freeTokens: [Int] = []

  /// The Task that requests run in now, borrowed, and how many references it had at the start.
  var task: Object?
  var taskReferences = 0
  var context: Object?
  /// Said by the Task itself when a handler changes it.
  var taskIsTouched = false
  /// Every request has a Task of its own, to compare with.
  var hasTaskPerRequest = false
  /// The loop is in debug mode: what handlers take is measured.
  var isDebugging = false
  /// Where another thread sees what this one does.
  let watch = HandlerWatch()
  /// What is left in the Task's name by a request that ended: it goes no further.
  var mustLeaveTask = false
  /// The handler that has just suspended, and what it awaits.
  var suspended: (Dispatcher, awaited: Object)?
  /// The result of the handler that left traces on its Task.
  var lastResult: Object?

  /// That of the thread which the worker runs on.
  let ownThread: UnsafeMutablePointer<PyThreadState>
  private var threadState: UnsafeMutablePointer<PyThreadState>?
  /// The place before the first argument is the callee's.
  private var arguments: UnsafeMutablePointer<Object?>
  private var argumentCapacity = 8
  /// What ends the present `serve`.
  var pause = LoopPause()
  /// Descriptors of the loop's that are ready: (descriptor, epoll mask).
  var readyDescriptors: [(Int32, UInt32)] = []

  /// Nil with a Python error.
  init?(_ state: ModuleState, responseOctetsMax: Int) {
    guard let results = ResultWriter(state, octetsMax: responseOctetsMax),
      let currentTask = imported("asyncio", "current_task"),
      let requestType = imported("necro._request", "Request"),
      let argumentResponse = imported("necro._faults", "argument_response"),
      let integer = imported("necro._scalars", "integer"),
      let number = imported("necro._scalars", "number"),
      let taskKeywords = PyTuple_New(3)
    else { return nil }
    self.state = state
    ownThread = PyThreadState_Get()
    self.results = results
    self.currentTask = currentTask
    self.requestType = requestType
    self.argumentResponse = argumentResponse
    self.taskKeywords = taskKeywords
    self.integer = integer
    self.number = number
    necro_tuple_set(taskKeywords, 0, interned("loop"))
    necro_tuple_set(taskKeywords, 1, interned("context"))
    necro_tuple_set(taskKeywords, 2, interned("eager_start"))
    arguments = .allocate(capacity: 1 + 8)
    arguments.initialize(repeating: nil, count: 1 + 8)
  }

  deinit {
    for object in [
      currentTask, requestType, argumentResponse, taskKeywords, integer, number, lastResult,
    ] {
      release(object)
    }
    arguments.deallocate()
  }

  /// Takes the objects of the worker's loop.
  func attach(loop: Object, ready: Object, taskType: Object, drained: Object) {
    attach(loop: loop, taskType: taskType)
    self.ready = retained(ready)
    self.drained = retained(drained)
  }

  func attach(loop: Object, taskType: Object) {
    self.loop = retained(loop)
    self.taskType = retained(taskType)
  }

  func add(_ plan: RoutePlan) -> Int {
    plans.append(plan)
    if plan.arguments.count > argumentCapacity {
      arguments.deallocate()
      argumentCapacity = plan.arguments.count
      arguments = .allocate(capacity: 1 + argumentCapacity)
      arguments.initialize(repeating: nil, count: 1 + argumentCapacity)
    }
    return plans.count - 1
  }

  // MARK: The server

  var wantsControl: Bool { mustLeaveTask }

  func willWait() {
    watch.waits()
    threadState = PyEval_SaveThread()
  }

  func didWait() { PyEval_RestoreThread(threadState) }

  func accessLogChanged(_ event: AccessLog.Event) { reportAccessLog(event) }

  func descriptorReady(token: UInt64, readiness: Readiness) {
    readyDescriptors.append((Int32(truncatingIfNeeded: token), readiness.rawValue))
  }

  // MARK: Requests

  func contentPolicy(for exchange: Exchange) -> ContentPolicy {
    let plan = plans[exchange.route]
    return plan.needsContent ? .collected : plan.needsRequest ? .streamed : .ignored
  }

  func respond(to exchange: Exchange) -> Outcome {
    watch.enters(route: exchange.route)
    defer { watch.leaves() }
    return isDebugging ? answerTimed(exchange) : answer(exchange)
  }

  /// Answers and has the loop told how long the handler took, up to its end or first suspension: all
  /// further steps are the loop's own, which times them.
  private func answerTimed(_ exchange: Exchange) -> Outcome {
    let plan = plans[exchange.route]
    let start = Clock.monotonicNanoseconds()
    let outcome = answer(exchange)
    let seconds = Double(Clock.monotonicNanoseconds() &- start) / 1e9
    guard let took = PyFloat_FromDouble(seconds), let loop,
      let report = attribute(loop, "handler_took"), let reported = call(report, plan.route, took)
    else {
      PyErr_WriteUnraisable(plan.route)
      return outcome
    }
    release(took)
    release(report)
    release(reported)
    return outcome
  }

  @inline(__always)
  private func answer(_ exchange: Exchange) -> Outcome {
    let plan = plans[exchange.route]
    var request: Object?
    guard let result = callHandler(plan, exchange, &request) else {
      detach(request)
      return .responded
    }
    guard plan.isAsync else {
      results.write(result, plan, exchange, self, &request)
      release(result)
      detach(request)
      leaveTaskIfTraced(nil)
      return .responded
    }
    var output: Object?
    switch PyIter_Send(result, necro_none(), &output) {
    case PYGEN_RETURN:
      release(result)
      results.write(output!, plan, exchange, self, &request)
      detach(request)
      leaveTaskIfTraced(output)
      release(output)
      return .responded
    case PYGEN_NEXT:
      suspend(result, plan, exchange, request, awaiting: output!)
      return .pending
    default:
      release(result)
      results.writeError(plan, exchange, self, &request)
      detach(request)
      leaveTaskIfTraced(nil)
      return .responded
    }
  }

  /// Calls a handler. Nil when an argument or the call failed; the response is then written.
  @inline(__always)
  private func callHandler(
    _ plan: RoutePlan, _ exchange: Exchange, _ request: inout Object?
  ) -> Object? {
    if plan.arguments.isEmpty {
      if let result = PyObject_CallNoArgs(plan.handler) { return result }
      results.writeError(plan, exchange, self, &request)
      leaveTaskIfTraced(nil)
      return nil
    }
    let count = plan.arguments.count
    for index in 0..<count {
      guard let value = argument(plan.arguments[index], plan, exchange, &request) else {
        for made in 0..<index {
          release(arguments[1 + made])
          arguments[1 + made] = nil
        }
        refuseArguments(plan, exchange, &request)
        return nil
      }
      arguments[1 + index] = value
    }
    let result = necro_vectorcall(
      plan.handler, arguments + 1, plan.positionalCount, plan.keywordNames)
    for index in 0..<count {
      release(arguments[1 + index])
      arguments[1 + index] = nil
    }
    if let result { return result }
    results.writeError(plan, exchange, self, &request)
    leaveTaskIfTraced(nil)
    return nil
  }

  /// A new reference to an argument's value; nil with an error.
  private func argument(
    _ argument: RoutePlan.Argument, _ plan: RoutePlan, _ exchange: Exchange,
    _ request: inout Object?
  ) -> Object? {
    switch argument {
    case .text(let capture):
      return withCapture(exchange, capture) { makeDecodedString($0, strictly: true) }
    case .integer(let capture):
      return withCapture(exchange, capture) { makeInteger($0, otherwise: integer) }
    case .float(let capture):
      return withCapture(exchange, capture) { NecroPythonHost.converted($0, number) }
    case .converted(let capture, let converter):
      return withCapture(exchange, capture) { NecroPythonHost.converted($0, converter) }
    case .constant(let object):
      return retained(object)
    case .request:
      guard makeRequest(exchange, plan, &request) else { return nil }
      return retained(request!)
    case .body(let absent):
      if let absent, exchange.content.isEmpty { return retained(absent) }
      guard let value = parsed(exchange) else { return nil }
      return makeBody(value, state)
    case .bodyBytes(let absent):
      if let absent, exchange.content.isEmpty { return retained(absent) }
      return exchange.withContent { makeBytes($0) }
    case .bodyString(let absent):
      if let absent, exchange.content.isEmpty { return retained(absent) }
      return exchange.withContent { makeString($0) }
    case .bodyValue(let converter, let absent):
      if let absent, exchange.content.isEmpty { return retained(absent) }
      if isTarget(converter, state) {
        return exchange.withContent { results.reader.read($0, by: converter, state) }
      }
      guard let value = parsed(exchange) else { return nil }
      defer { release(value) }
      return call(converter, value)
    case .derived(let converter):
      guard makeRequest(exchange, plan, &request) else { return nil }
      return call(converter, request!)
    }
  }

  private func withCapture(
    _ exchange: Exchange, _ index: Int, _ body: (Span<UInt8>) -> Object?
  ) -> Object? {
    let slice = exchange.captures[index]
    return exchange.octets(exchange.head.path) { path in body(path.octets(slice)) }
  }

  private func parsed(_ exchange: Exchange) -> Object? {
    exchange.withContent { results.reader.read($0, state) }
  }

  /// Makes the Request of an exchange if it is not made. False with an error.
  func makeRequest(
    _ exchange: Exchange, _ plan: RoutePlan, _ request: inout Object?
  ) -> Bool {
    if request != nil { return true }
    guard let object = PyObject_CallNoArgs(requestType) else { return false }
    guard let payload = RequestPayload(exchange, self) else {
      release(object)
      return false
    }
    setPayload(of: object, to: payload)
    guard PyObject_SetAttr(object, state.nameRoute, plan.route) == 0,
      !plan.needsContent || setContent(of: object, exchange)
    else {
      release(object)
      return false
    }
    request = object
    return true
  }

  /// Gives a Request the content that was read for a parameter of the same handler.
  private func setContent(of request: Object, _ exchange: Exchange) -> Bool {
    guard let content = exchange.withContent({ makeBytes($0) }) else { return false }
    defer { release(content) }
    return PyObject_SetAttr(request, state.nameOwnContent, content) == 0
  }

  /// Answers a request whose arguments cannot be made: 422 with every fault.
  private func refuseArguments(
    _ plan: RoutePlan, _ exchange: Exchange, _ request: inout Object?
  ) {
    let error = PyErr_GetRaisedException()!
    defer { release(error) }
    let content: Object? =
      plan.needsContent ? exchange.withContent { makeBytes($0) } : none()
    defer { release(content) }
    if let content, makeRequest(exchange, plan, &request) {
      var places: (Object?, Object?, Object?, Object?, Object?) = (
        nil, error, request, plan.route, content
      )
      let response = withUnsafePointer(to: &places) { tuple in
        tuple.withMemoryRebound(to: Object?.self, capacity: 5) { places in
          necro_vectorcall(argumentResponse, places + 1, 4, nil)
        }
      }
      if let response {
        results.write(response, plan, exchange, self, &request)
        release(response)
      } else {
        results.writeError(plan, exchange, self, &request)
      }
    } else {
      results.writeError(plan, exchange, self, &request)
    }
    leaveTaskIfTraced(nil)
  }

  /// Ends the Task when a handler that has returned left traces on it or in its Context.
  @inline(__always)
  private func leaveTaskIfTraced(_ result: Object?) {
    guard let task else { return }
    if !taskIsTouched && necro_refcount(task) == taskReferences
      && necro_context_count(context) == 0
    {
      return
    }
    mustLeaveTask = true
    if let result { lastResult = retained(result) }
  }

  /// Gives up a Request whose response is complete. No exception is set.
  private func detach(_ request: Object?, isCancelled: Bool = false) {
    guard let request else { return }
    payload(of: request, as: RequestPayload.self)?.answered(isCancelled: isCancelled)
    release(request)
  }

  // MARK: Suspended handlers

  private func suspend(
    _ coroutine: Object, _ plan: RoutePlan, _ exchange: Exchange, _ request: Object?,
    awaiting awaited: Object
  ) {
    let token = freeTokens.popLast() ?? pending.count
    if token == pending.count { pending.append(nil) }
    exchange.applicationToken = UInt64(token)
    let handler = Dispatcher(self)
    handler.coroutine = coroutine
    handler.exchange = exchange
    handler.plan = plan
    handler.request = request
    suspended = (handler, awaited)
    mustLeaveTask = true
  }

  /// Writes the response of a handler that has ended after suspending, whose value it takes over.
  func finishAttached(
    _ dispatcher: Dispatcher, _ value: Object?, _ result: inout Object?
  ) -> PySendResult {
    let exchange = dispatcher.exchange!
    let plan = dispatcher.plan!
    if value == nil && necro_is_cancellation() {
      // The Task is to end as cancelled. Whoever waits, if anybody does, learns no more than that.
      abandon(dispatcher)
      result = nil
      return PYGEN_ERROR
    }
    if let value {
      results.write(value, plan, exchange, self, &dispatcher.request)
    } else {
      results.writeError(plan, exchange, self, &dispatcher.request)
    }
    conclude(dispatcher, isCancelled: false)
    result = value ?? none()
    return PYGEN_RETURN
  }

  /// Ends the exchange of a coroutine that was cancelled or closed before it answered. An exception
  /// that is set stays so.
  func abandon(_ dispatcher: Dispatcher) {
    let error = PyErr_GetRaisedException()
    if let exchange = dispatcher.exchange, !exchange.peerIsGone {
      results.writeUnavailable(exchange)
    }
    conclude(dispatcher, isCancelled: true)
    PyErr_SetRaisedException(error)
  }

  private func conclude(_ dispatcher: Dispatcher, isCancelled: Bool) {
    guard let exchange = dispatcher.exchange else { return }
    dispatcher.exchange = nil
    detach(dispatcher.request, isCancelled: isCancelled)
    dispatcher.request = nil
    // The Task holds its coroutine, this Dispatcher, as long as anybody holds the Task.
    release(dispatcher.task)
    dispatcher.task = nil
    let token = Int(exchange.applicationToken)
    pending[token] = nil
    freeTokens.append(token)
    worker?.complete(exchange)
  }

  func peerGone(_ exchange: Exchange) {
    guard let dispatcher = pending[Int(exchange.applicationToken)] else { return }
    contentArrived(exchange)
    guard dispatcher.plan!.cancels(for: exchange.head.method), let task = dispatcher.task else {
      return
    }
    if let cancelled = PyObject_CallMethodNoArgs(task, state.nameCancel) {
      release(cancelled)
    } else {
      PyErr_WriteUnraisable(task)
    }
  }

  func contentArrived(_ exchange: Exchange) {
    guard let request = pending[Int(exchange.applicationToken)]?.request else { return }
    payload(of: request, as: RequestPayload.self)?.contentChanged()
  }

  // MARK: Content

  /// Sends 100 (Continue) if the client waits for it.
  func askForContent(_ exchange: Exchange) {
    worker?.askForContent(exchange)
    worker?.flush(exchange)
  }

  /// The content that has arrived, as a new bytes object, which is then no longer kept here.
  func takeContent(of exchange: Exchange) -> Object? {
    guard let bytes = exchange.withContent({ makeBytes($0) }) else { return nil }
    exchange.content.removeAll()
    worker?.contentTaken(exchange)
    return bytes
  }
}
