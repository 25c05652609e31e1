import NecroHTTPSemantics
import NecroOctets
import TestSupport
import Testing

@Suite("Methods, status codes and field names")
struct SemanticsTests {
  private static let methods: [(Method, String)] = [
    (.get, "GET"), (.head, "HEAD"), (.post, "POST"), (.put, "PUT"), (.delete, "DELETE"),
    (.connect, "CONNECT"), (.options, "OPTIONS"), (.trace, "TRACE"), (.patch, "PATCH"),
  ]

  @Test(
    "methods are numbered in order and known by their token, with case", .clause("RFC9110-9.1-1"))
  func methods() {
    for (index, (method, name)) in Self.methods.enumerated() {
      #expect(Int(method.rawValue) == index)
      #expect("\(method.name)" == name)
      #expect(methodOf(Array(name.utf8)) == method)
      #expect(methodOf(Array(name.lowercased().utf8)) == .other)
      #expect(methodOf(Array((name + "X").utf8)) == .other)
      #expect(methodOf(Array(name.dropLast().utf8)) == .other)
    }
    #expect(methodOf([]) == .other)
    #expect(Method.other.rawValue == 255)
  }

  @Test("methods are safe and idempotent as RFC 9110 section 9.2 has them")
  func methodProperties() {
    let safe = Self.methods.filter { $0.0.isSafe }.map(\.1)
    #expect(safe == ["GET", "HEAD", "OPTIONS", "TRACE"])
    let idempotent = Self.methods.filter { $0.0.isIdempotent }.map(\.1)
    #expect(idempotent == ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"])
    #expect(!Method.other.isSafe && !Method.other.isIdempotent)
  }

  @Test("only 1xx, 204 and 304 forbid content")
  func content() {
    for code in UInt16(0)..<1000 {
      let expected = (100..<200).contains(code) || code == 204 || code == 304
      #expect(StatusCode(rawValue: code).forbidsContent == expected)
      #expect(StatusCode(rawValue: code).isValid == (100..<600).contains(code))
    }
    #expect("\(StatusCode.contentTooLarge.reasonPhrase)" == "Content Too Large")
    #expect("\(StatusCode(rawValue: 299).reasonPhrase)" == "")
  }

  /// Every named field: the raw values are contiguous.
  private static var named: [FieldID] { (1...63).compactMap { FieldID(rawValue: $0) } }

  @Test("a reason phrase is visible octets with single spaces", .clause("RFC9112-4-5"))
  func phrases() {
    for code in UInt16(100)..<600 {
      let phrase = "\(StatusCode(rawValue: code).reasonPhrase)"
      #expect(phrase.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }, "\(code)")
      #expect(!phrase.hasPrefix(" ") && !phrase.hasSuffix(" ") && !phrase.contains("  "))
    }
  }

  @Test("every field name is known in any case, and nothing that differs in one octet is")
  func fieldNames() {
    #expect(Self.named.count > 40)
    #expect(FieldID(rawValue: 64) == nil, "a set of them is one word")
    for id in Self.named {
      let name = Array("\(id.name)".utf8)
      #expect(!name.isEmpty)
      #expect(fieldID(name) == id)
      #expect(fieldID("\(id.name)".uppercased().utf8.map { $0 }) == id)
      for index in name.indices {
        for changed in UInt8.min...UInt8.max where changed | 0x20 != name[index] | 0x20 {
          var other = name
          other[index] = changed
          let found = fieldID(other)
          if found == id { Issue.record("\(other) is not \(id.name)") }
        }
        // Octets that differ from the name's in the bit of case alone, and are no letters.
        var other = name
        other[index] ^= 0x20
        let isLetter = OctetClass.isAlpha(name[index])
        #expect((fieldID(other) == id) == isLetter)
      }
      #expect(fieldID((name + [0x78])) != id)
      #expect(fieldID(Array(name.dropLast())) != id)
    }
    #expect(fieldID([]) == .other)
    #expect(fieldID(Array("h".utf8)) == .other)
  }

  @Test("a field section finds its lines by name and keeps their order")
  func fieldSection() {
    var fields = FieldSection()
    let lines = [FieldID.accept, .host, .other, .host].enumerated().map {
      FieldLine(
        name: Slice(offset: $0.offset, count: 1), value: Slice(offset: $0.offset, count: 2),
        id: $0.element)
    }
    for line in lines { fields.append(line) }
    #expect(fields.count == 4 && fields[2] == lines[2])
    #expect(fields.first(.host) == lines[1])
    #expect(fields.first(.cookie) == nil && !fields.contains(.cookie))
    var copy = FieldSection()
    copy.append(lines[3])
    copy.copy(from: fields)
    fields.removeAll()
    #expect(fields.isEmpty && fields.first(.host) == nil)
    #expect(copy.count == 4 && copy.first(.accept) == lines[0] && copy[3] == lines[3])
  }

  @Test(
    "field syntax refuses exactly what could end a line or is no token",
    .clause("RFC9110-5.5-1", "RFC9110-5.6.2-1", "RFC9110-5.6.2-2"))
  func fieldSyntax() {
    let delimiters = Array("\"(),/:;<=>?@[\\]{}".utf8)
    for octet in UInt8.min...UInt8.max {
      let isToken = octet > 0x20 && octet < 0x7F && !delimiters.contains(octet)
      #expect(isName([0x61, octet]) == isToken)
      let isVisible = octet > 0x20 && octet != 0x7F
      let isWhitespace = octet == 0x20 || octet == 0x09
      #expect(isValue([0x61, octet, 0x61]) == (isVisible || isWhitespace))
      #expect(isValue([octet, 0x61]) == isVisible)
      #expect(isValue([0x61, octet]) == isVisible)
    }
    #expect(!isName([]))
    #expect(isValue([]))
  }
}

private func isName(_ octets: [UInt8]) -> Bool { FieldSyntax.isName(octets.span) }

private func isValue(_ octets: [UInt8]) -> Bool { FieldSyntax.isValue(octets.span) }

private func methodOf(_ token: [UInt8]) -> Method { Method(token: token.span) }

private func fieldID(_ name: [UInt8]) -> FieldID { FieldID(name: name.span) }
