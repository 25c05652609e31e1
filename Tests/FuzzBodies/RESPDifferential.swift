import CHiredis
import NecroOctets
import NecroRESP

/// Where our decoder and hiredis first part.
public struct RESPComparison {
  /// The listed disagreement, if there is one.
  public private(set) var disagreement: RESPDisagreement?
  /// A disagreement that is not listed.
  public private(set) var surprise: String?

  public init(_ octets: Span<UInt8>) {
    var setting = RESPFuzzing.Setting(version: .version2)
    // Its own bound on elements; its bounds on octets are out of reach.
    setting.limits = Limits(
      lineOctetsMax: .max, stringOctetsMax: .max, elementsMax: Int(Int32.max),
      depthMax: .max, valueOctetsMax: .max)
    var ours = RESPRun(setting)
    ours.feed(octets)
    let theirs = HiredisRun(octets)
    let common = zip(ours.lines, theirs.lines).prefix { $0 == $1 }.count
    if common < ours.lines.count && common < theirs.lines.count {
      surprise = "\(ours.lines[common]), hiredis: \(theirs.lines[common])"
    } else if theirs.lines.count > ours.lines.count {
      guard let failure = ours.failure else {
        surprise = "we wait, hiredis: \(theirs.lines[common])"
        return
      }
      judge(.weRefuse(failure.code))
    } else if let message = theirs.failure, ours.failure == nil || ours.lines.count > common {
      let known = RESPDisagreement.all.first {
        if case .theyRefuse(let start) = $0.kind { message.contains(start) } else { false }
      }
      judge(known?.kind ?? .theyRefuse(message))
    } else if ours.lines.count > theirs.lines.count {
      surprise = "hiredis waits: \(ours.lines[common])"
    }
  }

  private mutating func judge(_ kind: RESPDisagreement.Kind) {
    disagreement = RESPDisagreement.all.first { $0.kind == kind }
    if disagreement == nil { surprise = "\(kind)" }
  }
}

/// What hiredis makes of octets.
struct HiredisRun {
  private(set) var lines: [String] = []
  private(set) var failure: String?

  init(_ octets: Span<UInt8>) {
    var lines: [String] = []
    var message = [CChar](repeating: 0, count: 128)
    octets.withUnsafeBufferPointer { buffer in
      withUnsafeMutablePointer(to: &lines) { context in
        necro_hiredis_run(
          buffer.baseAddress, buffer.count,
          { context, event, octets, count, number in
            guard let lines = context?.assumingMemoryBound(to: [String].self) else { return }
            let text = Array(UnsafeBufferPointer(start: octets, count: count))
            lines.pointee.append(HiredisRun.line(event, text, number))
          }, context, &message)
      }
    }
    self.lines = lines
    let text = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    failure = text.isEmpty ? nil : String(decoding: text, as: UTF8.self)
  }

  private static func line(
    _ event: necro_hiredis_event, _ text: [UInt8], _ number: Int64
  ) -> String {
    let item: RESPItem
    switch event {
    case NECRO_HIREDIS_STATUS: item = .simpleString(.empty)
    case NECRO_HIREDIS_ERROR: item = .simpleError(.empty)
    case NECRO_HIREDIS_STRING: item = .bulkString(.empty)
    case NECRO_HIREDIS_INTEGER: item = .number(number)
    case NECRO_HIREDIS_ARRAY: item = .array(count: Int(number))
    default: item = .null
    }
    return RESPItemText.line(item) { _ in text }
  }
}

/// The property that hiredis and our decoder read the same, or that their disagreement is one of those
/// listed in `RESPDisagreement`.
///
/// Traps on a violation.
public func fuzzRESPDifferential(_ octets: Span<UInt8>) {
  if let surprise = RESPComparison(octets).surprise { preconditionFailure(surprise) }
}
