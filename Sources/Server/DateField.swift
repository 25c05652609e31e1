import NecroHTTPSemantics
import NecroOctets
import NecroReactor

/// The value of the Date field, rendered once a second for all responses of a worker.
///
/// RFC 9110 §6.6.1, §5.6.7.
final class DateField {
  private var octets = OctetBuffer(capacity: 32)
  /// The moment that the field names, in seconds since 1970-01-01 00:00:00 UTC.
  private(set) var unixSeconds: Int64 = .min

  /// Calls `body` with the field's value.
  func withOctets<Result, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try DateField.call(body, octets)
  }

  private static func call<Result, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result, _ buffer: borrowing OctetBuffer
  ) throws(Failure) -> Result {
    try body(buffer.octets)
  }

  /// Renders the field for the present second unless it is rendered.
  func refresh() {
    let second = Clock.unixSeconds()
    if second == unixSeconds { return }
    unixSeconds = second
    octets.removeAll()
    IMFFixdate.append(unixSeconds: second, to: &octets)
  }
}
