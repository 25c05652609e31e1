import NecroRESP

/// A disagreement with hiredis 0.14.1 that stays, and why.
public struct RESPDisagreement: Sendable {
  public enum Kind: Hashable, Sendable {
    /// We refuse, with that code, what it takes.
    case weRefuse(RESPError.Code)
    /// It refuses, with a message that begins so, what we take.
    case theyRefuse(String)
  }

  public let kind: Kind
  /// The clause by which we are right, or may be as we are.
  public let clause: String
  public let reason: String

  public static let all: [RESPDisagreement] = [
    .init(
      kind: .weRefuse(.lineEndInvalid), clause: "RESP2-resp-simple-strings-1",
      reason: "it takes CR or LF alone for a part of a line"),
    .init(
      kind: .weRefuse(.stringUnterminated), clause: "RESP2-resp-bulk-strings-4",
      reason: "it passes over two octets behind a bulk string without looking at them"),
    .init(
      kind: .theyRefuse("Bad integer value"), clause: "RESP2-resp-integers-1",
      reason: "it refuses a plus sign and zeros before a number"),
    .init(
      kind: .theyRefuse("Bad bulk string length"), clause: "RESP2-resp-bulk-strings-2",
      reason: "it refuses zeros before a length"),
    .init(
      kind: .theyRefuse("Bad multi-bulk length"), clause: "RESP2-resp-arrays-1",
      reason: "it refuses zeros before a count"),
    .init(
      kind: .theyRefuse("No support for nested multi bulk replies"),
      clause: "RESP2-resp-arrays-9", reason: "it has room for nine levels"),
  ]
}
