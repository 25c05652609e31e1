public import CKernels

/// How runs of octets are passed over: one at a time or in blocks of sixteen.
///
/// Both give the same for any octets. A decoder takes one as an argument, so that tests can hold the
/// second against the first, which is the plain reading of the grammar.
///
/// Each function returns the position of the first octet, from `start` on and before `end`, that is
/// none of `allowed`; `end` if there is none. What they differ in is the octets that blocks are made
/// for: `allowed` has to hold all of these, and others of it cost a step each.
@frozen
public enum OctetKernel: UInt8, Sendable, CaseIterable {
  /// One octet at a time.
  case scalar
  /// Sixteen octets at a time.
  case blocks

  /// Passes over text: what is no control octet, and HTAB.
  @inlinable
  @inline(__always)
  public func endOfText(
    _ octets: Span<UInt8>, from start: Int, to end: Int, allowed: OctetClass
  ) -> Int {
    unsafe pass(octets, start, end, allowed, necro_pass_text)
  }

  /// Passes over a field name: ASCII letters and `-`.
  @inlinable
  @inline(__always)
  public func endOfName(
    _ octets: Span<UInt8>, from start: Int, to end: Int, allowed: OctetClass
  ) -> Int {
    unsafe pass(octets, start, end, allowed, necro_pass_name)
  }

  /// Passes over a host: ASCII letters, digits, `-` and `.`.
  @inlinable
  @inline(__always)
  public func endOfHost(
    _ octets: Span<UInt8>, from start: Int, to end: Int, allowed: OctetClass
  ) -> Int {
    unsafe pass(octets, start, end, allowed, necro_pass_host)
  }

  /// Passes over a path or a query: ASCII letters, digits and `-./:;&=_`.
  @inlinable
  @inline(__always)
  public func endOfPath(
    _ octets: Span<UInt8>, from start: Int, to end: Int, allowed: OctetClass
  ) -> Int {
    unsafe pass(octets, start, end, allowed, necro_pass_path)
  }

  @inlinable
  @inline(__always)
  func pass(
    _ octets: Span<UInt8>, _ start: Int, _ end: Int, _ allowed: OctetClass,
    _ kernel: (UnsafePointer<UInt8>, Int, Int) -> Int
  ) -> Int {
    precondition(0 <= start && start <= end && end <= octets.count, "a run lies within its octets")
    var position = start
    if self == .blocks {
      // The kernel reads from `start` to `end`, or for the last block the sixteen octets before `end`
      // if there are so many.
      position = unsafe octets.withUnsafeBufferPointer { buffer in
        guard let first = buffer.baseAddress else { return start }
        return unsafe kernel(first, start, end)
      }
    }
    // The kernel's position lies in the same bounds as `start`.
    while position < end, allowed.contains(unsafe octets[unchecked: position]) { position += 1 }
    return position
  }
}
