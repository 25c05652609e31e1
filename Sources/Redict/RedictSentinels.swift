import NecroOctets
import NecroRESP
import NecroReactor

/// A client of the master that sentinels name, and of its replicas where reads may go there.
///
/// All sentinels are asked at once; the address that most of them name is taken, as soon as more than
/// half of all have named it, else when all have answered or their time is over. A server that does not
/// itself say that it is a master (ROLE), on every connection, is passed over for the next. The
/// sentinels are asked again when one of them says that the master has changed, when a connection is
/// lost, when a server says READONLY, and now and then.
///
/// Valkey, "Guidelines for Sentinel clients"
public final class RedictSentinels: RedictRouter {
  private let name: [UInt8]
  private var sentinels: [RedictNode] = []
  private var watchers: [RedictSubscription] = []
  private var master: RedictNode?
  private var replicas: [RedictNode] = []

  /// Questions under way: for the master, one to each sentinel; for the replicas; and to a candidate.
  private var questions: [RedictCommand] = []
  private var unanswered = 0
  private var votes: [Vote] = []
  private var replicaQuestion: RedictCommand?
  private var roleQuestion: RedictCommand?
  private var isVoting = false
  private var candidate: Vote?
  /// What a candidate has said of our user, of this refresh.
  private var refusal: [UInt8]?

  private struct Vote {
    let address: RedictAddress
    var count = 1
    /// One that has named it.
    let sentinel: RedictNode
  }

  /// - Parameters:
  ///   - owner: outlives the router.
  ///   - sentinels: addresses, at least one.
  ///   - name: what the sentinels call the master.
  ///   - chance: a random number.
  public init(
    owner: RedictOwner, reactor: DriverReactor, sentinels: [RedictAddress], name: [UInt8],
    settings: RedictSettings = RedictSettings(),
    routing: RedictRouterSettings = RedictRouterSettings(), chance: UInt64
  ) {
    precondition(!sentinels.isEmpty, "a master is found through a sentinel")
    self.name = name
    super.init(
      owner: owner, reactor: reactor, settings: settings, routing: routing, chance: chance)
    for address in sentinels {
      let sentinel = makeNode(address, .sentinel)
      self.sentinels.append(sentinel)
      let watcher = RedictSubscription(
        .channel, topics: [[UInt8](copying: ("+switch-master" as StaticString).octets)])
      watchers.append(watcher)
      sentinel.client.subscribe(watcher)
    }
    reactor.mark(self)
  }

  override var isMapped: Bool { master != nil }

  override func node(forSlot slot: Int, toRead: Bool, turn: Int) -> RedictNode? {
    if toRead {
      for distance in 0..<replicas.count {
        let replica = replicas[Int(UInt(bitPattern: turn &+ distance) % UInt(replicas.count))]
        if !isDown(replica) { return replica }
      }
    }
    return master
  }

  // MARK: Asking

  override func refresh() {
    votes = []
    questions = []
    unanswered = sentinels.count
    isVoting = true
    for sentinel in sentinels {
      let question = ask("get-master-addr-by-name", sentinel)
      questions.append(question)
      send(question, to: sentinel)
    }
  }

  private func ask(_ subcommand: StaticString, _ sentinel: RedictNode) -> RedictCommand {
    let question = makeProbe()
    RESPSerializer.command(argumentCount: 3, into: &question.request)
    RESPSerializer.argument("SENTINEL", into: &question.request)
    RESPSerializer.argument(subcommand, into: &question.request)
    let name = name
    RESPSerializer.argument(name.span, into: &question.request)
    return question
  }

  private func makeProbe() -> RedictCommand {
    let probe = RedictCommand()
    probe.traits = .readOnly
    probe.isProbe = true
    probe.replyOctetsMax = routing.probeOctetsMax
    probe.deadlineMilliseconds = reactor.now + routing.probeMilliseconds
    return probe
  }

  override func probeCompleted(_ probe: RedictCommand, _ node: RedictNode) {
    if isClosed { return }
    if probe === roleQuestion {
      roleQuestion = nil
      answered(probe, by: node)
    } else if probe === replicaQuestion {
      replicaQuestion = nil
      takeReplicas(probe, node)
    } else if isVoting, questions.contains(where: { $0 === probe }) {
      unanswered -= 1
      if let address = masterAddress(probe, node) { count(address, node) }
      decideIfEnough()
    }
  }

  private func masterAddress(_ probe: RedictCommand, _ node: RedictNode) -> RedictAddress? {
    guard probe.failure == nil, let reply = probe.replies.first else { return nil }
    let octets = reply.span
    var reader = RESPReader(octets)
    guard case .array(2)? = reader.next(), case .bulkString(let host)? = reader.next(),
      case .bulkString(let port)? = reader.next(), host.count > 0
    else { return nil }
    return RedictAddress(
      host: octets.octets(host), port: RedictAddress.number(octets.octets(port)),
      otherwise: node.address)
  }

