import CPython
import NecroOctets
import NecroReactor
import NecroServer

/// The peer's end of a connection in memory, which tells a Python callable when it has changed.
final class PythonPeer: LocalPeer {
  /// What is told; nil once the connection is closed.
  var listener: Object?

  init(listener: Object) {
    self.listener = retained(listener)
  }

  deinit { release(listener) }

  override func changed() {
    guard let listener else { return }
    callBack(listener)
  }

  func forgetListener() {
    release(listener)
    listener = nil
  }
}

/// Calls what only takes notice, whatever exception is on its way meanwhile.
func callBack(_ callable: Object) {
  let error = PyErr_GetRaisedException()
  if let result = PyObject_CallNoArgs(callable) {
    release(result)
  } else {
    PyErr_WriteUnraisable(callable)
  }
  PyErr_SetRaisedException(error)
}

/// What a `Connection` of Python holds.
private final class ConnectionPayload {
  let application: PythonApplication
  let peer: PythonPeer

  init(_ application: PythonApplication, _ peer: PythonPeer) {
    self.application = application
    self.peer = peer
  }

  deinit {
    peer.forgetListener()
    application.worker?.disconnect(peer)
  }
}

private func payload(_ object: Object?) -> ConnectionPayload {
  // Instances are made by `makeConnection` alone, which sets the payload.
  payload(of: object!, as: ConnectionPayload.self)!
}

/// Opens a connection in memory to a worker; nil with an error.
func makeConnection(
  _ application: PythonApplication, _ host: Object, _ port: Object, _ listener: Object
) -> Object? {
  let number = PyLong_AsLong(port)
  if number == -1 && PyErr_Occurred() != nil { return nil }
  guard necro_is_str(host), let port = UInt16(exactly: number),
    let address = withOctets(ofString: host, { PeerAddress(host: $0, port: port) }) ?? nil
  else {
    if PyErr_Occurred() == nil {
      raise(necro_value_error()!, "a client is an IP address and a port")
    }
    return nil
  }
  guard let object = allocateInstance(of: application.state.connectionType) else { return nil }
  let peer = PythonPeer(listener: listener)
  setPayload(of: object, to: ConnectionPayload(application, peer))
  guard application.worker.connect(peer, address: address) else {
    release(object)
    raise(necro_os_error()!, "the worker takes no more connections")
    return nil
  }
  return object
}

@c(necro_connection_dealloc)
func connectionDealloc(_ object: Object?) {
  deallocate(object!, payload: ConnectionPayload.self)
}

@c(necro_connection_feed)
func connectionFeed(_ object: Object?, _ octets: Object?) -> Object? {
  guard let octets, necro_is_bytes(octets) else {
    raise(necro_type_error()!, "feed() takes bytes")
    return nil
  }
  let connection = payload(object)
  withOctets(ofBytes: octets) { connection.application.worker?.feed(connection.peer, $0) }
  return none()
}

@c(necro_connection_finish)
func connectionFinish(_ object: Object?, _ ignored: Object?) -> Object? {
  let connection = payload(object)
  connection.application.worker?.finish(connection.peer)
  return none()
}

@c(necro_connection_take)
func connectionTake(_ object: Object?, _ ignored: Object?) -> Object? {
  let connection = payload(object)
  guard let bytes = connection.peer.withOutput({ makeBytes($0) }) else { return nil }
  connection.application.worker?.taken(connection.peer)
  return bytes
}

@c(necro_connection_close)
func connectionClose(_ object: Object?, _ ignored: Object?) -> Object? {
  let connection = payload(object)
  connection.peer.forgetListener()
  connection.application.worker?.disconnect(connection.peer)
  return none()
}

@c(necro_connection_serves)
func connectionServes(_ object: Object?, _ request: Object?) -> Object? {
  let connection = payload(object)
  guard let request,
    necro_is_instance(request, connection.application.state.requestHeadType)
  else {
    raise(necro_type_error()!, "serves() takes a request")
    return nil
  }
  let exchange = NecroPythonHost.payload(of: request, as: RequestPayload.self)?.exchange
  return retained(
    exchange != nil && exchange?.localPeer === connection.peer ? necro_true()! : necro_false()!)
}

@c(necro_connection_ended)
func connectionEnded(_ object: Object?, _ closure: UnsafeMutableRawPointer?) -> Object? {
  let connection = payload(object)
  let isOpen = connection.application.worker != nil && !connection.peer.outputEnded
  return retained(isOpen ? necro_false()! : necro_true()!)
}

@c(necro_connection_pending)
func connectionPending(_ object: Object?, _ closure: UnsafeMutableRawPointer?) -> Object? {
  PyLong_FromLong(payload(object).peer.pendingOctets)
}
