import NecroHTTPSemantics
import NecroOctets

/// Calls `body` with the header section of lines `Name: value`, and the octets that its positions
/// count from.
func withHeaderSection<Result>(
  _ lines: [String], _ body: (borrowing FieldSection, Span<UInt8>) -> Result
) -> Result {
  var section = FieldSection()
  var octets: [UInt8] = []
  for line in lines {
    let parts = line.split(separator: ":", maxSplits: 1)
    let name = Slice(offset: octets.count, count: parts[0].utf8.count)
    octets += [UInt8](parts[0].utf8)
    let text = [UInt8](String(parts[1].drop { $0 == " " }).utf8)
    let value = Slice(offset: octets.count, count: text.count)
    octets += text
    let id = FieldID(name: octets.span.octets(name))
    section.append(FieldLine(name: name, value: value, id: id))
  }
  return body(section, octets.span)
}
