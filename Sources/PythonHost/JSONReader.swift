import CPython
import NecroJSON
import NecroOctets
import NecroPythonJSON

/// Makes Python values of JSON texts.
final class JSONReader {
  private let objects = ObjectReader()
  /// Whether a text is being read: what makes objects may run the finalisers of others, which are
  /// users' code.
  private var isBusy = false

  /// The value of a text, a new reference; nil with an error.
  func read(
    _ text: Span<UInt8>, _ state: ModuleState, _ choices: JSONChoices = JSONChoices()
  ) -> Object? {
    if isBusy { return JSONReader().read(text, state, choices) }
    isBusy = true
    defer {
      // Also after an error: a text that is refused may be as large as any.
      objects.shrink()
      isBusy = false
    }
    do throws(JSONError) {
      try objects.parse(text, rules: choices.rules)
    } catch {
      raiseDecodeError(error, error.message, text, state)
      return nil
    }
    if choices.isCheckOnly { return retained(necro_none()) }
    var last = 0
    if let value = objects.value(text, floatHook: choices.floatHook, last: &last) { return value }
    locateInteger(last, text, state)
    return nil
  }

  /// The value of a text as a Rule or a class of models has it, a new reference; nil with an error.
  ///
  /// The octets must not change meanwhile: making values calls users' code.
  func read(
    _ text: Span<UInt8>, by target: Object, _ state: ModuleState,
    _ choices: JSONChoices = JSONChoices()
  ) -> Object? {
    if isBusy { return JSONReader().read(text, by: target, state, choices) }
    isBusy = true
    do throws(JSONError) {
      try objects.parse(text, rules: choices.rules)
    } catch {
      raiseDecodeError(error, error.message, text, state)
      objects.shrink()
      isBusy = false
      return nil
    }
    let value = objects.value(text, by: target)
    objects.shrink()
    isBusy = false
    if value != nil { return value }
    // An integer of too many digits is refused as JSON, with its place.
    if PyErr_Occurred() != nil {
      guard PyErr_ExceptionMatches(necro_value_error()) != 0 else { return nil }
      PyErr_Clear()
    }
    // Why it is refused is for the second look to say, at the plain value.
    guard let plain = read(text, state) else { return nil }
    defer { release(plain) }
    guard let explain = imported("necro._models", "explain") else { return nil }
    defer { release(explain) }
    return call(explain, target, plain)
  }

  /// Has the error for an integer that has more digits than Python converts say where it lies.
  ///
  /// - Parameter position: the place on the tape of what was read last.
  private func locateInteger(_ position: Int, _ text: Span<UInt8>, _ state: ModuleState) {
    guard PyErr_ExceptionMatches(necro_value_error()) != 0,
      case .bigInteger(let digits) = objects.parser.tape[position]
    else { return }
    // Once more, up to the integer: the parser then lacks it, and knows where it should be.
    let before = text.octets(Slice(offset: 0, count: digits.offset))
    do throws(JSONError) {
      try objects.parse(before)
    } catch {
      PyErr_Clear()
      raiseDecodeError(error, "an integer has too many digits", before, state)
    }
  }

  private func raiseDecodeError(
    _ error: JSONError, _ message: StaticString, _ text: Span<UInt8>, _ state: ModuleState
  ) {
    var pointer = OctetBuffer()
    objects.parser.appendPointer(in: text, into: &pointer)
    necro_raise_decode_error(
      state.decodeError, cString(message), error.offset, error.line, error.column,
      makeString(pointer.octets))
  }
}
