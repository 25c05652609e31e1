import NecroOctets

/// Finds values in a document without reading the others.
///
/// The structural index says where tokens are; a value is found by stepping from one to the next, and is
/// then read by a `JSONParser` from its slice, or not at all. That takes a part of the time that the tape
/// of all values takes, the larger the less of it is wanted.
///
/// Only the index is made of the whole document: that it is UTF-8, that strings end and have no control
/// characters. What is stepped over is checked no further: brackets in it are counted, and whether they
/// fit, and numbers are numbers, is not seen. `JSONParser` is for documents that have to be JSON as a
/// whole.
///
/// Call order: `read`, then the other functions with the same document. A place holds until the next
/// `read`.
///
/// Source: `RFC 8259`.
public struct JSONOutline: ~Copyable {
  /// Where a value begins in the document that was read last.
  public struct Place: Equatable, Sendable {
    let index: Int
    /// Whether it is a member's value: then its name lies two places before it.
    let isMember: Bool
  }

  /// What a value is by its first octet.
  public enum Kind: Sendable {
    case object, array, string, number, literal
  }

  /// What the documents may cost; nesting costs nothing here.
  public let limits: JSONLimits

  private let kernel: JSONKernel
  private var index = StructuralIndex()
  private var placeCount = 0

  /// - Parameter kernel: one that this processor supports, and not the scalar one, which has no index.
  public init(limits: JSONLimits = JSONLimits(), kernel: JSONKernel = .best) {
    precondition(kernel != .scalar && kernel.isSupported, "a kernel that makes an index")
    self.limits = limits
    self.kernel = kernel
  }

  /// Indexes a document.
  ///
  /// - Returns: the place of its value.
  /// - Throws: `JSONError` for a document that has none, or whose octets cannot be JSON.
  /// - Complexity: O(`document.count`).
  public mutating func read(_ document: Span<UInt8>) throws(JSONError) -> Place {
    placeCount = 0
    let octetsMax = min(limits.documentOctetsMax, StructuralIndex.octetCountMax)
    if document.count > octetsMax {
      throw JSONFault(.documentTooLong, at: octetsMax).located(in: document)
    }
    guard let found = index.fill(document, kernel), found > 0 else {
      // The scalar reader knows what is wrong with it, and where.
      var parser = JSONParser(
        limits: JSONLimits(depthMax: .max, documentOctetsMax: .max), kernel: .scalar)
      try parser.parse(document)
      throw JSONFault(.expectedValue, at: 0).located(in: document)
    }
    placeCount = found
    return try value(0, isMember: false, document)
  }

  /// What the value at a place is.
  ///
  /// - Throws: `expectedValue` where there is none.
  public func kind(of place: Place, in document: Span<UInt8>) throws(JSONError) -> Kind {
    guard let octet = octet(place.index, document) else {
      throw fault(.unexpectedEnd, place.index, document)
    }
    switch octet {
    case 0x7B: return .object
    case 0x5B: return .array
    case 0x22: return .string
    case 0x2D, 0x30...0x39: return .number
    case 0x74, 0x66, 0x6E: return .literal
    default: throw fault(.expectedValue, place.index, document)
    }
  }

  /// The first value in an array or object; nil when there is none.
  ///
  /// - Parameter place: that of an array or object.
  public func first(
    in place: Place, of document: Span<UInt8>
  ) throws(JSONError) -> Place? {
    let opening = octet(place.index, document)
    let isObject = opening == 0x7B
    precondition(isObject || opening == 0x5B, "an array or object begins here")
    if octet(place.index + 1, document) == (isObject ? 0x7D : 0x5D) { return nil }
    return try value(place.index + 1, isMember: isObject, document)
  }

  /// The value behind another of the same array or object; nil when that is the last.
  ///
  /// - Complexity: O(n) for the n tokens of the value that is stepped over.
  public func next(
    after place: Place, in document: Span<UInt8>
  ) throws(JSONError) -> Place? {
    let behind = try behind(place, document)
    switch octet(behind, document) {
    case 0x2C: return try value(behind + 1, isMember: place.isMember, document)
    case 0x7D where place.isMember: return nil
    case 0x5D where !place.isMember: return nil
    default: throw fault(.expectedCommaOrEnd, behind, document)
    }
  }

