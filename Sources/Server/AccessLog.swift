import CLinux
import NecroHTTPSemantics
import NecroOctets
import NecroReactor

/// A line for each response, and for each request whose peer went before there was one; see
/// `AccessLogFormat` for what it says.
///
/// Lines are gathered and written once per turn, and never wait for whoever reads them: what cannot
/// be written is kept, up to a bound, and tried again; further lines are dropped and counted. Each
/// worker has a log of its own on a descriptor that is opened for appending, so that whole lines of
/// several workers follow one another.
public final class AccessLog {
  /// What an application is told about lines that are lost.
  public enum Event: Equatable {
    /// Lines are dropped from now on, for this error number.
    case droppingBegan(errorNumber: Int32)
    /// Lines are written again after so many were dropped.
    case droppingEnded(lineCount: Int)
  }

  /// What a write to the descriptor may do.
  private enum Sink {
    /// A regular file, or a descriptor that does not block: it may be written as it is.
    case file
    /// A pipe or terminal that does not block. Up to PIPE_BUF octets go in one piece.
    case stream
    /// A pipe or terminal that is somebody else's too, and so is left blocking: it is asked first.
    case blockingStream
    case socket
  }

  private let descriptor: Int32
  private let format: AccessLogFormat
  private let sink: Sink
  private var lines = OctetBuffer(capacity: 4_096)
  /// Lines dropped and not reported yet.
  private var droppedLineCount = 0
  private var isDropping = false
  private var event: Event?
  /// The writer took less than there was, and is asked again at this moment; 0 otherwise.
  private(set) var retryMilliseconds: UInt64 = 0

  /// - Parameter descriptor: open for appending; stays the caller's.
  public init(descriptor: Int32, format: AccessLogFormat = .text) {
    self.descriptor = descriptor
    self.format = format
    sink =
      switch necro_sink_kind(descriptor) {
      case 0: .file
      case 1: .stream
      case 2: .blockingStream
      default: .socket
      }
  }

  /// The status in the line of a request whose client went before the response; nginx's number.
  public static var clientClosedRequest: StatusCode { StatusCode(rawValue: 499) }

  /// Octets of lines that wait for their reader; beyond it lines are dropped.
  private static var waitingOctetsMax: Int { 1_048_576 }
  /// Lines that are gathered within a turn before they are written.
  private static var gatheredOctetsMax: Int { 65_536 }
  private static var pipeOctetsMax: Int { 4_096 }
  private static var retryMillisecondsLater: UInt64 { 100 }

  /// Adds the line of an exchange whose response, if there is one, is complete.
  func append(_ exchange: Exchange, status: StatusCode) {
    if lines.count >= AccessLog.waitingOctetsMax {
      drop(1, EAGAIN)
      return
    }
    format.append(exchange, status: status, to: &lines)
    if lines.count >= AccessLog.gatheredOctetsMax && retryMilliseconds == 0 {
      flush(now: Clock.monotonicMilliseconds())
    }
  }

  /// What has happened to the log since the last call.
  func takeEvent() -> Event? {
    defer { event = nil }
    return event
  }

  /// Writes the gathered lines, as many as are taken at once.
  func flush(now: UInt64) {
    if lines.isEmpty || now < retryMilliseconds { return }
    retryMilliseconds = 0
    while !lines.isEmpty {
      let written = write()
      if written > 0 {
        lines.consume(written)
        continue
      }
      let error = necro_errno()
      if error == EINTR { continue }
      if error == EAGAIN || error == EWOULDBLOCK {
        retryMilliseconds = later(now, by: AccessLog.retryMillisecondsLater)
      } else {
        // A full disk, or a reader that is gone: a log must not stop the service.
        drop(lineCount, error)
        lines.removeAll()
      }
      return
    }
    lines.removeAll()
    if lines.capacity > AccessLog.gatheredOctetsMax * 2 { lines = OctetBuffer(capacity: 4_096) }
    if isDropping {
      isDropping = false
      event = .droppingEnded(lineCount: droppedLineCount)
      droppedLineCount = 0
    }
  }

  /// Writes what is left before the end, for a time at most. What remains is dropped.
  func finish(withinMilliseconds milliseconds: UInt64) {
    let deadline = later(Clock.monotonicMilliseconds(), by: milliseconds)
    while true {
      let now = Clock.monotonicMilliseconds()
      retryMilliseconds = 0
      flush(now: now)
      if lines.isEmpty || now >= deadline { break }
      _ = necro_wait_writable(descriptor, Int32(min(deadline - now, 1_000)))
    }
    if !lines.isEmpty { drop(lineCount, EAGAIN) }
    lines.removeAll()
    if isDropping { event = .droppingEnded(lineCount: droppedLineCount) }
  }

  private func drop(_ lineCount: Int, _ errorNumber: Int32) {
    droppedLineCount += lineCount
    if isDropping { return }
    isDropping = true
    event = .droppingBegan(errorNumber: errorNumber)
  }

  private var lineCount: Int { AccessLog.count(0x0A, in: lines) }

  private static func count(_ octet: UInt8, in buffer: borrowing OctetBuffer) -> Int {
    let octets = buffer.octets
    var count = 0
    for index in octets.indices where octets[index] == octet { count += 1 }
    return count
  }

  /// Writes once. Returns the octets taken, or -1 with `errno` set.
  private func write() -> Int {
    AccessLog.write(lines, to: descriptor, sink)
  }

  private static func write(
    _ lines: borrowing OctetBuffer, to descriptor: Int32, _ sink: Sink
  ) -> Int {
    let octets = lines.octets
    let count = sink == .file ? octets.count : wholeLines(octets, upTo: pipeOctetsMax)
    if sink == .blockingStream && necro_wait_writable(descriptor, 0) == 0 {
      necro_set_errno(EAGAIN)
      return -1
    }
    return octets.withUnsafeBytes { bytes in
      unsafe sink == .socket
        ? necro_send(descriptor, bytes.baseAddress, count, Int32(necro_send_flags()))
        : CLinux.write(descriptor, bytes.baseAddress, count)
    }
  }

  /// The octets of as many whole lines as a bound allows; of a longer line, that many of its first.
  private static func wholeLines(_ octets: Span<UInt8>, upTo octetsMax: Int) -> Int {
    if octets.count <= octetsMax { return octets.count }
    var end = octetsMax
    while end > 0 && octets[end - 1] != 0x0A { end -= 1 }
    return end > 0 ? end : octetsMax
  }
}

/// When a worker writes its log.
extension Worker {
  /// Writes what a turn has gathered, and says to the application what has become of the rest.
  func flushAccessLog() {
    guard let accessLog else { return }
    accessLog.flush(now: now)
    if accessLog.retryMilliseconds != 0 && !accessLogTimerIsSet {
      accessLogTimerIsSet = true
      _ = timers.insert(
        token: accessLogTimerToken, deadlineMilliseconds: accessLog.retryMilliseconds)
    }
    if let event = accessLog.takeEvent() { application.accessLogChanged(event) }
  }

  /// Writes what is left of the log when a drain has ended, for a second at most.
  public func finishAccessLog() {
    guard let accessLog else { return }
    application.willWait()
    accessLog.finish(withinMilliseconds: 1_000)
    application.didWait()
    if let event = accessLog.takeEvent() { application.accessLogChanged(event) }
  }

  /// The timer token of a log whose reader is behind.
  var accessLogTimerToken: UInt64 { .max - 2 }
}
