import CPython
import NecroOctets
import NecroPostgres
import NecroPostgresWire

// The type `Row`: a tuple whose values have names as well, and are made of the server's octets when
// they are first asked for.

extension RowSet {
  /// Octets of a DataRow message before its columns: type, length, number of columns.
  private static var octetsBeforeColumns: Int { 7 }

  /// The rows that a Row belongs to.
  @inline(__always)
  static func of(_ row: Object) -> RowSet {
    Unmanaged<RowSet>.fromOpaque(necro_row(row).pointee.rows).takeUnretainedValue()
  }

  /// A new Row of the DataRow message at a position of the octets; nil with an error.
  func makeRow(at offset: Int, _ state: ModuleState) -> Object? {
    guard let row = necro_row_allocate(state.rowType, shape.count) else { return nil }
    let fields = necro_row(row)!
    fields.pointee.rows = Unmanaged.passRetained(self).toOpaque()
    fields.pointee.first = offset + RowSet.octetsBeforeColumns
    fields.pointee.cursor = fields.pointee.first
    return row
  }

  /// The octets of a Row's column; nil for NULL.
  @inline(__always)
  func column(_ index: Int, of row: Object, in octets: Span<UInt8>) -> Slice? {
    let fields = necro_row(row)!
    if index < fields.pointee.column {
      fields.pointee.column = 0
      fields.pointee.cursor = fields.pointee.first
    }
    // The lengths were checked when the row was received.
    var position = fields.pointee.cursor
    for _ in fields.pointee.column..<index {
      position += 4 + max(Int(octets.bigEndian(at: position, as: Int32.self)), 0)
    }
    let length = Int(octets.bigEndian(at: position, as: Int32.self))
    position += 4
    fields.pointee.column = index + 1
    fields.pointee.cursor = position + max(length, 0)
    return length < 0 ? nil : Slice(offset: position, count: length)
  }

  /// The value of a Row's column; borrowed from the Row, or nil with an error.
  @inline(__always)
  func value(_ index: Int, of row: Object) -> Object? {
    let values = necro_row_values(row)!
    if let value = values[index] { return value }
    return made(index, of: row)
  }

  private func made(_ index: Int, of row: Object) -> Object? {
    let column = shape.columns[index]
    let made: Object?
    if let rows, let slice = self.column(index, of: row, in: rows.octets) {
      made = shape.python!.value(
        rows.octets.octets(slice), column.type, of: necro_tuple_item(shape.names, index))
    } else {
      made = none()
    }
    guard let made else { return nil }
    necro_row_values(row)![index] = made
    if necro_is_tracked(made) { necro_gc_track(row) }
    return made
  }

  /// The values of a Row, a new tuple; nil with an error.
  func tuple(of row: Object) -> Object? {
    guard let tuple = PyTuple_New(shape.count) else { return nil }
    for index in 0..<shape.count {
      guard let value = value(index, of: row) else {
        release(tuple)
        return nil
      }
      necro_tuple_set(tuple, index, retained(value))
    }
    return tuple
  }

  /// A Row as a dict; nil with an error.
  func dict(of row: Object) -> Object? {
    guard let dict = PyDict_New() else { return nil }
    // Of equal names the first is the one that a look by name finds.
    for index in (0..<shape.count).reversed() {
      guard let value = value(index, of: row),
        PyDict_SetItem(dict, necro_tuple_item(shape.names, index), value) == 0
      else {
        release(dict)
        return nil
      }
    }
    guard shape.count > 1 else { return dict }
    // Filled from the last, it is in the wrong order.
    return reversed(dict)
  }

  private func reversed(_ dict: Object) -> Object? {
    defer { release(dict) }
    guard let ordered = PyDict_New() else { return nil }
    for index in 0..<shape.count {
      let name = necro_tuple_item(shape.names, index)!
      guard let value = PyDict_GetItemWithError(dict, name),
        PyDict_SetItem(ordered, name, value) == 0
      else {
        release(ordered)
        return nil
      }
    }
    return ordered
  }
}

/// Whether an object is a Row.
func isRow(_ object: Object, _ state: ModuleState) -> Bool {
  necro_is_type(object, state.rowType)
}

