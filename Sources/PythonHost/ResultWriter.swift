import CPython
import NecroHTTP1
import NecroHTTPSemantics
import NecroJSON
import NecroOctets
import NecroServer

/// Makes responses of what handlers return and raise.
final class ResultWriter {
  let reader = JSONReader()
  private let state: ModuleState
  private var json = OctetBuffer(capacity: 1_024)
  private let responseType: UnsafeMutablePointer<PyTypeObject>
  private let jsonDefault: Object
  private let render: Object
  private let errorResponse: Object
  /// The most octets of content that a response may have.
  private let octetsMax: Int

  /// Nil with a Python error.
  init?(_ state: ModuleState, octetsMax: Int) {
    guard let responseType = imported("necro._responses", "Response"),
      let jsonDefault = imported("necro._results", "json_default"),
      let render = imported("necro._results", "render"),
      let errorResponse = imported("necro._errors", "error_response")
    else { return nil }
    self.state = state
    self.octetsMax = octetsMax
    self.responseType = UnsafeMutableRawPointer(responseType)
      .assumingMemoryBound(to: PyTypeObject.self)
    self.jsonDefault = jsonDefault
    self.render = render
    self.errorResponse = errorResponse
  }

  deinit {
    release(UnsafeMutableRawPointer(responseType).assumingMemoryBound(to: PyObject.self))
    release(jsonDefault)
    release(render)
    release(errorResponse)
  }

  /// Writes the response that a handler's result stands for; an error's, if it stands for none.
  ///
  /// - Parameter request: the Request of the exchange, made here when an error needs it.
  func write(
    _ result: Object, _ plan: RoutePlan, _ exchange: Exchange, _ application: PythonApplication,
    _ request: inout Object?
  ) {
    if !writeResult(result, plan, exchange) { writeError(plan, exchange, application, &request) }
  }

  /// False with an error.
  private func writeResult(_ result: Object, _ plan: RoutePlan, _ exchange: Exchange) -> Bool {
    if necro_is_exact_dict(result) { return writeJSON(result, plan, exchange) }
    if necro_is_exact_str(result) {
      let isWritten = withOctets(ofString: result) { octets in
        respond(exchange, plan, "text/plain; charset=utf-8", octets)
      }
      return isWritten ?? false
    }
    if result == necro_none() { return writeNone(plan, exchange) }
    if necro_is_instance(result, responseType) { return writeResponse(result, exchange) }
    if necro_is_bytes(result) {
      let type: StaticString =
        isRaw(result, state) ? "application/json" : "application/octet-stream"
      return withOctets(ofBytes: result) { octets in
        respond(exchange, plan, type, octets)
      }
    }
    if necro_is_list(result) || necro_is_tuple(result) || necro_is_dict(result)
      || necro_is_exact_int(result) || necro_is_float(result) || result == necro_true()
      || result == necro_false() || necro_is_type(result, state.bodyType) || isRow(result, state)
    {
      return writeJSON(result, plan, exchange)
    }
    guard let response = call(render, result, plan.route) else {
      return false
    }
    defer { release(response) }
    return writeResponse(response, exchange)
  }

  private func writeJSON(_ result: Object, _ plan: RoutePlan, _ exchange: Exchange) -> Bool {
    json.removeAll()
    let isJSON = JSONWriter.write(state, fallback: jsonDefault, octetsMax: octetsMax) {
      $0.write(result, into: &json)
    }
    guard isJSON else { return false }
    let isWritten = respond(exchange, plan, "application/json", json.octets)
    if json.capacity > 65_536 { json = OctetBuffer(capacity: 1_024) }
    return isWritten
  }

  private func writeNone(_ plan: RoutePlan, _ exchange: Exchange) -> Bool {
    let method = exchange.head.method
    if (method == .get || method == .head) && !plan.noneIsEmpty {
      exchange.respondWithProblem(.notFound)
      return true
    }
    let status = plan.status ?? .noContent
    do throws(ResponseMisuse) {
      try exchange.begin(status, contentLength: status.forbidsContent ? nil : 0)
      try exchange.endHead()
      try exchange.end()
    } catch {
      return misused(exchange, error)
    }
    return true
  }

  private func respond(
    _ exchange: Exchange, _ plan: RoutePlan, _ contentType: StaticString, _ content: Span<UInt8>
  ) -> Bool {
    if isTooLong(content.count) { return false }
    do throws(ResponseMisuse) {
      try exchange.respond(plan.status ?? .ok, contentType: contentType, content: content)
    } catch {
      return misused(exchange, error)
    }
    return true
  }

  private func isTooLong(_ octetCount: Int) -> Bool {
    if octetCount <= octetsMax { return false }
    raiseTooLong(octetsMax)
    return true
  }

