/// What a `DriverReactor` calls: a connection, or anything else that has deadlines or work to be done
/// once per turn.
///
/// A class to be subclassed and no protocol, since Embedded Swift has no existentials. A subclass takes
/// itself out of the reactor with `remove` before it is given up.
open class DriverSource {
  /// The place in the reactor's table; negative while the source is in none.
  public internal(set) final var slot = -1
  /// The descriptor that the reactor watches; negative when it watches none.
  public internal(set) final var watchedDescriptor: Int32 = -1
  final var interest: Interest = []
  final var isDirty = false

  public init() {}

  /// The descriptor is ready.
  open func ready(_ readiness: Readiness) {}

  /// A timer that was set for this source has expired.
  open func expired(tag: UInt32) {}

  /// The source was marked since the last flush.
  open func flush() {}
}
