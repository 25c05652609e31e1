import NecroOctets

/// Calls a body with one input of libFuzzer's, copied to an allocation of exactly its size, so that
/// the address sanitizer sees a read beyond either end.
///
/// - Parameters:
///   - start: nil for no octets.
///   - octetCount: the octets of the input.
/// - Returns: what libFuzzer wants of an input it may keep.
public func fuzz(
  _ start: UnsafePointer<UInt8>?, _ octetCount: Int, _ body: (Span<UInt8>) -> Void
) -> CInt {
  let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: octetCount)
  defer { copy.deallocate() }
  if let start {
    _ = copy.update(fromContentsOf: UnsafeBufferPointer(start: start, count: octetCount))
  }
  body(UnsafeBufferPointer(copy).span)
  return 0
}