  private func count(_ address: RedictAddress, _ sentinel: RedictNode) {
    for index in votes.indices where votes[index].address == address {
      votes[index].count += 1
      return
    }
    votes.append(Vote(address: address, sentinel: sentinel))
  }

  private func decideIfEnough() {
    var most = 0
    for vote in votes { most = max(most, vote.count) }
    guard unanswered == 0 || most > sentinels.count / 2 else { return }
    isVoting = false
    questions = []
    tryNext()
  }

  /// Asks the candidate with most votes for its role.
  private func tryNext() {
    var best = -1
    for index in votes.indices where best < 0 || votes[index].count > votes[best].count {
      best = index
    }
    guard best >= 0 else {
      // A password that is wrong does not become right.
      let failure = refusal.map { RedictFailure.server($0) } ?? .connectFailed
      refusal = nil
      return refreshed(failure)
    }
    candidate = votes.remove(at: best)
    guard let vote = candidate, let node = findOrMake(vote.address, .master) else {
      return refreshed(.connectFailed)
    }
    // What was a replica is greeted as a master from now on.
    if node.client.purpose != .master {
      retire(node)
      votes.append(vote)
      return tryNext()
    }
    let question = makeProbe()
    RESPSerializer.command(argumentCount: 1, into: &question.request)
    RESPSerializer.argument("ROLE", into: &question.request)
    roleQuestion = question
    send(question, to: node)
  }

  private func answered(_ probe: RedictCommand, by node: RedictNode) {
    var isMaster = false
    if probe.failure == nil, let reply = probe.replies.first {
      isMaster = RedictConnection.isMaster(reply.span, isError: false)
    } else if case .server(let error)? = probe.failure {
      isMaster = error.begins(with: "noperm")
    }
    guard isMaster else {
      if case .server(let error)? = probe.failure,
        error.begins(with: "noauth") || error.begins(with: "wrongpass")
      {
        refusal = error
      }
      if node !== master { retire(node) }
      return tryNext()
    }
    take(node)
    guard routing.readsReplicas, let sentinel = candidate?.sentinel else { return refreshed(nil) }
    let question = ask("replicas", sentinel)
    replicaQuestion = question
    send(question, to: sentinel)
  }

  private func take(_ node: RedictNode) {
    if node === master { return }
    cache?.removeAll()
    if let old = master { retire(old) }
    master = node
  }

  // MARK: Replicas

  private func takeReplicas(_ probe: RedictCommand, _ sentinel: RedictNode) {
    var found: [RedictNode] = []
    if probe.failure == nil, let reply = probe.replies.first {
      let octets = reply.span
      var reader = RESPReader(octets)
      if case .array(let count?)? = reader.next() {
        for _ in 0..<min(count, routing.nodesMax) {
          guard let address = replica(&reader, octets, sentinel.address) else { continue }
          if let node = findOrMake(address, .replica), node !== master,
            node.client.purpose == .replica, !found.contains(where: { $0 === node })
          {
            found.append(node)
          }
        }
      }
    }
    for old in replicas where !found.contains(where: { $0 === old }) { retire(old) }
    replicas = found
    refreshed(nil)
  }

  /// Reads what a sentinel says of a replica; nil for one that it believes to be down.
  private func replica(
    _ reader: inout RESPReader, _ octets: Span<UInt8>, _ said: RedictAddress
  ) -> RedictAddress? {
    let pairs: Int
    switch reader.next() {
    case .map(let count?)?: pairs = count
    case .array(let count?)?: pairs = count / 2
    default: return nil
    }
    var host = Slice.empty
    var port = -1
    var isUp = true
    for _ in 0..<pairs {
      guard case .bulkString(let key)? = reader.next(), case .bulkString(let value)? = reader.next()
      else { return nil }
      let name = octets.octets(key)
      if name.equals("ip") {
        host = value
      } else if name.equals("port") {
        port = RedictAddress.number(octets.octets(value))
      } else if name.equals("flags") {
        isUp = octets.octets(value).equals("slave")
      }
    }
    guard isUp, !host.isEmpty else { return nil }
    return RedictAddress(host: octets.octets(host), port: port, otherwise: said)
  }

  // MARK: News

  override func messageCame(_ subscription: RedictSubscription) { wantRefresh() }

  override func closeOthers() {
    // They are no nodes that commands go to, and are closed with those.
    for sentinel in sentinels {
      nodes.append(sentinel)
    }
    sentinels = []
    questions = []
    roleQuestion = nil
    replicaQuestion = nil
  }
}
