import NecroOctets

/// Takes the octets of a whole value apart that a decoder has let through.
///
/// Slices count from the first octet of the span. Nothing is checked again but what keeps a read
/// within it.
public struct RESPReader: ~Escapable {
  private let octets: Span<UInt8>
  /// Where the next item begins.
  public private(set) var position = 0
  private var resume = 0

  /// - Parameter octets: those of `RESPValue.octets` or `RESPValue.attributes`.
  @_lifetime(copy octets)
  public init(_ octets: Span<UInt8>) {
    self.octets = octets
  }

  /// The next item; nil behind the last.
  @inline(__always)
  public mutating func next() -> RESPItem? {
    guard position < octets.count, let type = RESPType(rawValue: octets[position]) else {
      return nil
    }
    do throws(RESPError) {
      return try ItemSyntax.read(
        type, octets, &position, base: 0, Self.limits,
        stringOctetsMax: Limits.octetsMax, resume: &resume)
    } catch {
      return nil
    }
  }

  /// Passes over the rest of an aggregate or a streamed string whose item `next` has just returned;
  /// nothing is to be passed over behind any other item.
  public mutating func skip(_ item: RESPItem) {
    var nesting = Nesting()
    do throws(RESPError) {
      if try nesting.take(item, Self.limits, at: 0) { return }
      while let item = next() {
        if try nesting.take(item, Self.limits, at: 0) { return }
      }
    } catch {
      // A decoder has let it through, so there is nothing that could be wrong.
    }
  }

  /// Bounds that are out of the way: a decoder has held the value to its own.
  private static var limits: Limits {
    Limits(
      lineOctetsMax: Limits.octetsMax, numberOctetsMax: Limits.octetsMax,
      stringOctetsMax: Limits.octetsMax, elementsMax: Limits.octetsMax,
      depthMax: Limits.octetsMax, valueOctetsMax: Limits.octetsMax)
  }
}
