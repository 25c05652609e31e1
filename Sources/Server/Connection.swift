import NecroReactor
import NecroTLS

/// An accepted connection: what is kept of it while it idles.
final class Connection {
  /// The socket; -1 of a connection in memory.
  let descriptor: Int32
  /// The other end of a connection in memory.
  let local: LocalPeer?
  let slot: Int
  let peer: PeerAddress
  /// Told apart from earlier connections in the same slot.
  let generation: UInt32

  /// What the listener's connections speak.
  let role: ListenerRole
  /// The TLS session, from the peer's first octets on.
  var session: TLSSession?
  /// The session's handshake is under way, and the worker counts it.
  var isHandshaking = false
  /// All that the kernel had of a TLS connection was received.
  var kernelIsDrained = false

  /// Lent by the worker while octets of a request or response are about.
  var exchange: Exchange?
  /// By when the peer has to have done what is waited for; the end of time if nothing is.
  var deadline: UInt64
  /// By when the next request has to have begun and, of a connection that has had none, its head to
  /// be complete.
  var idleDeadline: UInt64
  var timer: TimerWheel.TimerID
  /// When the timer fires, which may be before the deadline; the end of time once it has.
  var timerDeadline: UInt64
  /// Requests whose heads have been decoded.
  var requestCount: UInt64 = 0

  /// The kernel may hold octets that were not received yet.
  var mayReceive = true
  /// The kernel has said that the peer closed its side; it will not say so again, so octets are
  /// received until their end.
  var endIsAnnounced = false
  /// The peer has closed its side, and all octets were received.
  var inputEnded = false
  /// The kernel took less than the output at the last send, and will say when it takes more.
  var isBlockedOnSend = false
  /// Our side is closed and the peer's last octets are dropped until it closes too.
  var isLingering = false
  /// Octets dropped while lingering.
  var lingeredOctets = 0
  /// The connection is in the list of those to be driven at the next turn's start.
  var isScheduled = false

  init(
    descriptor: Int32, local: LocalPeer?, slot: Int, generation: UInt32, peer: PeerAddress,
    role: ListenerRole, deadline: UInt64, timer: TimerWheel.TimerID
  ) {
    self.descriptor = descriptor
    self.local = local
    self.slot = slot
    self.generation = generation
    self.peer = peer
    self.role = role
    self.deadline = deadline
    idleDeadline = deadline
    self.timer = timer
    self.timerDeadline = deadline
  }
}
