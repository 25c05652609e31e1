// Reads HTTP/1 requests from standard input and prints what the decoder makes of them:
//
//   printf 'GET /summon/42?full=1 HTTP/1.1\r\nHost: necro.example\r\n\r\n' | swift run codec-only
//
// The codec does no input or output of its own: this program receives into the decoder's buffer and
// asks for events until there are none. It exits with 1 after an error.

import NecroHTTP1
import NecroHTTPSemantics
import NecroOctets

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Octets as text; what is no UTF-8 is replaced.
func text(_ octets: Span<UInt8>) -> String {
  var copy: [UInt8] = []
  for index in octets.indices { copy.append(octets[index]) }
  return String(decoding: copy, as: UTF8.self)
}

/// Prints field lines, whose positions count from the first octet of `section`.
func printFields(_ fields: borrowing FieldSection, of section: Span<UInt8>) {
  for index in 0..<fields.count {
    let line = fields[index]
    print("  \(text(section.octets(line.name))): \(text(section.octets(line.value)))")
  }
}

/// Prints an event while its slices are valid: until the decoder is next called.
func printEvent(_ event: RequestDecoder.Event, of decoder: borrowing RequestDecoder) {
  switch event {
  case .head(let head):
    let octets = decoder.input.octets(head.octets)
    print("head \(text(octets.octets(head.methodToken))) \(text(octets.octets(head.target)))")
    print("  path \(text(octets.octets(head.path))), query \(text(octets.octets(head.query)))")
    print("  authority \(text(octets.octets(head.authority)))")
    print("  content \(head.content), persistent \(head.isPersistent)")
    printFields(decoder.fields, of: octets)
  case .content(let slice):
    print("content \(slice.count) octets: \(text(decoder.input.octets(slice)))")
  case .end:
    print("end")
    printFields(decoder.trailers, of: decoder.input.octets(decoder.trailerOctets))
  }
}

/// Feeds the decoder from standard input until that ends.
func decode(_ decoder: inout RequestDecoder) throws(HTTP1Error) {
  while true {
    let room = decoder.reserve(4_096)
    let received = read(0, room.baseAddress, room.count)
    if received <= 0 { break }
    decoder.advance(received)
    while let event = try decoder.next() { printEvent(event, of: decoder) }
  }
  try decoder.finish()
}

var decoder = RequestDecoder()
do {
  try decode(&decoder)
} catch {
  print("error \(error.code.name) at octet \(error.offset), \(error.clause)")
  print("answer \(error.status.rawValue) \(error.status.reasonPhrase)")
  exit(1)
}