  /// The value of a member; nil when there is none of the name. Of equal names the last counts, as
  /// everywhere, so that all members are looked at.
  ///
  /// - Parameters:
  ///   - name: in UTF-8, without escapes.
  ///   - place: that of an object.
  public func member(
    _ name: Span<UInt8>, of place: Place, in document: Span<UInt8>
  ) throws(JSONError) -> Place? {
    var found: Place?
    var value = try first(in: place, of: document)
    while let member = value {
      if try isName(name, of: member, document) { found = member }
      value = try next(after: member, in: document)
    }
    return found
  }

  /// The octets of a value: what a `JSONParser` reads.
  ///
  /// - Complexity: O(n) for its n tokens.
  public func slice(of place: Place, in document: Span<UInt8>) throws(JSONError) -> Slice {
    let start = index.place(place.index, of: placeCount) ?? document.count
    let behind = try behind(place, document)
    var end = index.place(behind, of: placeCount) ?? document.count
    // Up to what follows there is white space, if anything.
    while end > start, isSpace(document[end - 1]) { end -= 1 }
    return Slice(offset: start, count: end - start)
  }

  /// The octets of a member's name with its quotes and escapes; nil for what is no member.
  public func nameSlice(of place: Place, in document: Span<UInt8>) throws(JSONError) -> Slice? {
    if !place.isMember { return nil }
    return try slice(of: Place(index: place.index - 2, isMember: false), in: document)
  }

  private func isName(
    _ name: Span<UInt8>, of place: Place, _ document: Span<UInt8>
  ) throws(JSONError) -> Bool {
    guard let slice = try nameSlice(of: place, in: document), slice.count >= 2 else { return false }
    let octets = document.octets(Slice(offset: slice.offset + 1, count: slice.count - 2))
    // No escape is shorter than what it stands for.
    if octets.count < name.count { return false }
    for index in octets.indices where octets[index] == 0x5C {
      var parser = JSONParser(kernel: .scalar)
      do throws(JSONError) {
        try parser.parse(document.octets(slice))
      } catch {
        throw JSONFault(error.code, at: slice.offset + error.offset).located(in: document)
      }
      return parser.octets(at: 0, document.octets(slice)).equals(name)
    }
    return octets.equals(name)
  }

  /// The place of the value, or of the member's value, that begins at an index.
  private func value(
    _ start: Int, isMember: Bool, _ document: Span<UInt8>
  ) throws(JSONError) -> Place {
    var start = start
    if isMember {
      guard octet(start, document) == 0x22 else { throw fault(.expectedName, start, document) }
      guard octet(start + 1, document) == 0x3A else {
        throw fault(.expectedColon, start + 1, document)
      }
      start += 2
    }
    let place = Place(index: start, isMember: isMember)
    _ = try kind(of: place, in: document)
    return place
  }

  /// The index behind a value.
  private func behind(_ place: Place, _ document: Span<UInt8>) throws(JSONError) -> Int {
    var depth = 0
    var at = place.index
    while let octet = octet(at, document) {
      if octet | 0x20 == 0x7B {
        depth += 1
      } else if octet | 0x20 == 0x7D {
        depth -= 1
      }
      at += 1
      if depth <= 0 { return at }
    }
    throw fault(.unexpectedEnd, at, document)
  }

  private func octet(_ index: Int, _ document: Span<UInt8>) -> UInt8? {
    self.index.place(index, of: placeCount).map { document[$0] }
  }

  private func isSpace(_ octet: UInt8) -> Bool {
    octet == 0x20 || octet == 0x0A || octet == 0x0D || octet == 0x09
  }

  private func fault(
    _ code: JSONError.Code, _ index: Int, _ document: Span<UInt8>
  ) -> JSONError {
    guard let offset = self.index.place(index, of: placeCount) else {
      return JSONFault(.unexpectedEnd, at: document.count).located(in: document)
    }
    return JSONFault(code, at: offset).located(in: document)
  }
}
