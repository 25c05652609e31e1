import COpenSSL
import NecroOctets

/// A certificate that nobody vouches for, with its key: for development and tests.
public struct TLSSelfSigned: Sendable {
  /// The certificate in PEM.
  public let certificate: [UInt8]
  /// The key in PEM, of the curve P-256.
  public let key: [UInt8]

  /// Makes a key and a certificate for it.
  ///
  /// - Parameters:
  ///   - names: hosts' names and addresses that it is for; at least one.
  ///   - seconds: how long it is valid from now; negative for one that has expired.
  public init(names: [[UInt8]], seconds: Int) throws(TLSError) {
    try TLSContext.loadLibrary()
    necro_ERR_clear_error()
    guard let made = TLSSelfSigned.make(names, seconds) else { throw .first(.libraryFailed) }
    (certificate, key) = made
  }

  private static func make(_ names: [[UInt8]], _ seconds: Int) -> ([UInt8], [UInt8])? {
    guard let key = makeKey() else { return nil }
    defer { necro_EVP_PKEY_free(key) }
    guard let certificate = necro_X509_new() else { return nil }
    defer { necro_X509_free(certificate) }
    guard fill(certificate, key, names, seconds) else { return nil }
    let certificateText = text { necro_PEM_write_bio_X509($0, certificate) }
    let keyText = text { necro_PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil) }
    guard let certificateText, let keyText else { return nil }
    return (certificateText, keyText)
  }

  private static func makeKey() -> OpaquePointer? {
    guard let making = necro_EVP_PKEY_CTX_new_from_name(nil, "EC", nil) else { return nil }
    defer { necro_EVP_PKEY_CTX_free(making) }
    var key: OpaquePointer?
    guard necro_EVP_PKEY_keygen_init(making) == 1,
      necro_EVP_PKEY_CTX_set_group_name(making, "P-256") == 1,
      necro_EVP_PKEY_generate(making, &key) == 1
    else { return nil }
    return key
  }

  private static func fill(
    _ certificate: OpaquePointer, _ key: OpaquePointer, _ names: [[UInt8]], _ seconds: Int
  ) -> Bool {
    var serial: UInt64 = 0
    let isRandom = withUnsafeMutableBytes(of: &serial) {
      necro_RAND_bytes($0.baseAddress!.assumingMemoryBound(to: UInt8.self), 8) == 1
    }
    // Version 3 is written as 2, and a serial number is positive (RFC 5280 §4.1.2).
    guard isRandom, necro_X509_set_version(certificate, 2) == 1,
      necro_ASN1_INTEGER_set_uint64(necro_X509_get_serialNumber(certificate), serial >> 1 | 1) == 1,
      necro_X509_gmtime_adj(
        necro_X509_getm_notBefore(certificate), seconds < 0 ? 2 * seconds : -60) != nil,
      necro_X509_gmtime_adj(necro_X509_getm_notAfter(certificate), seconds) != nil,
      necro_X509_set_pubkey(certificate, key) == 1,
      let subject = necro_X509_get_subject_name(certificate),
      necro_X509_NAME_add_entry_by_txt(
        subject, "CN", Int32(NECRO_MBSTRING_UTF8), names[0], Int32(names[0].count), -1, 0) == 1,
      necro_X509_set_issuer_name(certificate, subject) == 1,
      extend(
        certificate, NECRO_NID_BASIC_CONSTRAINTS, ("critical,CA:TRUE" as StaticString).terminated),
      extend(
        certificate, NECRO_NID_EXT_KEY_USAGE, ("serverAuth,clientAuth" as StaticString).terminated),
      extend(certificate, NECRO_NID_SUBJECT_ALT_NAME, alternatives(names).terminated)
    else { return false }
    return necro_X509_sign(
      certificate, key, necro_EVP_get_digestbyname(("SHA256" as StaticString).terminated)) > 0
  }

  /// The names as OpenSSL has them in configuration: `DNS:localhost,IP:127.0.0.1`.
  private static func alternatives(_ names: [[UInt8]]) -> [UInt8] {
    var text: [UInt8] = []
    for name in names {
      if !text.isEmpty { text.append(UInt8(ascii: ",")) }
      // A String here would bring the standard library's tables and views of them into what ships.
      let kind: StaticString = TLSPeerName(name).isAddress ? "IP:" : "DNS:"
      for index in 0..<kind.utf8CodeUnitCount { text.append(kind.octets[index]) }
      text += name
    }
    return text
  }

  private static func extend(
    _ certificate: OpaquePointer, _ number: Int, _ value: UnsafePointer<CChar>
  ) -> Bool {
    guard let made = necro_X509V3_EXT_conf_nid(nil, nil, Int32(number), value) else {
      return false
    }
    defer { necro_X509_EXTENSION_free(made) }
    return necro_X509_add_ext(certificate, made, -1) == 1
  }

  private static func text(_ write: (OpaquePointer) -> Int32) -> [UInt8]? {
    guard let bio = necro_BIO_new(necro_BIO_s_mem()) else { return nil }
    defer { necro_BIO_free(bio) }
    guard write(bio) == 1 else { return nil }
    return TLSContext.readAll(bio, octetsMax: 65_536)
  }
}
