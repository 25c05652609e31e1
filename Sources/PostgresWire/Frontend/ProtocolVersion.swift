/// A version of the protocol, its major number in the upper 16 bits.
///
/// PG protocol-versions
@frozen
public struct ProtocolVersion: RawRepresentable, Equatable, Sendable {
  public let rawValue: UInt32

  @inlinable
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  @inlinable
  public init(major: UInt16, minor: UInt16) { rawValue = UInt32(major) << 16 | UInt32(minor) }

  @inlinable public var major: UInt16 { UInt16(truncatingIfNeeded: rawValue >> 16) }
  @inlinable public var minor: UInt16 { UInt16(truncatingIfNeeded: rawValue) }

  /// PostgreSQL 7.4 and later.
  @inlinable public static var v3_0: ProtocolVersion { ProtocolVersion(major: 3, minor: 0) }
  /// PostgreSQL 18 and later: secret keys are of variable length.
  @inlinable public static var v3_2: ProtocolVersion { ProtocolVersion(major: 3, minor: 2) }
}