/// `Row(names, values)`: a Row that no server has sent, as when one is unpickled.
@c(necro_row_new)
func rowNew(
  _ type: UnsafeMutablePointer<PyTypeObject>?, _ arguments: Object?, _ keywords: Object?
) -> Object? {
  guard keywords == nil || PyDict_Size(keywords) == 0, necro_tuple_size(arguments!) == 2,
    let names = PySequence_Tuple(necro_tuple_item(arguments!, 0))
  else {
    if PyErr_Occurred() == nil {
      raise(necro_type_error()!, "Row() takes the names of the columns and their values")
    }
    return nil
  }
  guard let values = PySequence_Tuple(necro_tuple_item(arguments!, 1)) else {
    release(names)
    return nil
  }
  defer { release(values) }
  let count = necro_tuple_size(names)
  for index in 0..<count {
    guard necro_is_exact_str(necro_tuple_item(names, index)) else {
      release(names)
      raise(necro_type_error()!, "the names of a Row's columns are str")
      return nil
    }
  }
  guard let interned = internedNames(names) else { return nil }
  guard necro_tuple_size(values) == count else {
    release(interned)
    raise(necro_value_error()!, "a Row has as many values as names")
    return nil
  }
  let columns = [RowColumn](repeating: .text, count: count)
  guard let shape = RowShape(names: interned, columns: columns, python: nil),
    let row = necro_row_allocate(type, count)
  else { return nil }
  necro_row(row)!.pointee.rows =
    Unmanaged.passRetained(RowSet(shape: shape, rows: nil)).toOpaque()
  for index in 0..<count {
    necro_row_values(row)![index] = retained(necro_tuple_item(values, index))
  }
  necro_gc_track(row)
  return row
}

/// A tuple of the same names, interned; takes over the reference.
private func internedNames(_ names: Object) -> Object? {
  defer { release(names) }
  let count = necro_tuple_size(names)
  guard let tuple = PyTuple_New(count) else { return nil }
  for index in 0..<count {
    var name: Object? = retained(necro_tuple_item(names, index))
    PyUnicode_InternInPlace(&name)
    necro_tuple_set(tuple, index, name)
  }
  return tuple
}

@c(necro_row_dealloc)
func rowDealloc(_ row: Object?) {
  let rows = necro_row(row!).pointee.rows
  necro_row_free(row)
  if let rows { Unmanaged<RowSet>.fromOpaque(rows).release() }
}

/// Columns come before methods: a column may be called `keys`.
@c(necro_row_getattro)
func rowGetAttribute(_ row: Object?, _ name: Object?) -> Object? {
  let rows = RowSet.of(row!)
  let position = rows.shape.position(of: name!)
  if position >= 0 {
    guard let value = rows.value(position, of: row!) else { return nil }
    return retained(value)
  }
  if PyErr_Occurred() != nil { return nil }
  if let found = PyObject_GenericGetAttr(row, name) { return found }
  guard PyErr_ExceptionMatches(necro_attribute_error()) != 0 else { return nil }
  PyErr_Clear()
  return raiseNoColumn(name!, rows.shape, necro_attribute_error()!)
}

/// Raises an exception for a column that is not there; always nil.
private func raiseNoColumn(_ name: Object, _ shape: RowShape, _ type: Object) -> Object? {
  guard let shown = PyObject_Repr(name), let names = joined(shape.names) else { return nil }
  defer {
    release(shown)
    release(names)
  }
  var message = OctetBuffer()
  message.append("the row has no column ")
  _ = withOctets(ofString: shown) { message.append($0) }
  message.append("; it has ")
  _ = withOctets(ofString: names) { message.append($0) }
  raise(type, message)
  return nil
}

private func joined(_ names: Object) -> Object? {
  guard necro_tuple_size(names) > 0 else { return makeString("none") }
  guard let comma = makeString(", ") else { return nil }
  defer { release(comma) }
  return PyUnicode_Join(comma, names)
}

@c(necro_row_item)
func rowItem(_ row: Object?, _ index: Py_ssize_t) -> Object? {
  guard index >= 0 && index < necro_size(row!) else {
    raise(necro_index_error()!, "the row has no column of that number")
    return nil
  }
  guard let value = RowSet.of(row!).value(index, of: row!) else { return nil }
  return retained(value)
}

@c(necro_row_subscript)
func rowSubscript(_ row: Object?, _ key: Object?) -> Object? {
  let row = row!
  let key = key!
  if necro_is_str(key) {
    let rows = RowSet.of(row)
    let position = rows.shape.position(of: key)
    guard position >= 0 else {
      if PyErr_Occurred() != nil { return nil }
      return raiseNoColumn(key, rows.shape, necro_key_error()!)
    }
    guard let value = rows.value(position, of: row) else { return nil }
    return retained(value)
  }
  guard PyIndex_Check(key) != 0 else { return ofTuple(row) { PyObject_GetItem($0, key) } }
  let index = PyNumber_AsSsize_t(key, necro_index_error())
  if index == -1 && PyErr_Occurred() != nil { return nil }
  return rowItem(row, index < 0 ? index + necro_size(row) : index)
}

/// What a tuple of the values gives; nil with an error.
private func ofTuple(_ row: Object, _ body: (Object) -> Object?) -> Object? {
  guard let tuple = RowSet.of(row).tuple(of: row) else { return nil }
  defer { release(tuple) }
  return body(tuple)
}

/// A Row's values as a tuple, anything else as it is; a new reference, or nil with an error.
private func asTuple(_ object: Object, _ type: UnsafeMutablePointer<PyTypeObject>) -> Object? {
  necro_is_type(object, type) ? RowSet.of(object).tuple(of: object) : retained(object)
}

