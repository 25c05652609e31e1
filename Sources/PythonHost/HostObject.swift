import CLinux
import CPython
import NecroOctets
import NecroReactor

/// What a `Host` of Python holds: the listeners and the workers' threads.
final class HostPayload {
  var groups: [ListenerBox] = []
  let workerCount: Int
  var starts: [WorkerStart] = []

  init(workerCount: Int) {
    self.workerCount = workerCount
  }
}

/// A listener group in a place of its own, since an array cannot hold what cannot be copied.
final class ListenerBox {
  var group: ListenerGroup

  init(_ group: consuming ListenerGroup) {
    self.group = group
  }
}

/// What a worker's thread is started with. Its fields do not change, so that both threads may read
/// them.
final class WorkerStart {
  let index: Int
  let listeners: [Listener]
  /// Signalled by the host when the worker is to drain.
  let wakeUp: WakeUp
  /// A pipe that the host reads reports from.
  let reportDescriptor: Int32
  /// The access log, or -1.
  let logDescriptor: Int32
  /// The UTF-8 octets of a JSON object: `path` and `argv` for `sys`, and what the Python side adds.
  let settings: [UInt8]

  init(
    index: Int, listeners: [Listener], reportDescriptor: Int32, logDescriptor: Int32,
    settings: [UInt8]
  ) throws(SystemError) {
    wakeUp = try WakeUp()
    self.index = index
    self.listeners = listeners
    self.reportDescriptor = reportDescriptor
    self.logDescriptor = logDescriptor
    self.settings = settings
  }

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

/// `Host(binds, workers)`: opens the listeners. Raises OSError naming the address.
@c(necro_host_new)
func hostNew(
  _ type: UnsafeMutablePointer<PyTypeObject>?, _ arguments: Object?, _ keywords: Object?
) -> Object? {
  let arguments = arguments!
  guard necro_tuple_size(arguments) == 2, let binds = necro_tuple_item(arguments, 0),
    necro_is_list(binds)
  else {
    raise(necro_type_error()!, "Host() takes a list of addresses and a number of workers")
    return nil
  }
  let workerCount = PyLong_AsLong(necro_tuple_item(arguments, 1))
  guard workerCount >= 1 else {
    if PyErr_Occurred() == nil { raise(necro_value_error()!, "a host has at least one worker") }
    return nil
  }
  let host = HostPayload(workerCount: workerCount)
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
      ListenerBox(try ListenerGroup.prepare(address, workers: host.workerCount)))
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
  for (index, box) in host.groups.enumerated() {
    var url = OctetBuffer()
    box.group.address.url(scheme: "http", into: &url)
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
  var octets: [UInt8] = []
  let isText: Void? = withOctets(ofString: settings) { text in
    octets.reserveCapacity(text.count)
    for position in text.indices { octets.append(text[position]) }
  }
  guard isText != nil else { return nil }
  var listeners: [Listener] = []
  for box in host.groups {
    for place in 0..<box.group.listenersPerWorker {
      listeners.append(box.group.listener(worker: index, index: place))
    }
  }
  let start: WorkerStart
  do throws(SystemError) {
    start = try WorkerStart(
      index: index, listeners: listeners,
      reportDescriptor: Int32(truncatingIfNeeded: reportDescriptor),
      logDescriptor: Int32(truncatingIfNeeded: logDescriptor), settings: octets)
  } catch {
    _ = raiseSystemError(error)
    return nil
  }
  host.starts.append(start)
  guard startThread(start) else {
    raise(necro_runtime_error()!, "no thread for a worker could be started")
    return nil
  }
  return none()
}

@c(necro_host_drain)
func hostDrain(_ object: Object?, _ ignored: Object?) -> Object? {
  for start in payload(object).starts { start.wakeUp.signal() }
  return none()
}

@c(necro_host_close)
func hostClose(_ object: Object?, _ ignored: Object?) -> Object? {
  for box in payload(object).groups { box.group.close() }
  return none()
}
