/// A set of request methods: what a route accepts, and what a 405 answers in Allow.
///
/// The bit is the method's index, so that a matched method costs a shift and an AND. Bits above
/// `PATCH` are free for methods that an embedder numbers itself.
///
/// Source: `RFC 9110 §9.1`, `RFC 5789 §2`.
@frozen
public struct MethodSet: OptionSet, Hashable, Sendable {
  public var rawValue: UInt16

  @inlinable
  public init(rawValue: UInt16) {
    self.rawValue = rawValue
  }

  /// The set of the one method with this index, or the empty set for an index that has no bit.
  @inlinable
  public init(index: UInt8) {
    rawValue = index < 16 ? 1 << UInt16(index) : 0
  }

  /// Whether the method with this index is in the set.
  @inlinable
  public func contains(index: UInt8) -> Bool {
    index < 16 && rawValue & (1 << UInt16(index)) != 0
  }

  public static var get: MethodSet { MethodSet(rawValue: 1 << 0) }
  public static var head: MethodSet { MethodSet(rawValue: 1 << 1) }
  public static var post: MethodSet { MethodSet(rawValue: 1 << 2) }
  public static var put: MethodSet { MethodSet(rawValue: 1 << 3) }
  public static var delete: MethodSet { MethodSet(rawValue: 1 << 4) }
  public static var connect: MethodSet { MethodSet(rawValue: 1 << 5) }
  public static var options: MethodSet { MethodSet(rawValue: 1 << 6) }
  public static var trace: MethodSet { MethodSet(rawValue: 1 << 7) }
  public static var patch: MethodSet { MethodSet(rawValue: 1 << 8) }
}
