import NecroPostgresWire

/// Where libpq takes what we refuse, with the clause by which we are right.
public struct PostgresDisagreement: Sendable {
  public let code: PostgresWireError.Code
  public let clause: String
  public let why: String

  public static let all: [PostgresDisagreement] = [
    PostgresDisagreement(
      code: .messageUnexpected, clause: "PG-protocol-flow-simple-query-12",
      why: """
        libpq takes any message whose type it knows, whatever was asked: rows for a Parse, a second \
        copy within a copy. It passes over what it cannot use.
        """),
    PostgresDisagreement(
      code: .transactionStatusUnknown, clause: "PG-protocol-message-formats-ReadyForQuery-1",
      why: "libpq says that it does not know the status, and goes on."),
    PostgresDisagreement(
      code: .formatCodeInvalid, clause: "PG-protocol-message-formats-CopyInResponse-1",
      why: "libpq hands on any number as a format code."),
    PostgresDisagreement(
      code: .columnCountMismatch, clause: "PG-protocol-message-formats-DataRow-1",
      why: "libpq makes an error of its own of the result, and goes on at the next message."),
    PostgresDisagreement(
      code: .contentsTooShort, clause: "PG-protocol-message-formats-DataRow-1",
      why: "libpq makes an error of its own of the result, and goes on at the next message."),
    PostgresDisagreement(
      code: .countInvalid, clause: "PG-protocol-message-formats-RowDescription-1",
      why: "libpq makes an error of its own of the result, and goes on at the next message."),
    PostgresDisagreement(
      code: .valueLengthInvalid, clause: "PG-protocol-message-formats-DataRow-1",
      why: "libpq makes an error of its own of the result, and goes on at the next message."),
    PostgresDisagreement(
      code: .stringUnterminated, clause: "PG-protocol-message-types-3",
      why: "libpq makes an error of its own of the result, and goes on at the next message."),
  ]
}

/// A server's octets, given to libpq and to us.
public struct PostgresComparison {
  /// What nobody has judged; nil if both say the same, or differ as listed.
  public private(set) var surprise: String?
  /// The code with which we refuse what libpq takes.
  public private(set) var leniency: PostgresWireError.Code?
  /// Whether every step is answered.
  public private(set) var isComplete = false
  /// What we report.
  public private(set) var lines: [String] = []

  public init(_ reply: [UInt8], _ command: PostgresCommand) {
    let report = PostgresReport(reply, command)
    lines = report.results + report.end
    if report.isIncomparable { return }
    let peer = PostgresPeer(reply, command)
    switch report.outcome {
    case .complete:
      isComplete = true
      // What follows the last answer libpq may have read already.
      let isSame =
        report.hasRest
        ? peer.results.starts(with: report.results)
        : peer.lines == lines
      if !isSame { surprise = "we take:\n\(Self.text(lines))" }
    case .refused(let code):
      if peer.isBroken {
        if !Self.agree(peer.results, report.results) {
          surprise = "before \(code):\n\(Self.text(report.results))"
        }
      } else {
        leniency = code
        if !PostgresDisagreement.all.contains(where: { $0.code == code }) {
          surprise = "we refuse with \(code):\n\(Self.text(report.results))"
        }
      }
    case .ended:
      if !peer.isBroken || !Self.agree(peer.results, report.results) {
        surprise = "the octets end:\n\(Self.text(report.results))"
      }
    }
    if let text = surprise { surprise = "\(text)\nlibpq:\n\(Self.text(peer.lines))" }
  }

  /// Whether both report the same as far as both report: libpq looks ahead of a result, and what it then
  /// finds broken has the result's place.
  private static func agree(_ peer: [String], _ report: [String]) -> Bool {
    let peer = peer.filter { $0 != "broken" }
    return peer.starts(with: report) || report.starts(with: peer)
  }

  private static func text(_ lines: [String]) -> String {
    lines.map { "  \($0)" }.joined(separator: "\n")
  }
}

/// The property that libpq reports what we report, where it is not listed that it takes what we refuse.
///
/// The first octet chooses what is asked. Traps on a violation.
public func fuzzPostgresDifferential(_ octets: Span<UInt8>) {
  guard octets.count > 0, octets.count < 32_768 else { return }
  let commands = PostgresCommand.allCases
  var reply: [UInt8] = []
  for index in 1..<octets.count { reply.append(octets[index]) }
  let comparison = PostgresComparison(reply, commands[Int(octets[0]) % commands.count])
  if let surprise = comparison.surprise { preconditionFailure(surprise) }
}
