import NecroJSON
import NecroOctets

/// A readable line for each event of a document.
public enum JSONEventText {
  public static func line(_ event: JSONEvent, in decoder: borrowing JSONEventDecoder) -> String {
    switch event {
    case .null: "null"
    case .true: "true"
    case .false: "false"
    case .integer(let value): "integer \(value)"
    case .bigInteger(let text): "big integer \(visible(decoder.octets(text)))"
    case .double(let value): "double \(value)"
    case .string(let text): "string\(kind(text)) \(visible(decoder.octets(text)))"
    case .name(let text): "name\(kind(text)) \(visible(decoder.octets(text)))"
    case .beginArray: "begin array"
    case .endArray: "end array"
    case .beginObject: "begin object"
    case .endObject: "end object"
    }
  }

  /// What a string had: escapes, and characters beyond ASCII.
  private static func kind(_ text: JSONText) -> String {
    (text.wasEscaped ? " escaped" : "") + (text.isASCII ? "" : " wide")
  }

  /// The lines that the elements of a tape would have been.
  static func lines(_ parser: borrowing JSONParser, _ document: Span<UInt8>) -> [String] {
    var lines: [String] = []
    // For each open object or array: whether it is an object, and how many elements it has had.
    var open: [(isObject: Bool, count: Int)] = []
    for index in 0..<parser.tape.count {
      let element = parser.tape[index]
      let isName = open.last.map { $0.isObject && $0.count % 2 == 0 } ?? false
      if element == .endArray || element == .endObject {
        open.removeLast()
      } else if !open.isEmpty {
        open[open.count - 1].count += 1
      }
      let what = isName ? "name" : "string"
      switch element {
      case .null: lines.append("null")
      case .true: lines.append("true")
      case .false: lines.append("false")
      case .integer(let value): lines.append("integer \(value)")
      case .bigInteger(let slice):
        lines.append("big integer \(visible(document.octets(slice)))")
      case .double(let value): lines.append("double \(value)")
      case .string(let slice, let isASCII):
        lines.append("\(what)\(isASCII ? "" : " wide") \(visible(document.octets(slice)))")
      case .escapedString(let slice, let isASCII):
        let octets = visible(parser.unescaped.octets(slice))
        lines.append("\(what) escaped\(isASCII ? "" : " wide") \(octets)")
      case .endArray: lines.append("end array")
      case .endObject: lines.append("end object")
      case .beginArray, .beginObject:
        // An open array or object has neither count nor end yet.
        let isObject = parser.isObject(at: index)
        open.append((isObject, 0))
        lines.append(isObject ? "begin object" : "begin array")
      }
    }
    return lines
  }

  /// Octets with all that is not visible ASCII as `\xNN`.
  static func visible(_ octets: Span<UInt8>) -> String {
    var text = ""
    for index in octets.indices {
      let octet = octets[index]
      if octet >= 0x20, octet < 0x7F, octet != 0x5C {
        text.unicodeScalars.append(Unicode.Scalar(octet))
      } else if octet == 0x5C {
        text += "\\\\"
      } else {
        let digits = String(octet, radix: 16, uppercase: true)
        text += "\\x" + (digits.count == 1 ? "0" : "") + digits
      }
    }
    return text
  }
}

extension JSONParser {
  fileprivate func isObject(at index: Int) -> Bool {
    if case .beginObject = tape[index] { return true }
    return false
  }
}
