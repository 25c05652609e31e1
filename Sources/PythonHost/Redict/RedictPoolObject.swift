import CPython
import NecroOctets
import NecroRESP
import NecroReactor
import NecroRedict
import NecroTLS

// The type `RedictPool`.

private func redict(_ object: Object?) -> RedictPool {
  payload(of: object!, as: RedictPool.self)!
}

/// `RedictPool(loop, settings, hooks)`: `settings` is a dict as `RedictOptions` reads it.
@c(necro_redict_new)
func redictNew(
  _ type: UnsafeMutablePointer<PyTypeObject>?, _ arguments: Object?, _ keywords: Object?
) -> Object? {
  guard necro_tuple_size(arguments!) == 3, let given = necro_tuple_item(arguments!, 1),
    necro_is_dict(given)
  else {
    raise(necro_type_error()!, "RedictPool() takes a loop, a dict of settings and hooks")
    return nil
  }
  guard let options = RedictOptions(given), let object = allocateInstance(of: type!) else {
    return nil
  }
  guard
    let pool = RedictPool(
      module: necro_module_of(object)!, loop: necro_tuple_item(arguments!, 0), options: options,
      hooks: necro_tuple_item(arguments!, 2))
  else {
    release(object)
    return nil
  }
  setPayload(of: object, to: pool)
  pool.begin(object)
  return object
}

@c(necro_redict_dealloc)
func redictDealloc(_ object: Object?) {
  if let pool = payload(of: object!, as: RedictPool.self) { pool.end() }
  deallocate(object!, payload: RedictPool.self)
}

@c(necro_redict_call)
func redictCall(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t, _ names: Object?
) -> Object? {
  redict(object).call(arguments, count, names, isRaw: false, on: nil)
}

@c(necro_redict_call_raw)
func redictCallRaw(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t, _ names: Object?
) -> Object? {
  redict(object).call(arguments, count, names, isRaw: true, on: nil)
}

/// `begin()`: calls are taken from now on.
@c(necro_redict_begin)
func redictBegin(_ object: Object?, _ ignored: Object?) -> Object? {
  redict(object).isBegun = true
  return none()
}

/// `acquire(key)`: a call whose result is a RedictConnection. In a cluster it is for keys of that one's
/// slot, for None for commands without keys.
@c(necro_redict_acquire)
func redictAcquire(_ object: Object?, _ key: Object?) -> Object? {
  var slot: Int? = -1
  if necro_is_bytes(key!) {
    slot = withOctets(ofBytes: key!) { KeySlot.of($0) }
  } else if key! != necro_none() {
    guard necro_is_str(key!) else {
      raise(necro_type_error()!, "a key is a str or a bytes object")
      return nil
    }
    slot = withOctets(ofString: key!) { KeySlot.of($0) }
  }
  guard let slot else { return nil }
  let pool = redict(object)
  let pending = pool.makePending()
  pending.mode = .connection
  return pool.submit(pending, on: nil, slot: slot)
}

/// `_masters()`: the addresses of a cluster's masters, as far as they are known.
@c(necro_redict_masters)
func redictMasters(_ object: Object?, _ ignored: Object?) -> Object? {
  guard let list = PyList_New(0) else { return nil }
  guard case .router(let router) = redict(object).route else { return list }
  for node in router.masters {
    let address = makeString(node.address.text.octets)
    let isAppended = address != nil && PyList_Append(list, address) == 0
    release(address)
    if !isAppended {
      release(list)
      return nil
    }
  }
  return list
}

/// `_call_at(address, is_raw, shape, name, …)`: as `_call`, by the server with the address.
@c(necro_redict_call_at)
func redictCallAt(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t, _ names: Object?
) -> Object? {
  guard count >= 2, let arguments, let address = arguments[0], necro_is_str(address) else {
    raise(necro_type_error()!, "_call_at() takes an address, a bool, a shape and a name")
    return nil
  }
  let pool = redict(object)
  guard case .router(let router) = pool.route,
    let node = router.nodes.first(where: { node in
      let text = node.address.text
      return withOctets(ofString: address) { $0.equals(text.octets) } == true
    })
  else {
    if PyErr_Occurred() == nil { pool.raiseFailure("unknown_node") }
    return nil
  }
  return pool.call(
    arguments + 2, count - 2, names, isRaw: arguments[1] == necro_true(), on: nil,
    at: (router, node))
}

/// `attach(descriptor, greeting, number, tls)`: begins the connection that was wanted by that number on a
/// connected socket, which the pool then owns.
/// `greeting` is a tuple: user, password, database, client name, library's name and version (bytes, and an
/// int), and the version of the protocol to ask for. `tls` is None, or what `ClientTLS` takes.
@c(necro_redict_attach)
func redictAttach(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t
) -> Object? {
  guard count == 4, let arguments, let given = arguments[1], necro_is_tuple(given),
    necro_tuple_size(given) == 7
  else {
    raise(necro_type_error()!, "attach() takes a descriptor, a greeting, a number and TLS")
    return nil
  }
  let descriptor = PyLong_AsLong(arguments[0])
  let database = PyLong_AsLong(necro_tuple_item(given, 2))
  let version = PyLong_AsLong(necro_tuple_item(given, 6))
  if PyErr_Occurred() != nil { return nil }
  guard descriptor >= 0 else {
    raise(necro_value_error()!, "a descriptor is not negative")
    return nil
  }
  func octets(_ index: Int) -> [UInt8] {
    guard let item = necro_tuple_item(given, index), necro_is_bytes(item) else { return [] }
    return withOctets(ofBytes: item) { copied($0) }
  }
  var greeting = RedictGreeting()
  greeting.user = octets(0)
  greeting.password = octets(1)
  greeting.database = Int64(database)
  greeting.name = octets(3)
  greeting.libraryName = octets(4)
  greeting.libraryVersion = octets(5)
  greeting.version = version == 2 ? .version2 : .version3
  let pool = redict(object)
  let socket = Int32(truncatingIfNeeded: descriptor)
  let transport: RedictTransport
  if arguments[3] == necro_none() {
    transport = RedictSocketTransport(socket: socket, isConnecting: false)
  } else {
    guard let tls = pool.tls.client(arguments[3]!) else { return nil }
    do throws(TLSError) {
      transport = try RedictTLSTransport(socket: socket, tls.context, peer: tls.peer)
    } catch {
      return raiseTLSError(error)
    }
  }
  guard let client = pool.takeWanting(arguments[2]) else { return nil }
  client.attach(transport, greeting)
  pool.scheduleFlush()
  return none()
}

