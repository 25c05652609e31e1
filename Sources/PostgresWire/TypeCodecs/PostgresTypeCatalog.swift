import NecroOctets

/// A type by its OID, as far as its values need it.
@frozen
public struct PostgresType: Equatable, Sendable {
  public var oid: UInt32
  public var kind: PostgresValueKind
  /// The type of an array's elements, a range's bounds, or a multirange's ranges; else 0.
  public var element: UInt32
  /// What stands between the elements in an array's text: a comma, but for those of few types.
  public var delimiter: UInt8

  /// The type of the boxes, which have commas in them.
  @usableFromInline static var box: UInt32 { 603 }

  @inlinable
  public init(oid: UInt32, kind: PostgresValueKind, element: UInt32 = 0, delimiter: UInt8 = 0x2C) {
    self.oid = oid
    self.kind = kind
    self.element = element
    self.delimiter = element == PostgresType.box ? 0x3B : delimiter
  }
}

/// A field of a composite type.
public struct PostgresCompositeField: Sendable {
  /// In UTF-8.
  public var name: [UInt8]
  public var type: UInt32

  public init(name: [UInt8], type: UInt32) {
    self.name = name
    self.type = type
  }
}

/// The types of a database: those built in, and those that were learnt from its catalog (enums,
/// composites, extensions' types and the arrays of all these).
public struct PostgresTypeCatalog: Sendable {
  /// How deep arrays, ranges and composites may lie in one another. A value's octets bound it as well;
  /// this bounds the stack.
  public static var depthMax: Int { 64 }

  // Sorted by OID, each at most once.
  private var learned: [PostgresType] = []
  // Those composites among them whose fields are known, sorted by OID.
  private var composites: [(oid: UInt32, fields: [PostgresCompositeField])] = []

  public init() {}

  /// The type with an OID. One that is not known is asked for in text format.
  ///
  /// Complexity: O(log n).
  public func type(_ oid: UInt32) -> PostgresType {
    if let index = position(of: oid) { return learned[index] }
    return BuiltInTypes.type(oid) ?? PostgresType(oid: oid, kind: .textOnly)
  }

  /// Whether a type is built in or was added.
  public func knows(_ oid: UInt32) -> Bool {
    position(of: oid) != nil || BuiltInTypes.type(oid) != nil
  }

  /// Whether a type's values can be asked for in binary format: neither it nor what it is made of is known
  /// in text format alone. The fields of a composite carry their OIDs, and one that is not known fails to
  /// be read, so that all of them have to be known.
  public func isBinary(_ oid: UInt32) -> Bool { isBinary(oid, depth: 0) }

  private func isBinary(_ oid: UInt32, depth: Int) -> Bool {
    if depth > PostgresTypeCatalog.depthMax { return false }
    let type = type(oid)
    switch type.kind {
    case .textOnly: return false
    case .array, .range, .multirange: return isBinary(type.element, depth: depth + 1)
    case .composite:
      guard let fields = fields(oid) else { return true }
      for field in fields where !isBinary(field.type, depth: depth + 1) { return false }
      return true
    default: return true
    }
  }

  /// The fields of a composite type, where they are known.
  public func fields(_ oid: UInt32) -> [PostgresCompositeField]? {
    var (low, high) = (0, composites.count)
    while low < high {
      let middle = (low + high) / 2
      if composites[middle].oid == oid { return composites[middle].fields }
      if composites[middle].oid < oid { low = middle + 1 } else { high = middle }
    }
    return nil
  }

  /// Adds a type, or replaces it.
  ///
  /// - Parameter fields: of a composite, in the order of its columns, without dropped ones.
  public mutating func add(_ type: PostgresType, fields: [PostgresCompositeField]? = nil) {
    var (low, high) = (0, learned.count)
    while low < high {
      let middle = (low + high) / 2
      if learned[middle].oid < type.oid { low = middle + 1 } else { high = middle }
    }
    if low < learned.count, learned[low].oid == type.oid {
      learned[low] = type
    } else {
      learned.insert(type, at: low)
    }
    composites.removeAll { $0.oid == type.oid }
    if let fields {
      var place = 0
      while place < composites.count, composites[place].oid < type.oid { place += 1 }
      composites.insert((oid: type.oid, fields: fields), at: place)
    }
  }

  private func position(of oid: UInt32) -> Int? {
    var (low, high) = (0, learned.count)
    while low < high {
      let middle = (low + high) / 2
      if learned[middle].oid == oid { return middle }
      if learned[middle].oid < oid { low = middle + 1 } else { high = middle }
    }
    return nil
  }
}
