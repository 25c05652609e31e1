import CPython
import NecroOctets
import NecroRESP

/// Makes Python values of replies, straight from the wire.
///
/// What a reply becomes is said by its shape, so that both versions of the protocol give the same:
///
/// - `.` what it is: str (or bytes), int, float, bool, None, list, dict, set
/// - `r` bytes, also where strings become str
/// - `b` a bool of 0 and 1, `f` a float and `i` an int, also of a string, `o` True for the status OK
/// - `[x` a list of what has the shape x, `<x` a set of it
/// - `{x` a dict whose values have the shape x: of a map, of keys and values in turn, of pairs
/// - `*xy` a list of pairs, which may lie flat
/// - `(xyz)` a tuple
/// - `|name=x,name=y;` a dict in which these keys have these shapes
///
/// No value is None, but for `{`, where it is an empty dict. An error within a reply is an exception.
struct RedictReplies {
  let pool: RedictPool
  let isRaw: Bool

  typealias Shape = UnsafePointer<UInt8>

  private static var any: StaticString { "." }

  /// The value of a reply, a new reference; nil with an error.
  func value(_ octets: Span<UInt8>, _ shape: Object?) -> Object? {
    var reader = RESPReader(octets)
    guard let item = next(&reader) else { return none() }
    var count: Py_ssize_t = 0
    guard let shape, let text = necro_ascii(shape, &count), count > 0 else {
      return value(item, &reader, octets, Self.any.utf8Start)
    }
    return value(item, &reader, octets, UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self))
  }

  func value(
    _ item: RESPItem, _ reader: inout RESPReader, _ octets: Span<UInt8>, _ shape: Shape
  ) -> Object? {
    switch item {
    case .array(let count), .set(let count):
      return aggregate(item, count, &reader, octets, shape)
    case .map(let count):
      if shape.pointee == 0x2A {
        return pairs(&reader, octets, shape, count.map { $0 * 2 }, nil)
      }
      return dict(&reader, octets, shape, count.map { $0 * 2 }, nil)
    case .push(let count): return list(&reader, octets, Self.any.utf8Start, count)
    case .attribute(let count):
      // Those before an element tell of it, and are no part of it.
      for _ in 0..<count * 2 {
        if let part = next(&reader) { reader.skip(part) }
      }
      guard let element = next(&reader) else { return none() }
      return value(element, &reader, octets, shape)
    case .streamedString: return streamed(&reader, octets)
    case .number(let number):
      switch shape.pointee {
      case 0x62: return retained(number != 0 ? necro_true() : necro_false())
      case 0x66: return PyFloat_FromDouble(Double(number))
      default: return PyLong_FromLongLong(number)
      }
    case .simpleString(let slice):
      if shape.pointee == 0x6F, octets.octets(slice).equals("OK") { return retained(necro_true()) }
      return text(octets.octets(slice))
    case .bulkString(let slice): return string(octets.octets(slice), shape.pointee)
    case .verbatimString(let slice): return text(octets.octets(slice))
    case .null: return shape.pointee == 0x7B ? PyDict_New() : none()
    case .boolean(let value): return retained(value ? necro_true() : necro_false())
    case .double(let slice):
      return PyFloat_FromDouble(RESPDouble.value(octets.octets(slice)))
    case .bigNumber(let slice): return number(octets.octets(slice), isFloat: false)
    case .simpleError(let slice), .bulkError(let slice):
      return pool.exception(ofServer: octets.octets(slice))
    case .stringPart, .streamEnd, .inlineCommand: return none()
    }
  }

  // MARK: Strings

  private func text(_ octets: Span<UInt8>) -> Object? {
    isRaw ? makeBytes(octets) : makeString(octets)
  }

  private func string(_ octets: Span<UInt8>, _ shape: UInt8) -> Object? {
    switch shape {
    case 0x66: return number(octets, isFloat: true)
    case 0x69: return number(octets, isFloat: false)
    case 0x72: return makeBytes(octets)
    default: return text(octets)
    }
  }

  private func number(_ octets: Span<UInt8>, isFloat: Bool) -> Object? {
    guard let text = makeLatin1String(octets) else { return nil }
    defer { release(text) }
    return isFloat ? PyFloat_FromString(text) : PyLong_FromUnicodeObject(text, 10)
  }

  private func streamed(_ reader: inout RESPReader, _ octets: Span<UInt8>) -> Object? {
    var whole = OctetBuffer()
    while let part = next(&reader), case .stringPart(let slice) = part {
      whole.append(octets.octets(slice))
    }
    return text(whole.octets)
  }

  // MARK: Aggregates

  private func aggregate(
    _ item: RESPItem, _ count: Int?, _ reader: inout RESPReader, _ octets: Span<UInt8>,
    _ shape: Shape
  ) -> Object? {
    switch shape.pointee {
    case 0x5B: return list(&reader, octets, shape + 1, count)
    case 0x3C: return set(&reader, octets, shape + 1, count)
    case 0x28: return tuple(&reader, octets, shape, count)
    case 0x7B, 0x7C, 0x2A:
      // Whether pairs lie in aggregates of their own is told by the first.
      guard let first = element(&reader, count, 0) else {
        return shape.pointee == 0x2A ? PyList_New(0) : PyDict_New()
      }
      return shape.pointee == 0x2A
        ? pairs(&reader, octets, shape, count, first) : dict(&reader, octets, shape, count, first)
    default:
      if case .set = item { return set(&reader, octets, Self.any.utf8Start, count) }
      return list(&reader, octets, Self.any.utf8Start, count)
    }
  }

  /// The next item: in one place, since the reader's code is large.
  @inline(never)
  private func next(_ reader: inout RESPReader) -> RESPItem? { reader.next() }

  /// The first item of the element at a place; nil behind the last.
  private func element(_ reader: inout RESPReader, _ count: Int?, _ index: Int) -> RESPItem? {
    if let count, index >= count { return nil }
    guard let item = next(&reader) else { return nil }
    if case .streamEnd = item { return nil }
    return item
  }

  private func list(
    _ reader: inout RESPReader, _ octets: Span<UInt8>, _ shape: Shape, _ count: Int?
  ) -> Object? {
    // Every element has come, so that the count is no more than there are octets.
    guard let list = PyList_New(count ?? 0) else { return nil }
    var index = 0
    while let item = element(&reader, count, index) {
      guard let value = value(item, &reader, octets, shape) else {
        release(list)
        return nil
      }
      if count != nil {
        necro_list_set(list, index, value)
      } else {
        let isAppended = PyList_Append(list, value) == 0
        release(value)
        if !isAppended {
          release(list)
          return nil
        }
      }
      index += 1
    }
    return list
  }

  private func tuple(
    _ reader: inout RESPReader, _ octets: Span<UInt8>, _ shape: Shape, _ count: Int?
  ) -> Object? {
    guard let list = PyList_New(0) else { return nil }
    defer { release(list) }
    var place = shape + 1
    var index = 0
    while let item = element(&reader, count, index) {
      let isTold = place.pointee != 0x29 && place.pointee != 0
      guard let value = value(item, &reader, octets, isTold ? place : Self.any.utf8Start) else {
        return nil
      }
      let isAppended = PyList_Append(list, value) == 0
      release(value)
      if !isAppended { return nil }
      if isTold { place = Self.end(place) }
      index += 1
    }
    return PyList_AsTuple(list)
  }

  private func set(
    _ reader: inout RESPReader, _ octets: Span<UInt8>, _ shape: Shape, _ count: Int?
  ) -> Object? {
    guard let members = PyList_New(0) else { return nil }
    var index = 0
    while let item = element(&reader, count, index) {
      let member = hashable(value(item, &reader, octets, shape))
      let isAdded = member != nil && PyList_Append(members, member) == 0
      release(member)
      guard isAdded else {
        release(members)
        return nil
      }
      index += 1
    }
    guard let set = PySet_New(members) else {
      // What a set cannot have stays a list: the specifications of keys in COMMAND INFO are dicts.
      PyErr_Clear()
      return members
    }
    release(members)
    return set
  }

  /// A list as a tuple, so that it can be a key; takes the reference.
  private func hashable(_ value: Object?) -> Object? {
    guard let value, necro_is_list(value) else { return value }
    defer { release(value) }
    return PyList_AsTuple(value)
  }

  /// - Parameter first: the first element's first item, where it has been read.
  private func dict(
    _ reader: inout RESPReader, _ octets: Span<UInt8>, _ shape: Shape, _ count: Int?,
    _ first: RESPItem?
  ) -> Object? {
    guard let dict = PyDict_New() else { return nil }
    var index = 0
    var begun = first
    while let item = begun ?? element(&reader, count, index) {
      begun = nil
      var opened = item
      if case .array = item {
        guard let key = next(&reader) else { break }
        opened = key
        index += 1
      } else {
        index += 2
      }
      guard let key = hashable(value(opened, &reader, octets, Self.any.utf8Start)) else {
        release(dict)
        return nil
      }
      let value =
        next(&reader).map {
          self.value($0, &reader, octets, valueShape(shape, key))
        } ?? none()
      let isSet = value != nil && PyDict_SetItem(dict, key, value) == 0
      release(key)
      release(value)
      guard isSet else {
        release(dict)
        return nil
      }
    }
    return dict
  }

  /// The shape of a dict's value.
  private func valueShape(_ shape: Shape, _ key: Object) -> Shape {
    if shape.pointee == 0x7B { return shape + 1 }
    guard shape.pointee == 0x7C else { return Self.any.utf8Start }
    var place = shape + 1
    while place.pointee != 0, place.pointee != 0x3B {
      var end = place
      while end.pointee != 0, end.pointee != 0x3D { end += 1 }
      if end.pointee == 0 { break }
      let name = Span(_unsafeStart: place, count: end - place)
      let isIt =
        necro_is_bytes(key)
        ? withOctets(ofBytes: key) { $0.equals(name) }
        : necro_is_str(key) && withOctets(ofString: key) { $0.equals(name) } == true
      if isIt { return end + 1 }
      place = Self.end(end + 1)
      if place.pointee == 0x2C { place += 1 }
    }
    return Self.any.utf8Start
  }

  private func pairs(
    _ reader: inout RESPReader, _ octets: Span<UInt8>, _ shape: Shape, _ count: Int?,
    _ first: RESPItem?
  ) -> Object? {
    guard let list = PyList_New(0) else { return nil }
    let second = Self.end(shape + 1)
    var index = 0
    var begun = first
    while let item = begun ?? element(&reader, count, index) {
      begun = nil
      var opened = item
      if case .array = item {
        guard let inner = next(&reader) else { break }
        opened = inner
        index += 1
      } else {
        index += 2
      }
      guard let one = value(opened, &reader, octets, shape + 1) else {
        release(list)
        return nil
      }
      let other = next(&reader).map { value($0, &reader, octets, second) } ?? none()
      guard let other, let pair = PyTuple_New(2) else {
        release(one)
        release(list)
        return nil
      }
      necro_tuple_set(pair, 0, one)
      necro_tuple_set(pair, 1, other)
      let isAppended = PyList_Append(list, pair) == 0
      release(pair)
      guard isAppended else {
        release(list)
        return nil
      }
    }
    return list
  }

  /// Where a shape ends.
  private static func end(_ shape: Shape) -> Shape {
    switch shape.pointee {
    case 0: return shape
    case 0x5B, 0x3C, 0x7B: return end(shape + 1)
    case 0x2A: return end(end(shape + 1))
    case 0x28:
      var place = shape + 1
      while place.pointee != 0, place.pointee != 0x29 { place = end(place) }
      return place.pointee == 0 ? place : place + 1
    case 0x7C:
      var place = shape + 1
      while place.pointee != 0, place.pointee != 0x3B {
        while place.pointee != 0, place.pointee != 0x3D { place += 1 }
        if place.pointee == 0 { return place }
        place = end(place + 1)
        if place.pointee == 0x2C { place += 1 }
      }
      return place.pointee == 0 ? place : place + 1
    default: return shape + 1
    }
  }
}
