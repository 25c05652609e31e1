import NecroOctets

/// Turns the octets of one connection into values.
///
/// Call order: `feed` (or `reserve` and `advance`), then `next` until it returns nil, and again;
/// `finish` once the peer has closed its side and `next` has returned nil.
///
/// `next` gives out items as they come: a consumer that builds something keeps a stack of its own, and
/// memory is one string. `nextValue` gives out whole values of the top level, whose octets stay
/// together until they are complete; it looks at each octet once, however they are cut. One connection
/// uses one of the two, and changes between values alone.
///
/// Slices live until the next `feed`, `reserve`, `next` or `nextValue`.
///
/// RESP2 and RESP3
public struct RESPDecoder: ~Copyable, OctetDecoder {
  public typealias Event = RESPItem

  /// The octets fed and not yet consumed. A driver may swap its storage out and in while it is empty.
  public var input = OctetBuffer()

  /// The bounds in force. They may be changed between values.
  public var limits: Limits
  /// What the connection speaks. It may be changed between values.
  public var version: RESPVersion

  private let acceptsInlineCommands: Bool
  private var nesting = Nesting()
  private var state = ScanState()
  /// Octets of the connection that have been consumed.
  private var consumedCount = 0
  private var failure: RESPError?

  /// - Parameters:
  ///   - version: types that it does not have are refused.
  ///   - acceptsInlineCommands: whether, between values, what does not begin with the type of an array
  ///     is a command as people type it. For tools that stand in a server's place.
  public init(
    limits: Limits = Limits(), version: RESPVersion = .version3,
    acceptsInlineCommands: Bool = false
  ) {
    self.limits = limits
    self.version = version
    self.acceptsInlineCommands = acceptsInlineCommands
  }

  /// Whether no octet of a further value has come.
  public var isBetweenValues: Bool { nesting.isBetweenValues && input.isEmpty }

  public mutating func feed(_ octets: Span<UInt8>) {
    input.append(octets)
  }

  public mutating func reserve(_ octetCount: Int) -> UnsafeMutableRawBufferPointer {
    unsafe input.reserve(octetCount)
  }

  public mutating func advance(_ octetCount: Int) {
    input.advance(octetCount)
  }

  /// Octets of the string at the front that are missing, its line end included, as far as its length is
  /// known: how much room to `reserve` at least. 0 when it is not known, or when nothing is missing.
  public var missingOctetCount: Int {
    guard failure == nil else { return 0 }
    return ItemScan.missingOctetCount(input.octets, from: state.position, limits)
  }

  /// The next item, or nil when it needs more octets.
  ///
  /// - Throws: `RESPError`, from then on with every call. Its offset is the octet with which the value
  ///   became impossible, however the octets were cut.
  public mutating func next() throws(RESPError) -> RESPItem? {
    if let failure { throw failure }
    precondition(state.valueItem == nil, "a value that nextValue has begun is its to complete")
    var isComplete = false
    do throws(RESPError) {
      let item = try ItemScan.item(
        input, &state, &nesting, limits, version, acceptsInlineCommands, &isComplete)
      consume(isComplete)
      return item
    } catch {
      throw fail(error)
    }
  }

  /// The next value of the top level, or nil when it needs more octets.
  ///
  /// - Throws: as `next`.
  public mutating func nextValue() throws(RESPError) -> RESPValue? {
    if let failure { throw failure }
    do throws(RESPError) {
      guard
        let item = try ItemScan.value(
          input, &state, &nesting, limits, version, acceptsInlineCommands)
      else { return nil }
      let start = input.readPosition
      let value = RESPValue(
        item: item,
        octets: Slice(
          offset: start + state.valuePosition, count: state.position - state.valuePosition),
        attributes: Slice(offset: start, count: state.valuePosition))
      consume(true)
      return value
    } catch {
      throw fail(error)
    }
  }

  /// Says that no more octets come, after `next` has returned nil.
  ///
  /// - Throws: `valueIncomplete` within a value, with the number of octets there were; the error that
  ///   `next` has thrown before.
  public mutating func finish() throws(RESPError) {
    if let failure { throw failure }
    if isBetweenValues { return }
    throw fail(RESPError(code: .valueIncomplete, offset: input.count))
  }

  /// Keeps an error, its offset counted from the first octet that is not consumed.
  private mutating func fail(_ error: RESPError) -> RESPError {
    let absolute = RESPError(code: error.code, offset: consumedCount + error.offset)
    failure = absolute
    return absolute
  }

  /// Consumes what has been scanned.
  @inline(__always)
  private mutating func consume(_ isComplete: Bool) {
    input.consume(state.position)
    consumedCount &+= state.position
    state.consumed(isComplete)
  }
}
