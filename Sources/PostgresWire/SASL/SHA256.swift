import NecroOctets

/// SHA-256, fed piece by piece.
///
/// It is here because SCRAM needs it some thousand times over and a codec depends on no library.
///
/// Source: `FIPS 180-4 §6.2`.
public struct SHA256: Sendable {
  /// The eight words of a digest, or of the state between two blocks.
  public typealias Words = InlineArray<8, UInt32>
  /// The sixteen words of a block of 64 octets.
  typealias Block = InlineArray<16, UInt32>

  private var state: Words
  private var block = Block(repeating: 0)
  /// Octets fed so far; those of the last, incomplete block are in `block`.
  private var octetCount: UInt64

  public init() {
    state = SHA256.initialState
    octetCount = 0
  }

  /// Goes on behind `octetCount` octets, whole blocks that led to `state`.
  init(state: Words, octetCount: UInt64) {
    self.state = state
    self.octetCount = octetCount
  }

  /// Takes further octets.
  public mutating func update(_ octets: Span<UInt8>) {
    for index in octets.indices { update(octets[index]) }
  }

  /// Takes one further octet.
  public mutating func update(_ octet: UInt8) {
    let position = Int(truncatingIfNeeded: octetCount & 63)
    block[position >> 2] = block[position >> 2] << 8 | UInt32(octet)
    octetCount &+= 1
    if position == 63 { SHA256.compress(&state, block) }
  }

  /// The digest of what was fed. Nothing is fed after it.
  public consuming func finish() -> Words {
    let bitCount = octetCount &* 8
    update(0x80)
    while octetCount & 63 != 56 { update(0) }
    block[14] = UInt32(truncatingIfNeeded: bitCount >> 32)
    block[15] = UInt32(truncatingIfNeeded: bitCount)
    SHA256.compress(&state, block)
    return state
  }

  /// The digest of `octets`.
  public static func digest(_ octets: Span<UInt8>) -> Words {
    var hash = SHA256()
    hash.update(octets)
    return hash.finish()
  }

  /// The fractional parts of the square roots of the first eight primes.
  static var initialState: Words {
    [
      0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB,
      0x5BE0_CD19,
    ]
  }

  /// Mixes a block into the state.
  static func compress(_ state: inout Words, _ block: Block) {
    var schedule = block
    var mix = SHA256Mix(state)
    var round = 0
    while true {
      mix.sixteenRounds(schedule, round)
      round += 16
      if round == 64 { break }
      expand(&schedule)
    }
    mix.add(to: &state)
  }

  /// Replaces sixteen words of the message schedule by the sixteen that follow them.
  @inline(__always)
  private static func expand(_ schedule: inout Block) {
    for index in 0..<16 {
      let early = schedule[(index + 1) & 15]
      let late = schedule[(index + 14) & 15]
      let low = rotated(early, 7) ^ rotated(early, 18) ^ early >> 3
      let high = rotated(late, 17) ^ rotated(late, 19) ^ late >> 10
      schedule[index] = schedule[index] &+ low &+ schedule[(index + 9) & 15] &+ high
    }
  }

  @inline(__always)
  static func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 {
    word &>> count | word &<< (32 &- count)
  }

  /// The fractional parts of the cube roots of the first 64 primes.
  static let roundConstants: [UInt32] = [
    0x428A_2F98, 0x7137_4491, 0xB5C0_FBCF, 0xE9B5_DBA5, 0x3956_C25B, 0x59F1_11F1, 0x923F_82A4,
    0xAB1C_5ED5, 0xD807_AA98, 0x1283_5B01, 0x2431_85BE, 0x550C_7DC3, 0x72BE_5D74, 0x80DE_B1FE,
    0x9BDC_06A7, 0xC19B_F174, 0xE49B_69C1, 0xEFBE_4786, 0x0FC1_9DC6, 0x240C_A1CC, 0x2DE9_2C6F,
    0x4A74_84AA, 0x5CB0_A9DC, 0x76F9_88DA, 0x983E_5152, 0xA831_C66D, 0xB003_27C8, 0xBF59_7FC7,
    0xC6E0_0BF3, 0xD5A7_9147, 0x06CA_6351, 0x1429_2967, 0x27B7_0A85, 0x2E1B_2138, 0x4D2C_6DFC,
    0x5338_0D13, 0x650A_7354, 0x766A_0ABB, 0x81C2_C92E, 0x9272_2C85, 0xA2BF_E8A1, 0xA81A_664B,
    0xC24B_8B70, 0xC76C_51A3, 0xD192_E819, 0xD699_0624, 0xF40E_3585, 0x106A_A070, 0x19A4_C116,
    0x1E37_6C08, 0x2748_774C, 0x34B0_BCB5, 0x391C_0CB3, 0x4ED8_AA4A, 0x5B9C_CA4F, 0x682E_6FF3,
    0x748F_82EE, 0x78A5_636F, 0x84C8_7814, 0x8CC7_0208, 0x90BE_FFFA, 0xA450_6CEB, 0xBEF9_A3F7,
    0xC671_78F2,
  ]
}

/// The eight working variables of a block's 64 rounds.
private struct SHA256Mix {
  private var a, b, c, d, e, f, g, h: UInt32

  @inline(__always)
  init(_ state: SHA256.Words) {
    (a, b, c, d) = (state[0], state[1], state[2], state[3])
    (e, f, g, h) = (state[4], state[5], state[6], state[7])
  }

  @inline(__always)
  func add(to state: inout SHA256.Words) {
    state = [
      state[0] &+ a, state[1] &+ b, state[2] &+ c, state[3] &+ d, state[4] &+ e, state[5] &+ f,
      state[6] &+ g, state[7] &+ h,
    ]
  }

  /// Sixteen rounds. The variables change places from round to round; written out, nothing is moved.
  @inline(__always)
  mutating func sixteenRounds(_ words: SHA256.Block, _ first: Int) {
    let constants = SHA256.roundConstants.span.extracting(first..<first + 16)
    for half in 0..<2 {
      let at = half * 8
      SHA256Mix.round(a, b, c, &d, e, f, g, &h, words[at] &+ constants[at])
      SHA256Mix.round(h, a, b, &c, d, e, f, &g, words[at + 1] &+ constants[at + 1])
      SHA256Mix.round(g, h, a, &b, c, d, e, &f, words[at + 2] &+ constants[at + 2])
      SHA256Mix.round(f, g, h, &a, b, c, d, &e, words[at + 3] &+ constants[at + 3])
      SHA256Mix.round(e, f, g, &h, a, b, c, &d, words[at + 4] &+ constants[at + 4])
      SHA256Mix.round(d, e, f, &g, h, a, b, &c, words[at + 5] &+ constants[at + 5])
      SHA256Mix.round(c, d, e, &f, g, h, a, &b, words[at + 6] &+ constants[at + 6])
      SHA256Mix.round(b, c, d, &e, f, g, h, &a, words[at + 7] &+ constants[at + 7])
    }
  }

  @inline(__always)
  private static func round(
    _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: inout UInt32, _ e: UInt32, _ f: UInt32,
    _ g: UInt32, _ h: inout UInt32, _ word: UInt32
  ) {
    let high = SHA256.rotated(e, 6) ^ SHA256.rotated(e, 11) ^ SHA256.rotated(e, 25)
    let chosen = g ^ (e & (f ^ g))
    let sum = h &+ high &+ chosen &+ word
    let low = SHA256.rotated(a, 2) ^ SHA256.rotated(a, 13) ^ SHA256.rotated(a, 22)
    let majority = (a & b) | (c & (a | b))
    d = d &+ sum
    h = sum &+ low &+ majority
  }
}
