import CLibpq
import NecroOctets
import NecroPostgresWire

/// What a client asks for before a server's octets are replayed.
public enum PostgresCommand: UInt8, CaseIterable, Sendable {
  /// A simple query.
  case query
  /// Parse, Bind, Describe of the portal, Execute, Sync.
  case parameters
  /// Parse, Sync.
  case prepare
  /// Describe of a statement, Sync.
  case describe
  /// Twice Parse, Bind, Describe, Execute, then one Sync.
  case pipeline

  var steps: [Step] {
    switch self {
    case .query: [.query]
    case .parameters: [.parse, .bind, .describePortal, .execute, .sync]
    case .prepare: [.parse, .sync]
    case .describe: [.describeStatement, .sync]
    case .pipeline:
      [
        .parse, .bind, .describePortal, .execute, .parse, .bind, .describePortal, .execute, .sync,
      ]
    }
  }
}

/// What libpq reports of a server's octets, in lines:
/// - `rows =tag` with columns and rows, `command =tag`, `empty`, `error` with fields, `aborted`, `sync`;
/// - `copyIn`, `copyOut`, `copyBoth` with formats, `copy =octets`;
/// - at the end `notice` with fields, `notification`, `parameter` for a few, and `status` or `broken`.
///
/// Octets stand in hexadecimal digits behind `=`.
public struct PostgresPeer {
  public let lines: [String]

  /// The server's side of a start-up, which always succeeds.
  static var startup: [UInt8] {
    typealias Writer = PostgresBackendWriter
    return Writer.authentication(0)
      + Writer.message("S", Writer.string("server_version") + Writer.string("15.4"))
      + Writer.message("S", Writer.string("client_encoding") + Writer.string("UTF8"))
      + Writer.message("S", Writer.string("TimeZone") + Writer.string("UTC"))
      + Writer.message("K", [0, 0, 0, 7, 1, 2, 3, 4]) + Writer.message("Z", [0x49])
  }

  public init(_ reply: [UInt8], _ command: PostgresCommand) {
    let startup = Self.startup
    let kind = necro_libpq_command(rawValue: UInt32(command.rawValue))
    guard let text = necro_libpq_replay(startup, startup.count, reply, reply.count, kind) else {
      preconditionFailure("memory for a report")
    }
    lines = String(cString: text).split(separator: "\n").map(String.init)
    free(text)
  }

  /// The lines before those of the end.
  var results: [String] {
    Array(lines.prefix { !$0.hasPrefix("noti") && !$0.hasPrefix("parameter ") })
  }

  var isBroken: Bool { lines.last == "broken" }
}
