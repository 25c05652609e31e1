/// What a decoder lets through beyond the grammar. None of it changes where a message ends.
///
/// The default is nothing.
public struct Leniency: OptionSet, Sendable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// A query may hold ``[ \ ] ^ ` { | }`` as they are.
  ///
  /// Browsers leave them so (`?filter[name]=x`), since the URL standard they follow does not encode
  /// them in a query; RFC 3986 §3.4 does not allow them there.
  public static var unencodedQuery: Leniency { Leniency(rawValue: 1) }
}
