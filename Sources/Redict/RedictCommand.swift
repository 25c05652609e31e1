import NecroOctets
import NecroReactor

/// Something that a server is asked to do: made by the owner, submitted, completed once; then it may be
/// used again after `reset`.
///
/// Its request is one command, or several that are sent together and in order on one connection: a
/// pipeline, or a transaction from MULTI to EXEC. Each has a reply.
public final class RedictCommand {
  enum State: UInt8 {
    case fresh
    /// In one of the client's queues.
    case waiting
    case sent
    /// Over; the owner is told with the next flush.
    case finishing
    case finished
  }

  /// The commands, as `RESPSerializer` writes them.
  public var request = OctetBuffer()
  /// The number of commands in the request.
  public var commandCount = 1
  /// What the commands do; of several, what all of them are (`readOnly`) or any of them is (the rest).
  public var traits: CommandTraits = []
  /// By the monotonic clock; 0 for none.
  public var deadlineMilliseconds: UInt64 = 0
  /// What the owner knows the command by.
  public var ownerToken: UInt = 0

  /// The replies, as `RedictOwner.replied` keeps them where it is not overridden.
  public internal(set) var replies: [[UInt8]] = []
  public internal(set) var failure: RedictFailure?
  /// The connection that it is on, or was given by `RedictClient.acquire`.
  public internal(set) var connection: RedictConnection?

  var state = State.fresh
  /// Whether it asks for a connection and for nothing else.
  var isAcquire = false
  var hasRetried = false
  var failedAttempts = 0
  var waitDeadline: UInt64 = .max
  /// Its place among the client's commands with a deadline; negative when it has none.
  var timerIndex = -1
  /// Octets that its replies may have at most.
  var replyOctetsMax = Int.max

  // What a router knows of it.

  /// The node whose client it is with.
  var node: RedictNode?
  /// Of a part: the request that it is a part of. Of a request that was divided: its parts.
  var gathering: Gathering?
  /// Of a part: which of the whole request's commands each reply answers; negative for none.
  var partIndices: [Int32] = []
  /// Who does it, of what several nodes do, and what becomes of the replies.
  var scattered: (request: UInt8, response: UInt8)?
  /// Of what several nodes do: its parts. Of a part: what it is a part of.
  var scattering: Scattering?
  /// Whether the router has made it to ask what it has to know itself.
  var isProbe = false
  /// Whether its caller has chosen the node.
  var isPinned = false
  /// The slot of its keys; negative for none.
  var slot = -1
  var redirections = 0
  var delays = 0
  /// When it is over for a command that no node has done.
  var routeDeadline: UInt64 = .max

  var next: RedictCommand?
  unowned(unsafe) var previous: RedictCommand?

  public init() {}

  /// Whether it has been completed.
  public var isFinished: Bool { state == .finished }

  /// The octets of the request.
  public var requestOctets: Span<UInt8> {
    @_lifetime(borrow self)
    get {
      // The buffer is not touched before the command is used again.
      let span = request.octets
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// Whether it is a transaction from MULTI to EXEC, which leaves a connection as it was.
  var isWholeTransaction: Bool {
    commandCount > 1 && traits.contains([.beginsTransaction, .endsTransaction])
      && traits.isDisjoint(with: [.changesConnection, .breaksReplies])
  }

  /// Whether a connection that others use would not be the same behind it.
  var isMisplaced: Bool {
    let misplaced: CommandTraits = [
      .changesConnection, .breaksReplies, .beginsTransaction, .endsTransaction,
    ]
    return !isWholeTransaction && !traits.isDisjoint(with: misplaced)
  }

  /// Makes it as it was before it was submitted and takes its request away, whose memory it keeps.
  public func reset() {
    precondition(
      state == .fresh || state == .finished, "a command is used again when it is over")
    state = .fresh
    request.removeAll()
    commandCount = 1
    traits = []
    deadlineMilliseconds = 0
    replies.removeAll()
    failure = nil
    connection = nil
    isAcquire = false
    hasRetried = false
    failedAttempts = 0
    node = nil
    gathering = nil
    scattered = nil
    isPinned = false
    redirections = 0
    delays = 0
    slot = -1
  }
}

/// Commands in order, linked through themselves: a command is in one queue at most.
struct CommandQueue: ~Copyable {
  private(set) var first: RedictCommand?
  private var last: RedictCommand?
  private(set) var count = 0
  /// Octets of their requests.
  private(set) var octetCount = 0

  var isEmpty: Bool { first == nil }

  mutating func append(_ command: RedictCommand) {
    command.previous = last
    if let last { last.next = command } else { first = command }
    last = command
    count += 1
    octetCount += command.request.count
  }

  mutating func prepend(_ command: RedictCommand) {
    command.next = first
    if let first { first.previous = command } else { last = command }
    first = command
    count += 1
    octetCount += command.request.count
  }

  mutating func popFirst() -> RedictCommand? {
    guard let command = first else { return nil }
    remove(command)
    return command
  }

  mutating func remove(_ command: RedictCommand) {
    let next = command.next
    if let previous = command.previous { previous.next = next } else { first = next }
    if let next { next.previous = command.previous } else { last = command.previous }
    command.next = nil
    command.previous = nil
    count -= 1
    octetCount -= command.request.count
  }
}
