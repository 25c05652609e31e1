import Foundation
import NecroHTTPSemantics
import NecroOctets
import TestSupport
import Testing

@Suite("IMF-fixdate")
struct IMFFixdateTests {
  private func date(_ unixSeconds: Int64) -> String {
    var buffer = OctetBuffer()
    IMFFixdate.append(unixSeconds: unixSeconds, to: &buffer)
    return text(buffer.octets)
  }

  @Test(
    "known moments are written as the RFC writes them",
    .clause("RFC9110-5.6.7-3", "RFC9110-5.6.7-4", "RFC9110-5.6.7-15"))
  func known() {
    #expect(date(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
    #expect(date(0) == "Thu, 01 Jan 1970 00:00:00 GMT")
    #expect(date(951_782_399) == "Mon, 28 Feb 2000 23:59:59 GMT")
    #expect(date(951_782_400) == "Tue, 29 Feb 2000 00:00:00 GMT")
    #expect(date(4_107_542_400) == "Mon, 01 Mar 2100 00:00:00 GMT")
  }

  @Test("years keep four digits at both ends of what they can write", .clause("RFC9110-5.6.7-7"))
  func bounds() {
    #expect(date(253_402_300_799) == "Fri, 31 Dec 9999 23:59:59 GMT")
    #expect(date(.max) == date(253_402_300_799))
    #expect(date(-62_167_219_200) == "Sat, 01 Jan 0000 00:00:00 GMT")
    #expect(date(.min) == date(-62_167_219_200))
  }

  @Test(
    "every day of four centuries agrees with Foundation's calendar",
    .clause(
      "RFC9110-5.6.7-4", "RFC9110-5.6.7-5", "RFC9110-5.6.7-6", "RFC9110-5.6.7-7", "RFC9110-5.6.7-8",
      "RFC9110-5.6.7-9", "RFC9110-5.6.7-10", "RFC9110-5.6.7-15"))
  func everyDay() {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(secondsFromGMT: 0)
    formatter.calendar = Calendar(identifier: .gregorian)
    formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    for day in Int64(-36_525)..<110_000 where day % 7 == 3 || day % 365 < 3 {
      let seconds = day * 86_400 + (day * 7_919 % 86_400 + 86_400) % 86_400
      let expected = formatter.string(from: Date(timeIntervalSince1970: Double(seconds)))
      if date(seconds) != expected {
        Issue.record("\(seconds): \(date(seconds)), expected \(expected)")
        return
      }
    }
  }
}

/// Text of octets, one character for each.
func text(_ octets: Span<UInt8>) -> String {
  var result = ""
  for index in octets.indices { result.unicodeScalars.append(Unicode.Scalar(octets[index])) }
  return result
}
