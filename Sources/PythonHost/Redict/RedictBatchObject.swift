import CPython
import NecroOctets
import NecroRESP
import NecroRedict

// The types `RedictBatch`, commands that are sent together, and `RedictConnection`, one that was acquired.

/// What a `RedictBatch` of Python holds.
final class RedictBatch {
  let pool: RedictPool
  /// The `RedictPool`, owned.
  private let object: Object
  private let isTransaction: Bool
  private let isRaw: Bool
  private var pending: RedictPending?
  private var traits: CommandTraits = []
  private(set) var count = 0

  init(_ object: Object, _ pool: RedictPool, isTransaction: Bool, isRaw: Bool) {
    self.object = retained(object)
    self.pool = pool
    self.isTransaction = isTransaction
    self.isRaw = isRaw
  }

  deinit { release(object) }

  func clear() {
    pending = nil
    traits = []
    count = 0
  }

  /// Adds a command: a shape, its name, its arguments. False with an error.
  func append(_ arguments: UnsafePointer<Object?>, _ size: Int, _ names: Object?) -> Bool {
    let pending = self.pending ?? RedictPending()
    if self.pending == nil {
      guard let shapes = PyList_New(0) else { return false }
      pending.shape = shapes
      if isTransaction {
        RESPSerializer.command(argumentCount: 1, into: &pending.command.request)
        RESPSerializer.argument("MULTI", into: &pending.command.request)
      }
      self.pending = pending
    }
    guard
      let traits = pool.append(
        arguments[1]!, arguments + 2, size - 2, names, to: &pending.command.request)
    else { return false }
    guard PyList_Append(pending.shape, arguments[0]) == 0 else {
      // A command without its shape would shift the replies of all behind it.
      clear()
      return false
    }
    let isReadOnly = traits.contains(.readOnly) && (count == 0 || self.traits.contains(.readOnly))
    self.traits.formUnion(traits)
    if !isReadOnly { self.traits.remove(.readOnly) }
    count += 1
    return true
  }

  /// Submits what was added; a future of the list of replies, or nil with an error.
  func submit(on connection: RedictConnection?) -> Object? {
    guard let pending else {
      raise(necro_value_error()!, "there are no commands to submit")
      return nil
    }
    let command = pending.command
    command.traits = traits
    command.commandCount = count
    pending.mode = .list
    pending.isRaw = isRaw
    if isTransaction {
      RESPSerializer.command(argumentCount: 1, into: &command.request)
      RESPSerializer.argument("EXEC", into: &command.request)
      command.commandCount += 2
      // Between MULTI and EXEC nothing waits.
      command.traits = traits.subtracting(.blocking).union([.beginsTransaction, .endsTransaction])
      pending.mode = .transaction
    }
    clear()
    return pool.submit(pending, on: connection)
  }
}

private func batch(_ object: Object?) -> RedictBatch {
  payload(of: object!, as: RedictBatch.self)!
}

/// `RedictBatch(pool, is_transaction, is_raw)`
@c(necro_redict_batch_new)
func redictBatchNew(
  _ type: UnsafeMutablePointer<PyTypeObject>?, _ arguments: Object?, _ keywords: Object?
) -> Object? {
  guard let object = allocateInstance(of: type!) else { return nil }
  let state = ModuleState.of(instance: object)
  guard necro_tuple_size(arguments!) == 3, let given = necro_tuple_item(arguments!, 0),
    necro_is_instance(given, state.redictPoolType),
    let pool = payload(of: given, as: RedictPool.self)
  else {
    raise(necro_type_error()!, "RedictBatch() takes a RedictPool and two bools")
    release(object)
    return nil
  }
  setPayload(
    of: object,
    to: RedictBatch(
      given, pool, isTransaction: necro_tuple_item(arguments!, 1) == necro_true(),
      isRaw: necro_tuple_item(arguments!, 2) == necro_true()))
  return object
}

@c(necro_redict_batch_dealloc)
func redictBatchDealloc(_ object: Object?) {
  deallocate(object!, payload: RedictBatch.self)
}

@c(necro_redict_batch_length)
func redictBatchLength(_ object: Object?) -> Py_ssize_t { batch(object).count }

@c(necro_redict_batch_append)
func redictBatchAppend(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t, _ names: Object?
) -> Object? {
  guard count >= 2, let arguments else {
    raise(necro_type_error()!, "a command has a shape and a name")
    return nil
  }
  return batch(object).append(arguments, count, names) ? none() : nil
}

/// `submit(connection)`: a call whose result is the list of replies; on any connection for None.
@c(necro_redict_batch_submit)
func redictBatchSubmit(_ object: Object?, _ connection: Object?) -> Object? {
  let state = ModuleState.of(instance: object!)
  if connection! == necro_none() { return batch(object).submit(on: nil) }
  guard necro_is_instance(connection!, state.redictConnectionType) else {
    raise(necro_type_error()!, "submit() takes a RedictConnection or None")
    return nil
  }
  return batch(object).submit(on: acquired(connection).connection)
}

@c(necro_redict_batch_clear)
func redictBatchClear(_ object: Object?, _ ignored: Object?) -> Object? {
  batch(object).clear()
  return none()
}

// MARK: RedictConnection

/// What a `RedictConnection` of Python holds.
final class AcquiredConnection {
  let pool: RedictPool
  let connection: RedictConnection

  init(_ pool: RedictPool, _ connection: RedictConnection) {
    self.pool = pool
    self.connection = connection
  }
}

private func acquired(_ object: Object?) -> AcquiredConnection {
  payload(of: object!, as: AcquiredConnection.self)!
}

extension RedictPool {
  /// A RedictConnection for a connection that was acquired, a new reference; nil with an error.
  func connectionObject(_ connection: RedictConnection) -> Object? {
    guard let object = allocateInstance(of: state.redictConnectionType) else { return nil }
    setPayload(of: object, to: AcquiredConnection(self, connection))
    return object
  }
}

@c(necro_redict_own_dealloc)
func redictOwnDealloc(_ object: Object?) {
  let own = acquired(object)
  own.pool.route.release(own.connection)
  deallocate(object!, payload: AcquiredConnection.self)
}

@c(necro_redict_own_call)
func redictOwnCall(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t, _ names: Object?
) -> Object? {
  let own = acquired(object)
  return own.pool.call(arguments, count, names, isRaw: false, on: own.connection)
}

@c(necro_redict_own_call_raw)
func redictOwnCallRaw(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t, _ names: Object?
) -> Object? {
  let own = acquired(object)
  return own.pool.call(arguments, count, names, isRaw: true, on: own.connection)
}

/// `release()`: gives the connection back; it is closed where commands have changed it.
@c(necro_redict_own_release)
func redictOwnRelease(_ object: Object?, _ ignored: Object?) -> Object? {
  let own = acquired(object)
  own.pool.route.release(own.connection)
  own.pool.scheduleFlush()
  return none()
}
