/// Says which of many descriptors are ready. One per thread; nothing of it is shared.
///
/// Call order: `add` descriptors, then `wait` and `event` for each index below the count it returned,
/// again and again. A descriptor is removed before it is closed, and an event already fetched may
/// still name it: tokens should tell a descriptor's successive uses apart.
public protocol Poller: ~Copyable {
  init() throws(SystemError)

  /// The descriptor that becomes readable when a descriptor in the poller is ready, so that another
  /// loop can watch this one.
  var descriptor: Int32 { get }

  /// Watches a descriptor.
  ///
  /// - Parameters:
  ///   - descriptor: an open descriptor that the poller does not watch yet; the caller keeps it.
  ///   - token: comes back in the events of this descriptor.
  ///   - interest: what to report.
  mutating func add(
    _ descriptor: Int32, token: UInt64, interest: Interest
  ) throws(SystemError)

  /// Replaces token and interest of a descriptor that was added.
  mutating func modify(
    _ descriptor: Int32, token: UInt64, interest: Interest
  ) throws(SystemError)

  /// Watches a descriptor no longer.
  mutating func remove(_ descriptor: Int32) throws(SystemError)

  /// Waits until a descriptor is ready or the time is over.
  ///
  /// - Parameter timeoutMilliseconds: 0 does not wait, -1 waits without end.
  /// - Returns: the number of events; 0 also when a signal came first.
  mutating func wait(timeoutMilliseconds: Int32) throws(SystemError) -> Int

  /// An event of the last `wait`, by an index below the count it returned.
  func event(_ index: Int) -> PollEvent
}
