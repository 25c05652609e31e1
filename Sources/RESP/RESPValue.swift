import NecroOctets

/// A value with everything in it, as it lies in the decoder's storage.
@frozen
public struct RESPValue: Sendable {
  /// Its first item; of a value without parts the value itself. Slices are positions in the decoder's
  /// storage.
  public let item: RESPItem
  /// All its octets, from its type on: a `RESPReader` takes them apart.
  public let octets: Slice
  /// The octets of the attributes before it; empty when there are none.
  public let attributes: Slice

  @inlinable
  init(item: RESPItem, octets: Slice, attributes: Slice) {
    self.item = item
    self.octets = octets
    self.attributes = attributes
  }

  /// Whether it answers nothing.
  @inlinable
  public var isPush: Bool {
    if case .push = item { true } else { false }
  }
}
