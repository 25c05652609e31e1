/// The one shape of every decoder: octets in, events out, no input or output of its own.
///
/// Call order: `feed` (or `reserve` and `advance`) any number of octets, then `next` until it returns
/// nil, and again. `finish` once the peer has closed its side. Slices in events count from the start
/// of the decoder's buffer unless the decoder says otherwise, and live until the next `feed` or
/// `reserve`.
///
/// Errors are sticky: after a throw, every call of `next` and `finish` throws the same error.
/// Incomplete input is never an error of `next`, and malformed input never waits for more.
public protocol OctetDecoder: ~Copyable {
  associatedtype Event
  associatedtype Failure: Error

  /// Takes a copy of `octets` behind those fed before.
  mutating func feed(_ octets: Span<UInt8>)

  /// Room for at least `octetCount` octets in the decoder's own buffer, so that a reactor can
  /// receive in place. Nothing is fed until `advance`.
  mutating func reserve(_ octetCount: Int) -> UnsafeMutableRawBufferPointer

  /// Feeds the first `octetCount` octets of the room that `reserve` returned.
  mutating func advance(_ octetCount: Int)

  /// The next event, or nil when it needs more octets.
  mutating func next() throws(Failure) -> Event?

  /// Says that no more octets come. Throws when that cuts a message short.
  mutating func finish() throws(Failure)
}

/// The one shape of every serializer: a message in, octets out.
public protocol OctetSerializer: ~Copyable {
  associatedtype Message
  associatedtype Misuse: Error

  /// Appends the octets of `message`. Throws, having appended nothing, when the caller asks for what
  /// the protocol does not allow.
  mutating func serialize(_ message: Message, into output: inout OctetBuffer) throws(Misuse)
}
