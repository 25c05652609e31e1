import CPython
import NecroOctets
import NecroPostgres
import NecroPostgresJSON
import NecroPostgresWire

// Rows as JSON objects, straight from the octets that the server sent.
extension JSONWriter {
  /// Appends a Row; false with an error, having appended a part.
  func writeRow(_ row: Object, into output: inout OctetBuffer, depth: Int) -> Bool {
    let set = RowSet.of(row)
    let shape = set.shape
    guard let rows = set.rows, let python = shape.python else {
      return writeValues(of: row, set, into: &output, depth: depth)
    }
    let octets = rows.octets
    // Where a column is found, and where the look at columns has been left, is the Row's business;
    // here all
    // are passed in order.
    var position = necro_row(row)!.pointee.first
    var isEmpty = true
    for index in 0..<shape.count {
      let length = Int(octets.bigEndian(at: position, as: Int32.self))
      let slice = Slice(offset: position + 4, count: max(length, 0))
      position = slice.end
      guard shape.beginMember(index, into: &output) else { continue }
      isEmpty = false
      let type = shape.columns[index].type
      if length < 0 {
        output.append("null")
      } else if type.kind == .textOnly && (type.element != 0 || python.hasCodec(type)) {
        guard let value = set.value(index, of: row),
          write(value, into: &output, depth: depth + 1)
        else { return false }
      } else {
        do throws(PostgresValueError) {
          try PostgresJSONSerializer.append(
            type, octets.octets(slice), python.catalog, into: &output)
        } catch {
          python.raiseUnwritable(error, shape, index)
          return false
        }
      }
    }
    if isEmpty { output.append("{") }
    output.append("}")
    return true
  }

  /// A Row that no server has sent.
  private func writeValues(
    of row: Object, _ set: RowSet, into output: inout OctetBuffer, depth: Int
  ) -> Bool {
    var isEmpty = true
    for index in 0..<set.shape.count {
      guard set.shape.beginMember(index, into: &output) else { continue }
      isEmpty = false
      guard let value = set.value(index, of: row), write(value, into: &output, depth: depth + 1)
      else { return false }
    }
    if isEmpty { output.append("{") }
    output.append("}")
    return true
  }
}

extension PostgresPython {
  /// Whether the user's own functions read and write a type.
  func hasCodec(_ type: PostgresType) -> Bool {
    guard type.kind == .textOnly, PyDict_Size(codecs) > 0,
      let oid = PyLong_FromLongLong(Int64(type.oid))
    else { return false }
    defer { release(oid) }
    return PyDict_Contains(codecs, oid) == 1
  }

  /// Raises ValueError for a value that has no JSON form.
  func raiseUnwritable(_ error: PostgresValueError, _ shape: RowShape, _ index: Int) {
    var message = OctetBuffer()
    message.append("JSON cannot hold the value of column ")
    _ = withOctets(ofString: necro_tuple_item(shape.names, index)) { message.append($0) }
    message.append(" (")
    appendName(of: shape.columns[index].type.oid, into: &message)
    message.append("): ")
    message.append(error.message)
    raise(resultError, message)
  }
}
