import CPython
import NecroOctets
import NecroPostgres
import NecroPostgresWire
import NecroReactor

/// The pool behind a `PostgresPool` of Python: makes operations of calls, parameters of arguments
/// and results
/// of rows.
///
/// What is rare is done by `hooks`, the Python object that the pool was made with
/// (`necro.postgres._pool`).
final class PostgresPool: PostgresOwner {
  let state: ModuleState
  let python: PostgresPython
  let calls: CallTypes
  let reactor: DriverReactor
  private(set) var pool: Pool!
  let loop: Object
  /// How long a statement may take whose call does not say; 0 for as long as it likes.
  private let statementMilliseconds: UInt64
  private let callSoon: Object
  let hooks: Object
  /// The `PostgresPool` of Python, which holds this one and is not held by it; nil once it is gone.
  private var object: Object?
  let tls = ClientTLS()
  private var flushIsDue = false
  /// Statements by their str: ints that are the addresses of what `kept` keeps.
  private var statements: Object
  private var kept: [Statement] = []
  /// Calls that are over, for the next ones.
  private var idle: [PendingCall] = []

  private static var idleMax: Int { 256 }

  /// Nil with a Python error.
  init?(
    module: Object, loop: Object, settings: PoolSettings, statementMilliseconds: UInt64,
    hooks: Object
  ) {
    let state = ModuleState.of(module: module)
    guard let python = PostgresPython(state), let calls = state.callTypes(ofModule: module),
      let callSoon = attribute(loop, "call_soon"),
      let statements = PyDict_New()
    else { return nil }
    do throws(SystemError) {
      reactor = try DriverReactor()
    } catch {
      _ = raiseSystemError(error)
      return nil
    }
    self.state = state
    self.python = python
    self.calls = calls
    self.callSoon = callSoon
    self.statements = statements
    self.statementMilliseconds = statementMilliseconds
    self.loop = retained(loop)
    self.hooks = retained(hooks)
    super.init()
    pool = Pool(owner: self, reactor: reactor, settings: settings)
  }

  // MARK: Calls

