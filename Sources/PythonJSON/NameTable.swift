import CPython
import NecroJSON
import NecroOctets

/// The names of objects that were written last, as they are written: behind a comma, in quotes, escaped,
/// with a colon.
///
/// This is what writing speculates on: that a name is the very str that was there before. A name is
/// found by its identity, which is a guard that cannot err: the table holds a reference to each str it
/// knows, so that no other can take its place in memory, and a str never changes. Whatever order or
/// shape dicts have, a name that is not found is written in full, and found the next time.
///
/// One belongs to one interpreter.
struct NameTable: ~Copyable {
  /// For each name 64 octets: the str, how many octets it is written in, and these.
  private let entries: UnsafeMutableRawPointer

  /// How many names there can be; a further one takes the place of another.
  private static var count: Int { 512 }
  private static var stride: Int { 64 }
  private static var countOffset: Int { 8 }
  private static var octetsOffset: Int { 16 }
  /// The most octets that an entry holds, the comma among them; a longer name is written anew each
  /// time.
  private static var octetCountMax: Int { 47 }

  init() {
    entries = .allocate(byteCount: Self.count * Self.stride, alignment: Self.stride)
    entries.initializeMemory(as: UInt8.self, repeating: 0, count: Self.count * Self.stride)
  }

  deinit {
    // It ends with its interpreter, whose objects are not worth a walk.
    entries.deallocate()
  }

  @inline(__always)
  private func entry(of name: Object) -> UnsafeMutableRawPointer {
    let bits = UInt(bitPattern: name) &>> 4
    let place = (bits ^ bits &>> 9) & UInt(Self.count &- 1)
    return entries + Int(bitPattern: place) &* Self.stride
  }

  /// Appends a name, if it is known.
  ///
  /// - Parameter skipped: 1 to leave out the comma, or 0.
  @inline(__always)
  func append(_ name: Object, _ skipped: Int, into output: inout OctetBuffer) -> Bool {
    let entry = entry(of: name)
    if entry.load(as: Object?.self) != name { return false }
    let room = output.reserve(Self.octetCountMax)
    room.baseAddress.unsafelyUnwrapped.copyMemory(
      from: entry + (Self.octetsOffset &+ skipped), byteCount: Self.octetCountMax)
    output.advance(entry.load(fromByteOffset: Self.countOffset, as: Int.self) &- skipped)
    return true
  }

  /// Keeps a name as it has been written, if there is room for it.
  ///
  /// - Parameter octets: with its quotes and colon, and without a comma.
  func learn(_ name: Object, _ octets: Span<UInt8>) {
    if octets.count >= Self.octetCountMax { return }
    let entry = entry(of: name)
    if let other = entry.load(as: Object?.self) { Py_DECREF(other) }
    Py_INCREF(name)
    entry.storeBytes(of: name, as: Object?.self)
    entry.storeBytes(of: octets.count + 1, toByteOffset: Self.countOffset, as: Int.self)
    entry.storeBytes(of: 0x2C, toByteOffset: Self.octetsOffset, as: UInt8.self)
    octets.withUnsafeBytes {
      (entry + (Self.octetsOffset + 1)).copyMemory(from: $0.baseAddress!, byteCount: $0.count)
    }
  }
}
