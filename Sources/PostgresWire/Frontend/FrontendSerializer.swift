import NecroOctets

/// Appends the messages of a frontend to an `OctetBuffer`.
///
/// A function per message, each in its own file. Where it throws, the buffer is as it was before.
/// Several messages may be appended before they are sent: that is how queries are pipelined.
///
/// PG protocol-message-formats
public enum FrontendSerializer {
  /// Octets of the longest message, by its length field.
  @usableFromInline static var lengthMax: Int { Int(Int32.max) }

  /// Appends a type and room for a length; the message's position among the buffer's octets.
  @inlinable
  static func begin(_ type: UInt8, into output: inout OctetBuffer) -> Int {
    let start = output.count
    output.append(type)
    output.append(bigEndian: 0 as Int32)
    return start
  }

  /// Writes the length of the message that began at `start`, or takes the message back.
  @inlinable
  static func end(_ start: Int, into output: inout OctetBuffer) throws(FrontendMisuse) {
    let length = output.count - start - 1
    guard length <= lengthMax else {
      output.truncate(toCount: start)
      throw .messageTooLong
    }
    output.overwrite(bigEndian: Int32(truncatingIfNeeded: length), at: start + 1)
  }

  /// Appends a message that has nothing but its type.
  @inlinable
  static func empty(_ type: UInt8, into output: inout OctetBuffer) {
    output.append(type)
    output.append(bigEndian: 4 as Int32)
  }

  /// Appends a string and the zero octet that ends it.
  @inlinable
  static func append(_ string: Span<UInt8>, into output: inout OctetBuffer) {
    output.append(string)
    output.append(0)
  }

  @usableFromInline
  static func check(_ string: Span<UInt8>) throws(FrontendMisuse) {
    guard string.nullPosition(from: 0, to: string.count) == nil else { throw .nullInString }
  }

  /// The sum cannot overflow: both are sizes of memory.
  static func check(octetCount: Int) throws(FrontendMisuse) {
    guard octetCount <= lengthMax - 64 else { throw .messageTooLong }
  }
}
