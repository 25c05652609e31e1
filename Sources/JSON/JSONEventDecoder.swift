import NecroOctets

/// Reads a document as its octets arrive, such as the content of a request that comes in chunks.
///
/// It is as strict as `JSONParser` and gives the same errors, but for the order in which a document that
/// is too long and malformed is refused. Memory is held for the token that is incomplete and for a bit
/// per level, so that a document of any length can pass through. Duplicate names are not looked for.
///
/// Call order as for every `OctetDecoder`: `feed`, then `next` until it is nil, and again; `finish`, and
/// then `next` once more, since a document that is a number ends only there. Octets of events hold until
/// the next `feed` or `reserve`.
///
/// - Complexity: O(n) for n octets, however they are cut.
///
/// Source: `RFC 8259`.
public struct JSONEventDecoder: OctetDecoder, ~Copyable {
  /// What the document may cost.
  public let limits: JSONLimits

  private var buffer = OctetBuffer()
  private var scanner: EventScanner
  private var failure: JSONError?
  private var isFinished = false

  public init(limits: JSONLimits = JSONLimits()) {
    self.limits = limits
    scanner = EventScanner(depthMax: limits.depthMax)
  }

  /// The octets of an event's string: valid UTF-8, or the digits of a number.
  @_lifetime(borrow self)
  public func octets(_ text: JSONText) -> Span<UInt8> {
    text.wasEscaped ? scanner.parser.unescaped.octets(text.slice) : buffer.octets(text.slice)
  }

  /// The octets that are held, with room for more.
  public var storageOctets: Int { buffer.capacity + scanner.parser.storageOctets }

  public mutating func feed(_ octets: Span<UInt8>) {
    discard()
    buffer.append(octets)
    scanner.move(to: buffer.readPosition)
  }

  public mutating func reserve(_ octetCount: Int) -> UnsafeMutableRawBufferPointer {
    discard()
    let room = buffer.reserve(octetCount)
    scanner.move(to: buffer.readPosition)
    return room
  }

  public mutating func advance(_ octetCount: Int) {
    buffer.advance(octetCount)
  }

  private mutating func discard() {
    buffer.consume(scanner.needed - buffer.readPosition)
    scanner.discardUnescaped()
  }

  /// The next event, or nil when it needs more octets.
  ///
  /// - Throws: `JSONError` for the first fault, with its place in the whole document.
  public mutating func next() throws(JSONError) -> JSONEvent? {
    if let failure { throw failure }
    // What lies behind the limit is never looked at.
    let allowed = limits.documentOctetsMax - scanner.streamed
    let end = min(buffer.writePosition, allowed)
    do throws(JSONFault) {
      let event = try scanner.next(buffer, end, isFinished: isFinished)
      if let event { return event }
      if end < buffer.writePosition { throw JSONFault(.documentTooLong, at: end) }
      return nil
    } catch {
      throw fail(error)
    }
  }

  /// Says that no more octets come.
  ///
  /// - Throws: `unexpectedEnd` when that cuts the document short.
  public mutating func finish() throws(JSONError) {
    if let failure { throw failure }
    isFinished = true
    if scanner.mayEnd { return }
    let end = min(buffer.writePosition, limits.documentOctetsMax - scanner.streamed)
    do throws(JSONFault) {
      // A number may be out of range, and the beginning of a byte order mark be nothing.
      _ = try scanner.next(buffer, end, isFinished: true)
      throw JSONFault(.unexpectedEnd, at: end)
    } catch {
      throw fail(error)
    }
  }

  private mutating func fail(_ fault: JSONFault) -> JSONError {
    let error = scanner.located(fault)
    failure = error
    return error
  }
}
