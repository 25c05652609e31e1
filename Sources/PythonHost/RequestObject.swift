import CPython
import NecroHTTP1
import NecroHTTPSemantics
import NecroOctets
import NecroReactor
import NecroRouter
import NecroServer
import NecroTLS

/// What a `RequestHead` of Python holds: copies of a request's octets, and the way to its content.
final class RequestPayload {
  let head: RequestHead
  /// A bytes object of the whole head, which the slices count from.
  let octets: Object
  let fields: FieldSection
  let peer: PeerAddress
  let captures: [Slice]
  /// The TLS session that the request came by.
  let session: TLSSession?
  let application: PythonApplication
  /// The exchange, until its response is complete.
  var exchange: Exchange?
  /// The future that waits for content.
  var waiter: Object?
  /// What is called when the response is complete, with whether the request was cancelled instead.
  private var completion: Object?
  /// What the request is to be answered when no route matched.
  let unmatched: Unmatched?

  init?(_ exchange: Exchange, _ application: PythonApplication) {
    guard let octets = makeBytes(exchange.headOctets) else { return nil }
    self.octets = octets
    self.application = application
    self.exchange = exchange
    head = exchange.head
    peer = exchange.peer
    session = exchange.session
    var fields = FieldSection()
    for index in 0..<exchange.fieldCount { fields.append(exchange.field(index)) }
    self.fields = fields
    unmatched = exchange.unmatched
    // What matching has left behind is no parameter of a route that did not match.
    captures =
      unmatched != nil ? [] : (0..<exchange.captures.count).map { exchange.captures[$0] }
  }

  deinit {
    release(octets)
    release(waiter)
    release(completion)
  }

  /// Says that the response is complete, after which the content cannot be read.
  func answered(isCancelled: Bool) {
    exchange = nil
    guard let completion else { return }
    self.completion = nil
    defer { release(completion) }
    if let result = call(completion, isCancelled ? necro_true()! : necro_false()!) {
      release(result)
    } else {
      PyErr_WriteUnraisable(completion)
    }
  }

  /// Has `callable` called when the response is complete; soon, when it is already. One at most is
  /// kept. False with an error.
  func whenAnswered(_ callable: Object) -> Bool {
    if exchange != nil {
      release(completion)
      completion = retained(callable)
      return true
    }
    guard let loop = openLoop(),
      let method = PyObject_GetAttr(loop, application.state.nameCallSoonThreadsafe)
    else { return false }
    defer { release(method) }
    guard let handle = call(method, callable, necro_false()!) else { return false }
    release(handle)
    return true
  }

  /// The worker's event loop, borrowed; nil with an error once the worker is closed.
  func openLoop() -> Object? {
    if let loop = application.loop { return loop }
    raise(necro_runtime_error()!, "the worker that made this request is closed")
    return nil
  }

  /// Wakes whoever waits for content.
  func contentChanged() {
    guard let waiter else { return }
    self.waiter = nil
    defer { release(waiter) }
    let state = application.state
    guard let done = PyObject_CallMethodNoArgs(waiter, state.nameDone) else {
      PyErr_WriteUnraisable(waiter)
      return
    }
    defer { release(done) }
    if PyObject_IsTrue(done) != 0 { return }
    if let result = PyObject_CallMethodOneArg(waiter, state.nameSetResult, necro_none()) {
      release(result)
    } else {
      PyErr_WriteUnraisable(waiter)
    }
  }

  func withOctets<Result>(_ slice: Slice, _ body: (Span<UInt8>) -> Result) -> Result {
    NecroPythonHost.withOctets(ofBytes: octets) { body($0.octets(slice)) }
  }
}

/// The payload of a request that a server has made; nil with an error.
func request(_ object: Object?) -> RequestPayload? {
  guard let request = payload(of: object!, as: RequestPayload.self) else {
    raise(necro_runtime_error()!, "this request was not made by a server")
    return nil
  }
  return request
}

@c(necro_request_new)
func requestNew(
  _ type: UnsafeMutablePointer<PyTypeObject>?, _ arguments: Object?, _ keywords: Object?
) -> Object? {
  allocateInstance(of: type!)
}

