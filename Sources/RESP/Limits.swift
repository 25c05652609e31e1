/// The bounds of what a peer may send, checked before octets are kept.
@frozen
public struct Limits: Sendable {
  /// Octets of a simple string, a simple error or an inline command, without its line end.
  public var lineOctetsMax: Int
  /// Octets of a double or a big number.
  public var numberOctetsMax: Int
  /// Octets of a bulk string, a bulk error, a verbatim string, or all parts of a streamed string
  /// together. A server's own bound is 512 MB.
  public var stringOctetsMax: Int
  /// Elements of an aggregate, or pairs of a map.
  public var elementsMax: Int
  /// Aggregates within each other, and a streamed string among them.
  public var depthMax: Int
  /// Octets of a value with everything in it and the attributes before it.
  public var valueOctetsMax: Int

  /// No limit is above 2^53, so that lengths can be added without looking.
  @usableFromInline static var octetsMax: Int { 1 << 53 }

  public init(
    lineOctetsMax: Int = 65_536, numberOctetsMax: Int = 4_096,
    stringOctetsMax: Int = 536_870_912, elementsMax: Int = 268_435_456, depthMax: Int = 128,
    valueOctetsMax: Int = 1_073_741_824
  ) {
    self.lineOctetsMax = min(lineOctetsMax, Self.octetsMax)
    self.numberOctetsMax = min(numberOctetsMax, Self.octetsMax)
    self.stringOctetsMax = min(stringOctetsMax, Self.octetsMax)
    self.elementsMax = min(elementsMax, Self.octetsMax)
    self.depthMax = min(depthMax, Self.octetsMax)
    self.valueOctetsMax = min(valueOctetsMax, Self.octetsMax)
  }
}
