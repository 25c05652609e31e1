import CLinux
import COpenSSL
import NecroOctets

/// What the sessions of a server or a client have in common: certificates, authorities, versions.
///
/// A context and its sessions belong to one thread. A session keeps its context: that another takes
/// its place, after a change of the files, ends none.
public final class TLSContext {
  public enum Side: Sendable {
    case server
    case client
  }

  public let side: Side
  /// The keys of tickets, which a context that takes this one's place goes on with.
  public let ticketKeys: TLSTicketKeys?

  // Of each certificate its SSL_CTX and its OCSP response; of a client one without either.
  private(set) var contexts: [OpaquePointer] = []
  private(set) var statusResponses: [[UInt8]] = []
  // The protocols' names, each behind an octet with its length.
  private(set) var protocols: [UInt8] = []
  // How sessions get at octets: BIO_METHOD.
  let method: OpaquePointer

  /// Reads the files and makes a context.
  ///
  /// - Parameters:
  ///   - settings: what is in it.
  ///   - replacing: the context whose place this one takes: its tickets stay valid.
  /// - Throws: what is wrong with a file or setting, or that there is no OpenSSL.
  public init(
    _ side: Side, _ settings: TLSSettings, replacing: TLSContext? = nil
  ) throws(TLSError) {
    try TLSContext.loadLibrary()
    self.side = side
    guard let method = TLSSession.makeMethod() else { throw .first(.libraryFailed) }
    self.method = method
    if let keys = replacing?.ticketKeys {
      ticketKeys = keys
    } else if side == .server && settings.ticketSecret.count == 32 {
      ticketKeys = TLSTicketKeys(
        secret: settings.ticketSecret, unixSeconds: settings.ticketSecretUnixSeconds)
    } else {
      ticketKeys = nil
    }
    for name in settings.protocols {
      guard name.count > 0 && name.count < 256 else { throw TLSError(.settingInvalid, name) }
      protocols.append(UInt8(name.count))
      protocols += name
    }
    necro_ERR_clear_error()
    switch side {
    case .server:
      for certificate in settings.certificates { try add(settings, certificate) }
      if contexts.isEmpty { throw TLSError(.certificateUnreadable) }
    case .client:
      try add(settings, settings.certificates.first)
    }
  }

  deinit {
    for context in contexts { necro_SSL_CTX_free(context) }
    necro_BIO_meth_free(method)
  }

  /// Loads OpenSSL, unless it is loaded.
  public static func loadLibrary() throws(TLSError) {
    if let problem = necro_openssl_load() {
      throw TLSError(.libraryMissing, reason: TLSError.octets(problem))
    }
  }

  /// What the library calls itself: `OpenSSL 3.0.19 27 Jan 2026`. It has been loaded.
  public static var libraryVersion: [UInt8] { TLSError.octets(necro_OpenSSL_version(0)) }

  /// Octets that nobody can guess.
  public static func random(_ count: Int) throws(TLSError) -> [UInt8] {
    try loadLibrary()
    var octets = [UInt8](repeating: 0, count: count)
    guard necro_RAND_bytes(&octets, Int32(count)) == 1 else { throw .first(.libraryFailed) }
    return octets
  }

  // MARK: Making

  private func add(
    _ settings: TLSSettings, _ certificate: TLSCertificate?
  ) throws(TLSError) {
    let method = side == .server ? necro_TLS_server_method() : necro_TLS_client_method()
    guard let context = necro_SSL_CTX_new(method) else { throw .first(.libraryFailed) }
    // In the list it is freed with the others, whatever comes.
    contexts.append(context)
    statusResponses.append([])
    necro_SSL_CTX_set_options(context, necro_ssl_options)
    // Idle sessions hold no buffers.
    control(context, NECRO_SSL_CTRL_MODE, NECRO_SSL_MODE_RELEASE_BUFFERS)
    // What is resumed is in tickets: sessions are kept nowhere.
    control(context, NECRO_SSL_CTRL_SET_SESS_CACHE_MODE, 0)
    control(context, NECRO_SSL_CTRL_SET_MIN_PROTO_VERSION, settings.versionMin.number)
    control(context, NECRO_SSL_CTRL_SET_MAX_PROTO_VERSION, settings.versionMax.number)
    necro_SSL_CTX_set_ex_data(context, 0, Unmanaged.passUnretained(self).toOpaque())
    try choose(settings, context)
    try trust(settings, context)
    if let certificate { try certify(context, certificate) }
    switch side {
    case .server: try serve(settings, context)
    case .client:
      if !protocols.isEmpty {
        // It returns 0 when all went well, other than the rest.
        guard necro_SSL_CTX_set_alpn_protos(context, protocols, UInt32(protocols.count)) == 0 else {
          throw .first(.libraryFailed)
        }
      }
    }
  }

  private func control(_ context: OpaquePointer, _ command: Int, _ number: Int) {
    _ = necro_SSL_CTX_ctrl(context, Int32(command), number, nil)
  }

