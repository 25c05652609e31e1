import NecroOctets

/// The dates that HTTP recipients read: IMF-fixdate, and the two obsolete forms that senders before it
/// wrote.
///
///     Sun, 06 Nov 1994 08:49:37 GMT
///     Sunday, 06-Nov-94 08:49:37 GMT
///     Sun Nov  6 08:49:37 1994
///
/// RFC 9110 §5.6.7
public enum HTTPDate {
  /// The moment that a date names.
  ///
  /// The name of the day is not compared with the date. A leap second is the first of the next minute.
  ///
  /// - Parameters:
  ///   - octets: a whole field value.
  ///   - now: the present moment, in seconds since 1970-01-01 00:00:00 UTC: a year of two digits is
  ///     the last one with these digits that is not more than 50 years ahead.
  /// - Returns: seconds since 1970-01-01 00:00:00 UTC; nil for what is no date.
  public static func parse(_ octets: Span<UInt8>, now: Int64) -> Int64? {
    // What follows three letters of the day's name tells the forms apart.
    guard octets.count >= 24 else { return nil }
    if octets[3] == 0x2C { return parseIMFFixdate(octets) }
    if octets[3] == 0x20 { return parseAsctime(octets) }
    return parseRFC850(octets, now)
  }

  private static func parseIMFFixdate(_ octets: Span<UInt8>) -> Int64? {
    var scanner = DateScanner(octets)
    guard octets.count == IMFFixdate.octetCount, scanner.dayName(), scanner.skip(", "),
      let day = scanner.digits(2), scanner.skip(" "), let month = scanner.month(),
      scanner.skip(" "),
      let year = scanner.digits(4), scanner.skip(" "), let second = scanner.secondOfDay(),
      scanner.skip(" GMT"), scanner.isAtEnd
    else { return nil }
    return moment(CivilDate(year: year, month: month, day: day), second)
  }

  private static func parseAsctime(_ octets: Span<UInt8>) -> Int64? {
    var scanner = DateScanner(octets)
    guard scanner.dayName(), scanner.skip(" "), let month = scanner.month(), scanner.skip(" ")
    else { return nil }
    let day = scanner.skip(" ") ? scanner.digits(1) : scanner.digits(2)
    guard let day, scanner.skip(" "), let second = scanner.secondOfDay(), scanner.skip(" "),
      let year = scanner.digits(4), scanner.isAtEnd
    else { return nil }
    return moment(CivilDate(year: year, month: month, day: day), second)
  }

  private static func parseRFC850(_ octets: Span<UInt8>, _ now: Int64) -> Int64? {
    var scanner = DateScanner(octets)
    guard scanner.longDayName(), scanner.skip(", "), let day = scanner.digits(2),
      scanner.skip("-"), let month = scanner.month(), scanner.skip("-"),
      let lastDigits = scanner.digits(2), scanner.skip(" "), let second = scanner.secondOfDay(),
      scanner.skip(" GMT"), scanner.isAtEnd
    else { return nil }
    let bounded = min(max(now, 0), 253_402_300_799)
    var horizon = CivilDate(daysSince1970: CivilDate.floorDivision(bounded, 86_400))
    let horizonSecond = bounded - CivilDate.floorDivision(bounded, 86_400) * 86_400
    horizon.year += 50
    // The last year with these digits that is not behind the horizon's.
    let year = horizon.year - (horizon.year - lastDigits) % 100
    let date = CivilDate(year: year, month: month, day: day)
    if year == horizon.year {
      let isBehind =
        (month, day, second) > (horizon.month, horizon.day, horizonSecond)
      if isBehind {
        return moment(CivilDate(year: year - 100, month: month, day: day), second)
      }
    }
    return moment(date, second)
  }

  private static func moment(_ date: CivilDate, _ secondOfDay: Int64) -> Int64? {
    date.isValid ? date.daysSince1970 * 86_400 + secondOfDay : nil
  }
}

/// What the three forms of a date are made of.
private struct DateScanner: ~Escapable {
  private let octets: Span<UInt8>
  private var position = 0

  @_lifetime(copy octets)
  init(_ octets: Span<UInt8>) {
    self.octets = octets
  }

  var isAtEnd: Bool { position == octets.count }

  /// Passes over a text, with case. False, at the same place, when something else stands there.
  @_lifetime(self: copy self)
  mutating func skip(_ text: StaticString) -> Bool {
    let expected = text.octets
    guard octets.count - position >= expected.count,
      octets.extracting(position..<position + expected.count).equals(expected)
    else { return false }
    position += expected.count
    return true
  }

  @_lifetime(self: copy self)
  mutating func dayName() -> Bool {
    for weekday in Int64(0)..<7 where skip(IMFFixdate.dayName(weekday)) { return true }
    return false
  }

  @_lifetime(self: copy self)
  mutating func longDayName() -> Bool {
    skip("Sunday") || skip("Monday") || skip("Tuesday") || skip("Wednesday") || skip("Thursday")
      || skip("Friday") || skip("Saturday")
  }

  /// A month's name; 1 is January.
  @_lifetime(self: copy self)
  mutating func month() -> Int64? {
    for month in Int64(1)...12 where skip(IMFFixdate.monthName(month)) { return month }
    return nil
  }

  /// A number of so many digits.
  @_lifetime(self: copy self)
  mutating func digits(_ count: Int) -> Int64? {
    guard octets.count - position >= count else { return nil }
    var number: Int64 = 0
    for index in position..<position + count {
      guard OctetClass.isDigit(octets[index]) else { return nil }
      number = number * 10 + Int64(octets[index] & 0x0F)
    }
    position += count
    return number
  }

  /// `hour ":" minute ":" second`. The sixtieth second, a leap second, ends a day.
  @_lifetime(self: copy self)
  mutating func secondOfDay() -> Int64? {
    guard let hour = digits(2), skip(":"), let minute = digits(2), skip(":"),
      let second = digits(2), hour < 24, minute < 60,
      second < 60 || (hour, minute, second) == (23, 59, 60)
    else { return nil }
    return hour * 3_600 + minute * 60 + second
  }
}
