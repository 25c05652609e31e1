import NecroHTTP1
import NecroHTTPSemantics
import NecroOctets
import NecroReactor

/// How a line of the access log looks.
///
/// `text` is the Combined Log Format with the microseconds from the head's arrival to the response
/// at its end and the request id behind it:
///
///     127.0.0.1 - - [23/Nov/2026:01:25:47 +0000] "GET /graves/7 HTTP/1.1" 200 27 "-" "curl/8.5" 312 -
///
/// `json` is an object a line, with null for what is not known:
///
///     {"time":"2026-11-23T01:25:47Z","method":"GET","target":"/graves/7","version":"1.1",
///      "status":200,"octets":27,"microseconds":312,"client":"127.0.0.1","request_id":null}
///
/// The request id is the `x-request-id` of the response or, when that has none, of the request, where
/// it is a plain token. A request that could not be decoded has no method and no target.
public enum AccessLogFormat: Sendable {
  case text
  case json

  func append(_ exchange: Exchange, status: StatusCode, to lines: inout OctetBuffer) {
    let microseconds = (Clock.monotonicNanoseconds() &- exchange.startedNanoseconds) / 1_000
    // A peer that is gone was sent nothing that counts.
    let octets = exchange.peerIsGone ? 0 : exchange.responseContentOctets
    switch self {
    case .text: appendText(exchange, status, octets, microseconds, to: &lines)
    case .json: appendJSON(exchange, status, octets, microseconds, to: &lines)
    }
  }

  // MARK: Text

  private func appendText(
    _ exchange: Exchange, _ status: StatusCode, _ octets: UInt64, _ microseconds: UInt64,
    to lines: inout OctetBuffer
  ) {
    if exchange.peer.family == .unix {
      lines.append("-")
    } else {
      exchange.peer.host(into: &lines)
    }
    lines.append(" - - [")
    exchange.date.withOctets { date in
      // `Mon, 23 Nov 2026 01:25:47 GMT` rearranged.
      lines.append(date.extracting(5..<7))
      lines.append("/")
      lines.append(date.extracting(8..<11))
      lines.append("/")
      lines.append(date.extracting(12..<16))
      lines.append(":")
      lines.append(date.extracting(17..<25))
    }
    lines.append(" +0000] \"")
    let isDecoded = !exchange.head.methodToken.isEmpty
    if isDecoded {
      let head = exchange.headOctets
      appendEscaped(head.octets(exchange.head.methodToken), to: &lines)
      lines.append(" ")
      appendEscaped(head.octets(exchange.head.target), to: &lines)
      lines.append(exchange.head.version == .http11 ? " HTTP/1.1" : " HTTP/1.0")
    } else {
      lines.append("-")
    }
    lines.append("\" ")
    lines.append(decimal: UInt64(status.rawValue))
    lines.append(" ")
    lines.append(decimal: octets)
    appendField(isDecoded ? exchange.firstField(.referer) : nil, exchange, to: &lines)
    appendField(isDecoded ? exchange.firstField(.userAgent) : nil, exchange, to: &lines)
    lines.append(" ")
    lines.append(decimal: microseconds)
    lines.append(" ")
    if !appendRequestID(exchange, quoted: false, to: &lines) { lines.append("-") }
    lines.append("\n")
  }

  /// A field's value in quotation marks, after a space.
  private func appendField(
    _ line: FieldLine?, _ exchange: Exchange, to lines: inout OctetBuffer
  ) {
    guard let line else {
      lines.append(" \"-\"")
      return
    }
    lines.append(" \"")
    appendEscaped(exchange.headOctets.octets(line.value), to: &lines)
    lines.append("\"")
  }

  /// Octets that can neither end the line nor the quotation: others than printable ASCII become
  /// `\xHH` in text, and the character of their number in JSON.
  private func appendEscaped(_ octets: Span<UInt8>, to lines: inout OctetBuffer) {
    for index in octets.indices {
      let octet = octets[index]
      if octet >= 0x20 && octet < 0x7F && octet != 0x22 && octet != 0x5C {
        lines.append(octet)
      } else {
        if self == .json { lines.append("\\u00") } else { lines.append("\\x") }
        lines.append(hexadecimalDigit(octet >> 4))
        lines.append(hexadecimalDigit(octet & 0x0F))
      }
    }
  }

