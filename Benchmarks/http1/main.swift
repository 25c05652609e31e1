import NecroHTTP1
import NecroHTTPSemantics
import NecroOctets

/// What wrk sends.
let minimal = "GET / HTTP/1.1\r\nHost: localhost:8000\r\n\r\n"

/// What a browser sends on a first visit.
let browser =
  "GET /summon/42?full=1&lang=en HTTP/1.1\r\nHost: www.necro.example:8000\r\n"
  + "Connection: keep-alive\r\nsec-ch-ua: \"Chromium\";v=\"128\", \"Not;A=Brand\";v=\"24\"\r\n"
  + "sec-ch-ua-mobile: ?0\r\nsec-ch-ua-platform: \"Linux\"\r\nUpgrade-Insecure-Requests: 1\r\n"
  + "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
  + "Chrome/128.0.0.0 Safari/537.36\r\nAccept: text/html,application/xhtml+xml,"
  + "application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\nSec-Fetch-Site: none\r\n"
  + "Sec-Fetch-Mode: navigate\r\nSec-Fetch-User: ?1\r\nSec-Fetch-Dest: document\r\n"
  + "Accept-Encoding: gzip, deflate, br, zstd\r\nAccept-Language: en-GB,en-US;q=0.9,en;q=0.8\r\n"
  + "Cookie: session=0123456789abcdef\r\n\r\n"

/// Runs a body 1,500 times and prints the least and the median time of one of its `repetitions`. The
/// least is what the code costs; the distance to the median is what else the machine had to do.
func measure(_ name: String, repetitions: Int, _ body: () throws -> Void) rethrows {
  let clock = ContinuousClock()
  var nanoseconds: [Double] = []
  for _ in 0..<1_500 {
    let attoseconds = try clock.measure(body).components.attoseconds
    nanoseconds.append(Double(attoseconds) / 1e9 / Double(repetitions))
  }
  nanoseconds.sort()
  print("\(name): least \(Int(nanoseconds[0])) ns, median \(Int(nanoseconds[750])) ns")
}

/// Feeds one request after another and takes all events of each.
func measureRequests(_ name: String, _ request: String) throws {
  let octets = Array(request.utf8)
  var decoder = RequestDecoder()
  decoder.input = OctetBuffer(capacity: 65_536)
  var headOctets = 0
  try measure("\(name) of \(octets.count) octets", repetitions: 500) {
    for _ in 0..<500 {
      decoder.feed(octets.span)
      while let event = try decoder.next() {
        if case .head(let head) = event { headOctets += head.octets.count }
      }
    }
  }
  precondition(headOctets == 1_500 * 500 * octets.count, "every request was decoded")
}

/// Writes one small JSON response after another.
func measureResponses() throws {
  let date = Array("Sun, 06 Nov 1994 08:49:37 GMT".utf8)
  let content = Array("{\"data\":\"the dead rise\"}".utf8)
  var serializer = ResponseSerializer()
  var output = OctetBuffer(capacity: 4_096)
  try measure("response with \(content.count) octets of content", repetitions: 500) {
    for _ in 0..<500 {
      output.removeAll()
      try serializer.begin(
        .ok, for: .get, version: .http11, keepAlive: true, date: date.span,
        contentLength: UInt64(content.count), into: &output)
      try serializer.field("content-type", "application/json", into: &output)
      try serializer.endHead(into: &output)
      try serializer.content(content.span, into: &output)
      try serializer.end(into: &output)
    }
  }
}

try measureRequests("minimal request", minimal)
try measureRequests("browser's request", browser)
try measureResponses()
