import CPython
import NecroOctets
import NecroRESP
import NecroRedict

// How a call of Python's becomes the octets of a command.
extension RedictPool {
  /// Names whose form is kept; more are looked up again.
  private static var namesMax: Int { 1_024 }

  /// Appends a command: its name, whose words are arguments of their own, the positional arguments, then the
  /// keywords: `EX=5` is `EX 5`, and with None or False nothing, with True `EX` alone, with a list or a
  /// tuple `EX` and its items, with a dict `EX`, keys and values. One whose name begins with `_` stands for
  /// its values alone.
  ///
  /// - Parameters:
  ///   - arguments: borrowed; the values of the keywords stand behind `count`.
  /// - Returns: the command's traits; nil with an error, and then the request is as it was.
  func append(
    _ name: Object, _ arguments: UnsafePointer<Object?>, _ count: Int, _ names: Object?,
    to request: inout OctetBuffer
  ) -> CommandTraits? {
    guard let known = known(name, count > 0 ? arguments[0] : nil) else { return nil }
    defer { release(known) }
    let start = request.writePosition
    let keywordCount = names.map { necro_tuple_size($0) } ?? 0
    var promised = 0
    for index in 0..<keywordCount {
      promised += size(necro_tuple_item(names, index)!, arguments[count + index]!)
    }
    let traits: CommandTraits = withOctets(ofBytes: known) { octets in
      RESPSerializer.command(argumentCount: Int(octets[1]) + count + promised, into: &request)
      request.append(octets.extracting(2..<octets.count))
      return CommandTraits(rawValue: octets[0])
    }
    for index in 0..<count {
      guard append(arguments[index]!, to: &request) else {
        request.truncate(to: start)
        return nil
      }
    }
    var blocks = false
    for index in 0..<keywordCount {
      let keyword = necro_tuple_item(names, index)!
      let value = arguments[count + index]!
      promised -= size(keyword, value)
      guard append(keyword, value, to: &request) else {
        request.truncate(to: start)
        return nil
      }
      if withOctets(ofString: keyword, { $0.equals("BLOCK") }) == true {
        blocks = arguments[count + index]! != necro_none()
      }
    }
    // A request that has other arguments than it says would shift the replies of all behind it.
    guard promised == 0 else {
      request.truncate(to: start)
      _ = raiseChanged()
      return nil
    }
    // XREAD and XREADGROUP wait only where they are told to, which the typed methods do by keyword.
    if traits.contains(.blocking), keywordCount > 0, !blocks,
      withOctets(ofString: name, { Self.isStreamRead($0) }) == true
    {
      return traits.subtracting(.blocking)
    }
    return traits
  }

  /// A command's traits, the number of its words, and these as arguments: a bytes object, a new reference;
  /// nil with an error.
  private func known(_ name: Object, _ first: Object?) -> Object? {
    if let found = PyDict_GetItemWithError(self.names, name) { return retained(found) }
    if PyErr_Occurred() != nil { return nil }
    guard necro_is_str(name) else {
      raise(necro_type_error()!, "the name of a command is a str")
      return nil
    }
    var form = OctetBuffer()
    var isWhole = true
    let isText: Bool? = withOctets(ofString: name) { octets in
      var wordCount: UInt8 = 0
      var words = OctetBuffer()
      var begin = 0
      for index in 0...octets.count where index == octets.count || octets[index] == 0x20 {
        if index > begin, wordCount < 4 {
          RESPSerializer.argument(octets.extracting(begin..<index), into: &words)
          wordCount += 1
        }
        begin = index + 1
      }
      guard wordCount > 0, wordCount < 4 else { return false }
      var end = 0
      while end < octets.count, octets[end] != 0x20 { end += 1 }
      let word = octets.extracting(0..<end)
      var traits: CommandTraits
      if end < octets.count {
        traits = CommandTraits(of: word, subcommand: octets.extracting(end + 1..<octets.count))
      } else {
        isWhole = !CommandTraits.hasSubcommands(word)
        traits = CommandTraits(of: word, subcommand: Span())
        if !isWhole, let first { traits = self.traits(word, first) }
      }
      form.append(traits.rawValue)
      form.append(wordCount)
      form.append(words.octets)
      return true
    }
    guard isText == true else {
      if isText == false {
        raise(necro_value_error()!, "the name of a command has one to three words")
      }
      return nil
    }
    guard let bytes = makeBytes(form.octets) else { return nil }
    if isWhole {
      if PyDict_Size(self.names) >= Self.namesMax { PyDict_Clear(self.names) }
      if PyDict_SetItem(self.names, name, bytes) != 0 {
        release(bytes)
        return nil
      }
    }
    return bytes
  }

  private func traits(_ name: Span<UInt8>, _ first: Object) -> CommandTraits {
    if necro_is_bytes(first) {
      return withOctets(ofBytes: first) { CommandTraits(of: name, subcommand: $0) }
    }
    guard necro_is_str(first) else { return CommandTraits(of: name, subcommand: Span()) }
    let traits = withOctets(ofString: first) { CommandTraits(of: name, subcommand: $0) }
    // A str that is none is refused when it is written.
    if traits == nil { PyErr_Clear() }
    return traits ?? []
  }

