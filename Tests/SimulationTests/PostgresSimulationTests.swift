import PostgresSimulation
import Testing

@Suite("Simulation, Postgres")
struct PostgresSimulationTests {
  @Test(
    "among faults no reply reaches another caller, nothing happens twice, each call ends once",
    arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
  func simulation(seed: UInt64) throws {
    let simulation = try Simulation(seed: seed, operations: 3_000)
    simulation.run()
    #expect(simulation.violations == [])
  }
}
