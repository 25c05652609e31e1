import CKernels
import NecroOctets

/// Writes strings with their quotes and escapes.
enum StringWriter {
  /// What is written behind a string, and more than is left to be written of a short one.
  static var slack: Int { 96 }

  /// The longest string that is looked at without a call.
  private static var shortOctetsMax: Int { 32 }

  /// Appends a string.
  @inline(__always)
  static func append(
    _ text: UnsafePointer<UInt8>?, _ count: Int, _ kernel: JSONKernel?,
    into output: inout OctetBuffer
  ) {
    let room = output.reserve(count &+ slack)
    guard let out = room.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
    out[0] = 0x22
    guard let text else {
      out[1] = 0x22
      return output.advance(2)
    }
    if count <= shortOctetsMax, kernel != .scalar,
      necro_json_copy_short(out + 1, text, count)
    {
      out[count &+ 1] = 0x22
      return output.advance(count &+ 2)
    }
    output.advance(1)
    // Asked for only here: a short string is shorter than the question.
    appendLong(text, count, kernel ?? .best, into: &output)
    output.append(0x22)
  }

  private static func appendLong(
    _ text: UnsafePointer<UInt8>, _ count: Int, _ kernel: JSONKernel,
    into output: inout OctetBuffer
  ) {
    if kernel == .scalar {
      let octets = Span(_unsafeStart: text, count: count)
      return JSONSerializer.scalarString(octets, into: &output)
    }
    var taken = 0
    while taken < count {
      // Escapes can make more of a string: what is left has room for none, and then for many.
      let room = output.reserve(count &- taken &+ slack)
      guard let out = room.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
      let written = necro_json_escape(
        kernel.level, text + taken, count &- taken, &taken, out, room.count)
      output.advance(written)
    }
  }
}
