import NecroOctets

/// HMAC with SHA-256, for one key and any number of messages: the key's two blocks are mixed once.
///
/// Source: `RFC 2104`.
public struct HMACSHA256: Sendable {
  /// The states behind the key's inner and outer block.
  private let inner: SHA256.Words
  private let outer: SHA256.Words

  public init(key: Span<UInt8>) {
    var block = SHA256.Block(repeating: 0)
    if key.count > 64 {
      let digest = SHA256.digest(key)
      for index in 0..<8 { block[index] = digest[index] }
    } else {
      for index in key.indices {
        block[index >> 2] |= UInt32(key[index]) << UInt32(24 - index % 4 * 8)
      }
    }
    self.init(block)
  }

  init(key: SHA256.Words) {
    var block = SHA256.Block(repeating: 0)
    for index in 0..<8 { block[index] = key[index] }
    self.init(block)
  }

  private init(_ key: SHA256.Block) {
    inner = HMACSHA256.state(key, 0x3636_3636)
    outer = HMACSHA256.state(key, 0x5C5C_5C5C)
  }

  private static func state(_ key: SHA256.Block, _ pad: UInt32) -> SHA256.Words {
    var block = key
    for index in 0..<16 { block[index] ^= pad }
    var state = SHA256.initialState
    SHA256.compress(&state, block)
    return state
  }

  /// A hash that takes a message's octets, for `finish`.
  public func begin() -> SHA256 { SHA256(state: inner, octetCount: 64) }

  /// The code of the message that was fed to a hash of `begin`.
  public func finish(_ message: consuming SHA256) -> SHA256.Words {
    var state = outer
    SHA256.compress(&state, HMACSHA256.lastBlock(message.finish()))
    return state
  }

  /// The code of a message.
  public func code(_ message: Span<UInt8>) -> SHA256.Words {
    var hash = begin()
    hash.update(message)
    return finish(hash)
  }

  /// The code of a message of 32 octets, in two blocks' work: what an iteration costs.
  @inline(__always)
  func code(_ message: SHA256.Words) -> SHA256.Words {
    var state = inner
    SHA256.compress(&state, HMACSHA256.lastBlock(message))
    let block = HMACSHA256.lastBlock(state)
    state = outer
    SHA256.compress(&state, block)
    return state
  }

  /// 32 octets as the second and last block of a message: padded, with the length of both.
  @inline(__always)
  private static func lastBlock(_ words: SHA256.Words) -> SHA256.Block {
    [
      words[0], words[1], words[2], words[3], words[4], words[5], words[6], words[7], 0x8000_0000,
      0, 0, 0, 0, 0, 0, (64 + 32) * 8,
    ]
  }

  /// The first block of PBKDF2's output with this key for a password, which is SCRAM's `Hi`.
  ///
  /// - Parameters:
  ///   - salt: what makes equal passwords differ.
  ///   - iterations: at least 1. An untrusted count is held against a limit first.
  ///
  /// Complexity: O(iterations), about 0.4 µs each.
  ///
  /// Source: `RFC 8018 §5.2`, `RFC 5802 §2.2`.
  public func stretched(salt: Span<UInt8>, iterations: Int) -> SHA256.Words {
    var hash = begin()
    hash.update(salt)
    // The number of the block, in network byte order.
    hash.update(word: 1)
    var code = finish(hash)
    var sum = code
    for _ in 1..<max(iterations, 1) {
      code = self.code(code)
      for index in 0..<8 { sum[index] ^= code[index] }
    }
    return sum
  }
}
