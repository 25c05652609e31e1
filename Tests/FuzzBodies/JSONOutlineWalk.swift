import NecroJSON
import NecroOctets

/// The property that a document walked through value by value has the elements that its tape has, and
/// that one which is no JSON is an error or is not seen, and nothing worse. Traps on a violation.
func checkOutline(_ octets: Span<UInt8>, _ kernel: JSONKernel) {
  var parser = JSONParser(kernel: .scalar)
  var isAccepted = true
  do throws(JSONError) {
    try parser.parse(octets)
  } catch {
    isAccepted = false
  }
  var walk = OutlineWalk(kernel)
  do throws(JSONError) {
    try walk.run(octets)
    precondition(
      !isAccepted || walk.lines == JSONEventText.lines(parser, octets), "the same elements")
  } catch {
    precondition(!isAccepted, "JSON has no fault")
    precondition(error.offset >= 0 && error.offset <= octets.count, "a fault in the document")
  }
}

private struct OutlineWalk: ~Copyable {
  private(set) var lines: [String] = []
  private var outline: JSONOutline
  private var parser = JSONParser(kernel: .scalar)

  init(_ kernel: JSONKernel) { outline = JSONOutline(kernel: kernel) }

  mutating func run(_ document: Span<UInt8>) throws(JSONError) {
    try walk(try outline.read(document), document, 0)
  }

  private mutating func walk(
    _ place: JSONOutline.Place, _ document: Span<UInt8>, _ depth: Int
  ) throws(JSONError) {
    // Deeper than any document that is compared.
    if depth > 300 { return }
    let kind = try outline.kind(of: place, in: document)
    let octets = document.octets(try outline.slice(of: place, in: document))
    guard kind == .object || kind == .array else {
      try parser.parse(octets)
      lines += JSONEventText.lines(parser, octets)
      return
    }
    lines.append(kind == .object ? "begin object" : "begin array")
    var value = try outline.first(in: place, of: document)
    while let each = value {
      if let slice = try outline.nameSlice(of: each, in: document) {
        let octets = document.octets(slice)
        try parser.parse(octets)
        let text = JSONEventText.lines(parser, octets)[0]
        lines.append("name" + text.dropFirst("string".count))
      }
      try walk(each, document, depth + 1)
      value = try outline.next(after: each, in: document)
    }
    lines.append(kind == .object ? "end object" : "end array")
  }
}
