import NecroOctets

/// MD5, fed piece by piece: for servers whose stored passwords know nothing better. It resists
/// nobody, and is used for nothing else.
///
/// Source: `RFC 1321`.
public struct MD5: Sendable {
  private var state: InlineArray<4, UInt32> = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476]
  private var block = InlineArray<16, UInt32>(repeating: 0)
  private var octetCount: UInt64 = 0

  public init() {}

  /// Takes further octets.
  public mutating func update(_ octets: Span<UInt8>) {
    for index in octets.indices { update(octets[index]) }
  }

  private mutating func update(_ octet: UInt8) {
    let position = Int(truncatingIfNeeded: octetCount & 63)
    // The octets come in at the top, so that the first ends lowest.
    block[position >> 2] = block[position >> 2] >> 8 | UInt32(octet) << 24
    octetCount &+= 1
    if position == 63 { compress() }
  }

  /// Appends the digest of what was fed as 32 hexadecimal digits in lower case. Nothing is fed after
  /// it.
  public consuming func finish(hexadecimalInto output: inout OctetBuffer) {
    let bitCount = octetCount &* 8
    update(0x80)
    while octetCount & 63 != 56 { update(0) }
    block[14] = UInt32(truncatingIfNeeded: bitCount)
    block[15] = UInt32(truncatingIfNeeded: bitCount >> 32)
    compress()
    for index in 0..<4 {
      for octet in 0..<4 {
        let value = UInt8(truncatingIfNeeded: state[index] >> UInt32(octet * 8))
        output.append(MD5.hexadecimalDigit(value >> 4))
        output.append(MD5.hexadecimalDigit(value & 0x0F))
      }
    }
  }

  private static func hexadecimalDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? 0x30 + value : 0x57 + value
  }

  private mutating func compress() {
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    for round in 0..<64 {
      let mixed: UInt32
      let word: Int
      switch round >> 4 {
      case 0: (mixed, word) = (d ^ (b & (c ^ d)), round)
      case 1: (mixed, word) = (c ^ (d & (b ^ c)), 5 * round + 1)
      case 2: (mixed, word) = (b ^ c ^ d, 3 * round + 5)
      default: (mixed, word) = (c ^ (b | ~d), 7 * round)
      }
      let sum = a &+ mixed &+ MD5.sines[round] &+ block[word & 15]
      let count = MD5.rotations[(round >> 4) * 4 + round % 4]
      (a, d, c, b) = (d, c, b, b &+ (sum &<< count | sum &>> (32 &- count)))
    }
    state = [state[0] &+ a, state[1] &+ b, state[2] &+ c, state[3] &+ d]
  }

  private static let rotations: [UInt32] = [
    7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21,
  ]

  /// `floor(2^32 * abs(sin(n)))` for n from 1 to 64.
  private static let sines: [UInt32] = [
    0xD76A_A478, 0xE8C7_B756, 0x2420_70DB, 0xC1BD_CEEE, 0xF57C_0FAF, 0x4787_C62A, 0xA830_4613,
    0xFD46_9501, 0x6980_98D8, 0x8B44_F7AF, 0xFFFF_5BB1, 0x895C_D7BE, 0x6B90_1122, 0xFD98_7193,
    0xA679_438E, 0x49B4_0821, 0xF61E_2562, 0xC040_B340, 0x265E_5A51, 0xE9B6_C7AA, 0xD62F_105D,
    0x0244_1453, 0xD8A1_E681, 0xE7D3_FBC8, 0x21E1_CDE6, 0xC337_07D6, 0xF4D5_0D87, 0x455A_14ED,
    0xA9E3_E905, 0xFCEF_A3F8, 0x676F_02D9, 0x8D2A_4C8A, 0xFFFA_3942, 0x8771_F681, 0x6D9D_6122,
    0xFDE5_380C, 0xA4BE_EA44, 0x4BDE_CFA9, 0xF6BB_4B60, 0xBEBF_BC70, 0x289B_7EC6, 0xEAA1_27FA,
    0xD4EF_3085, 0x0488_1D05, 0xD9D4_D039, 0xE6DB_99E5, 0x1FA2_7CF8, 0xC4AC_5665, 0xF429_2244,
    0x432A_FF97, 0xAB94_23A7, 0xFC93_A039, 0x655B_59C3, 0x8F0C_CC92, 0xFFEF_F47D, 0x8584_5DD1,
    0x6FA8_7E4F, 0xFE2C_E6E0, 0xA301_4314, 0x4E08_11A1, 0xF753_7E82, 0xBD3A_F235, 0x2AD7_D2BB,
    0xEB86_D391,
  ]
}

/// The answer to a request for a password hashed with MD5.
public enum MD5Password {
  /// Appends the octets of `md5` and the hash of the server's salt and the hash of password and user,
  /// 35 in all. The zero octet that ends it in a PasswordMessage is the caller's.
  ///
  /// Source: `PG protocol-flow-start-up`, AuthenticationMD5Password.
  public static func append(
    user: Span<UInt8>, password: Span<UInt8>, salt: Span<UInt8>, into output: inout OctetBuffer
  ) {
    var stored = MD5()
    stored.update(password)
    stored.update(user)
    var digits = OctetBuffer(capacity: 32)
    stored.finish(hexadecimalInto: &digits)
    var answer = MD5()
    answer.update(digits.octets)
    answer.update(salt)
    output.append("md5")
    answer.finish(hexadecimalInto: &output)
  }
}