  /// Ciphers and groups.
  private func choose(_ settings: TLSSettings, _ context: OpaquePointer) throws(TLSError) {
    let (older, newer) = TLSContext.split(settings.ciphers)
    if !older.isEmpty && necro_SSL_CTX_set_cipher_list(context, older.terminated) != 1
      || !newer.isEmpty && necro_SSL_CTX_set_ciphersuites(context, newer.terminated) != 1
    {
      throw .first(.settingInvalid, settings.ciphers)
    }
    if !settings.groups.isEmpty {
      var names = settings.groups.terminated
      guard
        necro_SSL_CTX_ctrl(context, Int32(NECRO_SSL_CTRL_SET_GROUPS_LIST), 0, &names) == 1
      else { throw .first(.settingInvalid, settings.groups) }
    }
  }

  /// Sorts names of ciphers into those of TLS 1.2 and those of 1.3.
  private static func split(_ names: [UInt8]) -> (older: [UInt8], newer: [UInt8]) {
    var lists: [[UInt8]] = [[], []]
    var name: [UInt8] = []
    for octet in names + [UInt8(ascii: ":")] {
      if octet != UInt8(ascii: ":") {
        name.append(octet)
      } else if !name.isEmpty {
        let isNewer = name.span.count > 4 && name.span.extracting(0..<4).equals("TLS_")
        let index = isNewer ? 1 : 0
        if !lists[index].isEmpty { lists[index].append(octet) }
        lists[index] += name
        name.removeAll()
      }
    }
    return (lists[0], lists[1])
  }

  /// Authorities, and whether they are asked.
  private func trust(_ settings: TLSSettings, _ context: OpaquePointer) throws(TLSError) {
    switch settings.authorities {
    case .none: break
    case .system: necro_SSL_CTX_set_default_verify_paths(context)
    case .file(let path):
      if let obstacle = TLSError.obstacle(to: path) {
        throw TLSError(.authoritiesUnreadable, path, reason: obstacle)
      }
      guard necro_SSL_CTX_load_verify_file(context, path.terminated) == 1 else {
        throw .first(.authoritiesUnreadable, path)
      }
      if side == .server {
        // A client with several certificates is told which would do.
        guard let names = necro_SSL_load_client_CA_file(path.terminated) else {
          throw .first(.authoritiesUnreadable, path)
        }
        necro_SSL_CTX_set_client_CA_list(context, names)
      }
    }
    for (path, isFolder) in [
      (settings.revocationsFile, false), (settings.revocationsFolder, true),
    ] where !path.isEmpty {
      let store = necro_SSL_CTX_get_cert_store(context)
      if let obstacle = TLSError.obstacle(to: path) {
        throw TLSError(.revocationsUnreadable, path, reason: obstacle)
      }
      let result =
        isFolder
        ? necro_X509_STORE_load_path(store, path.terminated)
        : necro_X509_STORE_load_file(store, path.terminated)
      guard result == 1 else { throw .first(.revocationsUnreadable, path) }
      necro_X509_STORE_set_flags(
        store, UInt(NECRO_X509_CRL_CHECK | NECRO_X509_CRL_CHECK_ALL))
    }
    let mode =
      switch settings.verification {
      case .none: 0
      case .optional: NECRO_SSL_VERIFY_PEER
      case .required:
        NECRO_SSL_VERIFY_PEER | NECRO_SSL_VERIFY_FAIL_IF_NO_PEER_CERT
      }
    necro_SSL_CTX_set_verify(context, Int32(mode), nil)
  }

  /// What only a server has.
  private func serve(_ settings: TLSSettings, _ context: OpaquePointer) throws(TLSError) {
    let pointer = Unmanaged.passUnretained(self).toOpaque()
    if !protocols.isEmpty {
      necro_SSL_CTX_set_alpn_select_cb(
        context,
        { _, chosen, chosenCount, offered, offeredCount, data in
          Unmanaged<TLSContext>.fromOpaque(data!)._withUnsafeGuaranteedRef {
            $0.choose(chosen!, chosenCount!, offered!, Int(offeredCount))
          }
        }, pointer)
    }
    necro_set_server_name_callback(
      context,
      { ssl, _, data in
        Unmanaged<TLSContext>.fromOpaque(data!)._withUnsafeGuaranteedRef { $0.choose(for: ssl!) }
      }, pointer)
    necro_set_status_callback(
      context,
      { ssl, data in
        Unmanaged<TLSContext>.fromOpaque(data!)._withUnsafeGuaranteedRef { $0.staple(ssl!) }
      }, pointer)
    if ticketKeys == nil {
      necro_SSL_CTX_set_num_tickets(context, 0)
      necro_SSL_CTX_set_options(context, necro_ssl_no_ticket)
    }
    necro_SSL_CTX_set_tlsext_ticket_key_evp_cb(
      context,
      { ssl, name, iv, cipher, mac, encrypts in
        let context = necro_SSL_CTX_get_ex_data(necro_SSL_get_SSL_CTX(ssl), 0)
        return Unmanaged<TLSContext>.fromOpaque(context!)._withUnsafeGuaranteedRef {
          $0.protectTicket(name!, iv!, cipher!, mac!, encrypts)
        }
      })
    necro_SSL_CTX_set_timeout(context, TLSTicketKeys.ticketSeconds)
    let scope = try TLSContext.ticketScope(settings)
    necro_SSL_CTX_set_session_id_context(context, scope, UInt32(scope.count))
  }

