import Foundation
import NecroFuzzBodies
import NecroJSON
import NecroOctets
import TestSupport
import Testing

/// Data suites, where they are present. The other suites here cover the same ground without them.
@Suite("Vectors", .enabled(if: PackageFolders.vectors != nil, "the data suites are not here"))
struct VectorTests {
  @Test("JSONTestSuite is accepted and refused as it says")
  func parsing() throws {
    // What the suite leaves open. Numbers without bound are kept, doubles beyond all bounds are not;
    // surrogates alone, other encodings and a byte order mark are refused.
    let accepted: Set = [
      "i_number_double_huge_neg_exp.json", "i_number_real_underflow.json",
      "i_number_too_big_neg_int.json", "i_number_too_big_pos_int.json",
      "i_number_very_big_negative_int.json",
    ]
    let files = try files("json/JSONTestSuite/test_parsing")
    #expect(files.count >= 300)
    for (name, octets) in files {
      let expected = name.hasPrefix("y_") || accepted.contains(name)
      #expect(read(octets).isAccepted == expected, "\(name)")
      fuzzJSONRoundTrip(octets.span)
    }
  }

  @Test("decimal texts are read into the right bits")
  func floats() throws {
    let grammar = /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/
    for (name, octets) in try files("json/floats") where name.hasSuffix(".txt") {
      var count = 0
      for line in String(decoding: octets, as: UTF8.self).split(separator: "\n") {
        let fields = line.split(separator: " ")
        guard fields.count == 4, let bits = UInt64(fields[2], radix: 16) else { continue }
        let number = String(fields[3])
        guard number.wholeMatch(of: grammar) != nil else {
          #expect(double(number) == nil, "\(number) is not JSON")
          continue
        }
        count += 1
        let isInteger = number.allSatisfy { $0.isNumber || $0 == "-" }
        let found = double(isInteger ? number + "e0" : number)
        let expected = Double(bitPattern: bits)
        if found?.bitPattern != (expected.isFinite ? bits : nil) {
          Issue.record("\(name): \(number) is read as \(String(describing: found))")
        }
      }
      #expect(count > 10 || !name.contains("test"), "\(name) holds numbers")
    }
  }

  @Test("texts that must survive do")
  func roundTrip() throws {
    let files = try files("json/nativejson/roundtrip")
    #expect(files.count == 27)
    for (name, octets) in files {
      let expected = String(decoding: octets, as: UTF8.self)
        // Python's repr, which the serializer follows, writes the sign of every exponent.
        .replacingOccurrences(of: "e308", with: "e+308")
      #expect(rewritten(octets) == expected, "\(name)")
    }
  }

  @Test("large documents survive the round trip")
  func corpus() throws {
    for (name, octets) in try files("json/corpus") where name.hasSuffix(".json") {
      #expect(read(octets).isAccepted, "\(name)")
      fuzzJSONRoundTrip(octets.span)
    }
  }

  private func files(_ folder: String) throws -> [(name: String, octets: [UInt8])] {
    let vectors = try #require(PackageFolders.vectors).appendingPathComponent(folder)
    return try FileManager.default.contentsOfDirectory(atPath: vectors.path).sorted().map {
      ($0, [UInt8](try Data(contentsOf: vectors.appendingPathComponent($0))))
    }
  }
}
