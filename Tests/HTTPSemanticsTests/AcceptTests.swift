import NecroHTTPSemantics
import NecroOctets
import TestSupport
import Testing

@Suite("Accept")
struct AcceptTests {
  /// The weight of a media type in thousandths, nil for what is none.
  private func weight(_ offer: String, _ accept: String...) -> Int? {
    let octets = [UInt8](offer.utf8)
    return withHeaderSection(accept.map { "Accept: \($0)" }) { fields, head in
      Acceptance.of(octets.span, fields, head)?.weight
    }
  }

  /// The best of several media types.
  private func best(_ offers: [String], _ accept: String) -> String? {
    withHeaderSection(["Accept: \(accept)"]) { fields, head in
      var best: (String, Acceptance)?
      for offer in offers {
        let octets = [UInt8](offer.utf8)
        guard let found = Acceptance.of(octets.span, fields, head), found.weight > 0 else {
          continue
        }
        if best.map({ found.isBetter(than: $0.1) }) ?? true { best = (offer, found) }
      }
      return best?.0
    }
  }

  @Test(
    "a range covers a type, any subtype, or any type",
    .clause("RFC9110-12.5.1-1", "RFC9110-12.5.1-2", "RFC9110-5.6.1.2-1"))
  func ranges() {
    #expect(weight("text/html", "text/html") == 1_000)
    #expect(weight("TEXT/html", "text/HTML") == 1_000)
    #expect(weight("text/html", "text/*") == 1_000)
    #expect(weight("text/html", "*/*") == 1_000)
    #expect(weight("text/html", "text/plain") == 0)
    #expect(weight("text/html", "image/*") == 0)
    #expect(weight("text/html", ", ,text/plain ,, text/html,") == 1_000)
    #expect(weight("text/html", "text/plain", "text/html;q=0.5") == 500)
    #expect(weight("text/html") == 1_000)
    #expect(weight("text/html", "") == 1_000)
    #expect(weight("text/html", " , ") == 1_000)
  }

  @Test("the most specific range decides, wherever it stands")
  func specificity() {
    let accept = "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, */*;q=0.5"
    #expect(weight("text/plain;format=flowed", accept) == 1_000)
    #expect(weight("text/plain", accept) == 700)
    #expect(weight("text/html", accept) == 300)
    #expect(weight("image/jpeg", accept) == 500)
    #expect(weight("text/plain;format=fixed", accept) == 700)
    #expect(weight("text/html", "*/*, text/html;q=0") == 0)
    #expect(weight("text/html", "text/html;q=0, */*") == 0)
    #expect(weight("text/html", "text/html;q=0.2, text/html;q=0.4") == 400)
  }

  @Test("a weight has at most three digits, and stands anywhere", .clause("RFC9110-12.5.1-4"))
  func weights() {
    for (value, expected) in [
      ("0", 0), ("0.", 0), ("0.5", 500), ("0.25", 250), ("0.001", 1), ("1", 1_000), ("1.", 1_000),
      ("1.000", 1_000), ("0.999", 999),
    ] {
      #expect(weight("text/html", "text/html;q=\(value)") == expected, "\(value)")
      #expect(weight("text/html", "text/html ; Q=\(value)") == expected, "\(value)")
    }
    #expect(weight("text/html;level=1", "text/html;q=0.4;level=1") == 400)
    #expect(weight("text/html;level=1", "text/html;level=1;q=0.4") == 400)
    // A range whose weight is malformed is passed over.
    for value in ["1.001", "2", "0.1234", "-1", ".5", "a", "\"1\"", "00.5", "1.0.", "0.5x"] {
      #expect(weight("text/html", "text/html;q=\(value), text/*;q=0.1") == 100, "\(value)")
    }
  }

  @Test(
    "parameters are compared by name without case, and by the text of their value",
    .clause("RFC9110-5.6.6-1", "RFC9110-5.6.4-2", "RFC9110-8.3.1-1", "RFC9110-5.6.3-3"))
  func parameters() {
    let offer = "text/plain;format=flowed;charset=utf-8"
    for range in [
      "text/plain", "text/plain;format=flowed", "text/plain; FORMAT=flowed",
      "text/plain;format=\"flowed\"", "text/plain;format=\"fl\\o\\wed\"",
      "text/plain;charset=UTF-8",
      "text/plain;charset=\"Utf\\-8\" ; format=flowed", "text/plain;;format=flowed;",
      "text/plain\t;", "text/plain \t;\t  format=flowed",
    ] {
      #expect(weight(offer, range) == 1_000, "\(range)")
    }
    for range in [
      "text/plain;format=Flowed", "text/plain;format=flowe", "text/plain;format=flowedd",
      "text/plain;format=\"flowed\\\\\"", "text/plain;other=a", "text/plain;format=\"\"",
      "text/plain;charset=utf-16",
    ] {
      #expect(weight(offer, range) == 0, "\(range)")
    }
    #expect(weight("a/b;c=\"d, e\\\"\"", "x/y;z=\",a/b,\", a/b;c=\"\\d, e\\\"\";q=0.5") == 500)
  }

  @Test(
    "what is no media range is passed over",
    .clause("RFC9110-12.5.1-2", "RFC9110-5.6.6-1"))
  func malformed() {
    for range in [
      "text", "text/", "/html", "*", "*/html", "text /html", "text/ html", "text/html/x",
      "text/html level=1", "text/html;level", "text/html;level=", "text/html;=1",
      "text/html; level =1", "text/html;level= 1", "text/html;level=\"1", "text/html;level=\"1\"x",
      "text/html;level=\"\\", "text/(html)", "text/html;q",
    ] {
      #expect(weight("text/html", range) == 0, "\(range)")
      #expect(weight("text/html", "\(range), text/html;q=0.5") != 1_000, "\(range)")
    }
  }

  @Test("an offer is one media type without a wildcard")
  func offers() {
    for offer in ["", "json", "text/*", "*/*", "text/html,text/plain", "text/html ", "text/html;a"]
    {
      #expect(weight(offer, "*/*") == nil, "\(offer)")
    }
    #expect(weight("application/vnd.a+json; v=1", "*/*") == 1_000)
  }

  @Test("the heaviest goes first, then what is named more closely, then what is offered first")
  func preference() {
    let offers = ["application/json", "text/html"]
    #expect(best(offers, "*/*") == "application/json")
    #expect(best(offers, "text/html, application/json;q=0.9") == "text/html")
    #expect(best(offers, "text/html, application/json") == "application/json")
    #expect(best(offers, "text/html, */*") == "text/html")
    #expect(best(offers, "text/html;q=0.5, */*;q=0.6") == "application/json")
    #expect(best(offers, "text/*, */*;q=0.8") == "text/html")
    #expect(best(offers, "image/png") == nil)
    #expect(best(offers, "application/json;q=0, text/*") == "text/html")
    #expect(best(offers, "*/*;q=0") == nil)
  }
}
