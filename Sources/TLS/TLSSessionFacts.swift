import COpenSSL
import NecroOctets

/// What is known of an established session.
extension TLSSession {
  /// `TLSv1.2` or `TLSv1.3`.
  public var version: [UInt8] { TLSError.octets(necro_SSL_get_version(ssl)) }

  /// OpenSSL's name of the cipher: `TLS_AES_256_GCM_SHA384`.
  public var cipher: [UInt8] {
    TLSError.octets(necro_SSL_get_current_cipher(ssl).flatMap { necro_SSL_CIPHER_get_name($0) })
  }

  /// The protocol above TLS that both sides want; empty when none was agreed on.
  public var selectedProtocol: [UInt8] {
    var octets: UnsafePointer<UInt8>?
    var count: UInt32 = 0
    necro_SSL_get0_alpn_selected(ssl, &octets, &count)
    guard let octets else { return [] }
    return Array(UnsafeBufferPointer(start: octets, count: Int(count)))
  }

  /// The name that the client asked for; empty when it named none.
  public var serverName: [UInt8] { TLSError.octets(necro_SSL_get_servername(ssl, 0)) }

  /// Whether the session goes on from an earlier one, by a ticket.
  public var isResumed: Bool { necro_SSL_session_reused(ssl) == 1 }

  /// The peer's certificate in DER; nil when it showed none.
  public var peerCertificate: [UInt8]? {
    withPeerCertificate { certificate in
      let count = necro_i2d_X509(certificate, nil)
      guard count > 0 else { return nil }
      var octets = [UInt8](repeating: 0, count: Int(count))
      octets.withUnsafeMutableBufferPointer { room in
        var position = room.baseAddress
        _ = necro_i2d_X509(certificate, &position)
      }
      return octets
    }
  }

  /// The name in the peer's certificate, in the form of RFC 2253: `CN=zombie,O=Graveyard`; nil when it
  /// showed none.
  public var peerSubject: [UInt8]? {
    withPeerCertificate { certificate in
      guard let bio = necro_BIO_new(necro_BIO_s_mem()) else { return nil }
      defer { necro_BIO_free(bio) }
      _ = necro_X509_NAME_print_ex(
        bio, necro_X509_get_subject_name(certificate), 0, UInt(NECRO_XN_FLAG_RFC2253))
      return TLSContext.readAll(bio, octetsMax: 65_536)
    }
  }

  private func withPeerCertificate(_ body: (OpaquePointer) -> [UInt8]?) -> [UInt8]? {
    guard let certificate = necro_SSL_get1_peer_certificate(ssl) else { return nil }
    defer { necro_X509_free(certificate) }
    return body(certificate)
  }

  // MARK: Channel binding

  /// The channel binding tls-server-end-point: the digest of the server's certificate by the hash
  /// function of its signature, or SHA-256 for MD5 and SHA-1. Nil where the signature has no one hash
  /// function, as Ed25519's, and where there is no certificate.
  ///
  /// RFC 5929 §4.1.
  public var serverEndPoint: [UInt8]? {
    switch context.side {
    case .server: return necro_SSL_get_certificate(ssl).flatMap { TLSSession.digest($0) }
    case .client: return withPeerCertificate { TLSSession.digest($0) }
    }
  }

  private static func digest(_ certificate: OpaquePointer) -> [UInt8]? {
    var number: Int32 = 0
    guard necro_X509_get_signature_info(certificate, &number, nil, nil, nil) == 1, number != 0
    else {
      necro_ERR_clear_error()
      return nil
    }
    let isWeak = number == NECRO_NID_MD5 || number == NECRO_NID_SHA1
    let type =
      isWeak
      ? necro_EVP_get_digestbyname(("SHA256" as StaticString).terminated)
      : necro_EVP_get_digestbyname(necro_OBJ_nid2sn(number))
    guard let type else { return nil }
    var octets = [UInt8](repeating: 0, count: 64)
    var count: UInt32 = 0
    guard necro_X509_digest(certificate, type, &octets, &count) == 1, count <= 64 else {
      return nil
    }
    octets.removeLast(64 - Int(count))
    return octets
  }

  /// The channel binding tls-exporter: 32 octets that only the two ends of this session know. Nil
  /// before the handshake is complete, and for TLS 1.2 without the extended master secret, where two
  /// sessions could have the same.
  ///
  /// It is for one authentication on the connection, and no secret key.
  ///
  /// RFC 9266 §2, §4.
  public var exporterBinding: [UInt8]? {
    guard isEstablished else { return nil }
    if version.span.equals("TLSv1.2")
      && necro_SSL_ctrl(ssl, Int32(NECRO_SSL_CTRL_GET_EXTMS_SUPPORT), 0, nil) != 1
    {
      return nil
    }
    let label: StaticString = "EXPORTER-Channel-Binding"
    var octets = [UInt8](repeating: 0, count: 32)
    // The context is there, and empty.
    guard
      necro_SSL_export_keying_material(
        ssl, &octets, octets.count, label.terminated, label.utf8CodeUnitCount, label.utf8Start, 0, 1
      )
        == 1
    else {
      necro_ERR_clear_error()
      return nil
    }
    return octets
  }
}
