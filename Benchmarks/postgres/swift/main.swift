import CClient
import NecroReactor

// postgres-driver ADDRESS USER DATABASE CONNECTIONS SQL PARAMETERS IDS CALLERS SECONDS OPERATIONS, as
// libpq.c has it; as many operations are outstanding as there are callers, over so many connections
// at most. Everybody has to be trusted.

let warmUpNanoseconds: UInt64 = 300_000_000

let words = CommandLine.arguments
guard words.count == 11, let connections = Int(words[4]), let ids = UInt64(words[7]),
  let callerCount = Int(words[8]), let seconds = UInt64(words[9]), let operations = UInt64(words[10])
else {
  fatalError(
    "usage: postgres-driver ADDRESS USER DATABASE CONNECTIONS SQL PARAMETERS IDS CALLERS SECONDS OPERATIONS"
  )
}
let parameters: Parameters = words[6] == "id" ? .id : words[6] == "raise" ? .raise : .none

/// Runs until everything that was begun is over.
@MainActor
func run(
  _ callers: Callers, on reactor: DriverReactor, nanoseconds: UInt64, operations: UInt64
) throws(SystemError) {
  callers.begin(
    words[5], callers: callerCount, until: client_nanoseconds() + nanoseconds,
    operations: operations)
  reactor.flush()
  while callers.outstanding > 0 {
    try reactor.turn(waitMilliseconds: -1)
    if callers.hasFailed { fatalError("an operation has failed") }
  }
}

let reactor = try DriverReactor()
let callers = Callers(
  address: words[1], user: words[2], database: words[3], parameters: parameters, ids: ids,
  reactor: reactor, connections: connections)
if operations == 0 {
  try run(callers, on: reactor, nanoseconds: warmUpNanoseconds, operations: 0)
}
let (begin, cpu) = (client_nanoseconds(), client_cpu_nanoseconds())
try run(callers, on: reactor, nanoseconds: seconds * 1_000_000_000, operations: operations)
client_report(callers.count, client_nanoseconds() - begin, client_cpu_nanoseconds() - cpu)
