/// What Describe and Close name: `S` or `P` before the name.
@frozen
public enum StatementOrPortal: UInt8, Sendable {
  case statement = 0x53
  case portal = 0x50
}
