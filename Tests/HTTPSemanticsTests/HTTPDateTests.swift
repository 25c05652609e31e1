import NecroHTTPSemantics
import NecroOctets
import TestSupport
import Testing

@Suite("The dates that are read")
struct HTTPDateTests {
  /// 2026-07-15 12:00:00.
  private let now: Int64 = 1_784_116_800

  private func parse(_ date: String, now: Int64? = nil) -> Int64? {
    let octets = [UInt8](date.utf8)
    return HTTPDate.parse(octets.span, now: now ?? self.now)
  }

  @Test(
    "all three forms name the same moment",
    .clause(
      "RFC9110-5.6.7-1", "RFC9110-5.6.7-2", "RFC9110-5.6.7-11", "RFC9110-5.6.7-12",
      "RFC9110-5.6.7-14"))
  func forms() {
    #expect(parse("Sun, 06 Nov 1994 08:49:37 GMT") == 784_111_777)
    #expect(parse("Sunday, 06-Nov-94 08:49:37 GMT") == 784_111_777)
    #expect(parse("Sun Nov  6 08:49:37 1994") == 784_111_777)
    #expect(parse("Wed Nov 16 08:49:37 1994") == 784_975_777)
  }

  @Test("every day has its long name", .clause("RFC9110-5.6.7-13"))
  func longNames() {
    for name in ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] {
      #expect(parse("\(name), 06-Nov-94 08:49:37 GMT") == 784_111_777)
    }
  }

  @Test("what is written is read again")
  func roundTrip() {
    var generator = SeededGenerator(seed: 5_322)
    for _ in 0..<20_000 {
      let moment = Int64.random(in: -62_167_219_200...253_402_300_799, using: &generator)
      var buffer = OctetBuffer()
      IMFFixdate.append(unixSeconds: moment, to: &buffer)
      if HTTPDate.parse(buffer.octets, now: now) != moment {
        Issue.record("\(moment) was written as \(text(buffer.octets))")
        return
      }
    }
  }

  @Test(
    "a year of two digits is the last that is not more than 50 years ahead",
    .clause("RFC9110-5.6.7-16"))
  func twoDigitYears() {
    func year(_ digits: String, now: Int64? = nil) -> Int? {
      guard let moment = parse("Sunday, 01-Mar-\(digits) 00:00:00 GMT", now: now) else {
        return nil
      }
      var buffer = OctetBuffer()
      IMFFixdate.append(unixSeconds: moment, to: &buffer)
      return Int(text(buffer.octets).dropFirst(12).prefix(4))
    }
    #expect(year("94") == 1994)
    #expect(year("26") == 2026)
    #expect(year("00") == 2000)
    #expect(year("76") == 2076)
    #expect(year("77") == 1977)
    #expect(year("99") == 1999)
    // In 1999 and 2099.
    #expect(year("01", now: 930_000_000) == 2001)
    #expect(year("50", now: 930_000_000) == 1950)
    #expect(year("01", now: 4_086_000_000) == 2101)
    // Exactly 50 years ahead, and a second more.
    #expect(parse("Wednesday, 15-Jul-76 12:00:00 GMT") == 3_362_040_000)
    #expect(parse("Wednesday, 15-Jul-76 12:00:01 GMT") == 206_280_001)
    #expect(parse("Wednesday, 14-Jul-76 23:59:59 GMT") == 3_361_996_799)
    // The present itself is any number.
    for now in [Int64.min, -1, 0, .max] {
      #expect(parse("Sunday, 06-Nov-94 08:49:37 GMT", now: now) != nil)
    }
  }

  @Test("a leap second is the first of the next minute, and ends a day")
  func leapSecond() {
    #expect(parse("Sat, 31 Dec 2016 23:59:60 GMT") == 1_483_228_800)
    #expect(parse("Sun, 01 Jan 2017 00:00:00 GMT") == 1_483_228_800)
    #expect(parse("Sat, 31 Dec 2016 22:59:60 GMT") == nil)
    #expect(parse("Sat, 31 Dec 2016 23:59:61 GMT") == nil)
  }

  @Test("days that the calendar does not have are no dates")
  func calendar() {
    for day in [
      "00 Jan 2026", "32 Jan 2026", "29 Feb 2025", "30 Feb 2024", "31 Apr 2026", "29 Feb 1900",
    ] {
      #expect(parse("Sun, \(day) 00:00:00 GMT") == nil, "\(day)")
    }
    for day in ["29 Feb 2024", "29 Feb 2000", "31 Dec 9999", "01 Jan 0000"] {
      #expect(parse("Sun, \(day) 00:00:00 GMT") != nil, "\(day)")
    }
    #expect(parse("Tuesday, 29-Feb-00 00:00:00 GMT") == 951_782_400)
    #expect(parse("Tuesday, 29-Feb-01 00:00:00 GMT") == nil)
  }

  @Test(
    "what is no date is none",
    .clause("RFC9110-5.6.7-1", "RFC9110-13.1.3-1", "RFC9110-13.1.4-1"))
  func malformed() {
    for date in [
      "", "0", "Sun", "now", "1994-11-06T08:49:37Z", "Sun, 06 Nov 1994 08:49:37",
      "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 +0000",
      "sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
      "Sun, 06 Nov 1994 08:49:37 gmt", "Sun,06 Nov 1994 08:49:37 GMT ",
      "Sun, 6 Nov 1994 08:49:37 GMT", "Sun,  6 Nov 1994 08:49:37 GMT",
      "Sun, 06 Nov 94 08:49:37 GMT", "Sun, 06-Nov-1994 08:49:37 GMT",
      "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:00 GMT",
      "Sun, 06 Nov 1994 8:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov +994 08:49:37 GMT",
      "Sun, 06 Nov 1994 08:49:37 GMT ", " Sun, 06 Nov 1994 08:49:37 GMT",
      "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
      "Son, 06 Nov 1994 08:49:37 GMT",
      "Sunday, 06-Nov-1994 08:49:37 GMT", "Sunday, 6-Nov-94 08:49:37 GMT",
      "Sun, 06-Nov-94 08:49:37 GMT", "Sundays, 06-Nov-94 08:49:37 GMT",
      "Sunday, 06-Nov-94 08:49:37",
      "Sun Nov 6 08:49:37 1994", "Sun Nov 06 08:49:37 1994 ", "Sun Nov  6 08:49:37 1994 GMT",
      "Sun Nov  6 08:49:37 94", "Sun Nov 006 08:49:37 1994", "Sun, Nov  6 08:49:37 1994",
    ] {
      #expect(parse(date) == nil, "\(date)")
    }
    #expect(parse("Sun Nov 06 08:49:37 1994") == 784_111_777)
  }

  @Test("no octet of a date can be another")
  func mutations() {
    for date in [
      "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
    ] {
      let octets = [UInt8](date.utf8)
      for index in octets.indices where !OctetClass.isDigit(octets[index]) {
        for other in UInt8.min...UInt8.max where other != octets[index] {
          var changed = octets
          changed[index] = other
          if HTTPDate.parse(changed.span, now: now) != nil && !isOtherDate(changed) {
            Issue.record("\(changed)")
          }
        }
      }
    }
  }

  /// Whether a date whose one octet was changed reads as another one: a month or a day of the week
  /// that differs in one letter, or a tenth day in the place of a space.
  private func isOtherDate(_ octets: [UInt8]) -> Bool {
    let date = String(decoding: octets, as: UTF8.self)
    return date.hasPrefix("Mon") || date.contains("Nov 16") || date.contains("Nov 26")
      || date.contains("Nov 06") || date.hasPrefix("Sat")
  }
}
