import NecroOctets
import NecroPostgres

/// What callers do: one thing after the other, each as the seed has it.
extension Simulation {
  /// Does the next thing in a moment.
  func rest(_ caller: Int) {
    after(UInt64(random.perMille(700) ? 0 : random.below(4))) { [self] in
      if begunCount < operationsMax { act(caller) }
    }
  }

  private func act(_ caller: Int) {
    switch random.below(100) {
    case 0..<60: query(caller, .read)
    case 60..<68: query(caller, .insert)
    case 68..<71: query(caller, .lockingRead)
    case 71..<74: query(caller, .slowRead)
    case 74..<77: query(caller, .failing)
    case 77..<78: query(caller, .nonsense)
    case 78..<81: query(caller, .unknownType)
    case 81..<83: alone(caller, .describe, .read)
    case 83..<86: script(caller)
    case 86..<88: copy(caller)
    default: takeSession(caller)
    }
  }

  private func query(_ caller: Int, _ statement: SimulatedStatement) {
    let call = makeCall(caller, .query, statement) { [unowned self] in
      if $0.operation.failure == nil && random.perMille(500) { idleOperations.append($0.operation) }
      rest(caller)
    }
    avoidsShared[call.token] = random.perMille(50)
    call.operation.avoidsShared = avoidsShared[call.token]
    pool.submit(call.operation)
  }

  private func alone(
    _ caller: Int, _ kind: Operation.Kind, _ statement: SimulatedStatement?, text: String? = nil
  ) {
    let call = makeCall(caller, kind, statement, text: text) { [unowned self] _ in rest(caller) }
    pool.submit(call.operation)
  }

  private func script(_ caller: Int) {
    alone(caller, .script, nil, text: random.perMille(300) ? "error script" : "insert script")
  }

  private func copy(_ caller: Int) {
    statistics.copies += 1
    if random.perMille(500) {
      alone(caller, .copyIn, nil, text: "copy ledger from stdin")
    } else {
      alone(caller, .copyOut, nil, text: "copy graves to stdout")
    }
  }

  /// A call with a token of its own, which is then to be submitted.
  func makeCall(
    _ caller: Int, _ kind: Operation.Kind, _ statement: SimulatedStatement?, text: String? = nil,
    hasDeadline: Bool? = nil, then whenOver: @escaping (Call) -> Void
  ) -> Call {
    let token = callers.count
    let variant = random.below(random.perMille(800) ? 2 : 12)
    let operation: Operation
    if kind == .query, let idle = idleOperations.popLast() {
      operation = idle
      operation.reset()
      operation.avoidsShared = false
    } else {
      operation = Operation(kind)
    }
    operation.statement = statement.map {
      pool.statement([UInt8]($0.text(variant: variant).utf8).span)
    }
    if let text { operation.text = [UInt8]("\(text) /*\(token)*/".utf8) }
    operation.ownerToken = UInt(token)
    operation.deadlineMilliseconds = 0
    if hasDeadline ?? random.perMille(300) {
      operation.deadlineMilliseconds = clock.now + UInt64(1 + random.below(150))
    }
    let call = Call(
      token: token, caller: caller, operation, statement: statement, variant: variant,
      submitted: reactor.now, whenOver: whenOver)
    call.hasEffect =
      statement == .insert && kind == .query || kind == .copyIn
      || text?.hasPrefix("insert") == true
    call.copiedRowsLeft = token % 61 == 0 ? 3_000 : token % 7
    callers.append(caller)
    avoidsShared.append(false)
    effects.append(.none)
    begin(call)
    return call
  }
}
