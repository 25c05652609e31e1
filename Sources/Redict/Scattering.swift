import NecroOctets
import NecroRESP

/// A command that several nodes of a cluster do: one whose keys are of several slots, where it does to
/// each key the same (MGET, DEL), or one without keys that every shard or every node has to do (DBSIZE,
/// SCRIPT LOAD). Its parts are commands of their own, each sent where it belongs and again where that
/// has changed; their replies become one.
///
/// Nothing of it is done at one moment: when a part fails, so does the whole, and others were done.
///
/// Valkey, "Command tips": `request_policy` and `response_policy`
final class Scattering {
  private let command: RedictCommand
  private unowned(unsafe) let router: RedictRouter
  private let response: UInt8
  private var parts: [RedictCommand] = []
  /// Of a command with keys: by part, which of its keys it has.
  private var places: [[Int]] = []
  private var undone = 0
  private var isOver = false

  init(_ command: RedictCommand, _ policy: (request: UInt8, response: UInt8), router: RedictRouter)
  {
    self.command = command
    self.router = router
    response = policy.response
    command.scattering = self
    if policy.request == 0x6D { divide() } else { repeatEverywhere(policy.request == 0x6E) }
  }

  // MARK: Out

  private func makePart(_ slot: Int) -> RedictCommand {
    let part = RedictCommand()
    part.traits = command.traits
    part.deadlineMilliseconds = command.deadlineMilliseconds
    part.routeDeadline = command.routeDeadline
    part.slot = slot
    part.scattering = self
    parts.append(part)
    return part
  }

  /// Makes a part for each slot, of what belongs to its keys: of MSET a value each, of which none is
  /// missing.
  private func divide() {
    let command = command
    let request = command.requestOctets
    var arguments = RequestArguments()
    _ = arguments.read(request, at: 0)
    let keys = CommandKeys(arguments, request)
    var partOfSlot = [Int16](repeating: -1, count: KeySlot.count)
    for index in 0..<keys.count {
      let slot = KeySlot.of(request.octets(arguments[keys[index]]))
      if partOfSlot[slot] < 0 {
        partOfSlot[slot] = Int16(parts.count)
        _ = makePart(slot)
        places.append([])
      }
      places[Int(partOfSlot[slot])].append(index)
    }
    for (index, part) in parts.enumerated() {
      RESPSerializer.command(
        argumentCount: 1 + places[index].count * keys.step, into: &part.request)
      RESPSerializer.argument(request.octets(arguments[0]), into: &part.request)
      for place in places[index] {
        for argument in keys[place]..<(keys[place] + keys.step) {
          RESPSerializer.argument(request.octets(arguments[argument]), into: &part.request)
        }
      }
    }
  }

  /// Makes a part for each shard, by a slot of its own, so that it finds the shard's master when that
  /// has failed; and one for each replica, where these are asked too.
  private func repeatEverywhere(_ withReplicas: Bool) {
    let command = command
    let request = command.requestOctets
    let slots = router.shardSlots
    router.turnOfReplicas &+= 1
    for distance in slots.indices {
      let turn = Int(UInt(bitPattern: router.turnOfReplicas &+ distance) % UInt(slots.count))
      makePart(slots[turn]).request.append(request)
    }
    guard withReplicas else { return }
    for replica in router.replicaNodes {
      let part = makePart(-1)
      part.request.append(request)
      part.node = replica
    }
  }

  /// Whether this is of the command, which is no part.
  func isWhole(_ command: RedictCommand) -> Bool { command === self.command }

  func begin() {
    command.state = .waiting
    undone = parts.count
    if parts.isEmpty { return giveUp(.connectFailed) }
    let all = parts
    for part in all {
      if let node = part.node { router.submit(part, to: node) } else { router.route(part) }
    }
  }

  /// Nobody waits for it any more.
  func giveUp(_ failure: RedictFailure) {
    isOver = true
    command.scattering = nil
    for part in parts { router.cancel(part) }
    router.finish(command, failure)
  }

  // MARK: Back

