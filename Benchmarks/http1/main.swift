import CClock
import NecroHTTP1
import NecroHTTPSemantics
import NecroOctets

/// Runs a body 1,500 times; the least and the median time of one of its `repetitions`, in tenths of a
/// nanosecond. The least is what the code costs; the distance to the median is what else the machine
/// had to do.
func measure<Failure: Error>(
  repetitions: Int, _ body: () throws(Failure) -> Void
) throws(Failure) -> (least: Int, median: Int) {
  var times: [Int] = []
  for _ in 0..<1_500 {
    let start = monotonic_nanoseconds()
    try body()
    times.append(Int(monotonic_nanoseconds() - start) * 10 / repetitions)
  }
  times.sort()
  return (times[0], times[750])
}

/// A number of tenths.
func tenths(_ number: Int) -> String { "\(number / 10).\(number % 10)" }

/// Feeds requests and takes all events of each.
///
/// Sixteen come at a time, as pipelining clients send them. Fed alone, a request would be read while
/// the processor is still storing it, which nothing that comes from a socket is.
func measureRequests(
  _ name: StaticString, _ octets: [UInt8], _ kernel: OctetKernel
) throws(HTTP1Error) {
  var sixteen: [UInt8] = []
  for _ in 0..<16 { sixteen += octets }
  var decoder = RequestDecoder(kernel: kernel)
  decoder.input = OctetBuffer(capacity: 65_536)
  var headOctets = 0
  let time = try measure(repetitions: 16 * 16) { () throws(HTTP1Error) in
    for _ in 0..<16 {
      decoder.feed(sixteen.span)
      while let event = try decoder.next() {
        if case .head(let head) = event { headOctets += head.octets.count }
      }
    }
  }
  precondition(headOctets == 1_500 * 16 * sixteen.count, "every request was decoded")
  let speed = octets.count * 1_000 / time.least
  print(
    "\(name), \(octets.count) octets, \(kernel == .scalar ? "scalar" : "blocks"): "
      + "\(tenths(time.least)) ns (median \(tenths(time.median))), "
      + "\(speed / 100).\(speed / 10 % 10)\(speed % 10) GB/s")
}

/// Writes one small JSON response after another.
func measureResponses() throws(ResponseMisuse) {
  let date = Array("Sun, 06 Nov 1994 08:49:37 GMT".utf8)
  let content = Array("{\"data\":\"the dead rise\"}".utf8)
  var serializer = ResponseSerializer()
  var output = OctetBuffer(capacity: 4_096)
  let time = try measure(repetitions: 500) { () throws(ResponseMisuse) in
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
  print(
    "response, \(output.count) octets: \(tenths(time.least)) ns (median \(tenths(time.median)))")
}

let shapes: [(StaticString, [UInt8])] = [
  ("minimal request", Array(Requests.minimal.utf8)),
  ("browser's request", Array(Requests.browser.utf8)),
  ("request with cookies", Requests.cookies),
]
do {
  for (name, octets) in shapes {
    for kernel in OctetKernel.allCases { try measureRequests(name, octets, kernel) }
  }
} catch {
  fatalError("the requests are well formed")
}
do {
  try measureResponses()
} catch {
  fatalError("the response is well formed")
}
