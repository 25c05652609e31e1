import NecroOctets

extension JSONParser {
  /// Appends where in the document the last `parse` stopped, as a JSON Pointer: the value that was
  /// being read or was to come next. In an array that is the next index; in an object between two
  /// members it is the object itself.
  ///
  /// Only asked for after an error, so nothing is kept for it while parsing.
  ///
  /// - Parameters:
  ///   - document: what was given to `parse`.
  ///   - output: takes the pointer; nothing for the document's own value.
  /// - Complexity: O(`tape.count`).
  ///
  /// Source: `RFC 6901 §3`.
  public func appendPointer(in document: Span<UInt8>, into output: inout OctetBuffer) {
    // Each open entry keeps the index of the one around it, so they come innermost first.
    var containers: [Int] = []
    var container = open
    while container != Self.none {
      containers.append(container)
      container = Int(truncatingIfNeeded: Int64(bitPattern: tape[entry: container].tail))
    }
    // Each keeps the count of the one around it too; the innermost's own is the parser's.
    var level = containers.count
    while level > 0 {
      level -= 1
      let index = containers[level]
      let count = level == 0 ? openCount : tape[entry: containers[level - 1]].value
      if tape[entry: index].kind == .beginArray {
        output.append(0x2F)
        output.append(decimal: UInt64(count))
      } else {
        appendName(behind: count, in: index, document, into: &output)
      }
    }
  }

  /// Appends the name of the member behind the first `count` complete ones, where it was read.
  private func appendName(
    behind count: Int, in object: Int, _ document: Span<UInt8>, into output: inout OctetBuffer
  ) {
    var name = object + 1
    for _ in 0..<count { name = tape.index(after: name + 1) }
    if name == tape.count { return }
    output.append(0x2F)
    let entry = tape[entry: name]
    if entry.kind == .string {
      appendToken(document.octets(entry.slice), into: &output)
    } else {
      appendToken(unescaped.octets(entry.slice), into: &output)
    }
  }

  /// Appends a member's name, in which `~` and `/` are escaped.
  private func appendToken(_ octets: Span<UInt8>, into output: inout OctetBuffer) {
    for index in octets.indices {
      switch octets[index] {
      case 0x7E: output.append("~0")
      case 0x2F: output.append("~1")
      default: output.append(octets[index])
      }
    }
  }
}
