import NecroOctets

/// The strings of a run in which each ends with a zero octet.
@frozen
public struct StringIterator: ~Escapable {
  @usableFromInline let octets: Span<UInt8>
  @usableFromInline var position = 0

  /// - Parameter octets: a run that `BackendDecoder` has checked.
  @inlinable
  @_lifetime(copy octets)
  public init(_ octets: Span<UInt8>) { self.octets = octets }

  /// The next string, by its position in the run, without the octet that ends it.
  @inlinable
  public mutating func next() -> Slice? {
    if position >= octets.count { return nil }
    let start = position
    while position < octets.count && octets[position] != 0 { position += 1 }
    position += 1
    return Slice(offset: start, count: position - 1 - start)
  }
}
