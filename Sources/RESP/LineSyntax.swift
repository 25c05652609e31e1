import NecroOctets

/// Lines of digits, which are most of what RESP is made of, and lines of text.
///
/// Each function reads from `start`, which lies behind the type, and returns nil where a line that is
/// right so far is not complete. Errors count from the span's first octet.
enum LineSyntax {
  /// What a line with a length or a count says.
  enum Announcement {
    /// So many, at most the limit.
    case count(Int)
    /// -1, which stands for no value.
    case null
    /// `?`, when nobody knows yet.
    case streamed
  }

  /// Digits of a length, a count or an integer at most: any number of zeros may stand before one.
  private static var digitsMax: Int { 20 }

  /// A length or a count, and the position behind its line.
  @inline(__always)
  static func announcement(
    _ octets: Span<UInt8>, from start: Int, max: Int, invalid: RESPError.Code,
    tooLarge: RESPError.Code, end: inout Int
  ) throws(RESPError) -> Announcement? {
    let available = octets.count
    guard start < available else { return nil }
    var at = start
    var digit = octets[at] &- 0x30
    if digit > 9 { return try special(octets, from: start, invalid, &end) }
    var value = 0
    repeat {
      // It cannot overflow: the value is at most `max`, and that at most 2^53.
      value = value &* 10 &+ Int(digit)
      if value > max { throw RESPError(code: tooLarge, offset: at) }
      at &+= 1
      guard at < available else { return nil }
      digit = octets[at] &- 0x30
    } while digit <= 9 && at &- start < digitsMax
    guard octets[at] == 0x0D else { throw RESPError(code: invalid, offset: at) }
    at &+= 1
    guard at < available else { return nil }
    guard octets[at] == 0x0A else { throw RESPError(code: .lineEndInvalid, offset: at) }
    end = at &+ 1
    return .count(value)
  }

  /// `-1` or `?`.
  private static func special(
    _ octets: Span<UInt8>, from start: Int, _ invalid: RESPError.Code, _ end: inout Int
  ) throws(RESPError) -> Announcement? {
    let isNull = octets[start] == 0x2D
    guard isNull || octets[start] == 0x3F else { throw RESPError(code: invalid, offset: start) }
    var at = start + 1
    if isNull {
      guard at < octets.count else { return nil }
      guard octets[at] == 0x31 else { throw RESPError(code: invalid, offset: at) }
      at += 1
    }
    guard try lineEnd(octets, &at, otherwise: invalid) else { return nil }
    end = at
    return isNull ? .null : .streamed
  }

  /// Passes over CRLF at `at`. False when it is not complete.
  @inline(__always)
  static func lineEnd(
    _ octets: Span<UInt8>, _ at: inout Int, otherwise code: RESPError.Code
  ) throws(RESPError) -> Bool {
    guard at < octets.count else { return false }
    guard octets[at] == 0x0D else { throw RESPError(code: code, offset: at) }
    guard at + 1 < octets.count else { return false }
    guard octets[at + 1] == 0x0A else { throw RESPError(code: .lineEndInvalid, offset: at + 1) }
    at += 2
    return true
  }

  /// An integer of 64 bits with a sign.
  ///
  /// RESP3, "Number"
  @inline(__always)
  static func integer(
    _ octets: Span<UInt8>, from start: Int, end: inout Int
  ) throws(RESPError) -> Int64? {
    let available = octets.count
    guard start < available else { return nil }
    var at = start
    let isNegative = octets[at] == 0x2D
    if isNegative || octets[at] == 0x2B {
      at &+= 1
      guard at < available else { return nil }
    }
    let digitStart = at
    var digit = octets[at] &- 0x30
    if digit > 9 { throw RESPError(code: .numberInvalid, offset: at) }
    // Below 0, where there is room for one more.
    var value: Int64 = 0
    repeat {
      if value < -922_337_203_685_477_579 {
        let (tenfold, overflows) = value.multipliedReportingOverflow(by: 10)
        let (sum, alsoOverflows) = tenfold.subtractingReportingOverflow(Int64(digit))
        if overflows || alsoOverflows || (!isNegative && sum == .min) {
          throw RESPError(code: .numberOverflow, offset: at)
        }
        value = sum
      } else {
        value = value &* 10 &- Int64(digit)
      }
      at &+= 1
      guard at < available else { return nil }
      digit = octets[at] &- 0x30
    } while digit <= 9 && at &- digitStart < digitsMax
    guard octets[at] == 0x0D else { throw RESPError(code: .numberInvalid, offset: at) }
    at &+= 1
    guard at < available else { return nil }
    guard octets[at] == 0x0A else { throw RESPError(code: .lineEndInvalid, offset: at) }
    end = at &+ 1
    return isNegative ? value : 0 &- value
  }

  /// The text up to CRLF.
  ///
  /// - Parameter resume: octets behind `start` that are known to have no line end, kept while the line
  ///   is incomplete: so a line that comes in many pieces is looked at once.
  ///
  /// RESP3, "Simple string"
  @inline(__always)
  static func text(
    _ octets: Span<UInt8>, from start: Int, octetsMax: Int, resume: inout Int, end: inout Int
  ) throws(RESPError) -> Slice? {
    let available = octets.count
    // A line end may begin at the limit and not behind it.
    let last = min(available, start + octetsMax + 1)
    var at = start + resume
    while at < last {
      if last &- at >= 8 {
        let word = OctetWord(octets, at: at)
        let mask = word.mask(from: 0x0A, through: 0x0D)
        if mask == 0 {
          at &+= 8
          continue
        }
        at &+= OctetWord.countBefore(mask)
      }
      let octet = octets[at]
      if octet == 0x0D {
        let text = Slice(offset: start, count: at - start)
        guard at + 1 < available else {
          resume = at - start
          return nil
        }
        guard octets[at + 1] == 0x0A else {
          throw RESPError(code: .lineEndInvalid, offset: at + 1)
        }
        end = at + 2
        resume = 0
        return text
      }
      if octet == 0x0A { throw RESPError(code: .lineEndInvalid, offset: at) }
      at &+= 1
    }
    if available > start + octetsMax {
      throw RESPError(code: .lineTooLong, offset: start + octetsMax)
    }
    resume = available - start
    return nil
  }
}
