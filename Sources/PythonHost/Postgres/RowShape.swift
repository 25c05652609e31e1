import CPython
import NecroJSON
import NecroOctets
import NecroPostgres

/// What the rows of a result have in common: the names and types of their columns. Made once for a
/// statement.
final class RowShape: LayoutAttachment {
  /// The names of the columns, a tuple of str. Of equal names, the first is the one that is found.
  let names: Object
  /// The position of each name, a dict.
  let positions: Object
  let columns: [RowColumn]
  /// Makes values; nil where Python has made the rows.
  let python: PostgresPython?
  /// What stands before each column's value in a JSON object: `{"id":`, then `,"name":`, and so on.
  /// Nothing for a column whose name an earlier one has.
  private var prefixes: [UInt8] = []
  private var prefixSlices: [Slice] = []

  var count: Int { columns.count }

  /// Takes over the reference to `names`, a tuple of as many str as there are columns; nil with an
  /// error.
  init?(names: Object, columns: [RowColumn], python: PostgresPython?) {
    guard let positions = PyDict_New() else {
      release(names)
      return nil
    }
    self.names = names
    self.positions = positions
    self.columns = columns
    self.python = python
    super.init()
    for index in columns.indices.reversed() {
      guard let position = PyLong_FromLong(index) else { return nil }
      defer { release(position) }
      guard PyDict_SetItem(positions, necro_tuple_item(names, index), position) == 0 else {
        return nil
      }
    }
    var written = OctetBuffer()
    for index in columns.indices {
      let start = written.count
      if isFirst(index) {
        written.append(start == 0 ? UInt8(ascii: "{") : UInt8(ascii: ","))
        guard
          withOctets(
            ofString: necro_tuple_item(names, index),
            { JSONSerializer.string($0, into: &written) }) != nil
        else { return nil }
        written.append(UInt8(ascii: ":"))
      }
      prefixSlices.append(Slice(offset: start, count: written.count - start))
    }
    for index in written.octets.indices { prefixes.append(written.octets[index]) }
  }

  /// Appends what stands before a column's value in a JSON object. False for a column whose name an
  /// earlier one has, which alone is found by it.
  func beginMember(_ index: Int, into output: inout OctetBuffer) -> Bool {
    let slice = prefixSlices[index]
    if slice.isEmpty { return false }
    let prefixes = prefixes
    output.append(prefixes.span.octets(slice))
    return true
  }

  deinit {
    release(names)
    release(positions)
  }

  /// The position of a column by its name; -1 when there is none, or with an error.
  @inline(__always)
  func position(of name: Object) -> Int {
    // Names in code are interned, and so are these: a look at few pointers finds most of them.
    let count = count
    if count <= 8 {
      for index in 0..<count where necro_tuple_item(names, index) == name { return index }
    }
    guard let position = PyDict_GetItemWithError(positions, name) else { return -1 }
    return PyLong_AsLong(position)
  }

  private func isFirst(_ index: Int) -> Bool {
    let name = necro_tuple_item(names, index)
    // The names are interned: equal ones are the same.
    for earlier in 0..<index where necro_tuple_item(names, earlier) == name { return false }
    return true
  }
}

/// The rows of one result, as the server sent them, or values that no server has sent.
final class RowSet {
  let shape: RowShape
  /// Nil for a Row that was made by Python.
  let rows: ResultRows?

  init(shape: RowShape, rows: ResultRows?) {
    self.shape = shape
    self.rows = rows
  }
}
