import NecroOctets
import NecroPostgres
import NecroPostgresWire

/// Holds what has come of a call against what may.
extension Simulation {
  func judge(_ call: Call) {
    let operation = call.operation
    var effect = Call.Effect.either
    switch operation.failure {
    case nil:
      statistics.succeeded += 1
      takeCopied(operation, call)
      if let fault = call.fault() { violation("\(call.token): \(fault)") }
      effect = .present
    case .server(let error):
      statistics.failedByServer += 1
      effect = judge(call, error)
    case .connectionLost(let wasSent):
      if wasSent { statistics.lostSent += 1 } else { statistics.lostUnsent += 1 }
      effect = wasSent ? .either : .absent
    case .timedOut:
      statistics.timedOut += 1
      // The deadline of a member of a batch is that of the batch.
      let isOver =
        operation.deadlineMilliseconds > 0 && clock.now >= operation.deadlineMilliseconds
      if !isOver && !call.isBatched {
        violation("\(call.token) has timed out too early")
      }
    case .waitTimedOut:
      statistics.waitTimedOut += 1
      if reactor.now < call.submitted + pool.settings.waitMilliseconds {
        violation("\(call.token) has waited only \(clock.now - call.submitted) ms")
      }
      effect = .absent
    case .cancelled:
      statistics.cancelledByCaller += 1
      // Who cancels a member of a batch cancels the batch.
      if !call.wasCancelled && !call.isBatched { violation("\(call.token) was not cancelled") }
    case .batchAborted:
      statistics.batchesAborted += 1
      if !call.isBatched { violation("\(call.token) is in no batch") }
      effect = .absent
    case .closed: statistics.closed += 1
    case .tooManyWaiters:
      statistics.tooManyWaiters += 1
      effect = .absent
    case .ownerFailed:
      statistics.refusedByOwner += 1
      if call.token % 211 != 0 { violation("\(call.token) was refused by nobody") }
      effect = .absent
    case .protocolBroken, .messageUnexpected, .resultTooLarge, .transactionLeftOpen, .copyMisplaced,
      .misuse, .authenticationUnsupported, .scramFailed, .channelBindingMissing, .encryptionFailed,
      .encryptionRefused:
      violation("\(call.token): \(String(describing: operation.failure))")
    }
    if call.hasEffect && !call.isGrouped { effects[call.token] = effect }
  }

  /// An error of the server has to be this call's own.
  private func judge(_ call: Call, _ error: ServerError) -> Call.Effect {
    let (state, message) = (error.text(.sqlState), error.text(.message))
    switch state {
    case "57P01": return .either
    case "42703":
      if call.statement != .nonsense || message != call.statement?.text(variant: call.variant) {
        violation("\(call.token) has another call's error: \(message ?? "")")
      }
    case "22012", "22P04", "57014":
      if message != SimulatedReply.errorText(call.token) {
        violation("\(call.token) has another call's error: \(message ?? "")")
      }
      if state == "57014" && !call.failsCopy {
        violation("\(call.token) was hit by a CancelRequest that was not meant for it")
      }
    case "26000", "0A000", "08P01": break
    case "25P02":
      if call.operation.session?.isExclusive == false { violation("\(call.token): 25P02") }
    case "34000" where call.operation.kind == .cursorFetch || call.operation.kind == .cursorOpen:
      break
    default: violation("\(call.token): \(state ?? "") \(message ?? "")")
    }
    return .absent
  }

  // MARK: Copies

  /// Takes what a copy out has brought; sometimes later, so that its session has to wait.
  func takeCopied(_ operation: Operation) {
    guard let call = call(of: operation) else {
      violation("octets of a copy that is over")
      return
    }
    if random.perMille(700) {
      takeCopied(operation, call)
      return
    }
    if call.takesCopiedLater { return }
    call.takesCopiedLater = true
    after(UInt64(1 + random.below(10))) { [unowned self] in
      call.takesCopiedLater = false
      guard self.call(of: operation) === call else { return }
      takeCopied(operation, call)
      pool.copyOctetsTaken(operation)
    }
  }

  func takeCopied(_ operation: Operation, _ call: Call) {
    guard operation.kind == .copyOut else { return }
    let octets = operation.copySpan
    for index in octets.indices { call.copiedOctets.append(octets[index]) }
    operation.copyOctets.removeAll()
    pool.copyOctetsTaken(operation)
  }

  /// Goes on with a copy in as far as there is room.
  func feedCopy(_ operation: Operation) {
    guard let call = call(of: operation) else {
      violation("room for a copy that is over")
      return
    }
    let row = [UInt8]("\(call.token)\n".utf8)
    while call.copiedRowsLeft > 0 {
      if !pool.hasCopyRoom(operation) { return }
      call.copiedRowsLeft -= 1
      if !pool.copy(operation, row.span) { return }
    }
    after(UInt64(random.below(4))) { [unowned self] in
      guard self.call(of: operation) === call else { return }
      if random.perMille(100) {
        call.failsCopy = true
        let reason = [UInt8]("enough".utf8)
        pool.failCopy(operation, reason: reason.span)
      } else {
        pool.finishCopy(operation)
      }
    }
  }
}

extension ServerError {
  func text(_ code: ErrorField.Code) -> String? {
    let fields = fields
    return ErrorFields.value(of: code, in: fields.span).map {
      PostgresSimulation.text(fields.span.octets($0))
    }
  }

  var summary: String { "\(text(.sqlState) ?? "") \(text(.message) ?? "")" }
}
