import NecroFuzzBodies
import NecroJSON
import NecroOctets
import TestSupport

/// What became of a document: a readable line per element, or the error.
enum Reading: Equatable {
  case elements([String])
  case fault(JSONError.Code, offset: Int)

  var isAccepted: Bool {
    if case .elements = self { return true }
    return false
  }
}

func read(_ text: String, limits: JSONLimits = JSONLimits()) -> Reading {
  read(Array(text.utf8), limits: limits)
}

/// Parses octets that end at an unreadable page.
func read(_ octets: [UInt8], limits: JSONLimits = JSONLimits()) -> Reading {
  let guarded = GuardedOctets(octets)
  var parser = JSONParser(limits: limits)
  do throws(JSONError) {
    try parser.parse(guarded.span)
  } catch {
    return .fault(error.code, offset: error.offset)
  }
  var elements: [String] = []
  for index in 0..<parser.tape.count {
    elements.append(describe(parser.tape[index], parser, guarded.span))
  }
  return .elements(elements)
}

/// Strings in quotes, with a leading `u` when they are not ASCII and `e` when they had escapes.
private func describe(
  _ element: JSONElement, _ parser: borrowing JSONParser, _ document: Span<UInt8>
) -> String {
  switch element {
  case .null: "null"
  case .true: "true"
  case .false: "false"
  case .integer(let value): "\(value)"
  case .bigInteger(let slice): "big \(string(document.octets(slice)))"
  case .double(let value): "double \(value)"
  case .string(let slice, let isASCII):
    "\(isASCII ? "" : "u")\"\(string(document.octets(slice)))\""
  case .escapedString(let slice, let isASCII):
    "e\(isASCII ? "" : "u")\"\(string(parser.unescaped.octets(slice)))\""
  case .beginArray(let count, let end): "[\(count) to \(end)"
  case .beginObject(let count, let end): "{\(count) to \(end)"
  case .endArray: "]"
  case .endObject: "}"
  }
}

func array(_ span: Span<UInt8>) -> [UInt8] {
  var octets: [UInt8] = []
  for index in span.indices { octets.append(span[index]) }
  return octets
}

func string(_ span: Span<UInt8>) -> String {
  String(decoding: array(span), as: UTF8.self)
}

/// The double that a document of one number is read as; nil when it is refused.
func double(_ text: String) -> Double? {
  var parser = JSONParser()
  let octets = Array(text.utf8)
  do throws(JSONError) {
    try parser.parse(octets.span)
  } catch {
    return nil
  }
  guard parser.tape.count == 1, case .double(let value) = parser.tape[0] else { return nil }
  return value
}

/// A double as the serializer writes it.
func written(_ value: Double) -> String {
  text { output in
    do throws(JSONMisuse) {
      try JSONSerializer.double(value, into: &output)
    } catch {
      output.append("misuse")
    }
  }
}

/// A document parsed and written again without white space; nil when it is refused.
func rewritten(_ octets: [UInt8]) -> String? {
  var parser = JSONParser()
  do throws(JSONError) {
    try parser.parse(octets.span)
  } catch {
    return nil
  }
  var output = OctetBuffer()
  serializeJSON(parser, octets.span, into: &output)
  return string(output.octets)
}
