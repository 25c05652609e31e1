import NecroOctets

/// A vector of pgvector's types vector, halfvec and sparsevec: floats.
@frozen
public struct VectorValue: ~Escapable {
  private let octets: Span<UInt8>
  private let kind: PostgresValueKind
  /// Dimensions, of which a sparsevec stores those that are not zero.
  public let count: Int
  /// The floats that are stored.
  public let storedCount: Int

  /// pgvector's own limit to a sparsevec's dimensions, which cost no octets.
  public static var dimensionsMax: Int { 1_000_000_000 }

  /// - Parameter kind: vector, halfvec or sparsevec.
  /// - Throws: `lengthInvalid`, `countInvalid`.
  @_lifetime(copy octets)
  public init(_ octets: Span<UInt8>, _ kind: PostgresValueKind) throws(PostgresValueError) {
    self.octets = octets
    self.kind = kind
    let size: Int
    switch kind {
    case .vector, .halfvec:
      guard octets.count >= 4 else { throw PostgresValueError(.lengthInvalid) }
      count = Int(octets.bigEndian(at: 0, as: Int16.self))
      storedCount = count
      size = 4 + count * (kind == .vector ? 4 : 2)
    case .sparsevec:
      guard octets.count >= 12 else { throw PostgresValueError(.lengthInvalid) }
      count = Int(octets.bigEndian(at: 0, as: Int32.self))
      storedCount = Int(octets.bigEndian(at: 4, as: Int32.self))
      size = 12 + storedCount * 8
    default: preconditionFailure("a type of pgvector")
    }
    guard count >= 0, count <= VectorValue.dimensionsMax, storedCount >= 0, storedCount <= count
    else { throw PostgresValueError(.countInvalid) }
    guard octets.count == size else { throw PostgresValueError(.lengthInvalid) }
    var last = -1
    for index in 0..<storedCount where kind == .sparsevec {
      let place = Int(octets.bigEndian(at: 12 + 4 * index, as: Int32.self))
      guard place > last, place < count else {
        throw PostgresValueError(.valueInvalid, at: 12 + 4 * index)
      }
      last = place
    }
  }

  /// A float that is stored.
  public func stored(_ index: Int) -> Float {
    precondition(index >= 0 && index < storedCount, "a float of the vector")
    switch kind {
    case .halfvec: return VectorValue.float(half: octets.bigEndian(at: 4 + 2 * index))
    case .sparsevec:
      return Float(bitPattern: octets.bigEndian(at: 12 + 4 * (storedCount + index)))
    default: return Float(bitPattern: octets.bigEndian(at: 4 + 4 * index))
    }
  }

  /// Which dimension a stored float belongs to, from 0.
  public func dimension(_ index: Int) -> Int {
    precondition(index >= 0 && index < storedCount, "a float of the vector")
    return kind == .sparsevec ? Int(octets.bigEndian(at: 12 + 4 * index, as: Int32.self)) : index
  }

  /// The value of IEEE 754's binary16, which every float has exactly.
  private static func float(half: UInt16) -> Float {
    let sign: Float = half & 0x8000 == 0 ? 1 : -1
    let exponent = Int(half >> 10 & 0x1F)
    let fraction = UInt32(half & 0x3FF)
    if exponent == 0 {
      // Multiples of 2^-24.
      return sign * Float(fraction) * Float(bitPattern: (127 - 24) << 23)
    }
    let bits = exponent == 0x1F ? 0xFF << 23 : UInt32(exponent + 112) << 23
    return sign * Float(bitPattern: bits | fraction << 13)
  }

  /// Appends the head of a vector. Behind it stand as many floats of four octets.
  ///
  /// - Throws: `countOutOfRange`, with nothing appended.
  public static func appendHead(
    count: Int, into output: inout OctetBuffer
  ) throws(PostgresValueMisuse) {
    guard let count = Int16(exactly: count), count >= 0 else { throw .countOutOfRange }
    output.append(bigEndian: count)
    output.append(bigEndian: 0 as Int16)
  }
}
