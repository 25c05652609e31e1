import COpenSSL

/// The keys that a server's session tickets are protected with.
///
/// They are replaced every hour, and the last two before them still open tickets. All workers, in
/// whatever thread or process, come to the same keys without a word between them: from a shared secret
/// and the hour, each key's secret being the digest of the one before. A secret that was used is
/// forgotten, so that nobody who reads the memory later can open tickets of earlier hours.
public final class TLSTicketKeys {
  struct Key {
    /// What tells keys apart in a ticket: 16 octets.
    var name: [UInt8]
    /// The key of HMAC-SHA-256, then that of AES-256-CBC: 32 octets each.
    var secrets: [UInt8]
  }

  static var rotationSeconds: Int64 { 3_600 }
  /// How long a ticket may be used; the oldest key is kept at least as long.
  static var ticketSeconds: Int { 7_200 }
  private static var keysMax: Int { 3 }
  /// Hours that a clock may jump ahead: beyond them it is the clock that is wrong.
  private static var stepsMax: Int64 { 100_000 }

  // Invariant: `secret` is that of `epoch`; `keys` begins with the key of `epoch`, then come those of
  // the epochs before.
  private var secret: [UInt8]
  private var epoch: Int64
  private var keys: [Key] = []

  /// - Parameters:
  ///   - secret: 32 octets that nobody can guess.
  ///   - unixSeconds: when the secret was made, of which hour it is the first.
  public init(secret: [UInt8], unixSeconds: Int64) {
    self.secret = secret
    epoch = unixSeconds / Self.rotationSeconds
    keys = [key()]
  }

  /// The key for new tickets, in the hour of the moment given.
  func current(unixSeconds: Int64) -> Key {
    let wanted = unixSeconds / Self.rotationSeconds
    var steps: Int64 = 0
    while epoch < wanted && steps < Self.stepsMax {
      secret = TLSTicketKeys.digest(secret, 3, "SHA256")
      epoch += 1
      steps += 1
      // Keys that would be dropped at once are not made.
      if wanted - epoch < Int64(Self.keysMax) {
        keys.insert(key(), at: 0)
        if keys.count > Self.keysMax { keys.removeLast() }
      }
    }
    if steps == Self.stepsMax { epoch = wanted }
    return keys[0]
  }

  /// The key by its name in a ticket, and whether it is still the one for new tickets; nil once it is
  /// forgotten.
  func find(
    _ name: UnsafePointer<UInt8>, unixSeconds: Int64
  ) -> (key: Key, isCurrent: Bool)? {
    _ = current(unixSeconds: unixSeconds)
    for index in keys.indices {
      var isEqual = true
      for position in 0..<16 where keys[index].name[position] != name[position] { isEqual = false }
      if isEqual { return (keys[index], index == 0) }
    }
    return nil
  }

  private func key() -> Key {
    var name = TLSTicketKeys.digest(secret, 1, "SHA256")
    name.removeLast(16)
    return Key(name: name, secrets: TLSTicketKeys.digest(secret, 2, "SHA512"))
  }

  /// The digest of a secret and one octet more, which says what the digest is for.
  static func digest(_ secret: [UInt8], _ purpose: UInt8, _ name: StaticString) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 64)
    var count: UInt32 = 0
    let input = secret + [purpose]
    let type = necro_EVP_get_digestbyname(name.terminated)
    let result = necro_EVP_Digest(input, input.count, &digest, &count, type, nil)
    precondition(result == 1 && count <= 64, "SHA-2 is there")
    digest.removeLast(64 - Int(count))
    return digest
  }
}

extension StaticString {
  /// The literal as a C string, which it is.
  var terminated: UnsafePointer<CChar> {
    UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self)
  }
}
