/// The shapes of requests that are measured.
enum Requests {
  /// What wrk sends.
  static let minimal = "GET / HTTP/1.1\r\nHost: localhost:8000\r\n\r\n"

  /// What a browser sends on a first visit.
  static let browser =
    "GET /summon/42?full=1&lang=en HTTP/1.1\r\nHost: www.necro.example:8000\r\n"
    + "Connection: keep-alive\r\nsec-ch-ua: \"Chromium\";v=\"128\", \"Not;A=Brand\";v=\"24\"\r\n"
    + "sec-ch-ua-mobile: ?0\r\nsec-ch-ua-platform: \"Linux\"\r\nUpgrade-Insecure-Requests: 1\r\n"
    + "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    + "Chrome/128.0.0.0 Safari/537.36\r\nAccept: text/html,application/xhtml+xml,"
    + "application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\nSec-Fetch-Site: none\r\n"
    + "Sec-Fetch-Mode: navigate\r\nSec-Fetch-User: ?1\r\nSec-Fetch-Dest: document\r\n"
    + "Accept-Encoding: gzip, deflate, br, zstd\r\nAccept-Language: en-GB,en-US;q=0.9,en;q=0.8\r\n"
    + "Cookie: session=0123456789abcdef\r\n\r\n"

  /// The same to a site that keeps 2 KB of state in 24 cookies.
  static var cookies: [UInt8] {
    // As octets: characters would need tables that Embedded Swift does not link by itself.
    var octets = Array(browser.utf8)
    octets.removeLast(2)
    octets += "Cookie: ".utf8
    for index in 0..<24 {
      if index > 0 { octets += "; ".utf8 }
      octets += "consent_\(index)=".utf8
      octets += "eyJ2ZXJzaW9uIjoxLCJncmFudGVkIjpbImEiLCJiIl0sImF0IjoxNzAwMDAwMDAwfQ-_.4f5e6d".utf8
    }
    octets += "\r\n\r\n".utf8
    return octets
  }
}
