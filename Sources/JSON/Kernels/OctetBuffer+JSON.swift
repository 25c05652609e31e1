import NecroOctets

extension OctetBuffer {
  @inline(__always)
  mutating func appendDigits(_ value: Int64) {
    write { out in DigitWriter.integer(value, out) }
  }

  @inline(__always)
  mutating func appendDigits(_ value: UInt64) {
    write { out in DigitWriter.unsigned(value, out) }
  }

  /// - Parameter value: finite.
  @inline(__always)
  mutating func appendDigits(_ value: Double) {
    write { out in DigitWriter.double(value, out) }
  }

  @inline(__always)
  mutating func appendString(_ octets: Span<UInt8>, _ kernel: JSONKernel?) {
    octets.withUnsafeBufferPointer { text in
      StringWriter.append(text.baseAddress, text.count, kernel, into: &self)
    }
  }

  /// Appends the octets that `body` writes to the room it is given for a number.
  @inline(__always)
  private mutating func write(_ body: (UnsafeMutablePointer<UInt8>) -> Int) {
    let room = reserve(DigitWriter.room)
    guard let out = room.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
    advance(body(out))
  }
}

extension JSONSerializer {
  /// Writes a finite double to memory, as `double(_:into:)` does.
  ///
  /// - Parameter out: room for 48 octets, of which more may be written than count.
  /// - Returns: how many octets count.
  public static func double(_ value: Double, _ out: UnsafeMutablePointer<UInt8>) -> Int {
    DigitWriter.double(value, out)
  }
}
