import NecroOctets

/// The one date format that HTTP senders generate: `Sun, 06 Nov 1994 08:49:37 GMT`.
///
/// RFC 9110 §5.6.7
public enum IMFFixdate {
  /// The octets of every such date.
  public static var octetCount: Int { 29 }

  /// Appends the date's 29 octets.
  ///
  /// - Parameter unixSeconds: seconds since 1970-01-01 00:00:00 UTC. A moment before year 0 or after
  ///   year 9999, which four digits cannot write, becomes the nearest that they can.
  public static func append(unixSeconds: Int64, to output: inout OctetBuffer) {
    let seconds = min(max(unixSeconds, -62_167_219_200), 253_402_300_799)
    // Both are at least 0 after this: 719,468 days lie between 0000-03-01 and 1970-01-01, and
    // 0000-01-01 is 60 days before that March, so one whole cycle of 400 years is added as well.
    let days = CivilDate.floorDivision(seconds, 86_400)
    let second = seconds - days * 86_400
    let weekday = (days + 719_468 + 146_097 + 3) % 7
    let date = CivilDate(daysSince1970: days)

    output.append(dayName(weekday))
    output.append(", ")
    appendTwoDigits(date.day, to: &output)
    output.append(0x20)
    output.append(monthName(date.month))
    output.append(0x20)
    appendTwoDigits(date.year / 100, to: &output)
    appendTwoDigits(date.year % 100, to: &output)
    output.append(0x20)
    appendTwoDigits(second / 3_600, to: &output)
    output.append(0x3A)
    appendTwoDigits(second / 60 % 60, to: &output)
    output.append(0x3A)
    appendTwoDigits(second % 60, to: &output)
    output.append(" GMT")
  }

  private static func appendTwoDigits(_ number: Int64, to output: inout OctetBuffer) {
    output.append(0x30 + UInt8(truncatingIfNeeded: number / 10))
    output.append(0x30 + UInt8(truncatingIfNeeded: number % 10))
  }

  /// The name of a day; 0 is Sunday.
  static func dayName(_ weekday: Int64) -> StaticString {
    switch weekday {
    case 0: "Sun"
    case 1: "Mon"
    case 2: "Tue"
    case 3: "Wed"
    case 4: "Thu"
    case 5: "Fri"
    default: "Sat"
    }
  }

  /// The name of a month; 1 is January.
  static func monthName(_ month: Int64) -> StaticString {
    switch month {
    case 1: "Jan"
    case 2: "Feb"
    case 3: "Mar"
    case 4: "Apr"
    case 5: "May"
    case 6: "Jun"
    case 7: "Jul"
    case 8: "Aug"
    case 9: "Sep"
    case 10: "Oct"
    case 11: "Nov"
    default: "Dec"
    }
  }
}