func copied(_ octets: Span<UInt8>) -> [UInt8] {
  var copy: [UInt8] = []
  copy.reserveCapacity(octets.count)
  for index in octets.indices { copy.append(octets[index]) }
  return copy
}

@c(necro_redict_connection_failed)
func redictConnectionFailed(_ object: Object?, _ number: Object?) -> Object? {
  let pool = redict(object)
  guard let client = pool.takeWanting(number) else { return nil }
  client.connectionFailed()
  pool.scheduleFlush()
  return none()
}

/// `begin_subscription(kind, topics, listener)`: its number. `kind` is 0 for channels, 1 for patterns, 2 for
/// shard channels, `topics` a list of bytes.
@c(necro_redict_subscribe)
func redictSubscribe(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t
) -> Object? {
  guard count == 3, let arguments, let list = arguments[1], necro_is_list(list),
    let kind = RedictSubscription.Kind(
      rawValue: UInt8(truncatingIfNeeded: PyLong_AsLong(arguments[0])))
  else {
    if PyErr_Occurred() == nil {
      raise(necro_type_error()!, "begin_subscription() takes a kind, a list and a listener")
    }
    return nil
  }
  var topics: [[UInt8]] = []
  for index in 0..<necro_size(list) {
    let item = necro_list_item(list, index)!
    guard necro_is_bytes(item) else {
      raise(necro_type_error()!, "a topic is a bytes object")
      return nil
    }
    topics.append(withOctets(ofBytes: item) { copied($0) })
  }
  guard !topics.isEmpty else {
    raise(necro_value_error()!, "a subscription has a topic")
    return nil
  }
  let pool = redict(object)
  let subscription = RedictSubscription(kind, topics: topics)
  var place = 0
  while place < pool.subscriptions.count, pool.subscriptions[place] != nil { place += 1 }
  if place == pool.subscriptions.count { pool.subscriptions.append(nil) }
  pool.subscriptions[place] = (subscription, retained(arguments[2]!))
  subscription.ownerToken = UInt(place) + 1
  pool.route.subscribe(subscription)
  pool.scheduleFlush()
  return PyLong_FromLong(place)
}

@c(necro_redict_unsubscribe)
func redictUnsubscribe(_ object: Object?, _ number: Object?) -> Object? {
  let place = PyLong_AsLong(number)
  if PyErr_Occurred() != nil { return nil }
  let pool = redict(object)
  guard place >= 0, place < pool.subscriptions.count, let entry = pool.subscriptions[place] else {
    return none()
  }
  pool.subscriptions[place] = nil
  pool.route.unsubscribe(entry.subscription)
  release(entry.listener)
  pool.scheduleFlush()
  return none()
}

@c(necro_redict_pause)
func redictPause(_ object: Object?, _ isPaused: Object?) -> Object? {
  redict(object).route.setMessagesPaused(isPaused == necro_true())
  redict(object).scheduleFlush()
  return none()
}

@c(necro_redict_fileno)
func redictFileno(_ object: Object?, _ ignored: Object?) -> Object? {
  PyLong_FromLong(Int(redict(object).reactor.descriptor))
}

@c(necro_redict_turn)
func redictTurn(_ object: Object?, _ ignored: Object?) -> Object? {
  redict(object).turn() ? none() : nil
}

@c(necro_redict_flush)
func redictFlush(_ object: Object?, _ ignored: Object?) -> Object? {
  redict(object).flush()
  return none()
}

/// `close()`: closes all connections and fails what waits.
@c(necro_redict_close)
func redictClose(_ object: Object?, _ ignored: Object?) -> Object? {
  let pool = redict(object)
  pool.route.close()
  pool.flush()
  return none()
}

/// `counts()`: connections, commands that wait, and the version that the first speaks (0 for none).
@c(necro_redict_counts)
func redictCounts(_ object: Object?, _ ignored: Object?) -> Object? {
  var connections = 0
  var waiting = 0
  var version = 0
  for client in redict(object).route.clients {
    connections += client.connections.count
    waiting += client.waitingCount
    if version == 0, let first = client.connections.first { version = Int(first.version.rawValue) }
  }
  guard let counts = PyTuple_New(3) else { return nil }
  for (index, number) in [connections, waiting, version].enumerated() {
    guard let value = PyLong_FromLong(number) else { return nil }
    necro_tuple_set(counts, index, value)
  }
  return counts
}
