import NecroOctets

/// An interval: months, days and microseconds, which have no fixed ratio.
@frozen
public struct IntervalValue: Equatable, Sendable {
  public var months: Int32
  public var days: Int32
  public var microseconds: Int64

  @inlinable
  public init(months: Int32 = 0, days: Int32 = 0, microseconds: Int64 = 0) {
    self.months = months
    self.days = days
    self.microseconds = microseconds
  }

  @inlinable
  public init(_ octets: Span<UInt8>) throws(PostgresValueError) {
    guard octets.count == 16 else { throw PostgresValueError(.lengthInvalid) }
    microseconds = octets.bigEndian(at: 0)
    days = octets.bigEndian(at: 8)
    months = octets.bigEndian(at: 12)
  }

  /// Whether this is infinity or minus infinity, which PostgreSQL has from 17 on.
  public var isInfinite: Bool {
    months == .max && days == .max && microseconds == .max
      || months == .min && days == .min && microseconds == .min
  }

  @inlinable
  public func append(into output: inout OctetBuffer) {
    output.append(bigEndian: microseconds)
    output.append(bigEndian: days)
    output.append(bigEndian: months)
  }

  /// The same as a duration of days and microseconds, a month of 30 days and a year of 365, in the range
  /// of Python's timedelta.
  ///
  /// - Returns: days, and microseconds from 0 to a day's.
  /// - Throws: `outOfRange` for a billion days and more, and for infinities.
  public func duration() throws(PostgresValueError) -> (days: Int, microseconds: Int64) {
    if isInfinite { throw PostgresValueError(.outOfRange) }
    let day = TimestampValue.microsecondsInDay
    var carried = microseconds / day
    var rest = microseconds % day
    if rest < 0 {
      carried -= 1
      rest += day
    }
    let all = Int(days) + Int(carried) + Int(months / 12) * 365 + Int(months % 12) * 30
    guard all >= -999_999_999, all <= 999_999_999 else { throw PostgresValueError(.outOfRange) }
    return (all, rest)
  }

  /// Appends `duration` as ISO 8601 has it, `P1DT2H30M0.5S`; a negative one has a sign before it.
  ///
  /// - Throws: `outOfRange`.
  public func appendDuration(into output: inout OctetBuffer) throws(PostgresValueError) {
    var (days, microseconds) = try duration()
    if days < 0 {
      output.append(0x2D)
      // The magnitude: what is missing to a whole day counts from the other end.
      if microseconds > 0 {
        days += 1
        microseconds = TimestampValue.microsecondsInDay - microseconds
      }
      days = -days
    }
    output.append(0x50)
    if days > 0 {
      output.append(decimal: UInt64(days))
      output.append(0x44)
    }
    if microseconds == 0 {
      if days == 0 { output.append("T0S") }
      return
    }
    output.append(0x54)
    let clock = ClockTime(microseconds: microseconds)
    if clock.hour > 0 {
      output.append(decimal: UInt64(clock.hour))
      output.append(0x48)
    }
    if clock.minute > 0 {
      output.append(decimal: UInt64(clock.minute))
      output.append(0x4D)
    }
    if clock.second == 0 && clock.microsecond == 0 { return }
    output.append(decimal: UInt64(clock.second))
    IntervalValue.append(fraction: clock.microsecond, into: &output)
    output.append(0x53)
  }

  /// Appends a fraction of a second without zeros at its end.
  private static func append(fraction: Int, into output: inout OctetBuffer) {
    if fraction == 0 { return }
    output.append(0x2E)
    var rest = fraction
    var divisor = 100_000
    while rest > 0 {
      output.append(0x30 + UInt8(truncatingIfNeeded: rest / divisor))
      rest %= divisor
      divisor /= 10
    }
  }
}
