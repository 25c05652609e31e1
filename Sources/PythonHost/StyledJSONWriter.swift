import CPython
import NecroJSON
import NecroOctets
import NecroPythonJSON

/// Writes Python values as JSON in a style of the caller's: sorted, indented, with keys that are no str.
///
/// It goes through CPython's interface for all of it: what is to be read by people need not be quick.
struct StyledJSONWriter {
  let writer: JSONWriter
  let style: JSONStyle

  private var state: ModuleState { writer.state }
  private var fallback: Object? { writer.fallback }

  /// Appends a value; false with an error, having appended a part.
  func write(_ value: Object, into output: inout OctetBuffer, depth: Int) -> Bool {
    if necro_is_dict(value) { return writeObject(value, into: &output, depth: depth) }
    if necro_is_list(value) || necro_is_tuple(value) {
      return writeArray(value, into: &output, depth: depth)
    }
    if necro_is_float(value), style.nanIsNull, !necro_float_value(value).isFinite {
      output.append("null")
      return true
    }
    if necro_is_type(value, state.bodyType) {
      return write(unwrapped(value, state), into: &output, depth: depth)
    }
    if necro_is_model(value) {
      guard let members = necro_model_members(value) else { return false }
      defer { release(members) }
      return writeObject(members, into: &output, depth: depth)
    }
    if style.bigIntegers != .number, necro_is_int(value), !isExactAsDouble(value) {
      return writeBigInteger(value, into: &output, depth: depth)
    }
    if isKnown(value) {
      return writer.write(value, into: &output, depth: depth)
    }
    if necro_json_is_too_deep(depth) { return false }
    guard let fallback, let replacement = call(fallback, value) else { return false }
    defer { release(replacement) }
    return write(replacement, into: &output, depth: depth + 1)
  }

  /// Whether a value is one without values in it, or one that is written as it stands: a Raw, or a Row
  /// without white space.
  private func isKnown(_ value: Object) -> Bool {
    necro_is_str(value) || necro_is_int(value) || necro_is_float(value) || value == necro_none()
      || isRow(value, state) || isRaw(value, state)
  }

  /// Whether an integer lies where doubles tell each from the next. `RFC 7493 §2.2`
  private func isExactAsDouble(_ value: Object) -> Bool {
    var overflow: CInt = 0
    let number = PyLong_AsLongLongAndOverflow(value, &overflow)
    return overflow == 0 && number.magnitude < 1 << 53
  }

  private func writeBigInteger(
    _ value: Object, into output: inout OctetBuffer, depth: Int
  ) -> Bool {
    if style.bigIntegers == .error {
      raise(necro_value_error()!, "an integer has more than 53 bits, which not every reader keeps")
      return false
    }
    output.append(0x22)
    let isWritten = writer.write(value, into: &output, depth: depth)
    output.append(0x22)
    return isWritten
  }

  private func beginLine(_ depth: Int, into output: inout OctetBuffer) {
    guard let indent = style.indent else { return }
    output.append(0x0A)
    for _ in 0..<indent * depth { output.append(0x20) }
  }

  private func writeArray(
    _ array: Object, into output: inout OctetBuffer, depth: Int
  ) -> Bool {
    if necro_json_is_too_deep(depth) { return false }
    output.append(0x5B)
    let isList = necro_is_list(array)
    var index = 0
    while index < necro_size(array) {
      if index > 0 { output.append(0x2C) }
      beginLine(depth + 1, into: &output)
      let item = retained(
        isList ? necro_list_item(array, index) : necro_tuple_item(array, index))
      let isWritten = write(item, into: &output, depth: depth + 1)
      release(item)
      guard isWritten else {
        necro_json_failed_at(writer.call, index)
        return false
      }
      index += 1
    }
    if index > 0 { beginLine(depth, into: &output) }
    output.append(0x5D)
    return true
  }

  private func writeObject(
    _ dict: Object, into output: inout OctetBuffer, depth: Int
  ) -> Bool {
    if necro_json_is_too_deep(depth) { return false }
    guard let members = members(of: dict) else { return false }
    defer { release(members) }
    output.append(0x7B)
    let count = necro_size(members)
    for index in 0..<count {
      if index > 0 { output.append(0x2C) }
      beginLine(depth + 1, into: &output)
      let member = necro_list_item(members, index)!
      guard
        withOctets(
          ofString: necro_tuple_item(member, 0)!, { JSONSerializer.string($0, into: &output) })
          != nil
      else { return false }
      output.append(style.indent == nil ? ":" : ": ")
      guard write(necro_tuple_item(member, 1)!, into: &output, depth: depth + 1) else {
        necro_json_failed_in(writer.call, necro_tuple_item(member, 0))
        return false
      }
    }
    if count > 0 { beginLine(depth, into: &output) }
    output.append(0x7D)
    return true
  }

  /// The members in the order they are written, a new list of pairs; nil with an error.
  private func members(of dict: Object) -> Object? {
    guard let members = PyList_New(0) else { return nil }
    var position: Py_ssize_t = 0
    var key: Object?
    var value: Object?
    let size = PyDict_Size(dict)
    while PyDict_Next(dict, &position, &key, &value) != 0 {
      let item = retained(value!)
      let name = self.name(retained(key!))
      let pair = name.flatMap { necro_pair($0, item) }
      release(name)
      release(item)
      let isAppended = pair.map { PyList_Append(members, $0) == 0 } ?? false
      release(pair)
      if isAppended, PyDict_Size(dict) == size { continue }
      if isAppended {
        raise(necro_runtime_error()!, "a dict changed its size while it was written as JSON")
      }
      release(members)
      return nil
    }
    // By name alone: values need not be comparable. A sort is stable.
    if style.sortsKeys, !necro_sort_by_first(members) {
      release(members)
      return nil
    }
    return members
  }

  /// The str that a key is written as, a new reference; nil with an error. Takes the key.
  private func name(_ key: Object) -> Object? {
    if necro_is_str(key) { return key }
    defer { release(key) }
    guard style.convertsKeys else {
      raise(necro_type_error()!, "the keys of a JSON object are str")
      return nil
    }
    if necro_is_list(key) || necro_is_tuple(key) || necro_is_dict(key) {
      raise(necro_type_error()!, "an array or object cannot be a key of a JSON object")
      return nil
    }
    if isKnown(key), !isRow(key, state), !isRaw(key, state) {
      var text = OctetBuffer()
      // An integer is text as a key, of any size.
      let isWritten =
        necro_is_int(key) ? writer.write(key, into: &text) : write(key, into: &text, depth: 0)
      guard isWritten else { return nil }
      return makeString(text.octets)
    }
    guard let fallback, let replacement = call(fallback, key) else { return nil }
    return name(replacement)
  }
}
