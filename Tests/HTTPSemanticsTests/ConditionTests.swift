import NecroHTTPSemantics
import NecroOctets
import TestSupport
import Testing

@Suite("Conditional requests")
struct ConditionTests {
  private func evaluate(
    _ method: Method, _ lines: [String], etag: String? = "\"a\"", modified: Int64? = 1_000_000,
    exists: Bool = true
  ) -> Preconditions.Outcome {
    withHeaderSection(lines) { fields, octets in
      guard let etag else {
        let validators = Preconditions.Validators(
          exists: exists, entityTag: nil, lastModified: modified)
        return Preconditions.evaluate(method, fields, octets, validators, now: now)
      }
      let tag = [UInt8](etag.utf8)
      let validators = Preconditions.Validators(
        exists: exists, entityTag: tag.span, lastModified: modified)
      return Preconditions.evaluate(method, fields, octets, validators, now: now)
    }
  }

  /// 2026-07-15 12:00:00.
  private let now: Int64 = 1_784_116_800

  // 1,000,000 seconds are Mon, 12 Jan 1970 13:46:40.
  private let before = "Mon, 12 Jan 1970 13:46:39 GMT"
  private let same = "Mon, 12 Jan 1970 13:46:40 GMT"
  private let after = "Mon, 12 Jan 1970 13:46:41 GMT"

  @Test(
    "an entity tag is an opaque text in quotation marks, perhaps marked weak",
    .clause("RFC9110-8.8.3-1", "RFC9110-8.8.3-2"))
  func entityTags() {
    func tag(_ text: String) -> EntityTag? {
      let octets = text.unicodeScalars.map { UInt8($0.value) }
      return EntityTag(octets.span)
    }
    #expect(tag("\"a\"")?.isWeak == false)
    #expect(tag("W/\"a\"")?.isWeak == true)
    #expect(tag("W/\"a\"")?.opaqueTag == Slice(offset: 2, count: 3))
    for text in ["\"\"", "W/\"\"", "\"!#,;\\~\"", "\"\u{80}\u{FF}\"", "\"W/\""] {
      #expect(tag(text) != nil, "\(text)")
    }
    for text in [
      "", "a", "\"", "\"a", "a\"", "w/\"a\"", "W\"a\"", "W/a", "W/", "W", "\"a\"b", "\"a\" ",
      " \"a\"",
      "\"a b\"", "\"a\u{7F}\"", "\"\t\"", "\"\u{0}\"", "\"a\"\"", "W/W/\"a\"", "'a'",
    ] {
      #expect(tag(text) == nil, "\(text)")
    }
  }

  @Test("strong and weak comparison differ about weak tags")
  func comparison() {
    func compare(_ first: String, _ second: String) -> (strong: Bool, weak: Bool) {
      let (a, b) = ([UInt8](first.utf8), [UInt8](second.utf8))
      let (one, other) = (EntityTag(a.span)!, EntityTag(b.span)!)
      return (
        one.matches(a.span, other, b.span, .strong), one.matches(a.span, other, b.span, .weak)
      )
    }
    #expect(compare("W/\"1\"", "W/\"1\"") == (false, true))
    #expect(compare("W/\"1\"", "W/\"2\"") == (false, false))
    #expect(compare("W/\"1\"", "\"1\"") == (false, true))
    #expect(compare("\"1\"", "W/\"1\"") == (false, true))
    #expect(compare("\"1\"", "\"1\"") == (true, true))
    #expect(compare("\"1\"", "\"11\"") == (false, false))
    #expect(compare("\"a\"", "\"A\"") == (false, false))
  }

  @Test(
    "If-Match is true for an asterisk or a tag that is strongly equal",
    .clause(
      "RFC9110-13.1.1-1", "RFC9110-13.1.1-2", "RFC9110-13.1.1-5", "RFC9110-5.6.1.2-1",
      "RFC9110-5.6.1.2-2"))
  func ifMatch() {
    for method in [Method.get, .put, .delete, .patch, .post, .head, .other] {
      for value in ["*", "\"a\"", "\"b\", \"a\"", ",, \"b\",\t,\"a\" ,", "\"a\",W/\"b\""] {
        #expect(evaluate(method, ["If-Match: \(value)"]) == .perform, "\(value)")
      }
      for value in ["\"b\"", "W/\"a\"", "\"A\"", "\"b\", \"c\""] {
        #expect(evaluate(method, ["If-Match: \(value)"]) == .preconditionFailed, "\(value)")
      }
    }
    #expect(evaluate(.put, ["If-Match: \"b\"", "if-match: \"a\""]) == .perform)
    #expect(evaluate(.put, ["If-Match: \"a\""], etag: "W/\"a\"") == .preconditionFailed)
    #expect(evaluate(.put, ["If-Match: \"a\""], etag: nil) == .preconditionFailed)
    #expect(evaluate(.put, ["If-Match: *"], etag: nil) == .perform)
    #expect(evaluate(.put, ["If-Match: *"], etag: nil, exists: false) == .preconditionFailed)
    #expect(evaluate(.put, ["If-Match: \"a\""], exists: false) == .preconditionFailed)
  }

