import CPython
import NecroOctets
import NecroPostgres
import NecroPostgresWire
import NecroReactor

// The type `PostgresPool`.

func pool(_ object: Object?) -> PostgresPool {
  payload(of: object!, as: PostgresPool.self)!
}

/// `PostgresPool(loop, settings, hooks)`: `settings` is a dict of ints by the names of
/// PoolSettings.
@c(necro_pool_new)
func poolNew(
  _ type: UnsafeMutablePointer<PyTypeObject>?, _ arguments: Object?, _ keywords: Object?
) -> Object? {
  guard necro_tuple_size(arguments!) == 3, let given = necro_tuple_item(arguments!, 1),
    necro_is_dict(given)
  else {
    raise(necro_type_error()!, "PostgresPool() takes a loop, a dict of settings and hooks")
    return nil
  }
  var settings = PoolSettings()
  var statementMilliseconds: UInt64 = 0
  guard readSettings(given, into: &settings, &statementMilliseconds),
    let object = allocateInstance(of: type!)
  else { return nil }
  guard
    let pool = PostgresPool(
      module: necro_module_of(object)!, loop: necro_tuple_item(arguments!, 0), settings: settings,
      statementMilliseconds: statementMilliseconds, hooks: necro_tuple_item(arguments!, 2))
  else {
    release(object)
    return nil
  }
  setPayload(of: object, to: pool)
  pool.begin(object)
  return object
}

/// Sets what a dict names; false with an error.
private func readSettings(
  _ given: Object, into settings: inout PoolSettings, _ statementMilliseconds: inout UInt64
) -> Bool {
  func number(_ name: StaticString, _ body: (Int) -> Void) -> Bool {
    guard let key = makeString(name.octets) else { return false }
    defer { release(key) }
    guard let value = PyDict_GetItemWithError(given, key) else { return PyErr_Occurred() == nil }
    let number = PyLong_AsLong(value)
    if number == -1 && PyErr_Occurred() != nil { return false }
    body(max(number, 0))
    return true
  }
  return number("sessions_max") { settings.sessionsMax = max($0, 1) }
    && number("wait_milliseconds") { settings.waitMilliseconds = UInt64($0) }
    && number("waiters_max") { settings.waitersMax = $0 }
    && number("pipeline_depth_max") { settings.pipelineDepthMax = max($0, 1) }
    && number("prepared_statements_max") { settings.preparedStatementsMax = $0 }
    && number("statement_salt") { settings.statementSalt = UInt32(truncatingIfNeeded: $0) }
    && number("result_octets_max") { settings.resultOctetsMax = $0 }
    && number("statement_milliseconds") { statementMilliseconds = UInt64($0) }
}

@c(necro_pool_dealloc)
func poolDealloc(_ object: Object?) {
  if let pool = payload(of: object!, as: PostgresPool.self) { pool.end() }
  deallocate(object!, payload: PostgresPool.self)
}

/// The timeout among the keywords of a call, in milliseconds; 0 for none, nil with an error.
func timeoutKeyword(_ values: UnsafePointer<Object?>?, _ names: Object?) -> UInt64? {
  guard let names, necro_tuple_size(names) > 0 else { return 0 }
  guard necro_tuple_size(names) == 1,
    withOctets(ofString: necro_tuple_item(names, 0), { $0.equals("timeout") }) == true
  else {
    raise(necro_type_error()!, "the one keyword of a query is timeout, in seconds")
    return nil
  }
  return milliseconds(values![0]!)
}

/// Seconds as milliseconds, at least 1; 0 for None, the most there are for a year and more; nil with
/// an error.
func milliseconds(_ seconds: Object) -> UInt64? {
  if seconds == necro_none() { return 0 }
  let value = PyFloat_AsDouble(seconds)
  if value == -1 && PyErr_Occurred() != nil { return nil }
  return value < 31_536_000 ? UInt64(max(value * 1_000, 1)) : UInt64.max
}

/// The moment of the monotonic clock so many milliseconds from now; 0, which is never, for 0 and for
/// the most there are.
func deadline(after milliseconds: UInt64) -> UInt64 {
  if milliseconds == 0 || milliseconds == UInt64.max { return 0 }
  return Clock.monotonicMilliseconds() + milliseconds
}