  /// What the tickets of contexts that take each other's have in common: at most 32 octets.
  ///
  /// A resumed session's client is not asked for its certificate again, so that a ticket is only good
  /// where the same authorities are asked.
  private static func ticketScope(_ settings: TLSSettings) throws(TLSError) -> [UInt8] {
    guard settings.verification != .none, case .file(let path) = settings.authorities else {
      return [1]
    }
    let authorities = try readFile(path, .authoritiesUnreadable, octetsMax: 4_194_304)
    return TLSTicketKeys.digest(settings.ticketSecret + authorities, 4, "SHA256")
  }

  // MARK: Certificates

  private func certify(
    _ context: OpaquePointer, _ certificate: TLSCertificate
  ) throws(TLSError) {
    let path = certificate.certificateFile
    if let obstacle = TLSError.obstacle(to: path) {
      throw TLSError(.certificateUnreadable, path, reason: obstacle)
    }
    guard necro_SSL_CTX_use_certificate_chain_file(context, path.terminated) == 1 else {
      throw .first(.certificateUnreadable, path)
    }
    let key = try TLSContext.readKey(certificate)
    defer { necro_EVP_PKEY_free(key) }
    guard necro_SSL_CTX_use_PrivateKey(context, key) == 1,
      necro_SSL_CTX_check_private_key(context) == 1
    else { throw .first(.keyMismatch, certificate.keyFile) }
    if side == .client { return }
    // A client leaves it to the server what it takes.
    guard let leaf = necro_SSL_CTX_get0_certificate(context) else { throw .first(.libraryFailed) }
    if necro_X509_cmp_current_time(necro_X509_get0_notAfter(leaf)) < 0 {
      throw TLSError(.certificateExpired, path)
    }
    if necro_X509_cmp_current_time(necro_X509_get0_notBefore(leaf)) > 0 {
      throw TLSError(.certificateNotYetValid, path)
    }
    let responsePath = certificate.statusResponseFile
    if !responsePath.isEmpty {
      let octets = try TLSContext.readFile(
        responsePath, .statusResponseUnreadable, octetsMax: 65_536)
      // The DER of a sequence, or it is another file.
      guard octets.count > 4 && octets[0] == 0x30 else {
        throw TLSError(.statusResponseUnreadable, responsePath)
      }
      statusResponses[contexts.count - 1] = octets
    }
  }

  /// Reads a private key. Its text is only ever in the library's memory, which it wipes.
  private static func readKey(_ certificate: TLSCertificate) throws(TLSError) -> OpaquePointer {
    let path = certificate.keyFile
    if let obstacle = TLSError.obstacle(to: path) {
      throw TLSError(.keyUnreadable, path, reason: obstacle)
    }
    guard let bio = necro_BIO_new_file(path.terminated, "r") else {
      throw .first(.keyUnreadable, path)
    }
    defer { necro_BIO_free(bio) }
    // Without a callback of ours OpenSSL would ask at the terminal.
    var passphrase = Passphrase(octets: certificate.passphrase)
    let key = withUnsafeMutablePointer(to: &passphrase) { pointer in
      necro_PEM_read_bio_PrivateKey(
        bio, nil,
        { room, count, _, data in
          data!.assumingMemoryBound(to: Passphrase.self).pointee.write(to: room!, Int(count))
        }, pointer)
    }
    if let key { return key }
    if passphrase.wasAsked && certificate.passphrase.isEmpty {
      necro_ERR_clear_error()
      throw TLSError(.passphraseMissing, path)
    }
    throw .first(.keyUnreadable, path)
  }

  private struct Passphrase {
    let octets: [UInt8]
    var wasAsked = false

    mutating func write(to room: UnsafeMutablePointer<CChar>, _ roomCount: Int) -> Int32 {
      wasAsked = true
      guard !octets.isEmpty && octets.count <= roomCount else { return -1 }
      for index in octets.indices { room[index] = CChar(bitPattern: octets[index]) }
      return Int32(octets.count)
    }
  }

  private static func readFile(
    _ path: [UInt8], _ code: TLSError.Code, octetsMax: Int
  ) throws(TLSError) -> [UInt8] {
    if let obstacle = TLSError.obstacle(to: path) {
      throw TLSError(code, path, reason: obstacle)
    }
    guard let bio = necro_BIO_new_file(path.terminated, "r") else { throw .first(code, path) }
    defer { necro_BIO_free(bio) }
    return TLSContext.readAll(bio, octetsMax: octetsMax)
  }

  /// Reads a BIO to its end, or to as many octets as are wanted.
  static func readAll(_ bio: OpaquePointer, octetsMax: Int) -> [UInt8] {
    var octets: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1_024)
    while octets.count < octetsMax {
      let count = necro_BIO_read(bio, &part, Int32(part.count))
      if count <= 0 { break }
      octets += part[0..<Int(count)]
    }
    return octets
  }
}
