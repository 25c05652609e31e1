import NecroOctets

/// Reads the contents of one message from front to back.
///
/// Errors count their offset from the message's first octet, slices from the start of the storage that
/// the message lies in.
struct MessageReader: ~Escapable {
  /// The message with its type and length.
  let octets: Span<UInt8>
  let storageOffset: Int
  /// The position of the next octet to be read.
  private(set) var position: Int

  /// - Parameter storageOffset: where the message begins in its storage.
  @_lifetime(copy octets)
  init(_ octets: Span<UInt8>, storageOffset: Int) {
    self.octets = octets
    self.storageOffset = storageOffset
    position = BackendDecoder.headerOctets
  }

  var isAtEnd: Bool { position == octets.count }

  func error(_ code: PostgresWireError.Code) -> PostgresWireError {
    PostgresWireError(code: code, offset: position)
  }

  mutating func octet() throws(PostgresWireError) -> UInt8 {
    guard position < octets.count else { throw error(.contentsTooShort) }
    position += 1
    return octets[position - 1]
  }

  mutating func int16() throws(PostgresWireError) -> Int16 {
    guard octets.count - position >= 2 else { throw error(.contentsTooShort) }
    position += 2
    return octets.bigEndian(at: position - 2)
  }

  mutating func int32() throws(PostgresWireError) -> Int32 {
    guard octets.count - position >= 4 else { throw error(.contentsTooShort) }
    position += 4
    return octets.bigEndian(at: position - 4)
  }

  /// A string without the zero octet that ends it.
  mutating func string() throws(PostgresWireError) -> Slice {
    guard let end = octets.nullPosition(from: position, to: octets.count) else {
      throw error(.stringUnterminated)
    }
    let slice = Slice(offset: storageOffset + position, count: end - position)
    position = end + 1
    return slice
  }

  /// A count in 16 bits that may not exceed `max`.
  mutating func count(max: Int) throws(PostgresWireError) -> Int {
    let count = Int(try int16())
    guard count >= 0 && count <= max else {
      position -= 2
      throw error(.countInvalid)
    }
    return count
  }

  /// As many octets as `count` says.
  mutating func run(_ count: Int) throws(PostgresWireError) -> Slice {
    guard count <= octets.count - position else { throw error(.contentsTooShort) }
    position += count
    return Slice(offset: storageOffset + position - count, count: count)
  }

  /// All octets that are left.
  mutating func rest() -> Slice {
    let slice = remainder
    position = octets.count
    return slice
  }

  /// All octets that are left, which stay to be read.
  var remainder: Slice {
    Slice(offset: storageOffset + position, count: octets.count - position)
  }

  /// A format code of 16 bits.
  mutating func formatCode() throws(PostgresWireError) -> FormatCode {
    let code = try int16()
    guard code == 0 || code == 1 else {
      position -= 2
      throw error(.formatCodeInvalid)
    }
    return code == 0 ? .text : .binary
  }

  /// Says that the message has to end here.
  func end() throws(PostgresWireError) {
    guard isAtEnd else { throw error(.contentsTooLong) }
  }
}