/// Calls a statement: the arguments are the SQL and its parameters.
func query(
  _ mode: PendingCall.Mode, _ pool: PostgresPool, on session: Session?,
  _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t, _ names: Object?
) -> Object? {
  guard count > 0, let arguments else {
    raise(necro_type_error()!, "a query takes a statement and its parameters")
    return nil
  }
  guard let timeout = timeoutKeyword(arguments + count, names) else { return nil }
  return pool.call(
    mode, arguments[0]!, arguments + 1, count - 1, timeoutMilliseconds: timeout, on: session)
}

@c(necro_pool_fetch_one)
func poolFetchOne(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t, _ names: Object?
) -> Object? {
  query(.one, pool(object), on: nil, arguments, count, names)
}

@c(necro_pool_fetch_all)
func poolFetchAll(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t, _ names: Object?
) -> Object? {
  query(.all, pool(object), on: nil, arguments, count, names)
}

@c(necro_pool_fetch_value)
func poolFetchValue(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t, _ names: Object?
) -> Object? {
  query(.value, pool(object), on: nil, arguments, count, names)
}

@c(necro_pool_execute)
func poolExecute(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t, _ names: Object?
) -> Object? {
  query(.execute, pool(object), on: nil, arguments, count, names)
}

/// `query_apart(mode, sql, parameters, timeout)`: a query that waits behind nobody's.
@c(necro_pool_query_apart)
func poolQueryApart(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t
) -> Object? {
  guard count == 4, let arguments, necro_is_tuple(arguments[2]!),
    let mode = PendingCall.Mode(
      rawValue: UInt8(truncatingIfNeeded: PyLong_AsLong(arguments[0]))),
    let timeout = milliseconds(arguments[3]!)
  else {
    if PyErr_Occurred() == nil {
      raise(necro_type_error()!, "query_apart() takes a mode, a statement, a tuple and a timeout")
    }
    return nil
  }
  let parameters = arguments[2]!
  return withItems(parameters) { items, count in
    pool(object).call(
      mode, arguments[1]!, items, count, timeoutMilliseconds: timeout, on: nil, avoidsShared: true)
  }
}

/// Calls `body` with the items of a tuple.
func withItems(_ tuple: Object, _ body: (UnsafePointer<Object?>, Int) -> Object?) -> Object? {
  body(necro_tuple_items(tuple)!, necro_tuple_size(tuple))
}

/// `acquire(timeout)`: a call whose result is a PostgresConnection.
@c(necro_pool_acquire)
func poolAcquire(_ object: Object?, _ timeout: Object?) -> Object? {
  guard let milliseconds = milliseconds(timeout!) else { return nil }
  let pending = PendingCall(Operation(.acquire), .connection)
  return pool(object).submit(pending, nil, nil, 0, milliseconds, on: nil)
}

/// `attach(descriptor, startup, answers_wanted, is_exclusive, tls)`: begins a session on a connected
/// socket, which the pool then owns. `startup` is a tuple: user, database, password, nonce (bytes
/// each), a tuple of pairs of bytes, allowed ways of authentication (an int), seconds until it has to
/// be complete, the password for SCRAM (bytes, or None where it is the same), and whether it binds to
/// the channel (an int). `tls` is None, or what `ClientTLS` takes.
@c(necro_pool_attach)
func poolAttach(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t
) -> Object? {
  guard count == 5, let arguments, let startup = startupParameters(arguments[1]!) else {
    if PyErr_Occurred() == nil { raise(necro_type_error()!, "attach() takes five arguments") }
    return nil
  }
  let descriptor = PyLong_AsLong(arguments[0])
  if descriptor < 0 {
    if PyErr_Occurred() == nil { raise(necro_value_error()!, "a descriptor is not negative") }
    return nil
  }
  let pool = pool(object)
  let socket = Int32(truncatingIfNeeded: descriptor)
  let transport: Transport
  if arguments[4] == necro_none() {
    transport = SocketTransport(socket: socket, isConnecting: false)
  } else {
    guard let client = pool.tls.client(arguments[4]!) else { return nil }
    var encryption = Encryption(client.context, peer: client.peer)
    encryption.isOptional = client.flags & 4 != 0
    encryption.isDirect = client.flags & 8 != 0
    transport = TLSTransport(socket: socket, encryption)
  }
  let session = pool.pool.attach(
    transport, startup, answersWanted: arguments[2] == necro_true(),
    isExclusive: arguments[3] == necro_true())
  pool.scheduleFlush()
  return pool.connectionObject(session)
}

