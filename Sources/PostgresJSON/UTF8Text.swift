import NecroOctets

/// Whether text is UTF-8, which JSON has to be and a server might not send.
enum UTF8Text {
  /// The position of the first octet that is part of no character; nil where the text is UTF-8.
  ///
  /// Source: `RFC 3629 §4`.
  static func firstInvalid(_ octets: Span<UInt8>) -> Int? {
    var position = 0
    while true {
      while octets.count - position >= 8,
        octets.word(at: position) & 0x8080_8080_8080_8080 == 0
      {
        position += 8
      }
      if position == octets.count { return nil }
      if octets[position] < 0x80 {
        position += 1
      } else {
        let length = sequenceLength(octets, position)
        if length == 0 { return position }
        position += length
      }
    }
  }

  /// The octets of the character beyond ASCII that begins at a position; 0 where none does.
  private static func sequenceLength(_ octets: Span<UInt8>, _ position: Int) -> Int {
    let lead = octets[position]
    let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
    guard lead >= 0xC2, lead <= 0xF4, octets.count - position >= length else { return 0 }
    // The second octet excludes what would be shorter otherwise, surrogates, and what is above U+10FFFF.
    let second = octets[position + 1]
    let least: UInt8 = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80
    let most: UInt8 = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF
    guard second >= least, second <= most else { return 0 }
    var index = 2
    while index < length {
      if octets[position + index] & 0xC0 != 0x80 { return 0 }
      index += 1
    }
    return length
  }
}
