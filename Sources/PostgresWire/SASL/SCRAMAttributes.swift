import NecroOctets

/// Reads the attributes of a server's message one after another.
///
/// Source: `RFC 5802 §7`.
struct SCRAMAttributes: ~Escapable {
  private let message: Span<UInt8>
  private var position = 0

  @_lifetime(copy message)
  init(_ message: Span<UInt8>) { self.message = message }

  /// The position of the attribute that is read next.
  var offset: Int { position }

  var isAtEnd: Bool { position == message.count }

  /// The value of the next attribute, which has to be `name`. Moves behind it and its comma.
  ///
  /// - Throws: `attributeInvalid`; `extensionMandatory` where the attribute is `m`.
  mutating func next(_ name: UInt8) throws(SCRAMError) -> Slice {
    let attribute = try next()
    guard attribute.name == name else { throw SCRAMError(.attributeInvalid, at: attribute.offset) }
    return attribute.value
  }

  /// The next attribute, whatever it is. Moves behind it and its comma.
  mutating func next() throws(SCRAMError) -> (name: UInt8, offset: Int, value: Slice) {
    let start = position
    guard message.count - start >= 3, OctetClass.isAlpha(message[start]), message[start + 1] == 0x3D
    else { throw SCRAMError(.attributeInvalid, at: start) }
    if message[start] == 0x6D { throw SCRAMError(.extensionMandatory, at: start) }
    position += 2
    while position < message.count, message[position] != 0x2C {
      if message[position] == 0 { throw SCRAMError(.attributeInvalid, at: position) }
      position += 1
    }
    let value = Slice(offset: start + 2, count: position - start - 2)
    if value.isEmpty { throw SCRAMError(.attributeInvalid, at: start) }
    if position < message.count {
      position += 1
      if position == message.count { throw SCRAMError(.attributeInvalid, at: position) }
    }
    return (message[start], start, value)
  }

  /// Passes over optional extensions, which a client ignores, to the end.
  mutating func skipExtensions() throws(SCRAMError) {
    while !isAtEnd { _ = try next() }
  }
}

/// The first message of a server: what its nonce, salt and iteration count are.
struct SCRAMServerFirst {
  let nonce: Slice
  let salt: Slice
  let iterations: Int

  /// - Parameter clientNonce: what the server's nonce has to begin with.
  init(
    _ message: Span<UInt8>, clientNonce: Span<UInt8>, limits: SCRAMLimits
  ) throws(SCRAMError) {
    var attributes = SCRAMAttributes(message)
    nonce = try attributes.next(0x72)
    salt = try attributes.next(0x73)
    let count = try attributes.next(0x69)
    try attributes.skipExtensions()
    for position in nonce.offset..<nonce.end
    where message[position] <= 0x20 || message[position] >= 0x7F {
      throw SCRAMError(.attributeInvalid, at: position)
    }
    guard nonce.count > clientNonce.count,
      message.octets(nonce).extracting(first: clientNonce.count).equals(clientNonce)
    else { throw SCRAMError(.nonceMismatch, at: nonce.offset) }
    iterations = try SCRAMServerFirst.iterations(message, count, limits)
  }

  private static func iterations(
    _ message: Span<UInt8>, _ digits: Slice, _ limits: SCRAMLimits
  ) throws(SCRAMError) -> Int {
    var value = 0
    for position in digits.offset..<digits.end {
      let octet = message[position]
      guard OctetClass.isDigit(octet), position > digits.offset || octet != 0x30 else {
        throw SCRAMError(.iterationCountInvalid, at: position)
      }
      // Above the limit it does not matter by how much.
      if value <= limits.iterationsMax { value = value * 10 + Int(octet - 0x30) }
    }
    if value > limits.iterationsMax {
      throw SCRAMError(.iterationCountTooHigh, at: digits.offset)
    }
    return value
  }
}
