import CLinux

/// Octets that end where an unreadable page begins, and begin right behind one when they fill whole
/// pages: code that reads beyond the end crashes instead of passing by luck.
public struct GuardedOctets: ~Copyable {
  private let mapping: UnsafeMutableRawPointer
  private let mappingOctetCount: Int
  private let begin: UnsafePointer<UInt8>
  public let count: Int

  public init(_ octets: [UInt8]) {
    let page = sysconf(Int32(_SC_PAGESIZE))
    let pageCount = (octets.count + page - 1) / page
    mappingOctetCount = (pageCount + 2) * page
    // The first and the last page stay unreadable.
    guard
      let mapped = mmap(nil, mappingOctetCount, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      mapped != UnsafeMutableRawPointer(bitPattern: -1)
    else { fatalError("mmap failed: \(necro_errno())") }
    mapping = mapped
    count = octets.count
    let end = mapped + (pageCount + 1) * page
    if pageCount > 0 {
      guard mprotect(mapped + page, pageCount * page, PROT_READ | PROT_WRITE) == 0 else {
        fatalError("mprotect failed: \(necro_errno())")
      }
      octets.withUnsafeBytes { source in
        UnsafeMutableRawBufferPointer(start: end - octets.count, count: octets.count)
          .copyMemory(from: source)
      }
      mprotect(mapped + page, pageCount * page, PROT_READ)
    }
    begin = UnsafePointer((end - octets.count).assumingMemoryBound(to: UInt8.self))
  }

  deinit {
    munmap(mapping, mappingOctetCount)
  }

  /// The octets, as long as self lives.
  public var span: Span<UInt8> {
    @_lifetime(borrow self)
    get {
      let span = unsafe Span(_unsafeStart: begin, count: count)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// Whether `offset` from the first octet can be read: asked of the kernel, for tests of this type.
  public func isReadable(at offset: Int) -> Bool {
    var pipeEnds: [Int32] = [0, 0]
    guard pipe(&pipeEnds) == 0 else { fatalError("pipe failed: \(necro_errno())") }
    defer { for end in pipeEnds { close(end) } }
    // The kernel answers EFAULT for what cannot be read.
    return write(pipeEnds[1], begin + offset, 1) == 1
  }
}
