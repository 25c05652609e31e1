import CLinux
import NecroHTTP1
import NecroHTTPSemantics
import NecroOctets
import NecroReactor

/// A line for each response, in the Common Log Format with the milliseconds from the head's arrival
/// to the response at its end:
///
///     127.0.0.1 - - [23/Nov/2026:01:25:47 +0000] "GET /summon/7 HTTP/1.1" 200 27 3
///
/// Lines are gathered and written once per turn. Each worker has a log of its own on a descriptor
/// that is opened for appending, so that whole lines of several workers follow one another.
public final class AccessLog {
  private let descriptor: Int32
  private var lines = OctetBuffer(capacity: 4_096)

  /// - Parameter descriptor: open for appending; stays the caller's.
  public init(descriptor: Int32) {
    self.descriptor = descriptor
  }

  func append(_ exchange: Exchange, now: UInt64) {
    if exchange.peer.family == .unix {
      lines.append("-")
    } else {
      exchange.peer.host(into: &lines)
    }
    lines.append(" - - [")
    exchange.date.withOctets { appendTime($0) }
    lines.append("] \"")
    if exchange.head.methodToken.isEmpty {
      lines.append("-")
    } else {
      let head = exchange.headOctets
      lines.append(head.octets(exchange.head.methodToken))
      lines.append(" ")
      lines.append(head.octets(exchange.head.target))
      lines.append(exchange.head.version == .http11 ? " HTTP/1.1" : " HTTP/1.0")
    }
    lines.append("\" ")
    lines.append(decimal: UInt64(exchange.status.rawValue))
    lines.append(" ")
    lines.append(decimal: exchange.responseContentOctets)
    lines.append(" ")
    lines.append(decimal: now &- exchange.startedMilliseconds)
    lines.append("\n")
    if lines.count >= AccessLog.gatheredOctetsMax { flush() }
  }

  /// The Date field's value rearranged: `Mon, 23 Nov 2026 01:25:47 GMT`.
  private func appendTime(_ date: Span<UInt8>) {
    lines.append(date.extracting(5..<7))
    lines.append("/")
    lines.append(date.extracting(8..<11))
    lines.append("/")
    lines.append(date.extracting(12..<16))
    lines.append(":")
    lines.append(date.extracting(17..<25))
    lines.append(" +0000")
  }

  /// Writes the gathered lines. What cannot be written, as on a full disk, is dropped: a log must
  /// not stop the service.
  func flush() {
    while !lines.isEmpty {
      let written = AccessLog.write(lines, to: descriptor)
      if written > 0 {
        lines.consume(written)
      } else if necro_errno() != EINTR {
        break
      }
    }
    lines.removeAll()
  }

  private static func write(_ lines: borrowing OctetBuffer, to descriptor: Int32) -> Int {
    lines.octets.withUnsafeBytes { unsafe CLinux.write(descriptor, $0.baseAddress, $0.count) }
  }

  private static var gatheredOctetsMax: Int { 65_536 }
}