@c(necro_request_dealloc)
func requestDealloc(_ object: Object?) {
  deallocate(object!, payload: RequestPayload.self)
}

@c(necro_request_method)
func requestMethod(_ object: Object?, _ closure: UnsafeMutableRawPointer?) -> Object? {
  guard let request = request(object) else { return nil }
  return request.withOctets(request.head.methodToken) { makeString($0) }
}

@c(necro_request_target)
func requestTarget(_ object: Object?, _ closure: UnsafeMutableRawPointer?) -> Object? {
  guard let request = request(object) else { return nil }
  return request.withOctets(request.head.target) { makeBytes($0) }
}

@c(necro_request_raw_path)
func requestRawPath(_ object: Object?, _ closure: UnsafeMutableRawPointer?) -> Object? {
  guard let request = request(object) else { return nil }
  return request.withOctets(request.head.path) { makeBytes($0) }
}

@c(necro_request_path)
func requestPath(_ object: Object?, _ closure: UnsafeMutableRawPointer?) -> Object? {
  guard let request = request(object) else { return nil }
  return request.withOctets(request.head.path) { makeDecodedString($0, strictly: false) }
}

@c(necro_request_query_string)
func requestQueryString(_ object: Object?, _ closure: UnsafeMutableRawPointer?) -> Object? {
  guard let request = request(object) else { return nil }
  return request.withOctets(request.head.query) { makeBytes($0) }
}

@c(necro_request_http_version)
func requestHTTPVersion(_ object: Object?, _ closure: UnsafeMutableRawPointer?) -> Object? {
  guard let request = request(object) else { return nil }
  return interned(request.head.version == .http11 ? "1.1" : "1.0")
}

@c(necro_request_scheme)
func requestScheme(_ object: Object?, _ closure: UnsafeMutableRawPointer?) -> Object? {
  guard let request = request(object) else { return nil }
  return interned(request.session == nil ? "http" : "https")
}

@c(necro_request_client)
func requestClient(_ object: Object?, _ closure: UnsafeMutableRawPointer?) -> Object? {
  guard let request = request(object) else { return nil }
  if request.peer.family == .unix { return none() }
  var text = OctetBuffer(capacity: 48)
  request.peer.host(into: &text)
  guard let client = PyTuple_New(2), let host = makeString(text.octets),
    let port = PyLong_FromLong(Int(request.peer.port))
  else { return nil }
  necro_tuple_set(client, 0, host)
  necro_tuple_set(client, 1, port)
  return client
}

@c(necro_request_captures)
func requestCaptures(_ object: Object?, _ closure: UnsafeMutableRawPointer?) -> Object? {
  guard let request = request(object), let tuple = PyTuple_New(request.captures.count) else {
    return nil
  }
  for (index, slice) in request.captures.enumerated() {
    let text = request.withOctets(request.head.path) {
      makeDecodedString($0.octets(slice), strictly: false)
    }
    guard let text else {
      release(tuple)
      return nil
    }
    necro_tuple_set(tuple, index, text)
  }
  return tuple
}

@c(necro_request_unmatched)
func requestUnmatched(_ object: Object?, _ closure: UnsafeMutableRawPointer?) -> Object? {
  guard let request = request(object) else { return nil }
  guard let unmatched = request.unmatched else { return none() }
  guard let pair = PyTuple_New(2), let status = PyLong_FromLong(Int(unmatched.status.rawValue))
  else { return nil }
  necro_tuple_set(pair, 0, status)
  if unmatched.allowed == nil {
    necro_tuple_set(pair, 1, none())
    return pair
  }
  var allow = OctetBuffer(capacity: 64)
  unmatched.appendAllow(to: &allow)
  guard let text = makeString(allow.octets) else {
    release(pair)
    return nil
  }
  necro_tuple_set(pair, 1, text)
  return pair
}

@c(necro_request_when_answered)
func requestWhenAnswered(_ object: Object?, _ callable: Object?) -> Object? {
  guard let request = request(object), request.whenAnswered(callable!) else { return nil }
  return none()
}

// MARK: Header fields

