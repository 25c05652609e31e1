import CLinux
import CPython
import NecroOctets
import NecroReactor

/// What a `Host` of Python holds: the listeners and the workers' threads.
final class HostPayload {
  var groups: [ListenerGroup] = []
  let workerCount: Int
  /// The first address whose requests are sent to HTTPS, by its place; all behind it are too.
  let redirectsFrom: Int
  /// What wakes each worker that was started.
  var wakeUps: [WakeUp] = []

  init(workerCount: Int, redirectsFrom: Int) {
    self.workerCount = workerCount
    self.redirectsFrom = redirectsFrom
  }
}

/// What a worker's thread is started with: plain values and memory that lives as long as the
/// process, so that no object is shared between threads.
struct WorkerStart {
  let listeners: UnsafeBufferPointer<Listener>
  /// The first of the listeners whose requests are sent to HTTPS.
  let redirectsFrom: Int
  /// Signalled by the host when the worker is to drain.
  let wakeUp: Int32
  /// A pipe that the host reads reports from.
  let reportDescriptor: Int32
  /// The access log, or -1.
  let logDescriptor: Int32
  /// The UTF-8 octets of a JSON object: `path` and `argv` for `sys`, and what the Python side adds.
  let settings: UnsafeBufferPointer<UInt8>

  /// What a worker tells the host, as one octet.
  enum Report: UInt8 {
    case hasInterpreter = 0x69  // i
    case ready = 0x72  // r
    case failed = 0x66  // f
    case finished = 0x64  // d
  }

  func report(_ report: Report) {
    var octet = report.rawValue
    // The host reads as long as it lives, and nobody is left to tell if it does not.
    while write(reportDescriptor, &octet, 1) < 0 && necro_errno() == EINTR {}
  }
}

private func payload(_ object: Object?) -> HostPayload {
  payload(of: object!, as: HostPayload.self)!
}

/// `Host(binds, workers, redirects_from)`: opens the listeners. Raises OSError naming the address.
@c(necro_host_new)
func hostNew(
  _ type: UnsafeMutablePointer<PyTypeObject>?, _ arguments: Object?, _ keywords: Object?
) -> Object? {
  let arguments = arguments!
  guard necro_tuple_size(arguments) == 3, let binds = necro_tuple_item(arguments, 0),
    necro_is_list(binds)
  else {
    raise(necro_type_error()!, "Host() takes a list of addresses, a number of workers and a place")
    return nil
  }
  let workerCount = PyLong_AsLong(necro_tuple_item(arguments, 1))
  let redirectsFrom = PyLong_AsLong(necro_tuple_item(arguments, 2))
  guard workerCount >= 1 else {
    if PyErr_Occurred() == nil { raise(necro_value_error()!, "a host has at least one worker") }
    return nil
  }
  let host = HostPayload(workerCount: workerCount, redirectsFrom: redirectsFrom)
  for index in 0..<necro_size(binds) {
    let isOpen = withOctets(ofString: necro_list_item(binds, index)) { octets in
      open(octets, host)
    }
    guard isOpen == true else { return nil }
  }
  guard let object = allocateInstance(of: type!) else { return nil }
  setPayload(of: object, to: host)
  return object
}

/// Opens the listeners of an address. False with an error.
private func open(_ text: Span<UInt8>, _ host: HostPayload) -> Bool {
  let address: BindAddress
  do throws(BindAddress.Malformed) {
    address = try BindAddress.parse(text)
  } catch {
    raise(necro_value_error()!, error.message)
    return false
  }
  do throws(SystemError) {
    host.groups.append(
      try ListenerGroup.prepare(address, workers: host.workerCount, waits: true))
    return true
  } catch {
    var message = OctetBuffer()
    message.append("cannot listen on ")
    address.describe(into: &message)
    message.append(": ")
    error.message(into: &message)
    raise(necro_os_error()!, message)
    return false
  }
}

@c(necro_host_dealloc)
func hostDealloc(_ object: Object?) {
  deallocate(object!, payload: HostPayload.self)
}

@c(necro_host_urls)
func hostURLs(_ object: Object?, _ ignored: Object?) -> Object? {
  let host = payload(object)
  guard let list = PyList_New(host.groups.count) else { return nil }
  for (index, group) in host.groups.enumerated() {
    var url = OctetBuffer()
    group.address.url(scheme: "http", into: &url)
    guard let text = makeEscapedString(url.octets) else {
      release(list)
      return nil
    }
    necro_list_set(list, index, text)
  }
  return list
}

@c(necro_host_start)
func hostStart(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t
) -> Object? {
  let host = payload(object)
  guard count == 4, let settings = arguments![1], necro_is_str(settings) else {
    raise(necro_type_error()!, "start() takes an index, settings and two descriptors")
    return nil
  }
  let index = PyLong_AsLong(arguments![0])
  let reportDescriptor = PyLong_AsLong(arguments![2])
  let logDescriptor = PyLong_AsLong(arguments![3])
  if PyErr_Occurred() != nil { return nil }
  guard index >= 0 && index < host.workerCount else {
    raise(necro_value_error()!, "there is no such worker")
    return nil
  }
  let wakeUp: WakeUp
  do throws(SystemError) { wakeUp = try WakeUp() } catch {
    _ = raiseSystemError(error)
    return nil
  }
  guard let text = withOctets(ofString: settings, { kept($0) }) else { return nil }
  let isStarted = startThread(
    WorkerStart(
      listeners: listeners(of: host, worker: index),
      redirectsFrom: host.groups.prefix(host.redirectsFrom).reduce(0) {
        $0 + $1.listenersPerWorker
      },
      wakeUp: wakeUp.descriptor,
      reportDescriptor: Int32(truncatingIfNeeded: reportDescriptor),
      logDescriptor: Int32(truncatingIfNeeded: logDescriptor), settings: text))
  guard isStarted else {
    raise(necro_runtime_error()!, "no thread for a worker could be started")
    return nil
  }
  host.wakeUps.append(wakeUp)
  return none()
}

/// A copy of octets in memory that lives as long as the process.
private func kept(_ octets: Span<UInt8>) -> UnsafeBufferPointer<UInt8> {
  let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: octets.count)
  octets.withUnsafeBufferPointer { source in _ = copy.initialize(from: source) }
  return UnsafeBufferPointer(copy)
}

/// A worker's listeners, in memory that lives as long as the process.
private func listeners(of host: HostPayload, worker: Int) -> UnsafeBufferPointer<Listener> {
  var found: [Listener] = []
  for group in host.groups {
    for place in 0..<group.listenersPerWorker {
      found.append(group.listener(worker: worker, index: place))
    }
  }
  let copy = UnsafeMutableBufferPointer<Listener>.allocate(capacity: found.count)
  _ = copy.initialize(from: found)
  return UnsafeBufferPointer(copy)
}

@c(necro_host_drain)
func hostDrain(_ object: Object?, _ ignored: Object?) -> Object? {
  for wakeUp in payload(object).wakeUps { wakeUp.signal() }
  return none()
}

@c(necro_host_close)
func hostClose(_ object: Object?, _ ignored: Object?) -> Object? {
  for group in payload(object).groups { group.close() }
  return none()
}
