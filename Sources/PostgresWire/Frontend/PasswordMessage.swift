import NecroOctets

extension FrontendSerializer {
  /// Answers a request for a password.
  ///
  /// - Parameter password: clear text, or `md5` and the hash, as the server has asked for.
  /// - Throws: `nullInString`, `messageTooLong`.
  ///
  /// PG protocol-message-formats-PasswordMessage
  public static func passwordMessage(
    _ password: Span<UInt8>, into output: inout OctetBuffer
  ) throws(FrontendMisuse) {
    try check(password)
    try check(octetCount: password.count)
    let start = begin(0x70, into: &output)
    append(password, into: &output)
    try end(start, into: &output)
  }
}
