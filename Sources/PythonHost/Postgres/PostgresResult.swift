import CPython
import NecroOctets
import NecroPostgres
import NecroPostgresWire
import NecroTLS

// What the operations of a pool become in Python.
extension PostgresPool {
  /// What a call's future gets, a new reference; nil with an error.
  func result(of pending: PendingCall) -> Object? {
    let operation = pending.operation
    switch pending.mode {
    case .execute: return affectedRows(operation)
    case .nothing: return none()
    case .connection: return connectionObject(operation.session!)
    case .one: return firstRow(operation)
    case .value: return firstValue(operation)
    case .all: return rowList(operation)
    case .member:
      return operation.rows == nil ? affectedRows(operation) : rowList(operation)
    case .copy:
      return operation.kind == .copyOut
        ? makeBytes(operation.copyOctets.octets) : affectedRows(operation)
    case .cursor:
      guard let rows = rowList(operation) else { return nil }
      defer { release(rows) }
      guard let pair = PyTuple_New(2) else { return nil }
      necro_tuple_set(pair, 0, retained(rows))
      necro_tuple_set(pair, 1, retained(operation.isSuspended ? necro_true() : necro_false()))
      return pair
    }
  }

  private func affectedRows(_ operation: Operation) -> Object? {
    PyLong_FromUnsignedLongLong(operation.affectedRows ?? 0)
  }

  private func rowSet(_ rows: ResultRows) -> RowSet? {
    guard let shape = shape(of: rows.layout) else { return nil }
    return RowSet(shape: shape, rows: rows)
  }

  private func firstRow(_ operation: Operation) -> Object? {
    guard let rows = operation.rows, !rows.isEmpty else { return none() }
    return rowSet(rows)?.makeRow(at: 0, state)
  }

  private func firstValue(_ operation: Operation) -> Object? {
    guard let rows = operation.rows, !rows.isEmpty, !rows.layout.columns.isEmpty,
      let shape = shape(of: rows.layout), let slice = DataRow(rows.octets, at: 0).column(0)
    else { return PyErr_Occurred() == nil ? none() : nil }
    return python.value(
      rows.octets.octets(slice), shape.columns[0].type, of: necro_tuple_item(shape.names, 0))
  }

  private func rowList(_ operation: Operation) -> Object? {
    guard let rows = operation.rows, !rows.isEmpty else { return PyList_New(0) }
    guard let set = rowSet(rows), let list = PyList_New(rows.count) else { return nil }
    var position = 0
    for index in 0..<rows.count {
      guard let row = set.makeRow(at: position, state) else {
        release(list)
        return nil
      }
      necro_list_set(list, index, row)
      position = DataRow(rows.octets, at: position).end
    }
    return list
  }

  /// The shape of a layout, which is made once and kept with it; nil with an error.
  func shape(of layout: RowLayout) -> RowShape? {
    if let attachment = layout.attachment { return unsafeDowncast(attachment, to: RowShape.self) }
    let description = layout.description
    guard let names = PyTuple_New(layout.columns.count) else { return nil }
    var columns: [RowColumn] = []
    for (index, column) in layout.columns.enumerated() {
      // Interned, so that a name in code is found by its address.
      var name = makeEscapedString(description.span.octets(column.name))
      guard name != nil else {
        release(names)
        return nil
      }
      PyUnicode_InternInPlace(&name)
      necro_tuple_set(names, index, name)
      var type = python.catalog.type(column.typeOID)
      if column.format == .text {
        // Of what has others in it, arrays alone are read.
        if type.kind != .array { type.element = 0 }
        type.kind = .textOnly
      }
      columns.append(RowColumn(type: type))
    }
    guard let shape = RowShape(names: names, columns: columns, python: python) else { return nil }
    layout.attachment = shape
    return shape
  }

  // MARK: Errors

