import CPython
import NecroOctets
import NecroPostgres
import NecroPostgresWire
import NecroReactor

// What a PostgresConnection is asked about its session.

/// `release(resetting)`: gives a connection back that was acquired.
@c(necro_session_release)
func sessionRelease(_ object: Object?, _ resetting: Object?) -> Object? {
  let connection = connection(object)
  connection.pool.pool.release(connection.session, resetting: resetting == necro_true())
  connection.pool.scheduleFlush()
  return none()
}

@c(necro_session_close)
func sessionClose(_ object: Object?, _ ignored: Object?) -> Object? {
  let connection = connection(object)
  connection.pool.pool.close(connection.session)
  connection.pool.scheduleFlush()
  return none()
}

/// `retire()`: closes it once what is in flight is answered.
@c(necro_session_retire)
func sessionRetire(_ object: Object?, _ ignored: Object?) -> Object? {
  let connection = connection(object)
  connection.pool.pool.retire(connection.session)
  connection.pool.scheduleFlush()
  return none()
}

/// `parameter(name)`: what the server has reported of a setting; None if it has not.
@c(necro_session_parameter)
func sessionParameter(_ object: Object?, _ name: Object?) -> Object? {
  let session = connection(object).session
  let value: [UInt8]?? = withOctets(ofString: name!) { octets in session.parameter(named: octets) }
  guard let value else { return nil }
  return value.map { makeEscapedString($0.span) } ?? none()
}

@c(necro_session_process_id)
func sessionProcessID(_ object: Object?, _ closure: UnsafeMutableRawPointer?) -> Object? {
  PyLong_FromLong(Int(connection(object).session.processID))
}

/// Seconds, by the monotonic clock, since the session was ready and since it was last used.
@c(necro_session_ages)
func sessionAges(_ object: Object?, _ ignored: Object?) -> Object? {
  let session = connection(object).session
  let now = Clock.monotonicMilliseconds()
  guard let pair = PyTuple_New(2) else { return nil }
  for (index, then) in [session.readyMilliseconds, session.usedMilliseconds].enumerated() {
    guard let age = PyFloat_FromDouble(Double(now - min(then, now)) / 1_000) else { return nil }
    necro_tuple_set(pair, index, age)
  }
  return pair
}

/// `I`, `T` or `E`: outside a transaction, in one, in one that has failed.
@c(necro_session_transaction_status)
func sessionTransactionStatus(
  _ object: Object?, _ closure: UnsafeMutableRawPointer?
) -> Object? {
  switch connection(object).session.transactionStatus {
  case .idle: return makeString("I")
  case .inTransaction: return makeString("T")
  case .failed: return makeString("E")
  }
}

/// `connecting`, `starting`, `ready` or `closed`.
@c(necro_session_state)
func sessionState(_ object: Object?, _ closure: UnsafeMutableRawPointer?) -> Object? {
  switch connection(object).session.state {
  case .connecting: return makeString("connecting")
  case .starting: return makeString("starting")
  case .ready: return makeString("ready")
  case .closed: return makeString("closed")
  }
}

@c(necro_session_is_encrypted)
func sessionIsEncrypted(_ object: Object?, _ closure: UnsafeMutableRawPointer?) -> Object? {
  retained(connection(object).session.isEncrypted ? necro_true() : necro_false())
}

/// Whether the server knows its user, also once the session is closed.
@c(necro_session_is_authenticated)
func sessionIsAuthenticated(_ object: Object?, _ closure: UnsafeMutableRawPointer?) -> Object? {
  retained(connection(object).session.isAuthenticated ? necro_true() : necro_false())
}

@c(necro_session_is_idle)
func sessionIsIdle(_ object: Object?, _ closure: UnsafeMutableRawPointer?) -> Object? {
  let session = connection(object).session
  let isIdle = session.state == .ready && session.isQuiet && !session.isExclusive
  return retained(isIdle ? necro_true() : necro_false())
}
