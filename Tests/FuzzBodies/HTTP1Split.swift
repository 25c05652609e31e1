import NecroHTTP1
import NecroHTTPSemantics
import NecroOctets

/// The property that how a connection's octets are cut changes nothing: the same events, the same
/// error at the same offset, and that error thrown with the octet it names and no later.
///
/// Also that whatever the decoder lets through keeps the promises made to its callers. Traps on a
/// violation.
public func fuzzHTTP1Split(_ octets: Span<UInt8>) {
  let tight = Limits(
    startLineOctetsMax: 24, fieldSectionOctetsMax: 64, fieldLinesMax: 3, contentOctetsMax: 12,
    chunkLineOctetsMax: 10, chunkExtensionsOctetsMax: 12, trailerSectionOctetsMax: 24,
    trailerLinesMax: 1, emptyLinesBeforeRequestMax: 1)
  for limits in [Limits(), tight] {
    var whole = HTTP1Run(limits)
    whole.feed(octets)
    whole.finish()

    var single = HTTP1Run(limits)
    for index in octets.indices {
      single.feed(octets.extracting(index..<index + 1))
      if let failure = single.failure {
        precondition(failure.offset == index, "an error is thrown with the octet it names")
        break
      }
    }
    single.finish()
    precondition(single == whole, "octet by octet gives what the whole gives")

    // The cuts follow from the input, so that a failure can be replayed.
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    for index in octets.indices { state = (state ^ UInt64(octets[index])) &* 0x0000_0100_0000_01B3 }
    var pieces = HTTP1Run(limits)
    var start = 0
    while start < octets.count {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let end = min(octets.count, start + 1 + Int(state &>> 60))
      pieces.feed(octets.extracting(start..<end))
      start = end
    }
    pieces.finish()
    precondition(pieces == whole, "pieces give what the whole gives")
  }
}

/// One decoder and a record of all that it gave out.
private struct HTTP1Run: ~Copyable {
  private var decoder: RequestDecoder
  private let limits: Limits
  private var record: [UInt8] = []
  private var contentCount: UInt64 = 0
  private var isWithinContent = false
  private(set) var failure: HTTP1Error?

  init(_ limits: Limits) {
    decoder = RequestDecoder(limits: limits)
    self.limits = limits
  }

  static func == (left: borrowing HTTP1Run, right: borrowing HTTP1Run) -> Bool {
    left.record == right.record && left.failure == right.failure
  }

  mutating func feed(_ octets: Span<UInt8>) {
    guard failure == nil else { return }
    decoder.feed(octets)
    do throws(HTTP1Error) {
      while let event = try decoder.next() { take(event) }
    } catch {
      failure = error
      checkSticky()
    }
  }

  mutating func finish() {
    guard failure == nil else { return }
    let isBetweenMessages = decoder.isBetweenMessages
    do throws(HTTP1Error) {
      try decoder.finish()
    } catch {
      precondition(error.code == .messageIncomplete, "only an incomplete message fails at the end")
      precondition(!isBetweenMessages, "nothing is incomplete between messages")
      failure = error
      checkSticky()
    }
  }

  private mutating func checkSticky() {
    do throws(HTTP1Error) {
      _ = try decoder.next()
      preconditionFailure("an error is sticky")
    } catch {
      precondition(error == failure, "an error stays the same")
    }
  }

  private mutating func take(_ event: RequestDecoder.Event) {
    switch event {
    case .head(let head):
      isWithinContent = false
      contentCount = 0
      Self.note(head, decoder, limits, in: &record)
    case .content(let slice):
      precondition(slice.count > 0, "content is never empty")
      contentCount += UInt64(slice.count)
      precondition(contentCount <= limits.contentOctetsMax, "content stays within its limit")
      // How content is cut is no part of the record.
      if !isWithinContent { record.append(2) }
      isWithinContent = true
      Self.note(slice, decoder, in: &record)
    case .end:
      isWithinContent = false
      record.append(3)
      Self.noteTrailers(decoder, in: &record)
    }
  }

  private static func note(
    _ slice: Slice, _ decoder: borrowing RequestDecoder, in record: inout [UInt8]
  ) {
    note(decoder.input.octets(slice), in: &record)
  }

  private static func noteTrailers(
    _ decoder: borrowing RequestDecoder, in record: inout [UInt8]
  ) {
    note(decoder.trailers, of: decoder.input.octets(decoder.trailerOctets), in: &record)
  }

  private static func note(
    _ head: RequestHead, _ decoder: borrowing RequestDecoder, _ limits: Limits,
    in record: inout [UInt8]
  ) {
    let octets = decoder.input.octets(head.octets)
    precondition(FieldSyntax.isName(octets.octets(head.methodToken)), "a method is a token")
    let target = octets.octets(head.target)
    precondition(!target.isEmpty, "a target is not empty")
    for index in target.indices {
      precondition(target[index] > 0x20 && target[index] < 0x7F, "a target is visible ASCII")
    }
    precondition(
      head.path.isEmpty || octets[head.path.offset] == 0x2F, "a path begins with a slash")
    if case .length(let length) = head.content {
      precondition(length <= limits.contentOctetsMax, "a length stays within its limit")
    }
    precondition(decoder.fields.count <= limits.fieldLinesMax, "fields stay within their limit")
    record.append(1)
    record.append(head.isPersistent ? 1 : 0)
    record.append(head.expectsContinue ? 1 : 0)
    note(octets.octets(head.path), in: &record)
    note(octets.octets(head.query), in: &record)
    note(octets.octets(head.authority), in: &record)
    note(decoder.fields, of: octets, in: &record)
  }

  private static func note(
    _ fields: borrowing FieldSection, of section: Span<UInt8>, in record: inout [UInt8]
  ) {
    for index in 0..<fields.count {
      let line = fields[index]
      let name = section.octets(line.name)
      let value = section.octets(line.value)
      precondition(FieldSyntax.isName(name), "a field name is a token")
      precondition(FieldSyntax.isValue(value), "a field value keeps its grammar")
      precondition(FieldID(name: name) == line.id, "a field is known by its name")
      note(name, in: &record)
      record.append(0x3A)
      note(value, in: &record)
    }
  }

  private static func note(_ octets: Span<UInt8>, in record: inout [UInt8]) {
    for index in octets.indices { record.append(octets[index]) }
  }
}