  /// Writes a `necro.Response`; false with an error.
  private func writeResponse(_ response: Object, _ exchange: Exchange) -> Bool {
    guard let status = PyObject_GetAttr(response, state.nameStatus) else { return false }
    defer { release(status) }
    guard let fields = PyObject_GetAttr(response, state.nameFields) else { return false }
    defer { release(fields) }
    guard let content = PyObject_GetAttr(response, state.nameContent) else { return false }
    defer { release(content) }
    guard necro_is_int(status), necro_is_list(fields), necro_is_bytes(content) else {
      raise(
        necro_type_error()!,
        "a Response has a status that is an int, fields that are a list and content that is bytes")
      return false
    }
    let code = PyLong_AsLong(status)
    guard (200...599).contains(code) else {
      raise(necro_value_error()!, "the status of a Response lies between 200 and 599")
      return false
    }
    if isTooLong(necro_size(content)) { return false }
    var statusCode = StatusCode(rawValue: UInt16(code))
    if let other = conditionalStatus(statusCode, fields, exchange) {
      if other == .preconditionFailed {
        exchange.respondWithProblem(other)
        return true
      }
      statusCode = other
    }
    let isNotModified = statusCode == .notModified
    let hasEntityTag = isNotModified && hasEntityTag(fields)
    var fieldName: Object?
    do throws(ResponseMisuse) {
      let hasContent = !statusCode.forbidsContent
      try exchange.begin(
        statusCode, contentLength: hasContent ? UInt64(necro_size(content)) : nil)
      for index in 0..<necro_size(fields) {
        let field = necro_list_item(fields, index)!
        guard necro_is_tuple(field), necro_tuple_size(field) == 2,
          necro_is_bytes(necro_tuple_item(field, 0)), necro_is_bytes(necro_tuple_item(field, 1))
        else {
          exchange.restartResponse()
          raise(necro_type_error()!, "a field of a Response is a pair of bytes")
          return false
        }
        fieldName = necro_tuple_item(field, 0)
        let name = octets(ofBytes: necro_tuple_item(field, 0))
        if isNotModified && NotModified.omits(name, hasEntityTag: hasEntityTag) { continue }
        try exchange.field(name, octets(ofBytes: necro_tuple_item(field, 1)))
      }
      fieldName = nil
      try exchange.endHead()
      if hasContent { try exchange.send(octets(ofBytes: content)) }
      try exchange.end()
    } catch {
      return misused(exchange, error, fieldName)
    }
    return true
  }

  /// The octets of a bytes object that a reference of the caller's keeps alive.
  @_lifetime(immortal)
  func octets(ofBytes bytes: Object) -> Span<UInt8> {
    let start = UnsafeRawPointer(necro_bytes(bytes)!).assumingMemoryBound(to: UInt8.self)
    let span = Span(_unsafeStart: start, count: necro_size(bytes))
    return _overrideLifetime(span, borrowing: ())
  }

  /// Takes a response back that HTTP does not allow; false with an error.
  ///
  /// - Parameter fieldName: the name, as bytes, of the field at fault, if it is one's.
  private func misused(
    _ exchange: Exchange, _ misuse: ResponseMisuse, _ fieldName: Object? = nil
  ) -> Bool {
    exchange.restartResponse()
    let message: StaticString =
      switch misuse {
      case .fieldMissing:
        "the status of the response demands a header: www-authenticate with 401, allow with 405, proxy-authenticate with 407, upgrade with 426"
      case .fieldReserved:
        "the response has a header that the server sets itself"
      case .fieldNameInvalid:
        "the response has a header name that HTTP does not allow"
      case .fieldValueInvalid:
        "the response has a header value that HTTP does not allow: a control character, an etag without quotation marks, or a last-modified that is no date"
      case .outOfOrder, .statusInvalid, .contentTooLong, .contentTooShort:
        "the response cannot be sent as HTTP"
      }
    if let fieldName {
      necro_raise_about(necro_value_error(), cString(message), fieldName)
    } else {
      raise(necro_value_error()!, message)
    }
    return false
  }

  /// Writes the response for the exception that is set.
  func writeError(
    _ plan: RoutePlan, _ exchange: Exchange, _ application: PythonApplication,
    _ request: inout Object?
  ) {
    // The response to an error may be one that HTTP does not allow, which is an error in its turn.
    for _ in 0..<2 {
      let error = PyErr_GetRaisedException()!
      defer { release(error) }
      guard application.makeRequest(exchange, plan, &request),
        let response = call(errorResponse, error, request!, plan.route)
      else { break }
      defer { release(response) }
      if writeResponse(response, exchange) { return }
    }
    // The error handling itself failed: that is said on stderr, and the peer still gets an answer.
    PyErr_WriteUnraisable(plan.route)
    exchange.respondWithProblem(.internalServerError)
  }

  /// Answers for a handler that was cancelled.
  func writeUnavailable(_ exchange: Exchange) {
    exchange.closeAfterResponse()
    exchange.respondWithProblem(.serviceUnavailable)
  }
}
