import CKernels
import NecroOctets

/// Writes a whole tape as a document without white space.
///
/// A comma follows every value, and the end of what is open takes its place. What was a string without
/// escapes in the document is copied with its quotes: there is nothing to look for in it.
struct TapeWriter: ~Copyable {
  private var out: UnsafeMutablePointer<UInt8>
  private var limit: UnsafeMutablePointer<UInt8>
  private let kernel: JSONKernel

  /// What a token may take beside the octets of a string, and what is written behind it.
  private static var slack: Int { 64 }

  private init(_ output: inout OctetBuffer, _ kernel: JSONKernel) {
    self.kernel = kernel
    let room = output.reserve(Self.slack)
    out = room.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self)
    limit = out + room.count
  }

  static func append(
    _ parser: borrowing JSONParser, _ document: Span<UInt8>, _ kernel: JSONKernel,
    into output: inout OctetBuffer
  ) {
    if parser.tape.count == 0 { return }
    _ = output.reserve(document.count + slack)
    var writer = TapeWriter(&output, kernel)
    document.withUnsafeBufferPointer { text in
      parser.unescaped.octets.withUnsafeBufferPointer { unescaped in
        writer.write(parser, text, unescaped, &output)
      }
    }
  }

  /// Makes the octets written so far the buffer's, and room for more.
  private mutating func makeRoom(_ octetCount: Int, _ output: inout OctetBuffer) {
    keep(&output)
    let room = output.reserve(octetCount)
    out = room.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self)
    limit = out + room.count
  }

  private func keep(_ output: inout OctetBuffer) {
    let room = output.reserve(0)
    let start = room.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self)
    output.advance(out - start)
  }

  private mutating func write(
    _ parser: borrowing JSONParser, _ text: UnsafeBufferPointer<UInt8>,
    _ unescaped: UnsafeBufferPointer<UInt8>, _ output: inout OctetBuffer
  ) {
    let entries = parser.tape.base.unsafelyUnwrapped
    let count = parser.tape.count
    // Which of what is open are objects: a bit each, the outermost first.
    var objects: [UInt64] = [0]
    var depth = 0
    var isObject = false
    var isName = false
    var index = 0
    while index < count {
      let entry = entries[index]
      index &+= 1
      if limit - out < Self.slack { makeRoom(Self.slack, &output) }
      switch entry.kind {
      case .string:
        let slice = entry.slice
        copy(text, slice.offset &- 1, slice.count &+ 2, &output)
        if isName {
          out[0] = 0x3A
          out += 1
          isName = false
          continue
        }
      case .escapedString:
        let slice = entry.slice
        keep(&output)
        StringWriter.append(
          unescaped.baseAddress.map { $0 + slice.offset }, slice.count, kernel,
          into: &output)
        resume(&output)
        if isName {
          out[0] = 0x3A
          out += 1
          isName = false
          continue
        }
      case .integer:
        out += DigitWriter.integer(Int64(bitPattern: entry.tail), out)
      case .double:
        out += DigitWriter.double(Double(bitPattern: entry.tail), out)
      case .bigInteger:
        copy(text, entry.slice.offset, entry.slice.count, &output)
      case .null: word(0x6C6C_756E, 4)
      case .true: word(0x6575_7274, 4)
      case .false: word(0x65_736C_6166, 5)
      case .beginArray, .beginObject:
        isObject = entry.kind == .beginObject
        isName = isObject
        depth &+= 1
        if depth &>> 6 == objects.count { objects.append(0) }
        let bit: UInt64 = 1 &<< UInt64(truncatingIfNeeded: depth)
        if isObject { objects[depth &>> 6] |= bit } else { objects[depth &>> 6] &= ~bit }
        out[0] = isObject ? 0x7B : 0x5B
        out += 1
        continue
      case .endArray, .endObject:
        if out[-1] == 0x2C { out -= 1 }
        out[0] = isObject ? 0x7D : 0x5D
        out += 1
        depth &-= 1
        isObject = objects[depth &>> 6] &>> UInt64(truncatingIfNeeded: depth) & 1 != 0
      }
      isName = isObject
      out[0] = 0x2C
      out += 1
    }
    // The comma behind the document's value is none.
    out -= 1
    keep(&output)
  }

  private mutating func resume(_ output: inout OctetBuffer) {
    let room = output.reserve(Self.slack)
    out = room.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self)
    limit = out + room.count
  }

  @inline(__always)
  private mutating func word(_ octets: UInt64, _ count: Int) {
    necro_store_word(out, octets)
    out += count
  }

  /// Copies octets, up to 32 of them at once where as many are there.
  @inline(__always)
  private mutating func copy(
    _ text: UnsafeBufferPointer<UInt8>, _ offset: Int, _ count: Int, _ output: inout OctetBuffer
  ) {
    if limit - out < count &+ Self.slack { makeRoom(count &+ Self.slack, &output) }
    let source = text.baseAddress.unsafelyUnwrapped + offset
    if count <= 32 && text.count &- offset >= 32 {
      necro_store_word(out, necro_load_word(source))
      necro_store_word(out + 8, necro_load_word(source + 8))
      necro_store_word(out + 16, necro_load_word(source + 16))
      necro_store_word(out + 24, necro_load_word(source + 24))
    } else {
      UnsafeMutableRawPointer(out).copyMemory(from: source, byteCount: count)
    }
    out += count
  }
}
