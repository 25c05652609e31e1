import NecroJSON
import NecroOctets
import NecroPostgresWire

extension PostgresJSONSerializer {
  /// Appends a value that has values of other types in it.
  static func compound(
    _ type: PostgresType, _ octets: Span<UInt8>, _ catalog: borrowing PostgresTypeCatalog,
    depth: Int, into output: inout OctetBuffer
  ) throws(PostgresValueError) {
    switch type.kind {
    case .array: try array(octets, catalog, depth, into: &output)
    case .range: try range(catalog.type(type.element), octets, catalog, depth, into: &output)
    case .multirange:
      let bound = catalog.type(catalog.type(type.element).element)
      var ranges = try MultirangeValue(octets)
      output.append(0x5B)
      var isFirst = true
      while let slice = try ranges.next() {
        if !isFirst { output.append(0x2C) }
        isFirst = false
        try range(bound, octets.octets(slice), catalog, depth, into: &output)
      }
      output.append(0x5D)
    case .composite:
      if let fields = catalog.fields(type.oid) {
        try object(fields, octets, catalog, depth, into: &output)
      } else {
        try record(octets, catalog, depth, into: &output)
      }
    case .hstore: try hstore(octets, into: &output)
    default: preconditionFailure("a kind that has others in it")
    }
  }

  /// Appends a part of a value, or `null`.
  private static func part(
    _ type: PostgresType, _ slice: Slice?, of octets: Span<UInt8>,
    _ catalog: borrowing PostgresTypeCatalog, _ depth: Int, into output: inout OctetBuffer
  ) throws(PostgresValueError) {
    guard let slice else { return JSONSerializer.null(into: &output) }
    let part = octets.octets(slice)
    do throws(PostgresValueError) {
      // A type that is known in text format alone has another format in here.
      if type.kind == .textOnly { throw PostgresValueError(.valueInvalid) }
      try append(type, part, catalog, depth: depth, into: &output)
    } catch {
      throw PostgresValueError(error.code, at: slice.offset + error.offset)
    }
  }

  private static func array(
    _ octets: Span<UInt8>, _ catalog: borrowing PostgresTypeCatalog, _ depth: Int,
    into output: inout OctetBuffer
  ) throws(PostgresValueError) {
    let array = try ArrayValue(octets)
    if array.count == 0 { return output.append("[]") }
    let type = catalog.type(array.elementType)
    let dimensions = array.dimensionCount
    // The elements left in the row that is open in each dimension.
    var left = InlineArray<6, Int>(repeating: 0)
    for dimension in 0..<dimensions {
      left[dimension] = array.size(dimension)
      output.append(0x5B)
    }
    var elements = array.elements
    while true {
      try part(type, try elements.value(), of: octets, catalog, depth, into: &output)
      var dimension = dimensions - 1
      left[dimension] -= 1
      while left[dimension] == 0 {
        output.append(0x5D)
        if dimension == 0 { return try elements.finish() }
        dimension -= 1
        left[dimension] -= 1
      }
      output.append(0x2C)
      while dimension < dimensions - 1 {
        dimension += 1
        left[dimension] = array.size(dimension)
        output.append(0x5B)
      }
    }
  }

  private static func range(
    _ bound: PostgresType, _ octets: Span<UInt8>, _ catalog: borrowing PostgresTypeCatalog,
    _ depth: Int, into output: inout OctetBuffer
  ) throws(PostgresValueError) {
    let range = try RangeValue(octets)
    output.append(#"{"lower":"#)
    try part(bound, range.lower, of: octets, catalog, depth, into: &output)
    output.append(#","upper":"#)
    try part(bound, range.upper, of: octets, catalog, depth, into: &output)
    output.append(#","bounds":""#)
    if range.isEmpty {
      output.append("empty")
    } else {
      output.append(range.includesLower ? 0x5B : 0x28)
      output.append(range.includesUpper ? 0x5D : 0x29)
    }
    output.append(#""}"#)
  }

  private static func object(
    _ fields: [PostgresCompositeField], _ octets: Span<UInt8>,
    _ catalog: borrowing PostgresTypeCatalog, _ depth: Int, into output: inout OctetBuffer
  ) throws(PostgresValueError) {
    var values = try CompositeValue(octets)
    // The type has been altered since its fields were learnt.
    guard values.remaining == fields.count else { throw PostgresValueError(.countInvalid) }
    output.append(0x7B)
    var index = 0
    while let (type, value) = try values.next() {
      if index > 0 { output.append(0x2C) }
      let name = fields[index].name
      try string(name.span, into: &output)
      output.append(0x3A)
      try part(catalog.type(type), value, of: octets, catalog, depth, into: &output)
      index += 1
    }
    output.append(0x7D)
  }

  private static func record(
    _ octets: Span<UInt8>, _ catalog: borrowing PostgresTypeCatalog, _ depth: Int,
    into output: inout OctetBuffer
  ) throws(PostgresValueError) {
    var values = try CompositeValue(octets)
    output.append(0x5B)
    var isFirst = true
    while let (type, value) = try values.next() {
      if !isFirst { output.append(0x2C) }
      isFirst = false
      try part(catalog.type(type), value, of: octets, catalog, depth, into: &output)
    }
    output.append(0x5D)
  }

  private static func hstore(
    _ octets: Span<UInt8>, into output: inout OctetBuffer
  ) throws(PostgresValueError) {
    var pairs = try HstoreValue(octets)
    output.append(0x7B)
    var isFirst = true
    while let (key, value) = try pairs.next() {
      if !isFirst { output.append(0x2C) }
      isFirst = false
      try string(octets.octets(key), into: &output)
      output.append(0x3A)
      if let value {
        try string(octets.octets(value), into: &output)
      } else {
        JSONSerializer.null(into: &output)
      }
    }
    output.append(0x7D)
  }

  /// Appends a shape: its numbers in one array, where it has points each in one of its own, and a circle
  /// its centre.
  static func shape(
    _ octets: Span<UInt8>, _ kind: PostgresValueKind, into output: inout OctetBuffer
  ) throws(PostgresValueError) {
    let shape = try GeometricValue(octets, kind)
    if kind != .point { output.append(0x5B) }
    for index in 0..<shape.count {
      let isPoint = kind != .line && !(kind == .circle && index == 2)
      let isFirst = index & 1 == 0
      if index > 0 { output.append(0x2C) }
      if isPoint && isFirst { output.append(0x5B) }
      try number(shape[index], into: &output)
      if isPoint && !isFirst { output.append(0x5D) }
    }
    if kind != .point { output.append(0x5D) }
  }

  /// How many zeros a sparse vector may be filled up with: what a dense one can have.
  public static var denseMax: Int { 16_000 }

  static func vector(
    _ octets: Span<UInt8>, _ kind: PostgresValueKind, into output: inout OctetBuffer
  ) throws(PostgresValueError) {
    let vector = try VectorValue(octets, kind)
    // A few octets could stand for gigabytes otherwise.
    guard kind != .sparsevec || vector.count <= denseMax else {
      throw PostgresValueError(.outOfRange)
    }
    output.append(0x5B)
    var stored = 0
    for dimension in 0..<vector.count {
      if dimension > 0 { output.append(0x2C) }
      if stored < vector.storedCount && vector.dimension(stored) == dimension {
        try number(Double(vector.stored(stored)), into: &output)
        stored += 1
      } else {
        output.append("0.0")
      }
    }
    output.append(0x5D)
  }
}
