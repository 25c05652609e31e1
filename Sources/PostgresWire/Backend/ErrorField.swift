import NecroOctets

/// One field of an error or notice.
@frozen
public struct ErrorField: Sendable {
  /// What the field tells. Types that are not known here are to be ignored.
  @frozen
  public struct Code: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8

    @inlinable
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// `S`: the severity, perhaps in the server's language.
    @inlinable public static var localizedSeverity: Code { Code(rawValue: 0x53) }
    /// `V`: the severity; not sent before PostgreSQL 9.6.
    @inlinable public static var severity: Code { Code(rawValue: 0x56) }
    /// `C`: the SQLSTATE.
    @inlinable public static var sqlState: Code { Code(rawValue: 0x43) }
    /// `M`: what happened, usually in one line.
    @inlinable public static var message: Code { Code(rawValue: 0x4D) }
    /// `D`: more about it.
    @inlinable public static var detail: Code { Code(rawValue: 0x44) }
    /// `H`: what to do about it.
    @inlinable public static var hint: Code { Code(rawValue: 0x48) }
    /// `P`: where in the query, in characters from 1.
    @inlinable public static var position: Code { Code(rawValue: 0x50) }
    /// `p`: where in the internal query.
    @inlinable public static var internalPosition: Code { Code(rawValue: 0x70) }
    /// `q`: a command that the server generated.
    @inlinable public static var internalQuery: Code { Code(rawValue: 0x71) }
    /// `W`: the calls that led there, the most recent first.
    @inlinable public static var context: Code { Code(rawValue: 0x57) }
    /// `s`: the schema of the object concerned.
    @inlinable public static var schemaName: Code { Code(rawValue: 0x73) }
    /// `t`: the table concerned.
    @inlinable public static var tableName: Code { Code(rawValue: 0x74) }
    /// `c`: the column concerned.
    @inlinable public static var columnName: Code { Code(rawValue: 0x63) }
    /// `d`: the data type concerned.
    @inlinable public static var dataTypeName: Code { Code(rawValue: 0x64) }
    /// `n`: the constraint concerned.
    @inlinable public static var constraintName: Code { Code(rawValue: 0x6E) }
    /// `F`: the file of the server's source.
    @inlinable public static var file: Code { Code(rawValue: 0x46) }
    /// `L`: the line of that file.
    @inlinable public static var line: Code { Code(rawValue: 0x4C) }
    /// `R`: the routine of the server's source.
    @inlinable public static var routine: Code { Code(rawValue: 0x52) }
  }

  public let code: Code
  /// The value, by its position in the run.
  public let value: Slice

  @inlinable
  init(code: Code, value: Slice) {
    self.code = code
    self.value = value
  }
}

/// The fields of an error or notice, one after the other.
@frozen
public struct ErrorFieldIterator: ~Escapable {
  @usableFromInline let octets: Span<UInt8>
  @usableFromInline var position = 0

  /// - Parameter octets: those at `ErrorFields.octets`, or a copy of them.
  @inlinable
  @_lifetime(copy octets)
  public init(_ octets: Span<UInt8>) { self.octets = octets }

  @inlinable
  public mutating func next() -> ErrorField? {
    if position >= octets.count { return nil }
    let code = ErrorField.Code(rawValue: octets[position])
    let start = position + 1
    position = start
    while octets[position] != 0 { position += 1 }
    position += 1
    return ErrorField(code: code, value: Slice(offset: start, count: position - 1 - start))
  }
}
