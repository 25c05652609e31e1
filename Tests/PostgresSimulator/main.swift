import CLinux
import PostgresSimulation

// Runs the simulation of the Postgres driver: `postgres-simulator [OPERATIONS [SEED]]`. Prints the
// seed and what happened; the status is 1 when a rule was broken.

/// Operations of one pool; the next one has other settings, from a seed of its own.
let operationsPerPool = 20_000

let words = CommandLine.arguments.dropFirst().map { UInt64($0) }
let operations = Int(words.first.flatMap { $0 } ?? 1_000_000)
let seed = words.dropFirst().first.flatMap { $0 } ?? UInt64.random(in: 0..<1 << 32)
print("postgres-simulator \(operations) \(seed)")

var total = SimulationStatistics()
var violations: [String] = []
var seeds = RandomSource(seed: seed)
// A run of one pool is repeated by the seed that a violation names.
var poolSeed = operations <= operationsPerPool ? seed : seeds.next()
while total.operations < operations && violations.isEmpty {
  let simulation = try Simulation(
    seed: poolSeed, operations: min(operationsPerPool, operations - total.operations))
  simulation.run()
  total.add(simulation.statistics)
  violations += simulation.violations
  poolSeed = seeds.next()
}
for (name, count) in total.counts { print("\(name): \(count)") }
for violation in violations { print("violation: \(violation)") }
exit(violations.isEmpty ? 0 : 1)
