import NecroOctets

/// Whether a conditional request is to be performed.
///
/// RFC 9110 §13
public enum Preconditions {
  /// What follows from a request's conditions.
  public enum Outcome: Sendable {
    /// They hold, or there are none: the method is performed.
    case perform
    /// The client has what it asks for: 304.
    case notModified
    /// The method is not to be performed: 412.
    case preconditionFailed
  }

  /// What is known of the selected representation.
  public struct Validators: ~Escapable {
    /// Whether there is one.
    let exists: Bool
    /// The value of its ETag; nil if it has none. What is no entity tag matches no other.
    let entityTag: Span<UInt8>?
    /// When it was last modified, in seconds since 1970-01-01 00:00:00 UTC, if that is known.
    let lastModified: Int64?

    @_lifetime(copy entityTag)
    public init(exists: Bool, entityTag: Span<UInt8>?, lastModified: Int64?) {
      self.exists = exists
      self.entityTag = entityTag
      self.lastModified = lastModified
    }
  }

  /// Whether the fields hold a condition at all. Complexity: O(1).
  public static func arePresent(in fields: borrowing FieldSection) -> Bool {
    fields.contains(.ifNoneMatch) || fields.contains(.ifModifiedSince) || fields.contains(.ifMatch)
      || fields.contains(.ifUnmodifiedSince)
  }

  /// Evaluates the conditions of a request in their order of precedence. It is for whoever performs
  /// the method to call this right before, and not to call it where the response would be an error
  /// anyway.
  ///
  /// A condition that is malformed is false where that keeps a change from being made: If-Match
  /// always, If-None-Match for all methods but GET and HEAD. Elsewhere it is ignored, and so is a
  /// date that is none, or not alone. If-Range is none of these: no ranges are served.
  ///
  /// - Parameters:
  ///   - method: CONNECT, OPTIONS and TRACE have no conditions.
  ///   - fields: the request's header section.
  ///   - octets: what the positions in `fields` count from.
  ///   - validators: what the request's conditions are compared with.
  ///   - now: the present, in seconds since 1970-01-01 00:00:00 UTC, for years of two digits.
  /// - Complexity: O(octets of the conditional fields).
  ///
  /// RFC 9110 §13.2.2
  public static func evaluate(
    _ method: Method, _ fields: borrowing FieldSection, _ octets: Span<UInt8>,
    _ validators: borrowing Validators, now: Int64
  ) -> Outcome {
    if method == .connect || method == .options || method == .trace { return .perform }
    let isRead = method == .get || method == .head
    if fields.contains(.ifMatch) {
      guard matches(.ifMatch, .strong, fields, octets, validators) == true else {
        return .preconditionFailed
      }
    } else if let date = date(.ifUnmodifiedSince, fields, octets, now),
      let lastModified = validators.lastModified, lastModified > date
    {
      return .preconditionFailed
    }
    if fields.contains(.ifNoneMatch) {
      switch matches(.ifNoneMatch, .weak, fields, octets, validators) {
      case false: return .perform
      case true: return isRead ? .notModified : .preconditionFailed
      case nil: return isRead ? .perform : .preconditionFailed
      }
    }
    if isRead, let date = date(.ifModifiedSince, fields, octets, now),
      let lastModified = validators.lastModified, lastModified <= date
    {
      return .notModified
    }
    return .perform
  }

  /// Whether the list of entity tags in all lines of a field, or its asterisk, matches the
  /// representation; nil when it is malformed.
  private static func matches(
    _ id: FieldID, _ comparison: EntityTag.Comparison, _ fields: borrowing FieldSection,
    _ octets: Span<UInt8>, _ validators: borrowing Validators
  ) -> Bool? {
    var isMatched = false
    var hasTag = false
    var hasAsterisk = false
    for index in 0..<fields.count where fields[index].id == id {
      let value = octets.octets(fields[index].value)
      if value.equals("*") {
        guard !hasAsterisk else { return nil }
        hasAsterisk = true
        continue
      }
      var list = EntityTagList()
      scan: while true {
        switch list.next(in: value) {
        case .end: break scan
        case .malformed: return nil
        case .tag(let tag):
          hasTag = true
          if !isMatched, let current = validators.entityTag,
            let currentTag = EntityTag(current),
            tag.matches(value, currentTag, current, comparison)
          {
            isMatched = true
          }
        }
      }
    }
    // An asterisk stands alone, and a list has an element.
    guard hasTag != hasAsterisk else { return nil }
    return validators.exists && (hasAsterisk || isMatched)
  }

  /// The date of a field that is one date, in one line.
  private static func date(
    _ id: FieldID, _ fields: borrowing FieldSection, _ octets: Span<UInt8>, _ now: Int64
  ) -> Int64? {
    guard let line = fields.first(id) else { return nil }
    var count = 0
    for index in 0..<fields.count where fields[index].id == id { count += 1 }
    return count == 1 ? HTTPDate.parse(octets.octets(line.value), now: now) : nil
  }
}
