import CPython
import NecroOctets

/// The names of objects that were read last, as str: most documents repeat theirs.
///
/// A name is found by a hash of its ends and length, and compared in full. One belongs to one
/// interpreter.
struct NameCache: ~Copyable {
  private let entries: UnsafeMutablePointer<Object?>

  /// How many names there can be; a further one takes the place of another.
  private static var count: Int { 1_024 }
  /// The most octets of a name that is kept.
  private static var octetCountMax: Int { 64 }

  init() {
    entries = .allocate(capacity: Self.count)
    entries.initialize(repeating: nil, count: Self.count)
  }

  deinit {
    // It ends with its interpreter, whose objects are not worth a walk.
    entries.deallocate()
  }

  /// A str of ASCII octets, a new reference; nil with an error.
  @inline(__always)
  func string(_ octets: UnsafePointer<UInt8>, _ count: Int) -> Object? {
    if count > Self.octetCountMax { return necro_ascii_string(octets, count) }
    let first = necro_name_word(octets, count)
    let last = count > 8 ? necro_octets_word(octets + (count &- 8)) : 0
    let mixed = (first ^ last &* 31 ^ UInt64(truncatingIfNeeded: count)) &* 0x9E37_79B9_7F4A_7C15
    let entry = entries + Int(truncatingIfNeeded: mixed &>> 54)
    if let known = entry.pointee, necro_ascii_equals(known, octets, count) {
      Py_INCREF(known)
      return known
    }
    return learn(entry, octets, count)
  }

  private func learn(
    _ entry: UnsafeMutablePointer<Object?>, _ octets: UnsafePointer<UInt8>, _ count: Int
  ) -> Object? {
    guard let string = necro_ascii_string(octets, count) else { return nil }
    if let other = entry.pointee { Py_DECREF(other) }
    // The hash is made once, and stays in the str.
    _ = PyObject_Hash(string)
    Py_INCREF(string)
    entry.pointee = string
    return string
  }
}
