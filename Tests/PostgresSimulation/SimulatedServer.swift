/// A server of which everything is known: what it was asked, what took effect.
final class SimulatedServer {
  let clock: VirtualClock
  unowned let network: SimulatedNetwork
  unowned let simulation: Simulation
  var random: RandomSource
  private(set) var isUp = true
  private var backends: [Int: SimulatedBackend] = [:]
  private var processID = 1_000
  private var histories = [(processID: Int, history: String)](repeating: (0, ""), count: 64)
  /// How often the tables have changed. With every second one they have a column more.
  private(set) var schemaVersion = 0
  /// How often the effect of a token has been committed.
  private(set) var ledger: [Int: Int] = [:]

  init(network: SimulatedNetwork, simulation: Simulation, random: RandomSource) {
    self.network = network
    self.simulation = simulation
    self.random = random
    clock = network.clock
  }

  func accept(_ connection: SimulatedConnection) -> SimulatedBackend {
    processID += 1
    let backend = SimulatedBackend(self, connection, processID: processID)
    backends[processID] = backend
    return backend
  }

  func remove(_ backend: SimulatedBackend) {
    backends[backend.processID] = nil
    histories[backend.processID % histories.count] = (backend.processID, backend.history)
  }

  /// What a session's messages were.
  func history(ofProcess processID: Int) -> String {
    backends[processID]?.history
      ?? histories[processID % histories.count].history
  }

  func commit(_ tokens: [Int]) {
    for token in tokens { ledger[token, default: 0] += 1 }
  }

  /// Acts upon a CancelRequest.
  func cancel(processID: Int, key: [UInt8]) {
    guard let backend = backends[processID], backend.key == key else { return }
    backend.cancel()
  }

  // MARK: What befalls it

  func alterTables() { schemaVersion += 1 }

  /// Ends at once and comes back: what was not committed is lost.
  func restart(after milliseconds: UInt64) {
    isUp = false
    for backend in sorted { backend.connection.reset() }
    backends.removeAll()
    clock.after(milliseconds) { [unowned self] in isUp = true }
  }

  func backend(at random: inout RandomSource) -> SimulatedBackend? {
    let known = sorted
    return known.isEmpty ? nil : known[random.below(known.count)]
  }

  /// In an order that the seed determines.
  private var sorted: [SimulatedBackend] {
    backends.sorted { $0.key < $1.key }.map(\.value).filter(\.isReady)
  }
}
