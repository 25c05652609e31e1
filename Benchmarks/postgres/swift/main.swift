import CClient
import NecroReactor

// postgres-driver ADDRESS USER DATABASE CONNECTIONS SQL PARAMETERS IDS CALLERS SECONDS OPERATIONS, as
// libpq.c has it; as many operations are outstanding as there are callers, over so many connections
// at most. Everybody has to be trusted.

func word(_ index: Int32) -> [UInt8] {
  guard let word = client_argument(index) else { return [] }
  var octets: [UInt8] = []
  var place = word
  while place.pointee != 0 {
    octets.append(UInt8(bitPattern: place.pointee))
    place += 1
  }
  return octets
}

/// Runs until everything that was begun is over.
func run(
  _ callers: Callers, on reactor: DriverReactor, nanoseconds: UInt64, operations: UInt64
) throws(SystemError) {
  callers.begin(
    word(5), callers: Int(client_number(8)), until: client_nanoseconds() + nanoseconds,
    operations: operations)
  reactor.flush()
  while callers.outstanding > 0 {
    try reactor.turn(waitMilliseconds: -1)
    if callers.hasFailed { fatalError("an operation has failed") }
  }
}

func measure() throws(SystemError) {
  guard client_argument(10) != nil else {
    fatalError("postgres-driver takes ten words, which its source lists")
  }
  let operations = client_number(10)
  let reactor = try DriverReactor()
  let callers = Callers(
    address: word(1).map { CChar(bitPattern: $0) } + [0], user: word(2), database: word(3),
    parameters: Parameters(word(6)), ids: client_number(7), reactor: reactor,
    connections: Int(client_number(4)))
  if operations == 0 {
    try run(callers, on: reactor, nanoseconds: 300_000_000, operations: 0)
  }
  let (begin, cpu) = (client_nanoseconds(), client_cpu_nanoseconds())
  try run(
    callers, on: reactor, nanoseconds: client_number(9) * 1_000_000_000, operations: operations)
  client_report(callers.count, client_nanoseconds() - begin, client_cpu_nanoseconds() - cpu)
}

do throws(SystemError) {
  try measure()
} catch {
  fatalError("the reactor works")
}
