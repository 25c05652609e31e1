import NecroReactor

/// An accepted connection: what is kept of it while it idles.
final class Connection {
  let descriptor: Int32
  let slot: Int
  let peer: PeerAddress
  /// Told apart from earlier connections in the same slot.
  let generation: UInt32

  /// Lent by the worker while octets of a request or response are about.
  var exchange: Exchange?
  /// When the peer has done nothing useful by then, the connection is closed.
  var deadline: UInt64
  /// When the connection's timer fires; it is re-armed only then, or when the deadline comes earlier.
  var timer: TimerWheel.TimerID
  var timerDeadline: UInt64
  /// Bumped with each exchange that is handed back, to count requests.
  var requestCount: UInt64 = 0

  /// The kernel may hold octets that were not received yet.
  var mayReceive = true
  /// The kernel has said that the peer closed its side; it will not say so again, so octets are
  /// received until their end.
  var endIsAnnounced = false
  /// The peer has closed its side, and all octets were received.
  var inputEnded = false
  /// The kernel took less than the output at the last send.
  var isBlockedOnSend = false
  /// Our side is closed and the peer's last octets are dropped until it closes too.
  var isLingering = false
  /// Octets dropped while lingering.
  var lingeredOctets = 0
  /// The connection is in the list of those to be driven at the turn's start.
  var isScheduled = false

  init(
    descriptor: Int32, slot: Int, generation: UInt32, peer: PeerAddress, deadline: UInt64,
    timer: TimerWheel.TimerID
  ) {
    self.descriptor = descriptor
    self.slot = slot
    self.generation = generation
    self.peer = peer
    self.deadline = deadline
    self.timer = timer
    self.timerDeadline = deadline
  }
}
