// Reads lines of an OID and a value in hexadecimal digits, and writes for each the value's JSON, or `error`
// and the code. Tests compare them with what Python makes of the server's own text.

import Foundation
import NecroOctets
import NecroPostgresJSON
import NecroPostgresWire

var catalog = PostgresTypeCatalog()
while let line = readLine() {
  let words = line.split(separator: " ", omittingEmptySubsequences: false)
  // `type OID KIND ELEMENT` teaches a type.
  if words.count == 4, words[0] == "type", let oid = UInt32(words[1]), let raw = UInt8(words[2]),
    let kind = PostgresValueKind(rawValue: raw), let element = UInt32(words[3])
  {
    catalog.add(PostgresType(oid: oid, kind: kind, element: element))
    continue
  }
  guard words.count == 2, let oid = UInt32(words[0]), words[1].utf8.count % 2 == 0 else {
    fatalError("not an OID and octets: \(line)")
  }
  let digits = Array(words[1].utf8)
  let octets = stride(from: 0, to: digits.count, by: 2).map { place -> UInt8 in
    guard let octet = UInt8(String(decoding: digits[place..<place + 2], as: UTF8.self), radix: 16)
    else { fatalError("not hexadecimal: \(line)") }
    return octet
  }
  var output = OctetBuffer()
  do throws(PostgresValueError) {
    try PostgresJSONSerializer.append(catalog.type(oid), octets.span, catalog, into: &output)
    var written: [UInt8] = []
    for index in output.octets.indices { written.append(output.octets[index]) }
    print(String(decoding: written, as: UTF8.self))
  } catch {
    print("error \(error.code)")
  }
}
