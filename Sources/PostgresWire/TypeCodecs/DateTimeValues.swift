import NecroOctets

/// A date: days since 1 January 2000.
@frozen
public struct DateValue: Equatable, Sendable {
  /// `Int32.max` is infinity, `Int32.min` is minus infinity.
  public var days: Int32

  @inlinable
  public init(days: Int32) { self.days = days }

  @inlinable
  public init(_ octets: Span<UInt8>) throws(PostgresValueError) {
    days = try PostgresScalar.integer(octets)
  }

  @inlinable
  public var isInfinite: Bool { days == .max || days == .min }

  /// - Throws: `dateOutOfRange` where the days do not fit.
  public init(_ date: CivilDate) throws(PostgresValueMisuse) {
    guard let days = Int32(exactly: date.daysSince2000), days != .max, days != .min else {
      throw .dateOutOfRange
    }
    self.days = days
  }

  /// The day. Infinities have none.
  public var civil: CivilDate { CivilDate(daysSince2000: Int(days)) }

  /// Appends the ISO form, infinities as the first and last day of the years from 1 to 9999.
  ///
  /// - Throws: `outOfRange` for any other day outside of them.
  public func append(into output: inout OctetBuffer) throws(PostgresValueError) {
    if days == .max { return output.append("9999-12-31") }
    if days == .min { return output.append("0001-01-01") }
    try civil.append(into: &output)
  }
}

/// A timestamp, with time zone or without: microseconds since 1 January 2000, in UTC or wherever.
@frozen
public struct TimestampValue: Equatable, Sendable {
  /// `Int64.max` is infinity, `Int64.min` is minus infinity.
  public var microseconds: Int64

  @inlinable
  public init(microseconds: Int64) { self.microseconds = microseconds }

  @inlinable
  public init(_ octets: Span<UInt8>) throws(PostgresValueError) {
    microseconds = try PostgresScalar.integer(octets)
  }

  @inlinable
  public var isInfinite: Bool { microseconds == .max || microseconds == .min }

  static var microsecondsInDay: Int64 { 86_400_000_000 }

  /// - Throws: `dateOutOfRange` where the microseconds do not fit.
  public init(_ date: CivilDate, _ time: ClockTime) throws(PostgresValueMisuse) {
    let (days, overflows) = Int64(date.daysSince2000)
      .multipliedReportingOverflow(by: TimestampValue.microsecondsInDay)
    let (sum, sumOverflows) = days.addingReportingOverflow(time.microseconds)
    guard !overflows, !sumOverflows, sum != .max, sum != .min else { throw .dateOutOfRange }
    microseconds = sum
  }

  /// The day and the time of it. Infinities have none.
  public var civil: (date: CivilDate, time: ClockTime) {
    let day = TimestampValue.microsecondsInDay
    var days = microseconds / day
    var time = microseconds % day
    if time < 0 {
      days -= 1
      time += day
    }
    return (CivilDate(daysSince2000: Int(days)), ClockTime(microseconds: time))
  }

  /// Appends the ISO form with a `T`, infinities as the first and last microsecond of the years from 1 to
  /// 9999.
  ///
  /// - Parameter isUTC: whether `+00:00` stands behind it.
  /// - Throws: `outOfRange` for anything else outside of them.
  public func append(isUTC: Bool, into output: inout OctetBuffer) throws(PostgresValueError) {
    if microseconds == .max {
      output.append("9999-12-31T23:59:59.999999")
    } else if microseconds == .min {
      output.append("0001-01-01T00:00:00")
    } else {
      let (date, time) = civil
      try date.append(into: &output)
      output.append(0x54)
      time.append(into: &output)
    }
    if isUTC { output.append("+00:00") }
  }
}

/// A time of day, without time zone.
@frozen
public struct TimeValue: Equatable, Sendable {
  /// Since midnight, from 0 to 24 hours, both included.
  public var microseconds: Int64

  /// - Throws: `lengthInvalid`, `valueInvalid`.
  public init(_ octets: Span<UInt8>) throws(PostgresValueError) {
    microseconds = try PostgresScalar.integer(octets)
    guard microseconds >= 0, microseconds <= TimestampValue.microsecondsInDay else {
      throw PostgresValueError(.valueInvalid)
    }
  }

  /// 24:00:00 has hour 24.
  public var clock: ClockTime { ClockTime(microseconds: microseconds) }

  /// Appends the ISO form.
  ///
  /// - Throws: `outOfRange` for 24:00:00, which other calendars do not have.
  public func append(into output: inout OctetBuffer) throws(PostgresValueError) {
    if microseconds == TimestampValue.microsecondsInDay { throw PostgresValueError(.outOfRange) }
    clock.append(into: &output)
  }
}

/// A time of day with an offset from UTC.
@frozen
public struct TimeWithZoneValue: Equatable, Sendable {
  public var time: TimeValue
  /// Seconds east of UTC, less than 16 hours either way.
  public var offset: Int

  /// - Throws: `lengthInvalid`, `valueInvalid`.
  public init(_ octets: Span<UInt8>) throws(PostgresValueError) {
    guard octets.count == 12 else { throw PostgresValueError(.lengthInvalid) }
    time = try TimeValue(octets.extracting(first: 8))
    // On the wire it counts to the west.
    offset = -Int(octets.bigEndian(at: 8, as: Int32.self))
    guard offset > -57_600, offset < 57_600 else { throw PostgresValueError(.valueInvalid, at: 8) }
  }

  /// Appends the ISO form, the offset with seconds only where it has any.
  ///
  /// - Throws: `outOfRange` for 24:00:00.
  public func append(into output: inout OctetBuffer) throws(PostgresValueError) {
    try time.append(into: &output)
    output.append(offset < 0 ? 0x2D : 0x2B)
    let magnitude = abs(offset)
    output.append(twoDigits: magnitude / 3_600)
    output.append(0x3A)
    output.append(twoDigits: magnitude / 60 % 60)
    if magnitude % 60 == 0 { return }
    output.append(0x3A)
    output.append(twoDigits: magnitude % 60)
  }
}
