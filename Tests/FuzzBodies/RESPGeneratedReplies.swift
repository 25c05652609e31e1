/// Octets of connections made at random by the grammar, some of them damaged afterwards.
public struct GeneratedReplies {
  private var state: UInt64
  private let marks = Array("\r\n0123456789-+?$*%~|>_#,!=(;.".utf8)

  public init(seed: UInt64) { state = seed }

  private mutating func next(_ bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
  }

  /// - Parameter version2: whether only what version 2 has is to come.
  public mutating func next(version2: Bool = false) -> [UInt8] {
    var text = ""
    for _ in 0...next(3) {
      if !version2 && next(6) == 0 {
        text += ">2\r\n$7\r\nmessage\r\n"
        text += value(2, version2)
      } else {
        text += value(0, version2)
      }
    }
    var octets = Array(text.utf8)
    if next(3) == 0 {
      for _ in 0...next(2) where !octets.isEmpty {
        let position = next(octets.count)
        switch next(4) {
        case 0: octets[position] = UInt8(next(256))
        case 1: octets.remove(at: position)
        case 2: octets.insert(marks[next(marks.count)], at: position)
        default: octets.removeSubrange(position...)
        }
      }
    }
    return octets
  }

  private mutating func word(_ bound: Int) -> String {
    String((0..<next(bound)).map { _ in Character(Unicode.Scalar(UInt8(0x61 + next(26)))) })
  }

  private mutating func value(_ depth: Int, _ version2: Bool) -> String {
    if !version2 && next(12) == 0 {
      return "|1\r\n+\(word(5))\r\n:\(next(9))\r\n" + value(depth, false)
    }
    switch next(version2 ? 8 : 20) {
    case 0: return "+\(word(14))\r\n"
    case 1: return "-ERR \(word(9))\r\n"
    case 2: return ":\(["", "-", "+"][next(3)])\(next(1 << 40) >> next(40))\r\n"
    case 3:
      let word = word(20)
      return "$\(word.utf8.count)\r\n\(word)\r\n"
    case 4: return ["$-1\r\n", "*-1\r\n", "$0\r\n\r\n", "*0\r\n", "$03\r\nabc\r\n"][next(5)]
    case 5...7: return depth > 4 ? ":1\r\n" : elements("*", depth, version2, pairs: false)
    case 8: return "_\r\n"
    case 9: return ["#t\r\n", "#f\r\n"][next(2)]
    case 10:
      return [
        ",1.5\r\n", ",-inf\r\n", ",inf\r\n", ",nan\r\n", ",-NaN(x1)\r\n", ",10\r\n", ",1e-7\r\n",
        ",+2.5E+3\r\n",
      ][next(8)]
    case 11: return "(\(["", "-", "+"][next(3)])\(next(1 << 40))\(next(1 << 40))\r\n"
    case 12:
      let word = word(12)
      return "!\(word.utf8.count)\r\n\(word)\r\n"
    case 13:
      let word = word(9)
      return "=\(word.utf8.count + 4)\r\ntxt:\(word)\r\n"
    case 14...15: return depth > 4 ? "+\r\n" : elements("%", depth, false, pairs: true)
    case 16: return depth > 4 ? "+a\r\n" : elements("~", depth, false, pairs: false)
    case 17:
      var text = "$?\r\n"
      for _ in 0..<next(4) {
        let word = word(6)
        if !word.isEmpty { text += ";\(word.utf8.count)\r\n\(word)\r\n" }
      }
      return text + ";0\r\n"
    default:
      if depth > 4 { return "_\r\n" }
      let type = ["*", "~", "%"][next(3)]
      var text = type + "?\r\n"
      for _ in 0..<next(4) * (type == "%" ? 2 : 1) { text += value(depth + 1, false) }
      return text + ".\r\n"
    }
  }

  private mutating func elements(
    _ type: String, _ depth: Int, _ version2: Bool, pairs: Bool
  ) -> String {
    let count = next(5)
    var text = "\(type)\(count)\r\n"
    for _ in 0..<count * (pairs ? 2 : 1) { text += value(depth + 1, version2) }
    return text
  }
}
