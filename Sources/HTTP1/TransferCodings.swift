import NecroHTTPSemantics
import NecroOctets

/// The list of transfer codings of one head, over all its Transfer-Encoding lines, scanned so that it
/// can stop and go on between any two octets.
///
/// Only a list that is `chunked` and nothing else is served. What is wrong with another one decides
/// the answer: a list that ends with `chunked` could be read by a server that knows more codings, so
/// it is answered 501, and after any other the message has no end that could be found, so it is
/// answered 400. An empty element is refused, since parsers differ about it.
///
/// RFC 9112 §6.1, §6.3, §7
struct TransferCodings {
  enum State: UInt8 {
    case beforeCoding
    case coding
    case afterCoding
    case beforeParameter
    case parameterName
    case beforeEquals
    case beforeParameterValue
    case parameterValue
    case quotedString
    case quotedPair
  }

  private var state = State.beforeCoding
  /// How many octets of `chunked` the current name has matched; `mismatch` once it cannot any more.
  private var matchedCount: UInt8 = 0
  /// Whether a coding other than `chunked` is in the list.
  private var hasOthers = false

  private static var mismatch: UInt8 { 255 }

  init() {}

  /// Whether the last coding is `chunked`, with nothing behind it so far.
  var isChunked: Bool { matchedCount == 7 && !hasOthers }

  /// Goes on with the list in a further field line.
  mutating func beginLine() {
    state = .beforeCoding
    matchedCount = 0
  }

  /// Reads one line's value as it arrives. True at the CR behind it; behind a lone `chunked` also at
  /// white space.
  mutating func scan(
    _ octets: Span<UInt8>, from position: inout Int, to bound: Int
  ) throws(HTTP1Error) -> Bool {
    let token = FieldSyntax.tokenOctets
    while position < bound {
      let octet = octets[position]
      switch state {
      case .beforeCoding:
        if token.contains(octet) {
          state = .coding
          matchedCount = 0
          continue
        }
      case .coding:
        if token.contains(octet) {
          match(octet)
          position += 1
          continue
        }
        if matchedCount != 7 { hasOthers = true }
        state = .afterCoding
        if isChunked && (octet == 0x0D || FieldSyntax.isWhitespace(octet)) { return true }
        continue
      case .afterCoding:
        if try isLineEnd(octet, position) { return true }
        if octet == 0x2C || octet == 0x3B {
          state = octet == 0x2C ? .beforeCoding : .beforeParameter
          position += 1
          continue
        }
      case .beforeParameter, .parameterName, .beforeEquals, .beforeParameterValue, .parameterValue,
        .quotedString, .quotedPair:
        if scanParameter(octet) {
          position += 1
          continue
        }
        if state == .afterCoding { continue }
      }
      guard FieldSyntax.isWhitespace(octet) && allowsWhitespace else {
        throw HTTP1Error(
          code: octet == 0x0A ? .bareLineFeed : .transferEncodingInvalid, offset: position)
      }
      if state == .parameterName { state = .beforeEquals }
      position += 1
    }
    return false
  }

  private mutating func match(_ octet: UInt8) {
    let name = ("chunked" as StaticString).octets
    let index = Int(matchedCount)
    let matches = index < name.count && OctetClass.lowercased(octet) == name[index]
    matchedCount = matches ? matchedCount + 1 : TransferCodings.mismatch
  }

  /// Whether the octet behind a coding ends the line. Throws what `chunked` does not allow behind it.
  private func isLineEnd(_ octet: UInt8, _ position: Int) throws(HTTP1Error) -> Bool {
    guard matchedCount == 7 else { return octet == 0x0D }
    switch octet {
    case 0x0D: throw HTTP1Error(code: .transferCodingUnknown, offset: position)
    case 0x2C: throw HTTP1Error(code: .chunkedNotFinal, offset: position)
    case 0x3B: throw HTTP1Error(code: .transferCodingParameter, offset: position)
    default: return false
    }
  }

  /// Takes an octet of a parameter. False, perhaps in the state behind the parameter, if it is none.
  private mutating func scanParameter(_ octet: UInt8) -> Bool {
    let isToken = FieldSyntax.tokenOctets.contains(octet)
    switch state {
    case .beforeParameter where isToken: state = .parameterName
    case .parameterName where isToken: break
    case .parameterName where octet == 0x3D: state = .beforeParameterValue
    case .beforeEquals where octet == 0x3D: state = .beforeParameterValue
    case .beforeParameterValue where isToken: state = .parameterValue
    case .beforeParameterValue where octet == 0x22: state = .quotedString
    case .parameterValue where isToken: break
    case .parameterValue:
      state = .afterCoding
      return false
    case .quotedString where octet == 0x22: state = .afterCoding
    case .quotedString where octet == 0x5C: state = .quotedPair
    case .quotedString where FieldSyntax.valueOctets.contains(octet): break
    case .quotedPair where FieldSyntax.valueOctets.contains(octet): state = .quotedString
    case .beforeParameter, .parameterName, .beforeEquals, .beforeParameterValue, .quotedString,
      .quotedPair, .beforeCoding, .coding, .afterCoding:
      return false
    }
    return true
  }

  /// Whether white space may stand where the scanner is.
  private var allowsWhitespace: Bool {
    switch state {
    case .beforeCoding, .afterCoding, .beforeParameter, .parameterName, .beforeEquals,
      .beforeParameterValue:
      true
    case .coding, .parameterValue, .quotedString, .quotedPair: false
    }
  }
}
