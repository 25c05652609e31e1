/// What a caller asked of `FrontendSerializer` that the protocol does not allow. Nothing was appended.
public enum FrontendMisuse: UInt8, Error, Sendable, CaseIterable {
  /// A zero octet in a string, which it would end.
  case nullInString
  /// A message, or a value in it, whose length does not fit into 32 bits with a sign.
  case messageTooLong
  /// More than 65,535 parameters, arguments, types or format codes.
  case countTooLarge
  /// More or fewer parameters than were announced, or a call out of order.
  case parameterCountMismatch
  /// A secret key of less than 4 or more than 256 octets.
  case secretKeyInvalid
  /// A start-up parameter without a name, which would end the list.
  case parameterNameEmpty
  /// A maximum of rows that is negative or does not fit into 32 bits with a sign.
  case rowCountInvalid
  /// The end of a copy that is not under way, or that has failed already.
  case notCopying
}
