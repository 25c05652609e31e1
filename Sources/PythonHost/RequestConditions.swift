import CPython
import NecroHTTPSemantics
import NecroOctets
import NecroReactor
import NecroServer

/// What a request's fields say about the response that is wanted: conditions, and media types.

@c(necro_request_authority)
func requestAuthority(_ object: Object?, _ closure: UnsafeMutableRawPointer?) -> Object? {
  guard let request = request(object) else { return nil }
  return request.withOctets(request.head.authority) { makeLatin1String($0) }
}

/// `precondition_status(etag, last_modified, exists)`: 304 or 412 when the conditions keep the
/// method from being performed, else 0.
@c(necro_request_precondition_status)
func requestPreconditionStatus(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t
) -> Object? {
  guard let request = request(object) else { return nil }
  guard count == 3, let etag = arguments![0], let modified = arguments![1],
    let exists = arguments![2]
  else {
    raise(necro_type_error()!, "precondition_status takes an etag, a moment and a bool")
    return nil
  }
  var lastModified: Int64?
  if modified != necro_none() {
    let seconds = PyLong_AsLong(modified)
    if seconds == -1 && PyErr_Occurred() != nil { return nil }
    lastModified = Int64(seconds)
  }
  guard Preconditions.arePresent(in: request.fields) else { return PyLong_FromLong(0) }
  let isThere = exists == necro_true()
  if etag == necro_none() {
    return status(request.evaluate(nil, lastModified, isThere))
  }
  guard necro_is_str(etag) else {
    raise(necro_type_error()!, "an etag is a str")
    return nil
  }
  let outcome = withOctets(ofString: etag) { request.evaluate($0, lastModified, isThere) }
  guard let outcome else { return nil }
  return status(outcome)
}

private func status(_ outcome: Preconditions.Outcome) -> Object? {
  switch outcome {
  case .perform: PyLong_FromLong(0)
  case .notModified: PyLong_FromLong(304)
  case .preconditionFailed: PyLong_FromLong(412)
  }
}

/// `accepts(*media_types)`: the one that the client likes best, None if it accepts none of them.
@c(necro_request_accepts)
func requestAccepts(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t
) -> Object? {
  guard let request = request(object) else { return nil }
  guard count > 0 else {
    raise(necro_type_error()!, "accepts takes at least one media type")
    return nil
  }
  var best: (Object, Acceptance)?
  for index in 0..<count {
    let offer = arguments![index]!
    guard necro_is_str(offer) else {
      raise(necro_type_error()!, "a media type is a str")
      return nil
    }
    let found = withOctets(ofString: offer) { octets in
      request.withHead { Acceptance.of(octets, request.fields, $0) }
    }
    guard let found else { return nil }
    guard let acceptance = found else {
      var message = OctetBuffer(capacity: 64)
      message.append("no media type: ")
      withOctets(ofString: offer) { message.append($0) }
      raise(necro_value_error()!, message)
      return nil
    }
    if acceptance.weight > 0 && (best.map { acceptance.isBetter(than: $0.1) } ?? true) {
      best = (offer, acceptance)
    }
  }
  return best.map { retained($0.0) } ?? none()
}

extension RequestPayload {
  /// Calls `body` with the octets of the whole head, which the slices of `fields` count from.
  fileprivate func withHead<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
    NecroPythonHost.withOctets(ofBytes: octets, body)
  }

  fileprivate func evaluate(
    _ entityTag: Span<UInt8>?, _ lastModified: Int64?, _ exists: Bool
  ) -> Preconditions.Outcome {
    withHead { octets in
      let validators = Preconditions.Validators(
        exists: exists, entityTag: entityTag, lastModified: lastModified)
      return Preconditions.evaluate(
        head.method, fields, octets, validators, now: Clock.unixSeconds())
    }
  }
}