private func startupParameters(_ given: Object) -> StartupParameters? {
  guard necro_is_tuple(given), necro_tuple_size(given) == 9 else { return nil }
  func octets(_ object: Object) -> [UInt8] {
    guard necro_is_bytes(object) else { return [] }
    return withOctets(ofBytes: object) { span in
      var copy: [UInt8] = []
      copy.reserveCapacity(span.count)
      for index in span.indices { copy.append(span[index]) }
      return copy
    }
  }
  var startup = StartupParameters(user: octets(necro_tuple_item(given, 0)))
  startup.database = octets(necro_tuple_item(given, 1))
  startup.password = octets(necro_tuple_item(given, 2))
  startup.nonce = octets(necro_tuple_item(given, 3))
  if necro_is_bytes(necro_tuple_item(given, 7)) {
    startup.preparedPassword = octets(necro_tuple_item(given, 7))
  }
  let pairs = necro_tuple_item(given, 4)!
  for index in 0..<necro_tuple_size(pairs) {
    let pair = necro_tuple_item(pairs, index)!
    startup.parameters.append(
      (name: octets(necro_tuple_item(pair, 0)), value: octets(necro_tuple_item(pair, 1))))
  }
  startup.authentication = StartupParameters.Authentication(
    rawValue: UInt8(truncatingIfNeeded: PyLong_AsLong(necro_tuple_item(given, 5))))
  startup.channelBinding =
    ChannelBindingPolicy(
      rawValue: UInt8(truncatingIfNeeded: PyLong_AsLong(necro_tuple_item(given, 8)))) ?? .require
  guard let timeout = milliseconds(necro_tuple_item(given, 6)) else { return nil }
  startup.deadlineMilliseconds = deadline(after: timeout)
  return startup
}

@c(necro_pool_connection_failed)
func poolConnectionFailed(_ object: Object?, _ ignored: Object?) -> Object? {
  pool(object).pool.connectionFailed()
  pool(object).scheduleFlush()
  return none()
}

/// `fail_waiting()`: fails what waits for a session, with what the hook `no_connection` gives, as when
/// the server refuses every connection.
@c(necro_pool_fail_waiting)
func poolFailWaiting(_ object: Object?, _ ignored: Object?) -> Object? {
  pool(object).pool.failWaiting(.waitTimedOut)
  pool(object).scheduleFlush()
  return none()
}

@c(necro_pool_fileno)
func poolFileno(_ object: Object?, _ ignored: Object?) -> Object? {
  PyLong_FromLong(Int(pool(object).reactor.descriptor))
}

@c(necro_pool_turn)
func poolTurn(_ object: Object?, _ ignored: Object?) -> Object? {
  pool(object).turn() ? none() : nil
}

@c(necro_pool_flush)
func poolFlush(_ object: Object?, _ ignored: Object?) -> Object? {
  pool(object).flush()
  return none()
}

/// `close()`: closes all sessions and fails what waits.
@c(necro_pool_close)
func poolClose(_ object: Object?, _ ignored: Object?) -> Object? {
  let pool = pool(object)
  pool.pool.close()
  pool.flush()
  return none()
}

/// `counts()`: sessions, those that are quiet, and operations that wait.
@c(necro_pool_counts)
func poolCounts(_ object: Object?, _ ignored: Object?) -> Object? {
  let pool = pool(object).pool!
  var quiet = 0
  for session in pool.sessions
  where session.state == .ready && session.isQuiet && !session.isExclusive {
    quiet += 1
  }
  guard let counts = PyTuple_New(3) else { return nil }
  for (index, number) in [pool.sessions.count, quiet, pool.waitingCount].enumerated() {
    guard let value = PyLong_FromLong(number) else { return nil }
    necro_tuple_set(counts, index, value)
  }
  return counts
}

/// `connections()`: a list of the PostgresConnections.
@c(necro_pool_connections)
func poolConnections(_ object: Object?, _ ignored: Object?) -> Object? {
  let pool = pool(object)
  let sessions = pool.pool.sessions
  guard let list = PyList_New(sessions.count) else { return nil }
  for (index, session) in sessions.enumerated() {
    guard let connection = pool.connectionObject(session) else { return nil }
    necro_list_set(list, index, connection)
  }
  return list
}
