import NecroHTTP1
import NecroHTTPSemantics
import NecroOctets

/// Conditional requests, and what a response says for them.
extension Exchange {
  /// Whether the request has a condition.
  public var isConditional: Bool { Preconditions.arePresent(in: decoder.fields) }

  /// What follows from the request's conditions for a representation.
  ///
  /// RFC 9110 §13.2
  public func evaluatePreconditions(
    _ validators: borrowing Preconditions.Validators
  ) -> Preconditions.Outcome {
    Preconditions.evaluate(
      head.method, decoder.fields, headOctets, validators, now: date.unixSeconds)
  }

  /// The moment that a date field's value names, in seconds since 1970-01-01 00:00:00 UTC; nil for
  /// what is no date.
  public func moment(_ value: Span<UInt8>) -> Int64? {
    HTTPDate.parse(value, now: date.unixSeconds)
  }

  /// Adds Last-Modified: as it is, or the value of Date when it would be later.
  ///
  /// RFC 9110 §8.8.2.1
  func lastModifiedField(
    _ name: Span<UInt8>, _ value: Span<UInt8>
  ) throws(ResponseMisuse) {
    guard let modified = moment(value) else { throw .fieldValueInvalid }
    if modified <= date.unixSeconds {
      try serializer.field(name, value, into: &output)
      return
    }
    try date.withOctets { (octets) throws(ResponseMisuse) in
      try serializer.field(name, octets, into: &output)
    }
  }
}