  @Test("a malformed If-Match is false", .clause("RFC9110-13.1.1-2"))
  func malformedIfMatch() {
    for value in [
      "", ",", "a", "\"a\" \"b\"", "\"a\"\"b\"", "\"a\", *", "*, *", "\"a\", b", "W/ \"a\"",
      "\"a\";",
      "\"a\", \"b",
    ] {
      #expect(evaluate(.put, ["If-Match: \(value)"]) == .preconditionFailed, "\(value)")
    }
    #expect(evaluate(.put, ["If-Match: *", "If-Match: \"a\""]) == .preconditionFailed)
    #expect(evaluate(.put, ["If-Match: *", "If-Match: *"]) == .preconditionFailed)
  }

  @Test(
    "If-None-Match is false for an asterisk or a tag that is weakly equal",
    .clause("RFC9110-13.1.2-1", "RFC9110-13.1.2-2", "RFC9110-13.1.2-5"))
  func ifNoneMatch() {
    for value in ["*", "\"a\"", "W/\"a\"", "\"b\", W/\"a\"", ", \"a\","] {
      #expect(evaluate(.get, ["If-None-Match: \(value)"]) == .notModified, "\(value)")
      #expect(evaluate(.head, ["If-None-Match: \(value)"]) == .notModified, "\(value)")
      #expect(evaluate(.put, ["If-None-Match: \(value)"]) == .preconditionFailed, "\(value)")
      #expect(evaluate(.other, ["If-None-Match: \(value)"]) == .preconditionFailed, "\(value)")
    }
    for value in ["\"b\"", "W/\"b\"", "\"A\""] {
      #expect(evaluate(.get, ["If-None-Match: \(value)"]) == .perform, "\(value)")
      #expect(evaluate(.put, ["If-None-Match: \(value)"]) == .perform, "\(value)")
    }
    #expect(evaluate(.get, ["If-None-Match: \"a\""], etag: "W/\"a\"") == .notModified)
    #expect(evaluate(.put, ["If-None-Match: *"], etag: nil, exists: false) == .perform)
    #expect(evaluate(.put, ["If-None-Match: \"a\""], etag: nil) == .perform)
    #expect(evaluate(.get, ["If-None-Match: \"b\"", "If-None-Match: \"a\""]) == .notModified)
    // Malformed: nothing is saved, and nothing is changed.
    for value in ["", "a", "\"a\" \"b\"", "*, \"a\""] {
      #expect(evaluate(.get, ["If-None-Match: \(value)"]) == .perform, "\(value)")
      #expect(evaluate(.put, ["If-None-Match: \(value)"]) == .preconditionFailed, "\(value)")
    }
  }

  @Test(
    "If-Modified-Since is false for a date that is not earlier",
    .clause("RFC9110-13.1.3-1", "RFC9110-13.1.3-5", "RFC9110-13.1.3-7"))
  func ifModifiedSince() {
    #expect(evaluate(.get, ["If-Modified-Since: \(before)"]) == .perform)
    #expect(evaluate(.get, ["If-Modified-Since: \(same)"]) == .notModified)
    #expect(evaluate(.head, ["If-Modified-Since: \(after)"]) == .notModified)
    #expect(evaluate(.get, ["If-Modified-Since: Monday, 12-Jan-70 13:46:40 GMT"]) == .notModified)
    #expect(evaluate(.get, ["If-Modified-Since: Mon Jan 12 13:46:39 1970"]) == .perform)
  }

