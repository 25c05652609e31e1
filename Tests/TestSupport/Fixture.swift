import Foundation
import Testing

/// A case of a literate fixture: octets, and the events a decoder makes of them.
///
/// `Docs/verification.md` describes the format of the files.
public struct Fixture: Sendable, CustomTestStringConvertible {
  /// The heading of the case, with the number of the input under it when there are several.
  public let title: String
  /// From the root: `Fixtures/http1/host.md`.
  public let path: String
  /// The line of the input, from 1.
  public let line: Int
  /// The clauses the case is about.
  public let clauses: [String]
  /// What the `Limits:` line sets, by name.
  public let limits: [String: Int]
  /// The words of the `Sent:` line: what this side has sent before, where a codec needs to know.
  public var sent: [String] = []
  public let input: [UInt8]
  public let expected: [FixtureEntry]

  public var testDescription: String { "\(path):\(line): \(title)" }

  /// All cases of the files in `Fixtures/<codec>`.
  ///
  /// - Throws: `FixtureFault` for a file that breaks the format.
  public static func all(_ codec: String) throws -> [Fixture] {
    let folder = PackageFolders.root.appendingPathComponent("Fixtures/\(codec)")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    return try names.filter { $0.hasSuffix(".md") }.sorted().flatMap { name in
      let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
      return try cases(of: text, path: "Fixtures/\(codec)/\(name)")
    }
  }

  /// The cases of one file.
  public static func cases(of text: String, path: String) throws(FixtureFault) -> [Fixture] {
    var parser = FixtureParser(text: text, path: path)
    return try parser.parse()
  }
}

/// An event, or the error, of a fixture.
public struct FixtureEntry: Equatable, Sendable, CustomStringConvertible {
  /// The offset, in the whole input, of the octet with which it comes.
  public var offset: Int
  /// The event; further lines of it are indented by two spaces.
  public var text: String

  public init(offset: Int, text: String) {
    self.offset = offset
    self.text = text
  }

  public var description: String { "\(offset) \(text)" }
}

/// Where a fixture file breaks its format.
public struct FixtureFault: Error, CustomStringConvertible {
  public let path: String
  /// From 1.
  public let line: Int
  public let what: String

  public var description: String { "\(path):\(line): \(what)" }
}

/// Octets as fixtures write them, in visible ASCII, `␍` and `␊`.
public enum FixtureNotation {
  /// What a text stands for; nil when it breaks the notation.
  ///
  /// Line ends of the file stand for nothing.
  public static func octets(_ text: some StringProtocol) -> [UInt8]? {
    var octets: [UInt8] = []
    var scalars = text.unicodeScalars.makeIterator()
    while let scalar = scalars.next() {
      switch scalar {
      case "\n": break
      case "␍": octets.append(0x0D)
      case "␊": octets.append(0x0A)
      case "\\":
        switch scalars.next() {
        case "\\": octets.append(0x5C)
        case "x":
          guard let high = scalars.next(), let low = scalars.next(),
            let octet = UInt8(String(high) + String(low), radix: 16), high != "+", high != "-"
          else { return nil }
          octets.append(octet)
        default: return nil
        }
      case " "..."~": octets.append(UInt8(scalar.value))
      default: return nil
      }
    }
    return octets
  }

  /// The text that stands for octets.
  public static func text(_ octets: some Sequence<UInt8>) -> String {
    var text = ""
    for octet in octets {
      switch octet {
      case 0x0D: text += "␍"
      case 0x0A: text += "␊"
      case 0x5C: text += "\\\\"
      case 0x20...0x7E: text.unicodeScalars.append(Unicode.Scalar(octet))
      default: text += "\\x" + (octet < 0x10 ? "0" : "") + String(octet, radix: 16, uppercase: true)
      }
    }
    return text
  }
}
