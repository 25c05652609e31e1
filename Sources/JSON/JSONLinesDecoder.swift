import NecroOctets

/// Cuts a stream into lines that are a JSON text each (NDJSON, JSON Lines), as its octets arrive.
///
/// A line feed ends a line; none stands within a JSON text that was written for this, since strings
/// escape theirs. Lines of white space alone are passed over, and the last line needs no end.
///
/// Call order as for every `OctetDecoder`; an event is the place of a line in `octets`, which holds
/// until the next `feed`, and is then to be parsed.
public struct JSONLinesDecoder: OctetDecoder, ~Copyable {
  /// What one line may cost.
  public let limits: JSONLimits

  private var buffer = OctetBuffer()
  /// Where the next line begins, and up to where it has no line feed, in the storage.
  private var lineStart = 0
  private var searched = 0
  private var lineNumber = 1
  private var failure: JSONError?
  private var isFinished = false

  public init(limits: JSONLimits = JSONLimits()) { self.limits = limits }

  /// The octets that slices are of.
  @_lifetime(borrow self)
  public func octets(_ line: Slice) -> Span<UInt8> { buffer.octets(line) }

  public mutating func feed(_ octets: Span<UInt8>) {
    discard()
    buffer.append(octets)
    adjust()
  }

  public mutating func reserve(_ octetCount: Int) -> UnsafeMutableRawBufferPointer {
    discard()
    return buffer.reserve(octetCount)
  }

  public mutating func advance(_ octetCount: Int) {
    buffer.advance(octetCount)
    adjust()
  }

  /// The octets of the lines given out, which are not needed any more.
  private mutating func discard() {
    buffer.consume(lineStart - buffer.readPosition)
    searched -= lineStart
  }

  /// Positions count from the storage's start, which may have moved.
  private mutating func adjust() {
    lineStart = buffer.readPosition
    searched += lineStart
  }

  /// The next line that has all its octets and is not blank.
  ///
  /// - Throws: `documentTooLong` for a line, with its number, as soon as it is.
  public mutating func next() throws(JSONError) -> Slice? {
    if let failure { throw failure }
    while let line = try nextLine() {
      if !isBlank(line) { return line }
    }
    return nil
  }

  /// Says that no more octets come: `next` then gives the last line, if it had no end.
  public mutating func finish() throws(JSONError) {
    if let failure { throw failure }
    isFinished = true
  }

  private mutating func nextLine() throws(JSONError) -> Slice? {
    let end = buffer.writePosition
    let lineEnd = lineFeed(Slice(offset: searched, count: end - searched))
    let hasEnd = lineEnd < end
    let line = Slice(offset: lineStart, count: lineEnd - lineStart)
    if line.count > limits.documentOctetsMax {
      let error = JSONError(
        .documentTooLong, offset: limits.documentOctetsMax, line: lineNumber,
        column: limits.documentOctetsMax + 1)
      failure = error
      throw error
    }
    if !hasEnd, !isFinished || line.isEmpty {
      searched = end
      return nil
    }
    lineStart = line.end + (hasEnd ? 1 : 0)
    searched = lineStart
    lineNumber += 1
    return line
  }

  /// The position of the first line feed, or the end.
  private func lineFeed(_ slice: Slice) -> Int {
    let octets = buffer.octets(slice)
    var length = 0
    while length < octets.count, octets[length] != 0x0A { length += 1 }
    return slice.offset + length
  }

  private func isBlank(_ line: Slice) -> Bool {
    let octets = buffer.octets(line)
    for index in octets.indices {
      let octet = octets[index]
      if octet != 0x20, octet != 0x09, octet != 0x0D { return false }
    }
    return true
  }
}