  private func hexadecimalDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? 0x30 + value : 0x37 + value
  }

  // MARK: JSON

  private func appendJSON(
    _ exchange: Exchange, _ status: StatusCode, _ octets: UInt64, _ microseconds: UInt64,
    to lines: inout OctetBuffer
  ) {
    lines.append("{\"time\":\"")
    exchange.date.withOctets { date in
      lines.append(date.extracting(12..<16))
      lines.append("-")
      let month = monthNumber(date.extracting(8..<11))
      if month < 10 { lines.append("0") }
      lines.append(decimal: month)
      lines.append("-")
      lines.append(date.extracting(5..<7))
      lines.append("T")
      lines.append(date.extracting(17..<25))
    }
    if exchange.head.methodToken.isEmpty {
      lines.append("Z\",\"method\":null,\"target\":null,\"version\":null")
    } else {
      let head = exchange.headOctets
      lines.append("Z\",\"method\":\"")
      appendEscaped(head.octets(exchange.head.methodToken), to: &lines)
      lines.append("\",\"target\":\"")
      appendEscaped(head.octets(exchange.head.target), to: &lines)
      lines.append(
        exchange.head.version == .http11 ? "\",\"version\":\"1.1\"" : "\",\"version\":\"1.0\"")
    }
    lines.append(",\"status\":")
    lines.append(decimal: UInt64(status.rawValue))
    lines.append(",\"octets\":")
    lines.append(decimal: octets)
    lines.append(",\"microseconds\":")
    lines.append(decimal: microseconds)
    lines.append(",\"client\":")
    if exchange.peer.family == .unix {
      lines.append("null")
    } else {
      lines.append("\"")
      exchange.peer.host(into: &lines)
      lines.append("\"")
    }
    lines.append(",\"request_id\":")
    if !appendRequestID(exchange, quoted: true, to: &lines) { lines.append("null") }
    lines.append("}\n")
  }

  /// The number of a month by its English abbreviation.
  private func monthNumber(_ name: Span<UInt8>) -> UInt64 {
    let names: StaticString = "JanFebMarAprMayJunJulAugSepOctNovDec"
    let octets = names.octets
    var month = 0
    while month < 11 && !octets.extracting(month * 3..<month * 3 + 3).equals(name) { month += 1 }
    return UInt64(month + 1)
  }

  // MARK: Request ids

  /// Appends the id of a request; false when it has none.
  private func appendRequestID(
    _ exchange: Exchange, quoted: Bool, to lines: inout OctetBuffer
  ) -> Bool {
    if !exchange.requestID.isEmpty {
      if quoted { lines.append("\"") }
      AccessLogFormat.call({ appendEscaped($0, to: &lines) }, exchange.requestID)
      if quoted { lines.append("\"") }
      return true
    }
    if exchange.head.methodToken.isEmpty { return false }
    let head = exchange.headOctets
    for index in 0..<exchange.fieldCount {
      let line = exchange.field(index)
      guard line.name.count == 12, head.octets(line.name).equalsIgnoringCase("x-request-id") else {
        continue
      }
      let value = head.octets(line.value)
      guard isPlainToken(value) else { return false }
      if quoted { lines.append("\"") }
      lines.append(value)
      if quoted { lines.append("\"") }
      return true
    }
    return false
  }

  private static func call(
    _ body: (Span<UInt8>) -> Void, _ buffer: borrowing OctetBuffer
  ) {
    body(buffer.octets)
  }

  /// Whether a client's request id may stand in a log: letters, digits, `-`, `_` and `.`, 128 at most.
  private func isPlainToken(_ octets: Span<UInt8>) -> Bool {
    if octets.isEmpty || octets.count > 128 { return false }
    for index in octets.indices {
      switch octets[index] {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: continue
      default: return false
      }
    }
    return true
  }
}
