// Answers lines, for tests that ask in another language:
//
// - `OID DIGITS`, a value in binary format in hexadecimal digits: its JSON, or `error` and the code.
// - `type OID KIND ELEMENT` teaches a type, and is not answered.
// - `reply COMMAND DIGITS`, what a server said to a command of `PostgresCommand`: a line of JSON with what
//   our decoder and conversation report of it, and in what libpq reports otherwise.

import Foundation
import NecroFuzzBodies
import NecroOctets
import NecroPostgresJSON
import NecroPostgresWire

struct ReplyReport: Encodable {
  let lines: [String]
  let isComplete: Bool
  /// What libpq reports that is not listed; nil where both report the same.
  let surprise: String?
}

func octets(_ digits: Substring) -> [UInt8] {
  let digits = Array(digits.utf8)
  guard digits.count % 2 == 0 else { fatalError("half an octet") }
  return stride(from: 0, to: digits.count, by: 2).map { place -> UInt8 in
    guard let octet = UInt8(String(decoding: digits[place..<place + 2], as: UTF8.self), radix: 16)
    else { fatalError("not hexadecimal: \(digits[place..<place + 2])") }
    return octet
  }
}

func json(_ oid: UInt32, _ value: [UInt8], _ catalog: PostgresTypeCatalog) -> String {
  var output = OctetBuffer()
  do throws(PostgresValueError) {
    try PostgresJSONSerializer.append(catalog.type(oid), value.span, catalog, into: &output)
  } catch {
    return "error \(error.code)"
  }
  return String(decoding: output.octets.indices.map { output.octets[$0] }, as: UTF8.self)
}

var catalog = PostgresTypeCatalog()
let encoder = JSONEncoder()
while let line = readLine() {
  let words = line.split(separator: " ", omittingEmptySubsequences: false)
  if words.count == 4, words[0] == "type", let oid = UInt32(words[1]), let raw = UInt8(words[2]),
    let kind = PostgresValueKind(rawValue: raw), let element = UInt32(words[3])
  {
    catalog.add(PostgresType(oid: oid, kind: kind, element: element))
  } else if words.count == 3, words[0] == "reply",
    let command = PostgresCommand.allCases.first(where: { "\($0)" == words[1] })
  {
    let reply = octets(words[2])
    let comparison = PostgresComparison(reply, command)
    let report = ReplyReport(
      lines: comparison.lines, isComplete: comparison.isComplete, surprise: comparison.surprise)
    print(String(decoding: try encoder.encode(report), as: UTF8.self))
  } else if words.count == 2, let oid = UInt32(words[0]) {
    print(json(oid, octets(words[1]), catalog))
  } else {
    fatalError("not a question: \(line)")
  }
}
