import NecroReactor
import NecroRedict

/// Where the calls of a pool go: to one server, or to those of a cluster, or that sentinels name.
enum RedictRoute {
  case client(RedictClient)
  case router(RedictRouter)

  init(_ options: RedictOptions, owner: RedictOwner, reactor: DriverReactor, chance: UInt64) {
    let settings = options.settings
    let routing = options.routing
    if options.seeds.isEmpty {
      self = .client(
        RedictClient(owner: owner, reactor: reactor, settings: settings, chance: chance))
    } else if let master = options.master {
      self = .router(
        RedictSentinels(
          owner: owner, reactor: reactor, sentinels: options.seeds, name: master,
          settings: settings, routing: routing, chance: chance))
    } else {
      self = .router(
        RedictCluster(
          owner: owner, reactor: reactor, seeds: options.seeds, settings: settings,
          routing: routing, chance: chance))
    }
  }

  func submit(_ command: RedictCommand) {
    switch self {
    case .client(let client): client.submit(command)
    case .router(let router): router.submit(command)
    }
  }

  func submit(_ command: RedictCommand, on connection: RedictConnection) {
    switch self {
    case .client(let client): client.submit(command, on: connection)
    case .router(let router): router.submit(command, on: connection)
    }
  }

  /// - Parameter slot: of the keys; negative for none.
  func acquire(_ command: RedictCommand, slot: Int) {
    switch self {
    case .client(let client): client.acquire(command)
    case .router(let router): router.acquire(command, slot: slot)
    }
  }

  func release(_ connection: RedictConnection) {
    switch self {
    case .client(let client): client.release(connection)
    case .router(let router): router.release(connection)
    }
  }

  func cancel(_ command: RedictCommand) {
    switch self {
    case .client(let client): client.cancel(command)
    case .router(let router): router.cancel(command)
    }
  }

  func subscribe(_ subscription: RedictSubscription) {
    switch self {
    case .client(let client): client.subscribe(subscription)
    case .router(let router): router.subscribe(subscription)
    }
  }

  func unsubscribe(_ subscription: RedictSubscription) {
    switch self {
    case .client(let client): client.unsubscribe(subscription)
    case .router(let router): router.unsubscribe(subscription)
    }
  }

  func setMessagesPaused(_ isPaused: Bool) {
    switch self {
    case .client(let client): client.setMessagesPaused(isPaused)
    case .router(let router): router.setMessagesPaused(isPaused)
    }
  }

  /// The clients of all servers that are known.
  var clients: [RedictClient] {
    switch self {
    case .client(let client): return [client]
    case .router(let router):
      var clients: [RedictClient] = []
      for node in router.nodes { clients.append(node.client) }
      return clients
    }
  }

  func close() {
    switch self {
    case .client(let client): client.close()
    case .router(let router): router.close()
    }
  }

  /// Leaves the reactor, once it is closed, flushed, and nothing is open.
  func leaveReactor() {
    switch self {
    case .client(let client): client.leaveReactor()
    case .router(let router): if router.hasEnded { router.leaveReactor() }
    }
  }
}