  /// A new future of a call that is to be submitted; nil with an error.
  func makeFuture(_ pending: PendingCall) -> Object? {
    let type = calls.call
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

  /// Calls a statement; the future, a new reference, or nil with an error.
  ///
  /// - Parameters:
  ///   - arguments: borrowed.
  ///   - session: of a connection that was acquired; nil for any.
  func call(
    _ mode: PendingCall.Mode, _ query: Object, _ arguments: UnsafePointer<Object?>, _ count: Int,
    timeoutMilliseconds: UInt64, on session: Session?, avoidsShared: Bool = false,
    goesFirst: Bool = false
  ) -> Object? {
    guard let statement = statement(query) else { return nil }
    let pending = idle.popLast() ?? PendingCall(Operation(.query), mode)
    pending.mode = mode
    let operation = pending.operation
    operation.statement = statement
    operation.reusesRows = mode == .value || mode == .execute
    operation.avoidsShared = avoidsShared
    operation.goesFirst = goesFirst
    return submit(pending, query, arguments, count, timeoutMilliseconds, on: session)
  }

  /// Submits an operation that Python waits for; the future, or nil with an error.
  func submit(
    _ pending: PendingCall, _ query: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Int,
    _ timeoutMilliseconds: UInt64, on session: Session?
  ) -> Object? {
    guard isUsable(session),
      let future = prepare(pending, query, arguments, count, timeoutMilliseconds)
    else { return nil }
    if let session {
      pool.submit(pending.operation, on: session)
    } else {
      pool.submit(pending.operation)
    }
    scheduleFlush()
    return future
  }

  /// Whether a session can be used by name; false with an InterfaceError once it was given back.
  func isUsable(_ session: Session?) -> Bool {
    guard let session, !session.takesOperations else { return true }
    guard let error = exception(.closed, query: nil, arguments: nil) else { return false }
    PyErr_SetObject(
      UnsafeMutableRawPointer(necro_type(error)!).assumingMemoryBound(to: PyObject.self), error)
    release(error)
    return false
  }

  /// Makes an operation ready to be submitted; its future, or nil with an error.
  func prepare(
    _ pending: PendingCall, _ query: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Int,
    _ timeoutMilliseconds: UInt64
  ) -> Object? {
    guard let future = makeFuture(pending) else { return nil }
    if count > 0, let arguments {
      guard let tuple = PyTuple_New(count) else {
        release(future)
        return nil
      }
      for index in 0..<count { necro_tuple_set(tuple, index, retained(arguments[index]!)) }
      pending.arguments = tuple
    }
    pending.query = query.map { retained($0) }
    // Copies take as long as their octets, and a connection is waited for by a limit of its own.
    let isStatement = pending.mode != .copy && pending.mode != .connection
    pending.operation.deadlineMilliseconds = deadline(
      after: timeoutMilliseconds == 0 && isStatement ? statementMilliseconds : timeoutMilliseconds)
    pending.begin(self)
    return future
  }

  /// Takes an operation back that nobody waits for.
  func withdraw(_ operation: Operation) {
    pool.cancel(operation)
    scheduleFlush()
  }

  /// The statement of a str, found by the str itself; nil with an error.
  func statement(_ query: Object) -> Statement? {
    guard necro_is_str(query) else {
      raise(necro_type_error()!, "a statement is a str of SQL")
      return nil
    }
    if let found = PyDict_GetItemWithError(statements, query) {
      return Unmanaged<Statement>.fromOpaque(PyLong_AsVoidPtr(found)!).takeUnretainedValue()
    }
    if PyErr_Occurred() != nil { return nil }
    guard let statement = withOctets(ofString: query, { pool.statement($0) }) else { return nil }
    if kept.count >= pool.settings.statementsMax {
      PyDict_Clear(statements)
      kept.removeAll(keepingCapacity: true)
    }
    guard let address = PyLong_FromVoidPtr(Unmanaged.passUnretained(statement).toOpaque()) else {
      return nil
    }
    defer { release(address) }
    guard PyDict_SetItem(statements, query, address) == 0 else { return nil }
    kept.append(statement)
    return statement
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

  /// The object is gone. Without sessions nothing is under way, and the reactor gives its
  /// descriptors back.
  func end() {
    object = nil
    guard pool.sessions.isEmpty else { return }
    pool.close()
    pool.leaveReactor()
  }

  deinit {
    release(loop)
    release(callSoon)
    release(hooks)
    release(statements)
  }

  func flush() {
    flushIsDue = false
    reactor.flush()
    if reactor.needsFlush { scheduleFlush() }
  }

  /// Does what is ready. False with an error.
  func turn() -> Bool {
    do throws(SystemError) {
      try reactor.turn()
    } catch {
      return raiseSystemError(error)
    }
    if reactor.needsFlush { scheduleFlush() }
    return true
  }

  // MARK: What the pool asks and tells

  override func parameterFormats(of operation: Operation) -> Bind.ParameterFormats { .each }

  override func encodeParameters(
    of operation: Operation, _ bind: inout Bind, into output: inout OctetBuffer
  ) -> Bool {
    let pending = PendingCall.of(operation)
    let types = operation.statement!.parameterTypes
    let count = pending.arguments.map { necro_tuple_size($0) } ?? 0
    guard count == types.count else {
      if hook("argument_count", types.count, count) { pending.error = PyErr_GetRaisedException() }
      return false
    }
    for index in 0..<count {
      let isWritten = python.append(
        necro_tuple_item(pending.arguments, index), types[index], number: index + 1, &bind,
        into: &output)
      if !isWritten {
        pending.error = PyErr_GetRaisedException()
        return false
      }
    }
    return true
  }

  /// Calls a hook with two numbers that raises; true when it has.
  private func hook(_ name: StaticString, _ first: Int, _ second: Int) -> Bool {
    guard let method = attribute(hooks, name), let one = PyLong_FromLong(first),
      let two = PyLong_FromLong(second)
    else { return true }
    defer {
      release(method)
      release(one)
      release(two)
    }
    let result = NecroPythonHost.call(method, one, two)
    release(result)
    return result == nil
  }

  override func resultFormat(ofType oid: UInt32) -> TypeFormat {
    if python.catalog.isBinary(oid) { return .binary }
    return python.catalog.knows(oid) ? .text : .unknown
  }

  override func typesWanted(_ operation: Operation) {
    guard let oids = PyList_New(0) else { return PyErr_WriteUnraisable(hooks) }
    defer { release(oids) }
    let statement = operation.statement!
    for oid in statement.parameterTypes { add(oid, to: oids) }
    for column in statement.layout?.columns ?? [] { add(column.typeOID, to: oids) }
    let token = PyLong_FromVoidPtr(Unmanaged.passUnretained(operation).toOpaque())
    let connection = operation.session.map { connectionObject($0) } ?? none()
    defer {
      release(token)
      release(connection)
    }
    guard let token, let connection else { return PyErr_WriteUnraisable(hooks) }
    callHook("types_wanted", token, oids, connection)
  }

  private func add(_ oid: UInt32, to list: Object) {
    if python.catalog.knows(oid) { return }
    guard let number = PyLong_FromLongLong(Int64(oid)) else { return }
    _ = PyList_Append(list, number)
    release(number)
  }

  override func completed(_ operation: Operation) {
    let pending = PendingCall.of(operation)
    if let future = pending.future {
      necro_call_record(future, calls.call).pointee = nil
      deliver(pending, to: future)
    } else if operation.failure == nil, pending.mode == .connection, let session = operation.session
    {
      // Nobody waits for it any more.
      pool.release(session)
    }
    pending.finish()
    guard operation.kind == .query, idle.count < Self.idleMax else { return }
    operation.reset()
    idle.append(pending)
  }

  private func deliver(_ pending: PendingCall, to future: Object) {
    let method: Object
    let value: Object?
    if pending.operation.failure == nil, let result = result(of: pending) {
      (method, value) = (state.nameSetResult, result)
    } else {
      (method, value) = (state.nameSetException, exception(of: pending))
    }
    guard let value else { return PyErr_WriteUnraisable(future) }
    defer { release(value) }
    guard let set = PyObject_CallMethodOneArg(future, method, value) else {
      return PyErr_WriteUnraisable(future)
    }
    release(set)
  }

  override func copyOctetsArrived(_ operation: Operation) {
    tellCopy(operation)
  }

  override func copyRoomMade(_ operation: Operation) {
    tellCopy(operation)
  }

  /// Says that a copy can go on; the token is the operation's.
  private func tellCopy(_ operation: Operation) {
    guard let token = PyLong_FromVoidPtr(Unmanaged.passUnretained(operation).toOpaque()) else {
      return PyErr_WriteUnraisable(hooks)
    }
    defer { release(token) }
    callHook("copy_goes_on", token)
  }

  override func connectionWanted(_ pool: Pool) {
    callHook("connection_wanted")
  }

  override func sessionReady(_ session: Session) {
    guard let connection = connectionObject(session) else { return PyErr_WriteUnraisable(hooks) }
    defer { release(connection) }
    callHook("session_ready", connection)
  }

  override func sessionClosed(_ session: Session) {
    guard let connection = connectionObject(session) else { return PyErr_WriteUnraisable(hooks) }
    defer { release(connection) }
    let error = session.failure.flatMap { exception($0, query: nil, arguments: nil) } ?? none()
    defer { release(error) }
    callHook("session_closed", connection, error)
  }

  override func notified(
    _ session: Session, processID: Int32, channel: Span<UInt8>, payload: Span<UInt8>
  ) {
    guard let connection = connectionObject(session), let channel = makeEscapedString(channel),
      let payload = makeEscapedString(payload)
    else { return PyErr_WriteUnraisable(hooks) }
    defer {
      release(connection)
      release(channel)
      release(payload)
    }
    callHook("notified", connection, channel, payload)
  }

  override func noticed(_ session: Session, fields: Span<UInt8>) {
    guard let connection = connectionObject(session), let dict = fieldsDict(fields) else {
      return PyErr_WriteUnraisable(hooks)
    }
    defer {
      release(connection)
      release(dict)
    }
    callHook("noticed", connection, dict)
  }

  /// Calls a hook. It has nobody to raise to: what it raises is written to stderr.
  private func callHook(
    _ name: StaticString, _ first: Object? = nil, _ second: Object? = nil, _ third: Object? = nil
  ) {
    guard let method = attribute(hooks, name) else { return PyErr_WriteUnraisable(hooks) }
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

  // MARK: Connections

  /// The PostgresConnection of a session, a new reference: the same one as long as anybody holds
  /// it.
  func connectionObject(_ session: Session) -> Object? {
    if session.ownerToken != 0 {
      return retained(Object(bitPattern: session.ownerToken)!)
    }
    guard let object = allocateInstance(of: state.sessionType) else { return nil }
    setPayload(of: object, to: PostgresConnection(self, session))
    session.ownerToken = UInt(bitPattern: object)
    return object
  }
}

/// What a `PostgresConnection` of Python holds.
final class PostgresConnection {
  let pool: PostgresPool
  let session: Session

  init(_ pool: PostgresPool, _ session: Session) {
    self.pool = pool
    self.session = session
  }
}