@c(necro_row_contains)
func rowContains(_ row: Object?, _ value: Object?) -> CInt {
  guard let tuple = RowSet.of(row!).tuple(of: row!) else { return -1 }
  defer { release(tuple) }
  return PySequence_Contains(tuple, value)
}

@c(necro_row_concat)
func rowConcat(_ row: Object?, _ other: Object?) -> Object? {
  guard let other = asTuple(other!, necro_type(row!)) else { return nil }
  defer { release(other) }
  return ofTuple(row!) { PySequence_Concat($0, other) }
}

@c(necro_row_hash)
func rowHash(_ row: Object?) -> Py_hash_t {
  guard let tuple = RowSet.of(row!).tuple(of: row!) else { return -1 }
  defer { release(tuple) }
  return PyObject_Hash(tuple)
}

@c(necro_row_compare)
func rowCompare(_ row: Object?, _ other: Object?, _ operation: CInt) -> Object? {
  let type = necro_type(row!)!
  guard let right = asTuple(other!, type) else { return nil }
  defer { release(right) }
  return ofTuple(row!) { PyObject_RichCompare($0, right, operation) }
}

/// `Row(id=1, name='Igor')`.
@c(necro_row_repr)
func rowRepr(_ row: Object?) -> Object? {
  let rows = RowSet.of(row!)
  let entered = Py_ReprEnter(row)
  guard entered == 0 else { return entered < 0 ? nil : makeString("Row(...)") }
  defer { Py_ReprLeave(row) }
  var text = OctetBuffer()
  text.append("Row(")
  for index in 0..<rows.shape.count {
    guard let value = rows.value(index, of: row!), let shown = PyObject_Repr(value) else {
      return nil
    }
    defer { release(shown) }
    if index > 0 { text.append(", ") }
    guard
      withOctets(ofString: necro_tuple_item(rows.shape.names, index), { text.append($0) }) != nil
    else { return nil }
    text.append("=")
    guard withOctets(ofString: shown, { text.append($0) }) != nil else { return nil }
  }
  text.append(")")
  return makeString(text.octets)
}

@c(necro_row_keys)
func rowKeys(_ row: Object?, _ ignored: Object?) -> Object? {
  retained(RowSet.of(row!).shape.names)
}

@c(necro_row_values_method)
func rowValues(_ row: Object?, _ ignored: Object?) -> Object? {
  RowSet.of(row!).tuple(of: row!)
}

@c(necro_row_items)
func rowItems(_ row: Object?, _ ignored: Object?) -> Object? {
  let rows = RowSet.of(row!)
  guard let items = PyTuple_New(rows.shape.count) else { return nil }
  for index in 0..<rows.shape.count {
    guard let value = rows.value(index, of: row!), let pair = PyTuple_New(2) else {
      release(items)
      return nil
    }
    necro_tuple_set(pair, 0, retained(necro_tuple_item(rows.shape.names, index)))
    necro_tuple_set(pair, 1, retained(value))
    necro_tuple_set(items, index, pair)
  }
  return items
}

@c(necro_row_get)
func rowGet(
  _ row: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t
) -> Object? {
  guard count == 1 || count == 2, let name = arguments![0] else {
    raise(necro_type_error()!, "get() takes the name of a column and a default")
    return nil
  }
  let rows = RowSet.of(row!)
  let position = rows.shape.position(of: name)
  if position >= 0 {
    guard let value = rows.value(position, of: row!) else { return nil }
    return retained(value)
  }
  if PyErr_Occurred() != nil { return nil }
  return count == 2 ? retained(arguments![1]!) : none()
}

/// `(Row, (names, values))`, by which pickle and copy make it again.
@c(necro_row_reduce)
func rowReduce(_ row: Object?, _ ignored: Object?) -> Object? {
  let rows = RowSet.of(row!)
  guard let values = rows.tuple(of: row!), let arguments = PyTuple_New(2),
    let reduced = PyTuple_New(2)
  else { return nil }
  necro_tuple_set(arguments, 0, retained(rows.shape.names))
  necro_tuple_set(arguments, 1, values)
  let type = UnsafeMutableRawPointer(necro_type(row!)!).assumingMemoryBound(to: PyObject.self)
  necro_tuple_set(reduced, 0, retained(type))
  necro_tuple_set(reduced, 1, arguments)
  return reduced
}

/// The methods and the columns.
@c(necro_row_dir)
func rowDir(_ row: Object?, _ ignored: Object?) -> Object? {
  let type = UnsafeMutableRawPointer(necro_type(row!)!).assumingMemoryBound(to: PyObject.self)
  guard let names = PyObject_Dir(type) else { return nil }
  let columns = RowSet.of(row!).shape.names
  guard PyList_SetSlice(names, necro_size(names), necro_size(names), columns) == 0 else {
    release(names)
    return nil
  }
  return names
}
