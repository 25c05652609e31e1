import CPython
import NecroOctets
import NecroPostgres
import NecroPostgresWire
import NecroReactor

// The type `PostgresConnection`: the calls on a session that was acquired.

func connection(_ object: Object?) -> PostgresConnection {
  payload(of: object!, as: PostgresConnection.self)!
}

@c(necro_session_dealloc)
func sessionDealloc(_ object: Object?) {
  connection(object).session.ownerToken = 0
  deallocate(object!, payload: PostgresConnection.self)
}

@c(necro_session_fetch_one)
func sessionFetchOne(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t, _ names: Object?
) -> Object? {
  query(.one, connection(object).pool, on: connection(object).session, arguments, count, names)
}

@c(necro_session_fetch_all)
func sessionFetchAll(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t, _ names: Object?
) -> Object? {
  query(.all, connection(object).pool, on: connection(object).session, arguments, count, names)
}

@c(necro_session_fetch_value)
func sessionFetchValue(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t, _ names: Object?
) -> Object? {
  query(.value, connection(object).pool, on: connection(object).session, arguments, count, names)
}

@c(necro_session_execute)
func sessionExecute(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t, _ names: Object?
) -> Object? {
  query(.execute, connection(object).pool, on: connection(object).session, arguments, count, names)
}

/// `fetch_types(sql, parameters)`: a query for types, before an operation that waits for them.
@c(necro_session_fetch_types)
func sessionFetchTypes(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t
) -> Object? {
  guard count == 2, let arguments, necro_is_tuple(arguments[1]!) else {
    raise(necro_type_error()!, "fetch_types() takes a statement and a tuple")
    return nil
  }
  let connection = connection(object)
  return withItems(arguments[1]!) { items, count in
    connection.pool.call(
      .all, arguments[0]!, items, count, timeoutMilliseconds: 0, on: connection.session,
      goesFirst: true)
  }
}

/// A call whose operation has text of its own.
private func textCall(
  _ object: Object?, _ kind: Operation.Kind, _ mode: PendingCall.Mode,
  _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t
) -> Object? {
  guard count == 2, let arguments, let timeout = milliseconds(arguments[1]!) else {
    if PyErr_Occurred() == nil { raise(necro_type_error()!, "a text and a timeout are expected") }
    return nil
  }
  let operation = Operation(kind)
  let text: [UInt8]? = withOctets(ofString: arguments[0]!) { octets in
    var copy: [UInt8] = []
    copy.reserveCapacity(octets.count)
    for index in octets.indices { copy.append(octets[index]) }
    return copy
  }
  guard let text else { return nil }
  operation.text = text
  let connection = connection(object)
  return connection.pool.submit(
    PendingCall(operation, mode), arguments[0], nil, 0, timeout, on: connection.session)
}

@c(necro_session_script)
func sessionScript(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t
) -> Object? {
  textCall(object, .script, .nothing, arguments, count)
}

@c(necro_session_copy_in)
func sessionCopyIn(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t
) -> Object? {
  textCall(object, .copyIn, .copy, arguments, count)
}

@c(necro_session_copy_out)
func sessionCopyOut(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t
) -> Object? {
  textCall(object, .copyOut, .copy, arguments, count)
}

/// `batch(members, timeout)`: a list of calls' futures. A member is a tuple of a statement and its
/// parameters.
@c(necro_session_batch)
func sessionBatch(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t
) -> Object? {
  guard count == 2, let arguments, necro_is_list(arguments[0]!),
    let timeout = milliseconds(arguments[1]!)
  else {
    if PyErr_Occurred() == nil { raise(necro_type_error()!, "batch() takes a list and a timeout") }
    return nil
  }
  let connection = connection(object)
  let members = arguments[0]!
  guard connection.pool.isUsable(connection.session) else { return nil }
  guard let futures = PyList_New(0) else { return nil }
  var operations: [Operation] = []
  for index in 0..<necro_size(members) {
    let member = necro_list_item(members, index)!
    let pending = PendingCall(Operation(.query), .member)
    guard necro_is_tuple(member), necro_tuple_size(member) > 0,
      let statement = connection.pool.statement(necro_tuple_item(member, 0))
    else {
      if PyErr_Occurred() == nil { raise(necro_type_error()!, "a member of a batch is a tuple") }
      release(futures)
      return nil
    }
    pending.operation.statement = statement
    let future = connection.pool.prepare(
      pending, necro_tuple_item(member, 0), necro_tuple_items(member)! + 1,
      necro_tuple_size(member) - 1, timeout)
    guard let future, PyList_Append(futures, future) == 0 else {
      release(futures)
      return nil
    }
    release(future)
    operations.append(pending.operation)
  }
  connection.pool.pool.submit(batch: operations, on: connection.session)
  connection.pool.scheduleFlush()
  return futures
}

/// `cursor_open(sql, parameters, rows_max)`: (the cursor's number, a call for its first rows).
@c(necro_session_cursor_open)
func sessionCursorOpen(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t
) -> Object? {
  let connection = connection(object)
  guard count == 3, let arguments, necro_is_tuple(arguments[1]!) else {
    raise(necro_type_error()!, "cursor_open() takes a statement, a tuple and a number of rows")
    return nil
  }
  guard let statement = connection.pool.statement(arguments[0]!) else { return nil }
  let operation = Operation(.cursorOpen, statement)
  operation.rowsMax = PyLong_AsLong(arguments[2])
  operation.portal = connection.pool.pool.nextPortal()
  if PyErr_Occurred() != nil { return nil }
  let future = withItems(arguments[1]!) { items, count in
    connection.pool.submit(
      PendingCall(operation, .cursor), arguments[0], items, count, 0, on: connection.session)
  }
  guard let future, let pair = PyTuple_New(2),
    let portal = PyLong_FromLongLong(Int64(operation.portal))
  else { return nil }
  necro_tuple_set(pair, 0, portal)
  necro_tuple_set(pair, 1, future)
  return pair
}

/// `cursor_fetch(sql, portal, rows_max)` and `cursor_close(sql, portal, 0)`.
private func cursor(
  _ object: Object?, _ kind: Operation.Kind, _ mode: PendingCall.Mode,
  _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t
) -> Object? {
  let connection = connection(object)
  guard count == 3, let arguments, let statement = connection.pool.statement(arguments[0]!) else {
    if PyErr_Occurred() == nil {
      raise(necro_type_error()!, "a statement, a cursor and a number of rows are expected")
    }
    return nil
  }
  let operation = Operation(kind, statement)
  operation.portal = UInt32(truncatingIfNeeded: PyLong_AsLong(arguments[1]))
  operation.rowsMax = PyLong_AsLong(arguments[2])
  if PyErr_Occurred() != nil { return nil }
  return connection.pool.submit(
    PendingCall(operation, mode), arguments[0], nil, 0, 0, on: connection.session)
}

@c(necro_session_cursor_fetch)
func sessionCursorFetch(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t
) -> Object? {
  cursor(object, .cursorFetch, .cursor, arguments, count)
}

@c(necro_session_cursor_close)
func sessionCursorClose(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t
) -> Object? {
  cursor(object, .cursorClose, .nothing, arguments, count)
}