  private static func isStreamRead(_ name: Span<UInt8>) -> Bool {
    name.count >= 5 && name.extracting(0..<5).equalsIgnoringCase(("xread" as StaticString).octets)
  }

  private func isValueAlone(_ keyword: Object) -> Bool {
    withOctets(ofString: keyword) { $0.count > 0 && $0[0] == 0x5F } ?? false
  }

  /// The number of arguments that a keyword becomes. A bool says whether its token is there; where a
  /// value stands alone it is refused, as it is anywhere.
  private func size(_ keyword: Object, _ value: Object) -> Int {
    if value == necro_none() { return 0 }
    let token = isValueAlone(keyword) ? 0 : 1
    if token == 1, value == necro_false() { return 0 }
    if token == 1, value == necro_true() { return 1 }
    if necro_is_tuple(value) || necro_is_list(value) { return token + necro_size(value) }
    if necro_is_dict(value) { return token + 2 * PyDict_Size(value) }
    guard isMapping(value) else { return token + 1 }
    let count = PyObject_Size(value)
    if count < 0 { PyErr_Clear() }
    return token + 2 * count
  }

  /// Whether it has keys and is none of what is an argument itself.
  private func isMapping(_ value: Object) -> Bool {
    if necro_is_str(value) || necro_is_bytes(value) || necro_is_int(value) || necro_is_float(value)
    {
      return false
    }
    guard let keys = attribute(value, "keys") else {
      PyErr_Clear()
      return false
    }
    release(keys)
    return true
  }

  private func append(_ keyword: Object, _ value: Object, to request: inout OctetBuffer) -> Bool {
    if value == necro_none() { return true }
    if !isValueAlone(keyword) {
      if value == necro_false() { return true }
      guard append(keyword, to: &request) else { return false }
      if value == necro_true() { return true }
    }
    if necro_is_tuple(value) || necro_is_list(value) {
      let count = necro_size(value)
      for index in 0..<count {
        guard necro_size(value) == count else { return raiseChanged() }
        let item = retained(
          necro_is_tuple(value)
            ? necro_tuple_item(value, index)! : necro_list_item(value, index)!)
        defer { release(item) }
        guard append(item, to: &request) else { return false }
      }
      return true
    }
    if necro_is_dict(value) { return append(pairsOf: value, to: &request) }
    if isMapping(value) {
      let count = PyObject_Size(value)
      if count < 0 { return false }
      guard let dict = PyDict_New() else { return false }
      defer { release(dict) }
      guard PyDict_Update(dict, value) == 0 else { return false }
      return PyDict_Size(dict) == count ? append(pairsOf: dict, to: &request) : raiseChanged()
    }
    return append(value, to: &request)
  }

  private func append(pairsOf value: Object, to request: inout OctetBuffer) -> Bool {
    let count = PyDict_Size(value)
    var position: Py_ssize_t = 0
    var taken = 0
    var key: Object?
    var item: Object?
    while PyDict_Next(value, &position, &key, &item) != 0 {
      let (key, item) = (retained(key!), retained(item!))
      defer {
        release(key)
        release(item)
      }
      guard append(key, to: &request), append(item, to: &request) else { return false }
      taken += 1
    }
    return taken == count ? true : raiseChanged()
  }

  /// An argument's `__buffer__` is code of the user's, which may change the others. Always false.
  private func raiseChanged() -> Bool {
    raise(necro_runtime_error()!, "the arguments of a command changed while they were read")
    return false
  }

  /// Appends one argument; false with an error.
  private func append(_ value: Object, to request: inout OctetBuffer) -> Bool {
    if necro_is_str(value) {
      return withOctets(ofString: value) { write($0, &request) } != nil
    }
    if necro_is_bytes(value) {
      withOctets(ofBytes: value) { write($0, &request) }
      return true
    }
    if value != necro_true(), value != necro_false() {
      if necro_is_int(value) {
        var number: Py_ssize_t = 0
        if necro_is_exact_int(value), necro_compact_int(value, &number) {
          RESPSerializer.argument(Int64(number), into: &request)
          return true
        }
        // As `int` shows it, whatever a subclass shows itself as.
        return appendText(necro_int_text(value), to: &request)
      }
      if necro_is_float(value) {
        return appendText(necro_float_text(value), to: &request)
      }
      if PyObject_CheckBuffer(value) != 0 {
        guard let bytes = PyBytes_FromObject(value) else { return false }
        defer { release(bytes) }
        withOctets(ofBytes: bytes) { write($0, &request) }
        return true
      }
    }
    necro_raise_about(
      necro_type_error(), cString("an argument is a str, bytes, int or float, and this is none"),
      UnsafeMutableRawPointer(necro_type(value)!).assumingMemoryBound(to: PyObject.self))
    return false
  }

  /// In one place, since the serializer's code is inlined.
  @inline(never)
  private func write(_ octets: Span<UInt8>, _ request: inout OctetBuffer) {
    RESPSerializer.argument(octets, into: &request)
  }

  private func appendText(_ text: Object?, to request: inout OctetBuffer) -> Bool {
    guard let text else { return false }
    defer { release(text) }
    return withOctets(ofString: text) { write($0, &request) } != nil
  }
}