  @Test(
    "If-Modified-Since is ignored where it means nothing",
    .clause("RFC9110-13.1.3-2", "RFC9110-13.1.3-3", "RFC9110-13.1.3-4"))
  func ifModifiedSinceIgnored() {
    let field = "If-Modified-Since: \(after)"
    #expect(evaluate(.get, [field, "If-None-Match: \"b\""]) == .perform)
    #expect(evaluate(.get, [field, field]) == .perform)
    #expect(evaluate(.get, ["If-Modified-Since: \(after), \(after)"]) == .perform)
    #expect(evaluate(.get, ["If-Modified-Since: tomorrow"]) == .perform)
    #expect(evaluate(.get, ["If-Modified-Since: "]) == .perform)
    for method in [Method.post, .put, .delete, .patch, .other] {
      #expect(evaluate(method, [field]) == .perform)
    }
    #expect(evaluate(.get, [field], modified: nil) == .perform)
  }

  @Test(
    "If-Unmodified-Since is false for a date that is earlier",
    .clause("RFC9110-13.1.4-1", "RFC9110-13.1.4-5", "RFC9110-13.1.4-8"))
  func ifUnmodifiedSince() {
    for method in [Method.get, .put, .delete, .other] {
      #expect(evaluate(method, ["If-Unmodified-Since: \(before)"]) == .preconditionFailed)
      #expect(evaluate(method, ["If-Unmodified-Since: \(same)"]) == .perform)
      #expect(evaluate(method, ["If-Unmodified-Since: \(after)"]) == .perform)
    }
  }

  @Test(
    "If-Unmodified-Since is ignored where it means nothing",
    .clause("RFC9110-13.1.4-2", "RFC9110-13.1.4-3", "RFC9110-13.1.4-4"))
  func ifUnmodifiedSinceIgnored() {
    let field = "If-Unmodified-Since: \(before)"
    #expect(evaluate(.put, [field, "If-Match: \"a\""]) == .perform)
    #expect(evaluate(.put, [field, field]) == .perform)
    #expect(evaluate(.put, ["If-Unmodified-Since: yesterday"]) == .perform)
    #expect(evaluate(.put, [field], modified: nil) == .perform)
  }

  @Test("conditions are evaluated in a fixed order", .clause("RFC9110-13.2.2-1"))
  func order() {
    // If-Match and If-Unmodified-Since go before If-None-Match and If-Modified-Since.
    #expect(
      evaluate(.get, ["If-None-Match: \"a\"", "If-Match: \"b\""]) == .preconditionFailed)
    #expect(evaluate(.get, ["If-None-Match: \"a\"", "If-Match: \"a\""]) == .notModified)
    #expect(
      evaluate(.get, ["If-Modified-Since: \(after)", "If-Unmodified-Since: \(before)"])
        == .preconditionFailed)
    #expect(
      evaluate(.get, ["If-Modified-Since: \(after)", "If-Unmodified-Since: \(after)"])
        == .notModified)
    #expect(evaluate(.get, ["If-Modified-Since: \(after)", "If-Match: \"a\""]) == .notModified)
    #expect(
      evaluate(.get, ["If-None-Match: \"a\"", "If-Unmodified-Since: \(before)"])
        == .preconditionFailed)
    #expect(
      evaluate(.get, ["If-Match: *", "If-Unmodified-Since: \(before)", "If-None-Match: \"b\""])
        == .perform)
  }

  @Test("CONNECT, OPTIONS and TRACE have no conditions", .clause("RFC9110-13.2.1-4"))
  func methodsWithoutConditions() {
    for method in [Method.connect, .options, .trace] {
      #expect(evaluate(method, ["If-Match: \"b\"", "If-None-Match: *"]) == .perform)
    }
  }

  @Test("a request without conditions is performed")
  func unconditional() {
    #expect(evaluate(.get, []) == .perform)
    #expect(evaluate(.put, ["If-Range: \"b\"", "Range: bytes=0-1"], exists: false) == .perform)
  }

  @Test(
    "a 304 keeps what caches need and leaves out what describes the content",
    .clause("RFC9110-15.4.5-1", "RFC9110-15.4.5-2"))
  func notModified() {
    func omits(_ name: StaticString, hasEntityTag: Bool = true) -> Bool {
      NotModified.omits(name.octets, hasEntityTag: hasEntityTag)
    }
    let kept: [StaticString] = [
      "cache-control", "Content-Location", "date", "ETag", "expires", "vary", "set-cookie",
      "x-content-type", "content-security-policy", "content", "content-",
    ]
    for name in kept { #expect(!omits(name), "\(name)") }
    let left: [StaticString] = [
      "content-type", "Content-Encoding", "content-language", "content-range", "last-modified",
      "Accept-Ranges",
    ]
    for name in left { #expect(omits(name), "\(name)") }
    #expect(!omits("Last-Modified", hasEntityTag: false))
  }
}
