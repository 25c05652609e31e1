import NecroFuzzBodies
import NecroOctets
import NecroRESP

func octets(_ text: String) -> [UInt8] { Array(text.utf8) }

func text(_ span: Span<UInt8>) -> String {
  String(decoding: span.indices.map { span[$0] }, as: UTF8.self)
}

/// The items of an input, a line for each, and what was thrown.
func items(_ input: String, limits: Limits = Limits()) -> (lines: [String], failure: RESPError?) {
  var decoder = RESPDecoder(limits: limits)
  decoder.feed(octets(input).span)
  var lines: [String] = []
  do throws(RESPError) {
    while let item = try decoder.next() { lines.append(RESPItemText.line(item, in: decoder.input)) }
    try decoder.finish()
  } catch {
    return (lines, error)
  }
  return (lines, nil)
}
