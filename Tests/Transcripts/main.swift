// Decodes connections and prints what the decoder made of each, as a line of JSON, for peers that are
// not written in Swift to be compared with it.
//
//   http1-transcripts COUNT < connections
//
// Standard input holds connections, each behind its number of octets as four octets, the most
// significant first. COUNT connections that are generated come before them. Octets are printed in
// hexadecimal digits.

import Foundation
import NecroFuzzBodies
import NecroHTTP1
import NecroOctets

struct Line: Encodable {
  struct Request: Encodable {
    let method: String
    let target: String
    let minorVersion: UInt8
    let isPersistent: Bool
    let isComplete: Bool
    let fields: [[String]]
    let content: String
    let trailers: [[String]]
  }

  let input: String
  let requests: [Request]
  /// The code of the error.
  let failure: String?
  let offset: Int?

  init(_ connection: [UInt8]) {
    let transcript = HTTP1Transcript(connection.span)
    input = hexadecimal(connection)
    requests = transcript.requests.map { request in
      Request(
        method: hexadecimal(request.method), target: hexadecimal(request.target),
        minorVersion: request.minorVersion, isPersistent: request.isPersistent,
        isComplete: request.isComplete, fields: Self.pairs(request.fields),
        content: hexadecimal(request.content), trailers: Self.pairs(request.trailers))
    }
    failure = transcript.failure.map { "\($0.code.name)" }
    offset = transcript.failure?.offset
  }

  private static func pairs(_ fields: [HTTP1Field]) -> [[String]] {
    fields.map { [hexadecimal($0.name), hexadecimal($0.value)] }
  }
}

func hexadecimal(_ octets: [UInt8]) -> String {
  octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

var connections: [[UInt8]] = []
var generated = GeneratedConnections(seed: 11)
for _ in 0..<(CommandLine.arguments.dropFirst().first.flatMap(Int.init) ?? 0) {
  connections.append(generated.next())
}
var rest = [UInt8](FileHandle.standardInput.readDataToEndOfFile())[...]
while rest.count >= 4 {
  let count = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
  connections.append(Array(rest.dropFirst(4).prefix(count)))
  rest = rest.dropFirst(4 + count)
}
let encoder = JSONEncoder()
for connection in connections {
  FileHandle.standardOutput.write(try encoder.encode(Line(connection)) + Data("\n".utf8))
}
