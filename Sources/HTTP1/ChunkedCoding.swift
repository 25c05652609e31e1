import NecroHTTPSemantics
import NecroOctets

/// The chunked transfer coding without its trailer section, scanned so that it can stop and go on
/// between any two octets.
///
/// Sizes and extensions are dropped octet by octet as they are read; extensions are checked against
/// their grammar, since a parser that skips them loosely can be made to see another line end.
///
/// RFC 9112 §7.1
struct ChunkedCoding {
  enum Phase: UInt8 {
    case sizeStart
    case size
    case beforeSemicolon
    case beforeName
    case name
    case afterName
    case beforeValue
    case value
    case quoted
    case quotedPair
    case quotedEnd
    case lineFeed
    case data
    case dataEnd
    case dataLineFeed
    case complete
  }

  private(set) var phase = Phase.sizeStart
  /// Octets of the current chunk's data still to come.
  private(set) var remaining: UInt64 = 0
  private var lineCount = 0
  private var sizeCount = 0
  private var extensionsCount = 0
  private var contentCount: UInt64 = 0

  init() {}

  /// Counts octets of data as taken by the caller, who found `phase` to be `data`.
  mutating func takeData(_ count: UInt64) {
    remaining -= count
    if remaining == 0 { phase = .dataEnd }
  }

  /// Reads what is not data from `position` on, and stops where data or the trailer section begins,
  /// or where the octets end.
  mutating func scan(
    _ input: borrowing OctetBuffer, from position: inout Int, _ limits: Limits
  ) throws(HTTP1Error) {
    let octets = input.octets
    while position < octets.count {
      let octet = octets[position]
      switch phase {
      case .sizeStart, .size:
        try scanSize(octet, position, limits)
      case .beforeSemicolon, .beforeName, .name, .afterName, .beforeValue, .value, .quoted,
        .quotedPair, .quotedEnd:
        try scanExtension(octet, position, limits)
      case .lineFeed:
        guard octet == 0x0A else {
          throw HTTP1Error(code: .bareCarriageReturn, offset: position)
        }
        phase = remaining == 0 ? .complete : .data
      case .dataEnd:
        guard octet == 0x0D else {
          throw HTTP1Error(
            code: octet == 0x0A ? .bareLineFeed : .chunkNotTerminated, offset: position)
        }
        phase = .dataLineFeed
      case .dataLineFeed:
        guard octet == 0x0A else {
          throw HTTP1Error(code: .bareCarriageReturn, offset: position)
        }
        phase = .sizeStart
      case .data, .complete: return
      }
      position += 1
    }
  }

  /// `1*HEXDIG`, and the octet behind it.
  @inline(__always)
  private mutating func scanSize(
    _ octet: UInt8, _ position: Int, _ limits: Limits
  ) throws(HTTP1Error) {
    if phase == .sizeStart {
      remaining = 0
      lineCount = 0
    }
    guard let digit = OctetClass.hexadecimalValue(octet) else {
      guard phase == .size else {
        throw HTTP1Error(
          code: octet == 0x0A ? .bareLineFeed : .chunkSizeInvalid, offset: position)
      }
      let (total, overflows) = contentCount.addingReportingOverflow(remaining)
      guard !overflows && total <= limits.contentOctetsMax else {
        throw HTTP1Error(code: .contentTooLong, offset: position)
      }
      contentCount = total
      sizeCount = lineCount
      return try endElement(octet, position, limits, .chunkSizeInvalid)
    }
    try countLineOctet(position, limits)
    guard remaining &>> 60 == 0 else {
      throw HTTP1Error(code: .chunkSizeOverflow, offset: position)
    }
    remaining = remaining &<< 4 | UInt64(digit)
    phase = .size
  }

  /// `*( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )` behind its first octet.
  private mutating func scanExtension(
    _ octet: UInt8, _ position: Int, _ limits: Limits
  ) throws(HTTP1Error) {
    let isToken = FieldSyntax.tokenOctets.contains(octet)
    switch phase {
    case .beforeName:
      if FieldSyntax.isWhitespace(octet) { break }
      guard isToken else { throw extensionFault(octet, position) }
      phase = .name
    case .name:
      if isToken { break }
      if octet == 0x3D {
        phase = .beforeValue
      } else if FieldSyntax.isWhitespace(octet) {
        phase = .afterName
      } else {
        return try endElement(octet, position, limits, .chunkExtensionInvalid)
      }
    case .afterName:
      if FieldSyntax.isWhitespace(octet) { break }
      guard octet == 0x3D || octet == 0x3B else { throw extensionFault(octet, position) }
      phase = octet == 0x3D ? .beforeValue : .beforeName
    case .beforeValue:
      if FieldSyntax.isWhitespace(octet) { break }
      guard isToken || octet == 0x22 else { throw extensionFault(octet, position) }
      phase = isToken ? .value : .quoted
    case .value:
      if !isToken { return try endElement(octet, position, limits, .chunkExtensionInvalid) }
    case .quoted:
      guard FieldSyntax.valueOctets.contains(octet) else { throw extensionFault(octet, position) }
      if octet == 0x22 { phase = .quotedEnd } else if octet == 0x5C { phase = .quotedPair }
    case .quotedPair:
      guard FieldSyntax.valueOctets.contains(octet) else { throw extensionFault(octet, position) }
      phase = .quoted
    case .beforeSemicolon:
      if FieldSyntax.isWhitespace(octet) { break }
      guard octet == 0x3B else { throw extensionFault(octet, position) }
      phase = .beforeName
    default:
      // `quotedEnd`.
      return try endElement(octet, position, limits, .chunkExtensionInvalid)
    }
    try countLineOctet(position, limits)
  }

  /// The octet behind a size, a name or a value: CR ends the line, `;` or white space before one
  /// begins the next extension.
  private mutating func endElement(
    _ octet: UInt8, _ position: Int, _ limits: Limits, _ code: HTTP1Error.Code
  ) throws(HTTP1Error) {
    switch octet {
    case 0x0D:
      extensionsCount += lineCount - sizeCount
      guard extensionsCount <= limits.chunkExtensionsOctetsMax else {
        throw HTTP1Error(code: .chunkExtensionsTooLong, offset: position)
      }
      phase = .lineFeed
      return
    case 0x3B: phase = .beforeName
    case 0x20, 0x09: phase = .beforeSemicolon
    case 0x0A: throw HTTP1Error(code: .bareLineFeed, offset: position)
    default: throw HTTP1Error(code: code, offset: position)
    }
    try countLineOctet(position, limits)
  }

  private mutating func countLineOctet(
    _ position: Int, _ limits: Limits
  ) throws(HTTP1Error) {
    guard lineCount < limits.chunkLineOctetsMax else {
      throw HTTP1Error(code: .chunkLineTooLong, offset: position)
    }
    lineCount += 1
  }

  private func extensionFault(_ octet: UInt8, _ position: Int) -> HTTP1Error {
    HTTP1Error(
      code: octet == 0x0A ? .bareLineFeed : .chunkExtensionInvalid, offset: position)
  }
}
