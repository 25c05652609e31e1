import NecroOctets

/// What the server wants in order to know its user, or that it is satisfied.
///
/// PG protocol-message-formats-AuthenticationOk and those after it
@frozen
public enum AuthenticationRequest: Sendable {
  /// The exchange is complete.
  case ok
  /// Kerberos V5, which no server supports any more.
  case kerberosV5
  /// A PasswordMessage with the password itself.
  case cleartextPassword
  /// A PasswordMessage with a hash; `salt` is that of the message, its first octet most significant.
  case md5Password(salt: UInt32)
  /// The beginning of a GSSAPI exchange.
  case gss
  /// Data of GSSAPI or SSPI.
  case gssContinue(Slice)
  /// The beginning of an SSPI exchange.
  case sspi
  /// The beginning of a SASL exchange, with the names of mechanisms in the server's order: read with
  /// `StringIterator`.
  case sasl(mechanisms: Slice)
  /// A challenge of the SASL mechanism.
  case saslContinue(Slice)
  /// What the SASL mechanism ends with.
  case saslFinal(Slice)

  init(_ reader: inout MessageReader, _ limits: Limits) throws(PostgresWireError) {
    let kindPosition = reader.position
    switch try reader.int32() {
    case 0: self = .ok
    case 2: self = .kerberosV5
    case 3: self = .cleartextPassword
    case 5: self = .md5Password(salt: UInt32(bitPattern: try reader.int32()))
    case 7: self = .gss
    case 8: self = .gssContinue(reader.rest())
    case 9: self = .sspi
    case 10: self = .sasl(mechanisms: try Self.mechanisms(&reader, limits))
    case 11: self = .saslContinue(reader.rest())
    case 12: self = .saslFinal(reader.rest())
    default: throw PostgresWireError(code: .authenticationUnknown, offset: kindPosition)
    }
    try reader.end()
  }

  /// Strings up to an empty one, which is left out.
  private static func mechanisms(
    _ reader: inout MessageReader, _ limits: Limits
  ) throws(PostgresWireError) -> Slice {
    var names = reader.remainder
    var count = 0
    while true {
      let start = reader.position
      let name = try reader.string()
      if name.isEmpty { break }
      count += 1
      guard count <= limits.saslMechanismsMax else {
        throw PostgresWireError(code: .countInvalid, offset: start)
      }
    }
    names.count -= reader.octets.count - reader.position + 1
    return names
  }
}
