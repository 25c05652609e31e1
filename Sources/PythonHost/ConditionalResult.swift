import CPython
import NecroHTTPSemantics
import NecroOctets
import NecroServer

/// The conditions of GET and HEAD, which a response with validators is held against.
///
/// A method that changes nothing may as well be evaluated once the response is there: what would be
/// sent is then known.
///
/// RFC 9110 §13.2.1
extension ResultWriter {
  /// The status in place of a response's own; nil when its own is to be sent.
  ///
  /// - Parameter fields: a list of pairs of bytes, or anything else, in which no validator is
  ///   found.
  func conditionalStatus(
    _ status: StatusCode, _ fields: Object, _ exchange: Exchange
  ) -> StatusCode? {
    let method = exchange.head.method
    guard status.isSuccessful, method == .get || method == .head, exchange.isConditional else {
      return nil
    }
    let entityTag = value(in: fields, .etag)
    let modified = value(in: fields, .lastModified)
    // A resource without validators has no part in conditional requests.
    if entityTag == nil && modified == nil { return nil }
    let current: Span<UInt8>? = if let entityTag { octets(ofBytes: entityTag) } else { nil }
    let validators = Preconditions.Validators(
      exists: true, entityTag: current,
      lastModified: modified.flatMap { exchange.moment(octets(ofBytes: $0)) })
    switch exchange.evaluatePreconditions(validators) {
    case .perform: return nil
    case .notModified: return .notModified
    case .preconditionFailed: return .preconditionFailed
    }
  }

  /// Whether a list of fields has an ETag.
  func hasEntityTag(_ fields: Object) -> Bool { value(in: fields, .etag) != nil }

  /// The value of the first field of a name, borrowed: a bytes object.
  private func value(in fields: Object, _ id: FieldID) -> Object? {
    for index in 0..<necro_size(fields) {
      let field = necro_list_item(fields, index)!
      guard necro_is_tuple(field), necro_tuple_size(field) == 2,
        let name = necro_tuple_item(field, 0), let value = necro_tuple_item(field, 1),
        necro_is_bytes(name), necro_is_bytes(value)
      else { continue }
      if FieldID(name: octets(ofBytes: name)) == id { return value }
    }
    return nil
  }
}
