/// What a document may cost its reader.
public struct JSONLimits: Equatable, Sendable {
  /// The deepest nesting of arrays and objects; a scalar document has depth 0.
  public var depthMax: Int
  /// The longest document, in octets. The tape takes at most 16 octets of memory for each.
  public var documentOctetsMax: Int

  public init(depthMax: Int = 256, documentOctetsMax: Int = 1 << 30) {
    self.depthMax = depthMax
    self.documentOctetsMax = documentOctetsMax
  }
}
