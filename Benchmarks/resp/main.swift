import CHiredisReader
import NecroOctets
import NecroRESP

/// Octets that come at a time, as a socket would bring them.
let pieceOctets = 65_536

/// Repeats a body for about two tenths of a second in samples; the octets per second of the best, which
/// is what the code costs when the machine has nothing else to do.
func octetsPerSecond(_ octetCount: Int, _ body: () -> Void) -> Double {
  body()
  var least = UInt64.max
  let begin = monotonic_nanoseconds()
  while monotonic_nanoseconds() - begin < 200_000_000 {
    let start = monotonic_nanoseconds()
    body()
    least = min(least, monotonic_nanoseconds() - start)
  }
  return Double(octetCount) * 1e9 / Double(least)
}

/// Feeds in pieces and calls `read` behind each.
func feed(_ octets: [UInt8], _ read: (Span<UInt8>) -> Void) {
  var start = 0
  while start < octets.count {
    let end = min(octets.count, start + pieceOctets)
    read(octets.span.extracting(start..<end))
    start = end
  }
}

func megabytes(_ speed: Double) -> Int { Int(speed / 1e6) }

/// A ratio with two decimals.
func ratio(_ one: Double, _ other: Double) -> String {
  let hundredths = Int(one * 100 / other)
  let rest = hundredths % 100
  return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
}

func hiredis(_ octets: [UInt8], _ replies: Int, isBare: Bool) -> Double {
  let reader = isBare ? hiredis_bare_reader() : hiredis_reader()
  return octetsPerSecond(octets.count) {
    var count: Int64 = 0
    feed(octets) { piece in
      piece.withUnsafeBufferPointer { count += hiredis_read(reader, $0.baseAddress, $0.count) }
    }
    precondition(count == replies, "hiredis read every reply")
  }
}

/// The decoder's items one by one, as a consumer takes them who builds something.
func items(_ octets: [UInt8], _ replies: Int) -> Double {
  var decoder = RESPDecoder()
  var sum = 0
  return octetsPerSecond(octets.count) {
    feed(octets) { piece in
      decoder.feed(piece)
      do throws(RESPError) {
        while let item = try decoder.next() {
          switch item {
          case .bulkString(let slice): sum &+= slice.count
          case .number(let number): sum &+= Int(number)
          default: sum &+= 1
          }
        }
      } catch {
        fatalError("the replies are well formed")
      }
    }
    precondition(decoder.isBetweenValues, "every reply was read")
  }
}

/// Whole values, as the driver takes them.
func values(_ octets: [UInt8], _ replies: Int) -> Double {
  var decoder = RESPDecoder()
  return octetsPerSecond(octets.count) {
    var count = 0
    feed(octets) { piece in
      decoder.feed(piece)
      do throws(RESPError) {
        while try decoder.nextValue() != nil { count += 1 }
      } catch {
        fatalError("the replies are well formed")
      }
    }
    precondition(count == replies, "every reply was read")
  }
}

let shapes: [(name: StaticString, reply: [UInt8])] = [
  ("status", Replies.status),
  ("number", Replies.number(123_456)),
  ("bulk string of 64", Replies.bulkString(64)),
  ("array of 100 bulk strings of 64", Replies.array(of: 100) { _ in Replies.bulkString(64) }),
  ("list of 1,000 of 8", Replies.array(of: 1_000) { _ in Replies.bulkString(8) }),
  ("array of 1,000 numbers", Replies.array(of: 1_000, Replies.number)),
  ("hash of 20 fields", Replies.pairs),
  ("bulk string of 1 MB", Replies.bulkString(1_000_000)),
]
print(
  "reply: MB/s of items, of values, of hiredis, of hiredis without objects; least ratio to each")
for (name, reply) in shapes {
  let replies = max(1, 1_000_000 / reply.count)
  var octets: [UInt8] = []
  for _ in 0..<replies { octets += reply }
  let ours = (items(octets, replies), values(octets, replies))
  let theirs = (hiredis(octets, replies, isBare: false), hiredis(octets, replies, isBare: true))
  let least = min(ours.0, ours.1)
  print(
    "\(name): \(megabytes(ours.0)), \(megabytes(ours.1)), \(megabytes(theirs.0)), "
      + "\(megabytes(theirs.1)); \(ratio(least, theirs.0)), \(ratio(least, theirs.1))")
}
