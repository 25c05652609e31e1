/// Why a value in binary format cannot be read, and where in it. The server sent something that its type
/// does not have, or that what it is wanted for cannot hold.
///
/// A message's framing is not in doubt: the connection can go on.
@frozen
public struct PostgresValueError: Error, Equatable, Sendable {
  /// The fault.
  public let code: Code
  /// The position from the value's first octet, within an array or the like from its own.
  public let offset: Int

  @inlinable
  public init(_ code: Code, at offset: Int = 0) {
    self.code = code
    self.offset = offset
  }

  /// One code for each distinct fault.
  public enum Code: UInt8, Sendable, CaseIterable {
    /// Fewer or more octets than the type has.
    case lengthInvalid
    /// A number of parts that is negative, or more than the octets could hold.
    case countInvalid
    /// Octets that mean nothing in the type: a truth value of 2, a digit of 10000, another version.
    case valueInvalid
    /// Text that is not UTF-8.
    case textInvalid
    /// Arrays, ranges and composites in one another beyond `PostgresTypeCatalog.depthMax`.
    case nestedTooDeep
    /// NaN or an infinity, where only finite numbers can be had.
    case notFinite
    /// A date, time or interval that what it is read for cannot hold: a year before 1 or after 9999, the
    /// time 24:00.
    case outOfRange
  }

  /// A sentence's worth of explanation.
  public var message: StaticString {
    switch code {
    case .lengthInvalid: "the value has too few or too many octets for its type"
    case .countInvalid: "the value has a count of parts that cannot be"
    case .valueInvalid: "the value has octets that mean nothing in its type"
    case .textInvalid: "the text is not valid UTF-8"
    case .nestedTooDeep: "arrays, ranges and composites are nested too deeply"
    case .notFinite: "NaN and infinities have no JSON form"
    case .outOfRange: "the date, time or interval is out of range"
    }
  }
}

/// Why a value cannot be written in binary format: the caller's fault.
public enum PostgresValueMisuse: Error, Equatable, Sendable {
  /// Text that is no decimal number.
  case numericInvalid
  /// A number with more digits than numeric has: 131072 before the decimal point, 16383 behind it.
  case numericOutOfRange
  /// A date or time that the type does not have.
  case dateOutOfRange
  /// A character other than 0 and 1 in a bit string.
  case bitInvalid
  /// More parts than the type can count.
  case countOutOfRange
  /// An address whose octets or prefix do not fit its family.
  case addressInvalid
}