  func completed(_ part: RedictCommand) {
    undone -= 1
    if isOver { part.scattering = nil }
    guard undone == 0, !isOver else { return }
    isOver = true
    command.scattering = nil
    var reply = OctetBuffer()
    command.failure = gather(into: &reply)
    for part in parts { part.scattering = nil }
    command.state = .sent
    if command.failure == nil {
      router.replied(command, index: 0, reply.octets, attributes: Span())
    }
    command.state = .finished
    router.tell(command)
  }

  /// Makes one reply of all; else says why there is none.
  private func gather(into reply: inout OctetBuffer) -> RedictFailure? {
    var chosen = 0
    for (index, part) in parts.enumerated() {
      if let failure = part.failure {
        // One that has succeeded is enough for KILL, of a script that only one node runs.
        if response == 0x6F, let done = parts.firstIndex(where: { $0.failure == nil }) {
          chosen = done
          break
        }
        return failure
      }
      guard !part.replies.isEmpty else { return .replyUnexpected }
      if response == 0x3F, chosen == index, isNull(part.replies[0]), index + 1 < parts.count {
        chosen = index + 1
      }
    }
    switch response {
    case 0x2B, 0x3C, 0x26, 0x7C: return reckon(&reply) ? nil : .replyUnexpected
    case 0x63: return join(&reply) ? nil : .replyUnexpected
    default:
      let octets = parts[chosen].replies[0]
      reply.append(octets.span)
      return nil
    }
  }

  private func isNull(_ reply: [UInt8]) -> Bool {
    let octets = reply.span
    var reader = RESPReader(octets)
    if case .null? = reader.next() { return true }
    return false
  }

  /// The numbers of a reply: itself, or its elements.
  private func numbers(_ reply: [UInt8]) -> (numbers: [Int64], isArray: Bool)? {
    let octets = reply.span
    var reader = RESPReader(octets)
    switch reader.next() {
    case .number(let number)?: return ([number], false)
    case .array(let count?)?:
      var numbers: [Int64] = []
      for _ in 0..<count {
        guard case .number(let number)? = reader.next() else { return nil }
        numbers.append(number)
      }
      return (numbers, true)
    default: return nil
    }
  }

  /// Adds up, takes the least, or tells whether all or any are not 0, each element for itself.
  private func reckon(_ reply: inout OctetBuffer) -> Bool {
    guard let (first, isArray) = numbers(parts[0].replies[0]) else { return false }
    var total = first
    for part in parts.dropFirst() {
      guard let (more, _) = numbers(part.replies[0]), more.count == total.count else {
        return false
      }
      for index in total.indices {
        switch response {
        case 0x2B: total[index] &+= more[index]
        case 0x3C: total[index] = min(total[index], more[index])
        case 0x26: total[index] = total[index] != 0 && more[index] != 0 ? 1 : 0
        default: total[index] = total[index] != 0 || more[index] != 0 ? 1 : 0
        }
      }
    }
    if isArray { try? RESPSerializer.aggregate(.array, count: total.count, into: &reply) }
    for number in total { RESPSerializer.number(number, into: &reply) }
    return true
  }

  /// Makes one array of all elements: in the order of the keys, or of a command without keys as the
  /// replies come.
  private func join(_ reply: inout OctetBuffer) -> Bool {
    /// By key, or in turn: the part and where in its reply the element is.
    var elements: [(part: Int, slice: Slice)] = []
    if !places.isEmpty {
      var count = 0
      for place in places { count += place.count }
      elements = [(part: Int, slice: Slice)](repeating: (-1, .empty), count: count)
    }
    for (index, part) in parts.enumerated() {
      let octets = part.replies[0]
      var reader = RESPReader(octets.span)
      let count: Int
      switch reader.next() {
      case .array(let known?)?, .set(let known?)?: count = known
      default: return false
      }
      if !places.isEmpty && count != places[index].count { return false }
      for element in 0..<count {
        let start = reader.position
        guard let item = reader.next() else { return false }
        reader.skip(item)
        let slice = Slice(offset: start, count: reader.position - start)
        if places.isEmpty {
          elements.append((index, slice))
        } else {
          elements[places[index][element]] = (index, slice)
        }
      }
    }
    try? RESPSerializer.aggregate(.array, count: elements.count, into: &reply)
    for (part, slice) in elements {
      let octets = parts[part].replies[0]
      reply.append(octets.span.octets(slice))
    }
    return true
  }
}
