import NecroOctets

/// How a whole document is written.
public struct JSONLayout: Equatable, Sendable {
  /// The spaces of each level; nil for no white space at all.
  public var indent: Int?
  /// Whether members stand in the order of their names' code points, the last of equal ones alone.
  public var sortsNames: Bool

  public init(indent: Int? = nil, sortsNames: Bool = false) {
    precondition(indent ?? 0 >= 0, "a number of spaces")
    self.indent = indent
    self.sortsNames = sortsNames
  }
}

extension JSONSerializer {
  /// Writes the last document of a parser, without white space and as it stands.
  ///
  /// - Parameters:
  ///   - document: what was given to `parse`.
  ///   - kernel: how strings are looked at; all give the same.
  /// - Complexity: O(`document.count`). No allocation but the output's.
  public static func document(
    _ parser: borrowing JSONParser, _ document: Span<UInt8>, into output: inout OctetBuffer,
    kernel: JSONKernel = .best
  ) {
    TapeWriter.append(parser, document, kernel, into: &output)
  }

  /// Writes the last document of a parser as a line of NDJSON, which has no other line feed.
  public static func line(
    _ parser: borrowing JSONParser, _ document: Span<UInt8>, into output: inout OctetBuffer
  ) {
    self.document(parser, document, into: &output)
    output.append(0x0A)
  }

  /// Writes the last document of a parser in a layout.
  public static func document(
    _ parser: borrowing JSONParser, _ document: Span<UInt8>, into output: inout OctetBuffer,
    layout: JSONLayout
  ) {
    if parser.tape.count > 0 { value(at: 0, parser, document, into: &output, layout: layout) }
  }

  /// Writes a value of the last document of a parser in a layout.
  ///
  /// - Parameter index: its place on the tape.
  public static func value(
    at index: Int, _ parser: borrowing JSONParser, _ document: Span<UInt8>,
    into output: inout OctetBuffer, layout: JSONLayout = JSONLayout()
  ) {
    var open: [OpenValue] = []
    var next = index
    while true {
      if let value = OpenValue(next, parser, document, layout) {
        output.append(value.isObject ? 0x7B : 0x5B)
        open.append(value)
      } else {
        scalar(next, parser, document, into: &output)
      }
      // On to the next value, out of all that have ended.
      while let last = open.last, last.isAtEnd {
        open.removeLast()
        if last.begun > 0 { beginLine(open.count, layout, into: &output) }
        output.append(last.isObject ? 0x7D : 0x5D)
      }
      if open.isEmpty { return }
      if open[open.count - 1].begun > 0 { output.append(0x2C) }
      beginLine(open.count, layout, into: &output)
      next = open[open.count - 1].begin(parser)
      if open[open.count - 1].isObject {
        string(parser.octets(at: next - 1, document), into: &output)
        output.append(layout.indent == nil ? ":" : ": ")
      }
    }
  }

  private static func beginLine(
    _ depth: Int, _ layout: JSONLayout, into output: inout OctetBuffer
  ) {
    guard let indent = layout.indent else { return }
    output.append(0x0A)
    for _ in 0..<indent * depth { output.append(0x20) }
  }

  private static func scalar(
    _ index: Int, _ parser: borrowing JSONParser, _ document: Span<UInt8>,
    into output: inout OctetBuffer
  ) {
    switch parser.tape[index] {
    case .null: null(into: &output)
    case .true: boolean(true, into: &output)
    case .false: boolean(false, into: &output)
    case .integer(let value): integer(value, into: &output)
    case .double(let value): output.appendDigits(value)
    case .bigInteger(let slice): output.append(document.octets(slice))
    case .string, .escapedString: string(parser.octets(at: index, document), into: &output)
    case .beginArray, .beginObject, .endArray, .endObject:
      preconditionFailure("a value without values in it")
    }
  }
}

/// An array or object of which a part has been written.
private struct OpenValue {
  let isObject: Bool
  /// How many values have been begun.
  private(set) var begun = 0
  /// How many there are.
  private let count: Int
  /// The names in their order, where that is not the document's.
  private let names: [Int]
  /// The tape index of the next name or value.
  private var next: Int

  /// Nil when the value has no values in it.
  init?(
    _ index: Int, _ parser: borrowing JSONParser, _ document: Span<UInt8>, _ layout: JSONLayout
  ) {
    next = index + 1
    switch parser.tape[index] {
    case .beginArray(let valueCount, _): (isObject, names, count) = (false, [], valueCount)
    case .beginObject(let memberCount, _):
      isObject = true
      names = layout.sortsNames ? JSONMembers(index, parser, document).names : []
      count = layout.sortsNames ? names.count : memberCount
    default: return nil
    }
  }

  var isAtEnd: Bool { begun == count }

  /// The tape index of the next value; its name, in an object, lies before it.
  mutating func begin(_ parser: borrowing JSONParser) -> Int {
    begun += 1
    if !names.isEmpty { return names[begun - 1] + 1 }
    let value = isObject ? next + 1 : next
    next = parser.tape.index(after: value)
    return value
  }
}
