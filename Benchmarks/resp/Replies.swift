/// The shapes of replies that are measured: what servers answer to GET, INCR, MGET, LRANGE, HGETALL.
enum Replies {
  static func bulkString(_ octetCount: Int) -> [UInt8] {
    var octets: [UInt8] = []
    octets += "$\(octetCount)\r\n".utf8
    for index in 0..<octetCount { octets.append(0x61 + UInt8(index % 26)) }
    octets += "\r\n".utf8
    return octets
  }

  static func array(of count: Int, _ element: (Int) -> [UInt8]) -> [UInt8] {
    var octets: [UInt8] = []
    octets += "*\(count)\r\n".utf8
    for index in 0..<count { octets += element(index) }
    return octets
  }

  static func number(_ number: Int) -> [UInt8] {
    var octets: [UInt8] = []
    octets += ":\(number)\r\n".utf8
    return octets
  }

  static let status: [UInt8] = [0x2B, 0x4F, 0x4B, 0x0D, 0x0A]

  /// A hash of 20 fields, as version 2 sends it, so that hiredis of that version reads it as well.
  static var pairs: [UInt8] {
    array(of: 40) { $0 % 2 == 0 ? bulkString(8) : bulkString(24) }
  }
}
