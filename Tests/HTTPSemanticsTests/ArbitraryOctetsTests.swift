import NecroHTTPSemantics
import NecroOctets
import TestSupport
import Testing

@Suite("Field values of a hostile peer")
struct ArbitraryOctetsTests {
  /// What the grammars of these fields are made of, and what they are not.
  private let pieces = [
    "\"", "\\", ",", ";", "=", " ", "\t", "*", "/", "W/", "w/", "q=", "0.", "1", "text", "html",
    "\"a\"", "a", "Sun, ", "Sunday, ", "06", "-Nov-", "94", " 08:49:37 ", "GMT", "\u{80}", "\u{0}",
  ]

  private func value(_ generator: inout SeededGenerator) -> [UInt8] {
    var octets: [UInt8] = []
    for _ in 0..<Int.random(in: 0...12, using: &generator) {
      octets += pieces.randomElement(using: &generator)!.unicodeScalars.map { UInt8($0.value) }
    }
    return octets
  }

  @Test("nothing that a peer writes is more than malformed")
  func arbitrary() {
    var generator = SeededGenerator(seed: 9_110)
    var tags = 0
    var types = 0
    for _ in 0..<40_000 {
      let octets = value(&generator)
      _ = HTTPDate.parse(octets.span, now: Int64.random(in: .min ... .max, using: &generator))
      if let tag = EntityTag(octets.span) {
        tags += 1
        #expect(tag.opaqueTag.end == octets.count)
      }
      if let type = MediaType(octets.span) {
        types += 1
        #expect(type.subtype.offset == type.type.end + 1)
      }
      var elements = ListElements()
      var end = 0
      while let element = elements.next(in: octets.span) {
        // Elements come in order and are never empty, so the loop ends.
        #expect(element.offset >= end && element.count > 0 && element.end <= octets.count)
        end = element.end
      }
    }
    #expect(tags > 100 && types > 10)
  }

  @Test("conditions and Accept of any octets have an answer")
  func fields() {
    var generator = SeededGenerator(seed: 13)
    let names = ["accept", "if-match", "if-none-match", "if-modified-since", "if-unmodified-since"]
    var outcomes: Set<String> = []
    for _ in 0..<10_000 {
      var section = FieldSection()
      var octets: [UInt8] = []
      for _ in 0..<Int.random(in: 0...4, using: &generator) {
        let name = [UInt8](names.randomElement(using: &generator)!.utf8)
        let text = value(&generator)
        section.append(
          FieldLine(
            name: Slice(offset: octets.count, count: name.count),
            value: Slice(offset: octets.count + name.count, count: text.count),
            id: FieldID(name: name.span)))
        octets += name + text
      }
      let tag = [UInt8]("\"a\"".utf8)
      let validators = Preconditions.Validators(
        exists: Bool.random(using: &generator), entityTag: tag.span, lastModified: 784_111_777)
      let method = Method(rawValue: UInt8.random(in: 0...8, using: &generator))
      let outcome = Preconditions.evaluate(method, section, octets.span, validators, now: 0)
      outcomes.insert("\(outcome)")
      let offer = [UInt8]("text/html".utf8)
      let weight = Acceptance.of(offer.span, section, octets.span)?.weight
      #expect((0...1_000).contains(weight ?? -1))
    }
    #expect(outcomes == ["perform", "notModified", "preconditionFailed"])
  }
}