/// Calls `body` with the index of each field line of the name that `name`, a str, gives.
/// Returns false with an error.
private func forEachField(
  _ request: RequestPayload, named name: Object?, _ body: (Int) -> Bool
) -> Bool {
  guard let name, necro_is_str(name) else {
    raise(necro_type_error()!, "a field name is a str")
    return false
  }
  let finished: Void? = withOctets(ofString: name) { wanted in
    for index in 0..<request.fields.count {
      let isNamed = request.withOctets(request.fields[index].name) { found in
        found.equalsIgnoringCase(wanted)
      }
      if isNamed && !body(index) { return }
    }
  }
  return finished != nil
}

@c(necro_request_header)
func requestHeader(_ object: Object?, _ name: Object?) -> Object? {
  guard let request = request(object) else { return nil }
  var value: Object?
  let isFine = forEachField(request, named: name) { index in
    value = request.withOctets(request.fields[index].value) { makeLatin1String($0) }
    return false
  }
  return isFine ? value ?? (PyErr_Occurred() == nil ? none() : nil) : nil
}

@c(necro_request_header_values)
func requestHeaderValues(_ object: Object?, _ name: Object?) -> Object? {
  guard let request = request(object), let list = PyList_New(0) else { return nil }
  var isFine = true
  let wasString = forEachField(request, named: name) { index in
    let value = request.withOctets(request.fields[index].value) { makeLatin1String($0) }
    guard let value else {
      isFine = false
      return false
    }
    isFine = PyList_Append(list, value) == 0
    release(value)
    return isFine
  }
  if isFine && wasString { return list }
  release(list)
  return nil
}

@c(necro_request_header_items)
func requestHeaderItems(_ object: Object?, _ ignored: Object?) -> Object? {
  guard let request = request(object), let list = PyList_New(0) else { return nil }
  var lowercased = OctetBuffer(capacity: 64)
  for index in 0..<request.fields.count {
    let line = request.fields[index]
    lowercased.removeAll()
    request.withOctets(line.name) { name in
      for position in name.indices { lowercased.append(OctetClass.lowercased(name[position])) }
    }
    guard let name = makeLatin1String(lowercased.octets),
      let value = request.withOctets(line.value, { makeLatin1String($0) }),
      let item = PyTuple_New(2)
    else {
      release(list)
      return nil
    }
    necro_tuple_set(item, 0, name)
    necro_tuple_set(item, 1, value)
    let added = PyList_Append(list, item)
    release(item)
    if added != 0 {
      release(list)
      return nil
    }
  }
  return list
}

// MARK: Content

@c(necro_request_take_content)
func requestTakeContent(_ object: Object?, _ ignored: Object?) -> Object? {
  guard let request = request(object) else { return nil }
  guard let exchange = request.exchange else { return none() }
  if exchange.content.isEmpty {
    if case .refused(let status)? = exchange.contentFailure {
      raiseHTTPError(status, request.application.state)
      return nil
    }
    if exchange.contentFailure != nil || exchange.peerIsGone && !exchange.contentIsComplete {
      guard let type = request.application.state.clientDisconnectType() else { return nil }
      raise(type, "the client went away before the end of the content")
      return nil
    }
    if exchange.contentIsComplete { return none() }
    request.application.askForContent(exchange)
    return PyBytes_FromStringAndSize(nil, 0)
  }
  guard let bytes = request.application.takeContent(of: exchange) else { return nil }
  return bytes
}

/// Raises HTTPError with a status of the server's.
private func raiseHTTPError(_ status: StatusCode, _ state: ModuleState) {
  guard let type = state.httpErrorType(),
    let number = PyLong_FromLong(CLong(status.rawValue))
  else { return }
  defer { release(number) }
  guard let error = call(type, number) else { return }
  PyErr_SetObject(type, error)
  release(error)
}

@c(necro_request_wait_content)
func requestWaitContent(_ object: Object?, _ ignored: Object?) -> Object? {
  guard let request = request(object) else { return nil }
  let application = request.application
  guard let loop = request.openLoop(),
    let future = PyObject_CallMethodNoArgs(loop, application.state.nameCreateFuture)
  else { return nil }
  request.contentChanged()
  request.waiter = retained(future)
  if let exchange = request.exchange, exchange.content.isEmpty, !exchange.contentIsComplete,
    !exchange.peerIsGone
  {
    return future
  }
  request.contentChanged()
  return future
}
