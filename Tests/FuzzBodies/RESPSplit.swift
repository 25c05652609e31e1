import NecroOctets
import NecroRESP

/// What became of the octets of one connection, fed in pieces and read as items.
struct RESPRun: ~Copyable {
  private(set) var lines: [String] = []
  private(set) var failure: RESPError?
  private var decoder: RESPDecoder

  init(_ setting: RESPFuzzing.Setting) { decoder = setting.decoder() }

  mutating func feed(_ octets: Span<UInt8>) {
    if failure != nil { return }
    decoder.feed(octets)
    do throws(RESPError) {
      while let item = try decoder.next() {
        lines.append(RESPItemText.line(item, in: decoder.input))
      }
    } catch {
      failure = error
    }
  }

  mutating func finish() {
    do throws(RESPError) {
      try decoder.finish()
      precondition(failure == nil, "an error stays")
    } catch {
      precondition(failure == nil || failure == error, "an error stays as it is")
      failure = error
    }
  }
}

/// The same read as whole values, each of which is then taken apart.
struct RESPValueRun: ~Copyable {
  private(set) var lines: [String] = []
  private(set) var failure: RESPError?
  private var decoder: RESPDecoder

  init(_ setting: RESPFuzzing.Setting) { decoder = setting.decoder() }

  mutating func feed(_ octets: Span<UInt8>) {
    if failure != nil { return }
    decoder.feed(octets)
    do throws(RESPError) {
      while let value = try decoder.nextValue() { append(value) }
    } catch {
      failure = error
    }
  }

  mutating func finish() {
    do throws(RESPError) {
      try decoder.finish()
    } catch {
      failure = error
    }
  }

  private mutating func append(_ value: RESPValue) {
    if case .inlineCommand = value.item {
      lines.append(RESPItemText.line(value.item, in: decoder.input))
      return
    }
    precondition(value.attributes.end == value.octets.offset, "attributes lie before their value")
    let first = lines.count
    for slice in [value.attributes, value.octets] {
      let octets = RESPItemText.copy(decoder.input.octets(slice))
      if slice == value.octets {
        // The item given beside the octets is the one that they begin with.
        var reader = RESPReader(octets.span)
        if let item = reader.next() {
          precondition(
            RESPItemText.line(item) { RESPItemText.copy(octets.span.octets($0)) }
              == RESPItemText.line(value.item, in: decoder.input), "a value's item is its first")
        }
      }
      var reader = RESPReader(octets.span)
      while let item = reader.next() {
        lines.append(RESPItemText.line(item) { RESPItemText.copy(octets.span.octets($0)) })
      }
    }
    precondition(lines.count > first, "a value has an item")
    var reader = RESPReader(decoder.input.octets(value.octets))
    if let item = reader.next() { reader.skip(item) }
    precondition(reader.next() == nil, "a value is skipped whole")
  }
}

/// What the fuzz bodies of the RESP codec share.
enum RESPFuzzing {
  typealias Choices = HTTP1Fuzzing.Choices

  struct Setting {
    var limits = Limits()
    var version = RESPVersion.version3
    var acceptsInlineCommands = false

    func decoder() -> RESPDecoder {
      RESPDecoder(
        limits: limits, version: version, acceptsInlineCommands: acceptsInlineCommands)
    }
  }

  /// Limits that short inputs reach.
  static var tightLimits: Limits {
    Limits(
      lineOctetsMax: 12, numberOctetsMax: 6, stringOctetsMax: 16, elementsMax: 5, depthMax: 3,
      valueOctetsMax: 48)
  }

  static var settings: [Setting] {
    [
      Setting(), Setting(limits: tightLimits), Setting(version: .version2),
      Setting(limits: tightLimits, acceptsInlineCommands: true),
    ]
  }
}

/// The property that how a peer's octets are cut changes nothing, neither items nor the error and its
/// offset, and that items and whole values are the same.
///
/// Traps on a violation.
public func fuzzRESPSplit(_ octets: Span<UInt8>) {
  for setting in RESPFuzzing.settings {
    var whole = RESPRun(setting)
    whole.feed(octets)
    whole.finish()
    if let failure = whole.failure {
      precondition(
        failure.offset >= 0 && failure.offset <= octets.count, "an error lies in its input")
    }
    var single = RESPRun(setting)
    for index in octets.indices { single.feed(octets.extracting(index..<index + 1)) }
    single.finish()
    precondition(
      single.lines == whole.lines && single.failure == whole.failure,
      "octet by octet gives what the whole gives")
    // The cuts follow from the input, so that a failure can be replayed.
    var cuts = RESPFuzzing.Choices(octets)
    var pieces = RESPRun(setting)
    var values = RESPValueRun(setting)
    var start = 0
    while start < octets.count {
      let end = min(octets.count, start + 1 + cuts.next(below: 40))
      pieces.feed(octets.extracting(start..<end))
      values.feed(octets.extracting(start..<end))
      start = end
    }
    pieces.finish()
    values.finish()
    precondition(
      pieces.lines == whole.lines && pieces.failure == whole.failure,
      "pieces give what the whole gives")
    precondition(values.failure == whole.failure, "values fail where items do")
    precondition(
      whole.lines.starts(with: values.lines)
        && (whole.failure != nil || values.lines.count == whole.lines.count),
      "values have the items that come one by one")
  }
}
