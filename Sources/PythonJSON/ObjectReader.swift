import CPython
import NecroJSON
import NecroOctets

/// Makes Python's own types of JSON texts.
///
/// One belongs to one interpreter, and is used again and again: it keeps its storage and the names it
/// has read.
public final class ObjectReader {
  /// What reads the text; after an error it knows where.
  public private(set) var parser = JSONParser()
  private let shapes = necro_json_shapes()

  /// What a reader keeps from one text to the next, in octets.
  private static var storageOctetsMax: Int { 1 << 24 }

  /// Texts from this size on are read without a collection of garbage in their midst, in octets.
  private static var uncollectedOctetsMin: Int { 4_096 }

  public init() {}

  deinit { necro_json_shapes_free(shapes) }

  /// Reads a text, so that its value can be made.
  public func parse(_ text: Span<UInt8>, rules: JSONRules = []) throws(JSONError) {
    parser.rules = rules
    try parser.parse(text)
  }

  /// The value that `parse` has read, a new reference.
  ///
  /// - Parameters:
  ///   - text: what was given to `parse`.
  ///   - floatHook: makes values of the texts of numbers with fraction or exponent; borrowed.
  ///   - last: the place on the tape of what was made last.
  /// - Returns: nil with an error.
  public func value(
    _ text: Span<UInt8>, floatHook: UnsafeMutablePointer<PyObject>? = nil, last: inout Int
  ) -> UnsafeMutablePointer<PyObject>? {
    // What is being made is no garbage, and in a large text a collection would look at all of it again
    // and again.
    let collects = text.count >= Self.uncollectedOctetsMin && PyGC_Disable() != 0
    defer { if collects { PyGC_Enable() } }
    return withReader(parser, text) { json in
      var reader = json
      reader.float_hook = floatHook
      let value = necro_json_read(&reader)
      last = UnsafePointer(reader.next) - json.next - 1
      return value
    }
  }

  /// The value that `parse` has read, as a Rule or a class of models has it, a new reference.
  ///
  /// - Parameter target: borrowed.
  /// - Returns: nil without an error for what the target does not accept.
  public func value(
    _ text: Span<UInt8>, by target: UnsafeMutablePointer<PyObject>
  ) -> UnsafeMutablePointer<PyObject>? {
    let collects = text.count >= Self.uncollectedOctetsMin && PyGC_Disable() != 0
    defer { if collects { PyGC_Enable() } }
    return withReader(parser, text) { json in
      var reader = NecroModelReader(json: json, tape: json.next)
      return necro_target_read(&reader, target)
    }
  }

  private func withReader(
    _ parser: borrowing JSONParser, _ text: Span<UInt8>, _ body: (NecroJSONReader) -> Object?
  ) -> Object? {
    text.withUnsafeBufferPointer { octets -> Object? in
      parser.unescaped.octets.withUnsafeBufferPointer { unescaped -> Object? in
        parser.tape.withEntries { entries -> Object? in
          body(
            NecroJSONReader(
              text: octets.baseAddress, text_end: octets.baseAddress.map { $0 + octets.count },
              unescaped: unescaped.baseAddress,
              next: entries.assumingMemoryBound(to: NecroJSONElement.self), shapes: shapes,
              float_hook: nil))
        }
      }
    }
  }

  /// Gives up the storage of a large text, once it and its error are done with.
  public func shrink() {
    if parser.storageOctets > Self.storageOctetsMax { parser = JSONParser() }
  }
}
