import CLinux
import COpenSSL
import NecroOctets

/// What a server's context answers when the library asks in the midst of a handshake.
extension TLSContext {
  /// Chooses the first of our protocols that the client offers.
  ///
  /// RFC 7301 §3.2.
  func choose(
    _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>,
    _ chosenCount: UnsafeMutablePointer<UInt8>, _ offered: UnsafePointer<UInt8>,
    _ offeredCount: Int
  ) -> Int32 {
    var ours = 0
    while ours < protocols.count {
      let count = Int(protocols[ours])
      var theirs = 0
      while theirs < offeredCount {
        let offer = Int(offered[theirs])
        if offer > offeredCount - theirs - 1 { break }
        if offer == count {
          var isEqual = true
          for index in 1...count where offered[theirs + index] != protocols[ours + index] {
            isEqual = false
          }
          if isEqual {
            chosen.pointee = offered + theirs + 1
            chosenCount.pointee = UInt8(count)
            return Int32(NECRO_SSL_TLSEXT_ERR_OK)
          }
        }
        theirs += 1 + offer
      }
      ours += 1 + count
    }
    return Int32(NECRO_SSL_TLSEXT_ERR_ALERT_FATAL)
  }

  /// Chooses the first certificate that is for the name the client asks for, else the first of all.
  func choose(for ssl: OpaquePointer) -> Int32 {
    guard contexts.count > 1, let name = necro_SSL_get_servername(ssl, 0) else {
      return Int32(NECRO_SSL_TLSEXT_ERR_OK)
    }
    for context in contexts {
      if let certificate = necro_SSL_CTX_get0_certificate(context),
        necro_X509_check_host(certificate, name, 0, 0, nil) == 1
      {
        necro_SSL_set_SSL_CTX(ssl, context)
        break
      }
    }
    return Int32(NECRO_SSL_TLSEXT_ERR_OK)
  }

  /// Gives the OCSP response of the certificate that was chosen.
  func staple(_ ssl: OpaquePointer) -> Int32 {
    let chosen = necro_SSL_get_SSL_CTX(ssl)
    for index in contexts.indices where contexts[index] == chosen {
      let response = statusResponses[index]
      // The library frees it with its own function.
      guard !response.isEmpty, let copy = necro_CRYPTO_malloc(response.count, nil, 0) else { break }
      response.withUnsafeBytes { copy.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
      necro_SSL_ctrl(
        ssl, Int32(NECRO_SSL_CTRL_SET_TLSEXT_STATUS_REQ_OCSP_RESP), response.count, copy)
      return Int32(NECRO_SSL_TLSEXT_ERR_OK)
    }
    return Int32(NECRO_SSL_TLSEXT_ERR_NOACK)
  }

  /// Sets up the protection of a ticket that is made or opened. Returns what OpenSSL wants: 1 to go on,
  /// 2 to go on and give the client a new ticket, 0 for a full handshake, -1 for a failure.
  func protectTicket(
    _ name: UnsafeMutablePointer<UInt8>, _ iv: UnsafeMutablePointer<UInt8>,
    _ cipher: OpaquePointer, _ mac: OpaquePointer, _ encrypts: Int32
  ) -> Int32 {
    guard let ticketKeys else { return encrypts == 1 ? -1 : 0 }
    let now = Int64(time(nil))
    var result: Int32 = 1
    let key: TLSTicketKeys.Key
    if encrypts == 1 {
      key = ticketKeys.current(unixSeconds: now)
      guard necro_RAND_bytes(iv, 16) == 1 else { return -1 }
      for index in 0..<16 { name[index] = key.name[index] }
    } else {
      guard let found = ticketKeys.find(name, unixSeconds: now) else { return 0 }
      key = found.key
      if !found.isCurrent { result = 2 }
    }
    let isSet = key.secrets.withUnsafeBufferPointer {
      necro_ticket_keys_set(cipher, mac, $0.baseAddress! + 32, $0.baseAddress!, iv, encrypts)
    }
    return isSet == 1 ? result : -1
  }
}
