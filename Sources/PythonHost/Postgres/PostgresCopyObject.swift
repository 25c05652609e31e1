import CPython
import NecroOctets
import NecroPostgres
import NecroPostgresWire
import NecroReactor

// Copies of a PostgresConnection, by the call that runs them.

/// The operation of a call that is not over; nil with an error.
private func copyOperation(_ future: Object?, _ pool: PostgresPool) -> Operation? {
  guard let future, necro_is_type(future, pool.calls.call),
    let raw = necro_call_record(future, pool.calls.call).pointee
  else {
    raise(necro_runtime_error()!, "the copy is over")
    return nil
  }
  return Unmanaged<PendingCall>.fromOpaque(raw).takeUnretainedValue().operation
}

/// `copy_write(call, data)`: True while more is welcome; False until the hook `copy_goes_on` says
/// so.
@c(necro_session_copy_write)
func sessionCopyWrite(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t
) -> Object? {
  let pool = connection(object).pool
  guard count == 2, let arguments, necro_is_bytes(arguments[1]!) else {
    raise(necro_type_error()!, "copy_write() takes a call and bytes")
    return nil
  }
  guard let operation = copyOperation(arguments[0], pool) else { return nil }
  _ = withOctets(ofBytes: arguments[1]!) { pool.pool.copy(operation, $0) }
  pool.scheduleFlush()
  return retained(pool.pool.hasCopyRoom(operation) ? necro_true() : necro_false())
}

/// `copy_end(call, reason)`: ends a copy in; with a reason (bytes) the server undoes it.
@c(necro_session_copy_end)
func sessionCopyEnd(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t
) -> Object? {
  let pool = connection(object).pool
  guard count == 2, let arguments, let operation = copyOperation(arguments[0], pool) else {
    if PyErr_Occurred() == nil {
      raise(necro_type_error()!, "copy_end() takes a call and a reason")
    }
    return nil
  }
  if necro_is_bytes(arguments[1]!) {
    withOctets(ofBytes: arguments[1]!) { pool.pool.failCopy(operation, reason: $0) }
  } else {
    pool.pool.finishCopy(operation)
  }
  pool.scheduleFlush()
  return none()
}

/// `copy_token(call)`: what the hook `copy_goes_on` is called with; `copy_begun(call)` whether it
/// goes.
@c(necro_session_copy_token)
func sessionCopyToken(_ object: Object?, _ future: Object?) -> Object? {
  guard let operation = copyOperation(future, connection(object).pool) else { return nil }
  return PyLong_FromVoidPtr(Unmanaged.passUnretained(operation).toOpaque())
}

@c(necro_session_copy_begun)
func sessionCopyBegun(_ object: Object?, _ future: Object?) -> Object? {
  guard let operation = copyOperation(future, connection(object).pool) else { return nil }
  return retained(operation.copyFormat == nil ? necro_false() : necro_true())
}

/// `copy_take(call)`: the octets of a copy out that have come.
@c(necro_session_copy_take)
func sessionCopyTake(_ object: Object?, _ future: Object?) -> Object? {
  let pool = connection(object).pool
  guard let operation = copyOperation(future, pool),
    let bytes = makeBytes(operation.copyOctets.octets)
  else { return nil }
  operation.copyOctets.removeAll()
  pool.pool.copyOctetsTaken(operation)
  pool.scheduleFlush()
  return bytes
}
