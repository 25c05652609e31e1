import NecroJSON
import NecroOctets

/// What became of a document that was fed in pieces.
struct JSONEventRun: ~Copyable {
  private(set) var lines: [String] = []
  private(set) var failure: JSONError?
  private var decoder: JSONEventDecoder

  init(_ limits: JSONLimits) { decoder = JSONEventDecoder(limits: limits) }

  mutating func feed(_ octets: Span<UInt8>) {
    if failure != nil { return }
    decoder.feed(octets)
    take()
  }

  mutating func finish() {
    do throws(JSONError) {
      try decoder.finish()
      precondition(failure == nil, "an error stays")
    } catch {
      precondition(failure == nil || failure == error, "an error stays as it is")
      failure = error
    }
    if failure == nil { take() }
  }

  private mutating func take() {
    do throws(JSONError) {
      while let event = try decoder.next() {
        lines.append(JSONEventText.line(event, in: decoder))
      }
    } catch {
      failure = error
    }
  }
}

/// The property that a document which arrives in pieces, however it is cut, gives the events and the
/// error that the parser gives which has all of it. Traps on a violation.
public func fuzzJSONSplit(_ octets: Span<UInt8>) {
  for limits in [JSONLimits(), JSONLimits(depthMax: 3)] {
    var parser = JSONParser(limits: limits, kernel: .scalar)
    var failure: JSONError?
    do throws(JSONError) {
      try parser.parse(octets)
    } catch {
      failure = error
    }
    var lines = JSONEventText.lines(parser, octets)
    // Whether a number that the octets stop behind is complete cannot be known while more may come.
    if failure?.code == .unexpectedEnd, let last = octets.indices.last, isOfNumber(octets[last]),
      isNumber(parser.tape.count > 0 ? parser.tape[parser.tape.count - 1] : nil)
    {
      lines.removeLast()
    }

    var whole = JSONEventRun(limits)
    whole.feed(octets)
    whole.finish()
    precondition(whole.lines == lines, "the same events as the parser")
    precondition(whole.failure == failure, "the same error as the parser")

    var single = JSONEventRun(limits)
    for index in octets.indices {
      single.feed(octets.extracting(index..<index + 1))
      if let failure = single.failure {
        precondition(isPrompt(failure, at: index), "an error is thrown with the octet it names")
        break
      }
    }
    single.finish()
    precondition(single.lines == lines && single.failure == failure, "octet by octet the same")

    // The cuts follow from the input, so that a failure can be replayed.
    var state = UInt64(octets.count) &+ 1
    for index in octets.indices { state = state &* 31 &+ UInt64(octets[index]) }
    for _ in 0..<3 {
      var pieces = JSONEventRun(limits)
      var start = 0
      while start < octets.count {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let end = min(octets.count, start + 1 + Int(state >> 40) % 40)
        pieces.feed(octets.extracting(start..<end))
        start = end
      }
      pieces.finish()
      precondition(pieces.lines == lines && pieces.failure == failure, "in pieces the same")
    }
  }
}

private func isOfNumber(_ octet: UInt8) -> Bool { octet >= 0x30 && octet <= 0x39 }

private func isNumber(_ element: JSONElement?) -> Bool {
  switch element {
  case .integer, .bigInteger, .double: true
  default: false
  }
}

/// Whether an error came with the octet it names, or with the last of the character, escape or number
/// whose first it names.
private func isPrompt(_ failure: JSONError, at index: Int) -> Bool {
  switch failure.code {
  case .numberOutOfRange: index > failure.offset
  case .loneSurrogate: index > failure.offset && index < failure.offset + 12
  case .invalidUTF8: index >= failure.offset && index < failure.offset + 4
  case .byteOrderMark: index == 2
  case .expectedValue: index == failure.offset || failure.offset == 0 && index < 3
  default: index == failure.offset
  }
}

/// The properties of lines: however the input is cut the same come out, and what was written of those
/// that are JSON is read as the same lines. Traps on a violation.
public func fuzzJSONLines(_ octets: Span<UInt8>) {
  let whole = lines(of: octets, step: max(octets.count, 1))
  precondition(lines(of: octets, step: 1) == whole, "octet by octet the same lines")
  precondition(lines(of: octets, step: 7) == whole, "in pieces the same lines")

  var written = OctetBuffer()
  var documents: [[UInt8]] = []
  for line in whole {
    var parser = JSONParser()
    do throws(JSONError) {
      try parser.parse(line.span)
    } catch {
      continue
    }
    let start = written.writePosition
    JSONSerializer.line(parser, line.span, into: &written)
    let count = written.writePosition - start
    documents.append(array(written.octets(Slice(offset: start, count: count - 1))))
  }
  let read = lines(of: written.octets, step: max(written.count, 1))
  precondition(read == documents, "a line for each document")
}

private func lines(of octets: Span<UInt8>, step: Int) -> [[UInt8]] {
  var decoder = JSONLinesDecoder()
  var lines: [[UInt8]] = []
  func take(_ decoder: inout JSONLinesDecoder) {
    do throws(JSONError) {
      while let line = try decoder.next() { lines.append(array(decoder.octets(line))) }
    } catch {
      preconditionFailure("no line is too long")
    }
  }
  var start = 0
  while start < octets.count {
    let end = min(octets.count, start + step)
    decoder.feed(octets.extracting(start..<end))
    take(&decoder)
    start = end
  }
  do throws(JSONError) {
    try decoder.finish()
  } catch {
    preconditionFailure("no line is too long")
  }
  take(&decoder)
  return lines
}

private func array(_ octets: Span<UInt8>) -> [UInt8] {
  var copy: [UInt8] = []
  for index in octets.indices { copy.append(octets[index]) }
  return copy
}
