import NecroOctets

/// A day in the Gregorian calendar, which is reckoned backwards before it was in use, as ISO 8601 does.
@frozen
public struct CivilDate: Equatable, Sendable {
  /// The astronomical year: 0 is 1 BC.
  public var year: Int
  /// From 1 to 12.
  public var month: Int
  /// From 1 to 31.
  public var day: Int

  public init(year: Int, month: Int, day: Int) {
    self.year = year
    self.month = month
    self.day = day
  }

  /// Days from 1 March of year 0, where cycles of 400 years begin, to 1 January 2000.
  private static var daysToEpoch: Int { 730_425 }
  private static var daysInCycle: Int { 146_097 }

  /// The day `days` after 1 January 2000, which may be before it.
  ///
  /// Complexity: O(1).
  public init(daysSince2000 days: Int) {
    // Years that begin in March have their leap day last.
    let shifted = days + CivilDate.daysToEpoch
    let cycle =
      (shifted >= 0 ? shifted : shifted - (CivilDate.daysInCycle - 1)) / CivilDate.daysInCycle
    let dayOfCycle = shifted - cycle * CivilDate.daysInCycle
    let yearOfCycle =
      (dayOfCycle - dayOfCycle / 1_460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
    let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
    // Five months from March have 153 days, whichever they are.
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = yearOfCycle + cycle * 400 + (month <= 2 ? 1 : 0)
  }

  /// Days since 1 January 2000. A day that the month does not have is that many days after its first.
  ///
  /// Complexity: O(1).
  public var daysSince2000: Int {
    let shifted = month <= 2 ? year - 1 : year
    let cycle = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfCycle = shifted - cycle * 400
    let monthFromMarch = month > 2 ? month - 3 : month + 9
    let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
    let dayOfCycle = yearOfCycle * 365 + yearOfCycle / 4 - yearOfCycle / 100 + dayOfYear
    return cycle * CivilDate.daysInCycle + dayOfCycle - CivilDate.daysToEpoch
  }

  /// Appends `YYYY-MM-DD`.
  ///
  /// - Throws: `outOfRange` where the year has not four digits, from 1 to 9999.
  public func append(into output: inout OctetBuffer) throws(PostgresValueError) {
    guard year >= 1 && year <= 9_999 else { throw PostgresValueError(.outOfRange) }
    output.append(twoDigits: year / 100)
    output.append(twoDigits: year % 100)
    output.append(0x2D)
    output.append(twoDigits: month)
    output.append(0x2D)
    output.append(twoDigits: day)
  }
}

/// A time of day, or a duration shorter than 100 hours.
@frozen
public struct ClockTime: Equatable, Sendable {
  public var hour: Int
  public var minute: Int
  public var second: Int
  public var microsecond: Int

  /// - Parameter microseconds: since midnight, from 0 on.
  public init(microseconds: Int64) {
    let seconds = Int(microseconds / 1_000_000)
    microsecond = Int(microseconds % 1_000_000)
    second = seconds % 60
    minute = seconds / 60 % 60
    hour = seconds / 3_600
  }

  /// Microseconds since midnight.
  public var microseconds: Int64 {
    Int64((hour * 60 + minute) * 60 + second) * 1_000_000 + Int64(microsecond)
  }

  /// Appends `HH:MM:SS`, and six digits of a fraction unless they are zeros.
  public func append(into output: inout OctetBuffer) {
    output.append(twoDigits: hour)
    output.append(0x3A)
    output.append(twoDigits: minute)
    output.append(0x3A)
    output.append(twoDigits: second)
    if microsecond == 0 { return }
    output.append(0x2E)
    output.append(twoDigits: microsecond / 10_000)
    output.append(twoDigits: microsecond / 100 % 100)
    output.append(twoDigits: microsecond % 100)
  }
}

extension OctetBuffer {
  /// Appends a number below 100 in two digits.
  mutating func append(twoDigits number: Int) {
    let (tens, ones) = (number / 10, number % 10)
    append(bigEndian: UInt16(truncatingIfNeeded: 0x3030 + tens << 8 + ones))
  }
}
