import CPython
import NecroOctets
import NecroRESP
import NecroRedict

/// What a `RedictPool` of Python is made with: a dict of ints by the names of `RedictSettings` and
/// `RedictRouterSettings`; `cluster` or `sentinels`, a list of pairs of a host (bytes) and a port, where
/// there is more than one server; and for sentinels `master`, what they call it (bytes).
struct RedictOptions {
  var settings = RedictSettings()
  var routing = RedictRouterSettings()
  /// How long a command may take that does not wait by itself; 0 for as long as it likes.
  private(set) var commandMilliseconds: UInt64 = 0
  private(set) var seeds: [RedictAddress] = []
  /// What the sentinels at `seeds` call the master; nil for a cluster.
  private(set) var master: [UInt8]?

  private let given: Object

  /// Nil with an error.
  init?(_ given: Object) {
    self.given = given
    guard readNumbers(), readAddresses("cluster"), readAddresses("sentinels"), readMaster() else {
      return nil
    }
  }

  private mutating func readNumbers() -> Bool {
    set("shared_connections_max") { $0.settings.sharedConnectionsMax = max($1, 1) }
      && set("owned_connections_max") { $0.settings.ownedConnectionsMax = max($1, 1) }
      && set("idle_connections_max") { $0.settings.idleConnectionsMax = $1 }
      && set("wait_milliseconds") { $0.settings.waitMilliseconds = UInt64($1) }
      && set("waiters_max") { $0.settings.waitersMax = $1 }
      && set("connect_milliseconds") { $0.settings.connectMilliseconds = UInt64(max($1, 1)) }
      && set("silence_milliseconds") { $0.settings.silenceMilliseconds = UInt64(max($1, 1)) }
      && set("ping_milliseconds") { $0.settings.pingMilliseconds = UInt64(max($1, 1)) }
      && set("reply_octets_max") { $0.settings.replyLimits.valueOctetsMax = max($1, 1) }
      && set("cache_octets_max") { $0.settings.cacheOctetsMax = $1 }
      && set("cache_entries_max") { $0.settings.cacheEntriesMax = max($1, 1) }
      && set("reads_replicas") { $0.routing.readsReplicas = $1 != 0 }
      && set("delays_max") { $0.routing.delaysMax = $1 }
      && set("command_milliseconds") { $0.commandMilliseconds = UInt64($1) }
  }

  /// The value of a name: nil, with an error or without one.
  private func value(_ name: StaticString) -> Object? {
    guard let key = makeString(name.octets) else { return nil }
    defer { release(key) }
    return PyDict_GetItemWithError(given, key)
  }

  private mutating func set(
    _ name: StaticString, _ body: (inout RedictOptions, Int) -> Void
  ) -> Bool {
    guard let value = value(name) else { return PyErr_Occurred() == nil }
    let number = PyLong_AsLong(value)
    if number == -1 && PyErr_Occurred() != nil { return false }
    body(&self, max(number, 0))
    return true
  }

  private mutating func readAddresses(_ name: StaticString) -> Bool {
    guard let list = value(name) else { return PyErr_Occurred() == nil }
    for index in 0..<(necro_is_list(list) ? necro_size(list) : 0) {
      guard let pair = necro_list_item(list, index), necro_is_tuple(pair),
        necro_tuple_size(pair) == 2, let host = necro_tuple_item(pair, 0), necro_is_bytes(host)
      else { break }
      let port = PyLong_AsLong(necro_tuple_item(pair, 1))
      guard let port = UInt16(exactly: port) else { break }
      seeds.append(RedictAddress(host: withOctets(ofBytes: host) { copied($0) }, port: port))
    }
    if PyErr_Occurred() != nil { return false }
    guard necro_is_list(list), !seeds.isEmpty, seeds.count == necro_size(list) else {
      raise(necro_type_error()!, "addresses are a list of pairs of bytes and a port")
      return false
    }
    return true
  }

  private mutating func readMaster() -> Bool {
    guard let name = value("master") else { return PyErr_Occurred() == nil }
    guard necro_is_bytes(name), !seeds.isEmpty else {
      raise(necro_type_error()!, "the master's name is a bytes object, beside sentinels")
      return false
    }
    master = withOctets(ofBytes: name) { copied($0) }
    return true
  }
}