  /// The exception of a call that failed, a new reference; nil with another error.
  func exception(of pending: PendingCall) -> Object? {
    if PyErr_Occurred() != nil { return PyErr_GetRaisedException() }
    if let error = pending.error { return retained(error) }
    var failure = pending.operation.failure ?? .closed
    // What a caller of `acquire` has waited for is a connection, whoever's deadline came first.
    if pending.mode == .connection, case .timedOut = failure { failure = .waitTimedOut }
    return exception(failure, query: pending.query, arguments: pending.arguments)
  }

  /// What `necro.postgres._failures.failure` makes of a failure.
  func exception(_ failure: OperationFailure, query: Object?, arguments: Object?) -> Object? {
    // Why there was no connection is known to whoever tried to make one.
    if case .waitTimedOut = failure {
      guard let method = attribute(hooks, "no_connection") else { return nil }
      defer { release(method) }
      // The place before the arguments is the callee's.
      var place: Object?
      return withUnsafePointer(to: &place) { necro_vectorcall(method, $0 + 1, 0, nil) }
    }
    let name: StaticString
    var detail: Object?
    switch failure {
    case .server(let error):
      name = "server"
      let fields = error.fields
      detail = fieldsDict(fields.span)
      if detail == nil { return nil }
    case .connectionLost(let wasSent):
      name = wasSent ? "connection_lost" : "connection_lost_unsent"
    case .timedOut: name = "timed_out"
    case .waitTimedOut: name = "connection_lost_unsent"
    case .cancelled: name = "cancelled"
    case .ownerFailed: name = "owner_failed"
    case .protocolBroken(let error):
      name = "protocol_broken"
      var text = OctetBuffer()
      text.append(error.clause)
      text.append(" at octet ")
      text.append(decimal: UInt64(max(error.offset, 0)))
      detail = makeString(text.octets)
      if detail == nil { return nil }
    case .messageUnexpected: name = "message_unexpected"
    case .tooManyWaiters: name = "too_many_waiters"
    case .closed: name = "closed"
    case .resultTooLarge: name = "result_too_large"
    case .transactionLeftOpen: name = "transaction_left_open"
    case .batchAborted: name = "batch_aborted"
    case .copyMisplaced: name = "copy_misplaced"
    case .misuse: name = "misuse"
    case .authenticationUnsupported: name = "authentication_unsupported"
    case .scramFailed(.channelBindingUnavailable), .channelBindingMissing:
      name = "channel_binding_missing"
    case .scramFailed: name = "scram_failed"
    case .encryptionFailed(let error):
      name = error.code == .truncated ? "encryption_cut" : "encryption_failed"
      var text = OctetBuffer()
      error.describe(into: &text)
      detail = makeEscapedString(text.octets)
      if detail == nil { return nil }
    case .encryptionRefused(let byError):
      name = byError ? "encryption_erred" : "encryption_refused"
    }
    defer { release(detail) }
    guard let make = imported("necro.postgres._failures", "failure"),
      let kind = makeString(name.octets)
    else { return nil }
    defer {
      release(make)
      release(kind)
    }
    guard let given = arguments.map({ retained($0) }) ?? PyTuple_New(0) else { return nil }
    defer { release(given) }
    var places: (Object?, Object?, Object?, Object?, Object?) = (
      nil, kind, detail ?? necro_none(), query ?? necro_none(), given
    )
    return withUnsafePointer(to: &places) { tuple in
      tuple.withMemoryRebound(to: Object?.self, capacity: 5) { places in
        necro_vectorcall(make, places + 1, 4, nil)
      }
    }
  }

  /// The fields of an error or notice, a dict of str by their letters.
  func fieldsDict(_ fields: Span<UInt8>) -> Object? {
    guard let dict = PyDict_New() else { return nil }
    var iterator = ErrorFieldIterator(fields)
    while let field = iterator.next() {
      var letter = OctetBuffer()
      letter.append(field.code.rawValue)
      let key = makeLatin1String(letter.octets)
      let value = makeEscapedString(fields.octets(field.value))
      defer {
        release(key)
        release(value)
      }
      guard let key, let value, PyDict_SetItem(dict, key, value) == 0 else {
        release(dict)
        return nil
      }
    }
    return dict
  }
}
