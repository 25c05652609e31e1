import NecroOctets

/// A JSON text that was checked once, to be written as it stands into other documents.
public struct JSONFragment: ~Copyable {
  private var storage: OctetBuffer

  /// A copy of a text.
  ///
  /// - Parameter parser: what checks it; its document is then this one.
  /// - Throws: `JSONError` for what is no JSON text, or not for the parser's rules and limits.
  public init(_ text: Span<UInt8>, checkedBy parser: inout JSONParser) throws(JSONError) {
    try parser.parse(text)
    storage = OctetBuffer(capacity: text.count)
    storage.append(text)
  }

  public var octets: Span<UInt8> {
    @_lifetime(borrow self)
    get { storage.octets }
  }
}

extension JSONSerializer {
  /// Writes a fragment as it stands, with its white space.
  public static func fragment(_ fragment: borrowing JSONFragment, into output: inout OctetBuffer) {
    output.append(fragment.octets)
  }
}
