/// A date of the Gregorian calendar, extended to all years.
struct CivilDate {
  /// The year; 0 is the one before year 1.
  var year: Int64
  /// 1 is January.
  var month: Int64
  /// The day of the month, from 1.
  var day: Int64

  init(year: Int64, month: Int64, day: Int64) {
    self.year = year
    self.month = month
    self.day = day
  }

  /// The date of a day counted from 1970-01-01.
  ///
  /// Years begin in March here, so that a leap day is the last of its year and the lengths of the
  /// months before it follow one line: day 153 m + 2 over 5.
  init(daysSince1970 days: Int64) {
    let shifted = days + 719_468
    let era = CivilDate.floorDivision(shifted, 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
    month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// The days from 1970-01-01 to this date. Years within ±10,000 are far from overflow.
  var daysSince1970: Int64 {
    let marchYear = month <= 2 ? year - 1 : year
    let era = CivilDate.floorDivision(marchYear, 400)
    let yearOfEra = marchYear - era * 400
    let marchMonth = month > 2 ? month - 3 : month + 9
    let dayOfYear = (153 * marchMonth + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  /// Whether the calendar has this date.
  var isValid: Bool {
    guard (1...12).contains(month), day >= 1 else { return false }
    switch month {
    case 2:
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      return day <= (isLeap ? 29 : 28)
    case 4, 6, 9, 11: return day <= 30
    default: return day <= 31
    }
  }

  static func floorDivision(_ dividend: Int64, _ divisor: Int64) -> Int64 {
    (dividend >= 0 ? dividend : dividend - (divisor - 1)) / divisor
  }
}
