import CPeers
import Foundation
import NecroJSON
import NecroOctets

// For each document and way: the least time of many rounds, in which all ways take turns.

/// Something to measure, run once per call.
struct Way {
  var name: String
  var run: () -> Bool
}

final class Codec {
  var parser = JSONParser()
  var outline = JSONOutline()
  var output = OctetBuffer()

  func parse(_ text: [UInt8]) -> Bool {
    do throws(JSONError) {
      try parser.parse(text.span)
      return true
    } catch {
      return false
    }
  }

  /// Steps over all of a document to read its last value.
  func readLast(_ text: [UInt8]) -> Bool {
    do throws(JSONError) {
      var place = try outline.read(text.span)
      var value = try outline.first(in: place, of: text.span)
      while let each = value {
        place = each
        value = try outline.next(after: each, in: text.span)
      }
      try parser.parse(text.span.octets(try outline.slice(of: place, in: text.span)))
      return true
    } catch {
      return false
    }
  }

  func write(_ text: [UInt8]) -> Bool {
    output.removeAll()
    JSONSerializer.document(parser, text.span, into: &output)
    return output.count > 0
  }

  func writeString(_ text: [UInt8]) {
    output.removeAll()
    JSONSerializer.string(text.span, into: &output)
  }
}

func fastest(_ ways: [Way], seconds: Double) -> [Double] {
  var times = ways.map { _ in Double.infinity }
  var repeats = ways.map { _ in 1 }
  for (index, way) in ways.enumerated() {
    precondition(way.run(), "\(way.name) takes the document")
    // As often as fills 200 microseconds, for the clock's sake.
    let start = peers_nanoseconds()
    _ = way.run()
    repeats[index] = max(1, Int(200_000 / max(1, peers_nanoseconds() - start)))
  }
  let end = peers_nanoseconds() + UInt64(seconds * 1e9)
  while peers_nanoseconds() < end {
    for (index, way) in ways.enumerated() {
      let start = peers_nanoseconds()
      for _ in 0..<repeats[index] { _ = way.run() }
      let time = Double(peers_nanoseconds() - start) / Double(repeats[index])
      times[index] = min(times[index], time)
    }
  }
  return times
}

func show(_ title: String, _ document: String, _ octetCount: Int, _ ways: [Way], _ times: [Double])
{
  var line = "\(title) \(document)".padding(toLength: 22, withPad: " ", startingAt: 0)
  for (way, time) in zip(ways, times) {
    line += String(
      format: "  %@ %6.2f GB/s %9.0f ns x%.2f", way.name as NSString, Double(octetCount) / time,
      time, time / times[0])
  }
  print(line)
  fflush(nil)
}

let seconds = Double(CommandLine.arguments.dropFirst().first ?? "1") ?? 1
let only = CommandLine.arguments.dropFirst(2).first
print("ours: \(JSONKernel.best); simdjson: \(String(cString: peers_simdjson_kernel()))")
let codec = Codec()
for document in BenchmarkDocument.all() where only == nil || only == document.name {
  // simdjson wants room behind a document.
  let padded = document.texts.map { text in text + [UInt8](repeating: 0x20, count: 64) }
  let texts = document.texts
  func peer(_ name: String, _ parse: @escaping (UnsafePointer<CChar>, Int, Int) -> Bool) -> Way {
    Way(name: name) {
      for (index, text) in texts.enumerated() {
        let isParsed = padded[index].withUnsafeBytes {
          parse($0.baseAddress!.assumingMemoryBound(to: CChar.self), text.count, $0.count)
        }
        if !isParsed { return false }
      }
      return true
    }
  }
  let parsing = [
    Way(name: "necro") { texts.allSatisfy { codec.parse($0) } },
    peer("simdjson") { peers_simdjson_parse($0, $1, $2) != 0 },
    peer("RapidJSON") { text, count, _ in peers_rapidjson_parse(text, count) != 0 },
    Way(name: "last value") { texts.allSatisfy { codec.readLast($0) } },
  ]
  show("parse", document.name, document.octetCount, parsing, fastest(parsing, seconds: seconds))
  guard texts.count == 1 else { continue }
  let writing = [
    Way(name: "necro") { codec.write(texts[0]) },
    Way(name: "simdjson") { peers_simdjson_write() > 0 },
    Way(name: "RapidJSON") { peers_rapidjson_write() > 0 },
  ]
  let times = fastest(writing, seconds: seconds)
  show("write", document.name, peers_rapidjson_write(), writing, times)
}
for octetCount in [16, 64, 256, 1024, 16384] where only == nil || only == "string" {
  let text = [UInt8](repeating: 0x61, count: octetCount)
  var target = [CChar](repeating: 0, count: octetCount)
  let ways = [
    Way(name: "necro") {
      codec.writeString(text)
      return true
    },
    Way(name: "memcpy") {
      text.withUnsafeBytes { from in
        target.withUnsafeMutableBufferPointer { to in
          peers_copy(
            to.baseAddress!, from.baseAddress!.assumingMemoryBound(to: CChar.self), octetCount)
        }
      }
      return true
    },
  ]
  show("string", "\(octetCount)", octetCount, ways, fastest(ways, seconds: seconds / 4))
}
