import NecroOctets

/// What a password comes to with a salt and an iteration count. Kept from one authentication to the
/// next (`RFC 5802 §5.1`), they spare the iterations, and are as secret as the password.
public struct SCRAMKeys: Sendable {
  /// The digest of the salt and the iteration count that the keys were made with.
  let origin: SHA256.Words
  let clientKey: SHA256.Words
  let serverKey: SHA256.Words

  /// - Parameter password: its HMAC.
  init(password: HMACSHA256, salt: Span<UInt8>, iterations: Int) {
    let salted = HMACSHA256(key: password.stretched(salt: salt, iterations: iterations))
    clientKey = salted.code(("Client Key" as StaticString).octets)
    serverKey = salted.code(("Server Key" as StaticString).octets)
    origin = SCRAMKeys.origin(salt: salt, iterations: iterations)
  }

  static func origin(salt: Span<UInt8>, iterations: Int) -> SHA256.Words {
    var hash = SHA256()
    var rest = UInt64(iterations)
    for _ in 0..<8 {
      hash.update(UInt8(truncatingIfNeeded: rest))
      rest >>= 8
    }
    hash.update(salt)
    return hash.finish()
  }

  /// `ClientKey XOR HMAC(H(ClientKey), AuthMessage)`.
  func proof(of message: Span<UInt8>) -> SHA256.Words {
    var hash = SHA256()
    for index in 0..<8 { hash.update(word: clientKey[index]) }
    var proof = HMACSHA256(key: hash.finish()).code(message)
    for index in 0..<8 { proof[index] ^= clientKey[index] }
    return proof
  }

  /// `HMAC(ServerKey, AuthMessage)`.
  func signature(of message: Span<UInt8>) -> SHA256.Words {
    HMACSHA256(key: serverKey).code(message)
  }
}

extension SHA256 {
  /// Takes the four octets of a word.
  mutating func update(word: UInt32) {
    update(UInt8(truncatingIfNeeded: word >> 24))
    update(UInt8(truncatingIfNeeded: word >> 16))
    update(UInt8(truncatingIfNeeded: word >> 8))
    update(UInt8(truncatingIfNeeded: word))
  }

  /// The 32 octets of a digest.
  public static func octets(_ words: Words) -> InlineArray<32, UInt8> {
    var octets = InlineArray<32, UInt8>(repeating: 0)
    for index in 0..<32 {
      octets[index] = UInt8(truncatingIfNeeded: words[index >> 2] >> UInt32(24 - index % 4 * 8))
    }
    return octets
  }

  /// Whether `octets` are those of a digest, in a time that does not tell where they differ.
  public static func equals(_ words: Words, _ octets: Span<UInt8>) -> Bool {
    guard octets.count == 32 else { return false }
    let own = SHA256.octets(words)
    var difference: UInt8 = 0
    for index in 0..<32 { difference |= own[index] ^ octets[index] }
    return difference == 0
  }
}
