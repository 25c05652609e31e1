import CLinux

/// What a descriptor is ready for.
///
/// `hangUp` and `error` are reported whatever was asked for.
@frozen
public struct Readiness: OptionSet, Sendable {
  public let rawValue: UInt32

  @inlinable
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// There are octets to receive, a connection to accept, or the end of the peer's octets.
  @inlinable public static var readable: Readiness { Readiness(rawValue: EPOLLIN.rawValue) }
  /// There is room to send.
  @inlinable public static var writable: Readiness { Readiness(rawValue: EPOLLOUT.rawValue) }
  /// The peer sends no more octets; it may still receive.
  @inlinable public static var peerClosedWriting: Readiness {
    Readiness(rawValue: EPOLLRDHUP.rawValue)
  }
  /// Both directions are closed.
  @inlinable public static var hangUp: Readiness { Readiness(rawValue: EPOLLHUP.rawValue) }
  /// The descriptor has failed, as with a reset; the next call on it says how.
  @inlinable public static var error: Readiness { Readiness(rawValue: EPOLLERR.rawValue) }
}

/// What to watch a descriptor for, and how to report it.
@frozen
public struct Interest: OptionSet, Sendable {
  public let rawValue: UInt32

  @inlinable
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  @inlinable public static var read: Interest { Interest(rawValue: EPOLLIN.rawValue) }
  @inlinable public static var write: Interest { Interest(rawValue: EPOLLOUT.rawValue) }
  @inlinable public static var readWrite: Interest { [.read, .write] }
  /// Reports a peer that sends no more octets. Not together with `exclusive`, which the kernel
  /// refuses.
  @inlinable public static var peerClosedWriting: Interest {
    Interest(rawValue: EPOLLRDHUP.rawValue)
  }
  /// Reports a change once; without it, a state is reported for as long as it lasts.
  @inlinable public static var edgeTriggered: Interest { Interest(rawValue: EPOLLET.rawValue) }
  /// Wakes one of several pollers that watch the same descriptor, not all. For listeners that
  /// workers share; can be given to `add` only.
  @inlinable public static var exclusive: Interest { Interest(rawValue: EPOLLEXCLUSIVE.rawValue) }
}

/// A descriptor, by the token it was added with, and what it is ready for.
@frozen
public struct PollEvent: Sendable {
  public let token: UInt64
  public let readiness: Readiness

  @inlinable
  public init(token: UInt64, readiness: Readiness) {
    self.token = token
    self.readiness = readiness
  }
}
