import CPython
import NecroOctets
import NecroPostgres
import NecroPostgresWire
import NecroReactor

// What a PostgresPool is taught of the types of its database.

/// `learn(oid, kind, element, fields, delimiter, name)`: adds a type of the database's. `kind` is a name
/// of PostgresValueKind's, `fields` None or a list of (name, type OID), `delimiter` the octet between the
/// elements in an array's text, `name` the type's for messages.
@c(necro_pool_learn)
func poolLearn(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t
) -> Object? {
  guard count == 6, let arguments, let kind = valueKind(arguments[1]!) else {
    if PyErr_Occurred() == nil {
      raise(necro_value_error()!, "learn() takes an OID, a kind, an OID, fields, an octet, a name")
    }
    return nil
  }
  let oid = UInt32(truncatingIfNeeded: PyLong_AsLong(arguments[0]))
  let element = UInt32(truncatingIfNeeded: PyLong_AsLong(arguments[2]))
  let delimiter = UInt8(truncatingIfNeeded: PyLong_AsLong(arguments[4]))
  if PyErr_Occurred() != nil { return nil }
  var fields: [PostgresCompositeField]?
  let given = arguments[3]!
  if necro_is_list(given) {
    fields = []
    for index in 0..<necro_size(given) {
      let pair = necro_list_item(given, index)!
      let name: [UInt8]? = withOctets(ofString: necro_tuple_item(pair, 0)) { span in
        var copy: [UInt8] = []
        for index in span.indices { copy.append(span[index]) }
        return copy
      }
      guard let name else { return nil }
      fields?.append(
        PostgresCompositeField(
          name: name,
          type: UInt32(truncatingIfNeeded: PyLong_AsLong(necro_tuple_item(pair, 1)))))
    }
  }
  let python = pool(object).python
  python.catalog.add(
    PostgresType(oid: oid, kind: kind, element: element, delimiter: delimiter), fields: fields)
  return PyDict_SetItem(python.names, arguments[0], arguments[5]) == 0 ? none() : nil
}

private func valueKind(_ name: Object) -> PostgresValueKind? {
  withOctets(ofString: name) { octets -> PostgresValueKind? in
    if octets.equals("text") { return .text }
    if octets.equals("array") { return .array }
    if octets.equals("range") { return .range }
    if octets.equals("multirange") { return .multirange }
    if octets.equals("composite") { return .composite }
    if octets.equals("hstore") { return .hstore }
    if octets.equals("vector") { return .vector }
    if octets.equals("halfvec") { return .halfvec }
    if octets.equals("sparsevec") { return .sparsevec }
    if octets.equals("textOnly") { return .textOnly }
    return nil
  } ?? nil
}

/// `alias(oid, base, name)`: a type whose values look like another's, such as a domain's.
@c(necro_pool_alias)
func poolAlias(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t
) -> Object? {
  guard count == 3, let arguments else {
    raise(necro_type_error()!, "alias() takes two OIDs and a name")
    return nil
  }
  let oid = UInt32(truncatingIfNeeded: PyLong_AsLong(arguments[0]))
  let base = UInt32(truncatingIfNeeded: PyLong_AsLong(arguments[1]))
  if PyErr_Occurred() != nil { return nil }
  let python = pool(object).python
  var type = python.catalog.type(base)
  type.oid = oid
  python.catalog.add(type, fields: python.catalog.fields(base))
  return PyDict_SetItem(python.names, arguments[0], arguments[2]) == 0 ? none() : nil
}

/// `types_known(token)`: an operation can go on whose types were wanted.
@c(necro_pool_types_known)
func poolTypesKnown(_ object: Object?, _ token: Object?) -> Object? {
  guard let address = PyLong_AsVoidPtr(token) else { return nil }
  let operation = Unmanaged<Operation>.fromOpaque(address).takeUnretainedValue()
  pool(object).pool.typesKnown(operation)
  pool(object).scheduleFlush()
  return none()
}

/// `set_codec(oid, encoder, decoder)`: has values of a type travel as text, by functions of the
/// user's.
@c(necro_pool_set_codec)
func poolSetCodec(
  _ object: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t
) -> Object? {
  guard count == 3, let arguments, let pair = PyTuple_New(2) else {
    raise(necro_type_error()!, "set_codec() takes an OID, an encoder and a decoder")
    return nil
  }
  necro_tuple_set(pair, 0, retained(arguments[1]!))
  necro_tuple_set(pair, 1, retained(arguments[2]!))
  defer { release(pair) }
  let python = pool(object).python
  let oid = UInt32(truncatingIfNeeded: PyLong_AsLong(arguments[0]))
  if PyErr_Occurred() != nil { return nil }
  python.catalog.add(PostgresType(oid: oid, kind: .textOnly))
  return PyDict_SetItem(python.codecs, arguments[0], pair) == 0 ? none() : nil
}
