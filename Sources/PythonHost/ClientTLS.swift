import CPython
import NecroOctets
import NecroTLS

/// What a driver's outgoing connections are encrypted with: contexts of TLS, made of tuples that
/// `necro._client_tls` makes. The last one is kept, since most connections want the same.
///
/// A tuple is (settings, host, flags). Of the flags 1 says that the certificate has to be for the host,
/// 2 that the server is told its name; the rest is the driver's. Settings are the authorities (a path,
/// b"" for the system's, None for no verification), the revocation lists' file and folder, certificate,
/// key, passphrase, the lowest and the highest version (0 for 1.2, 1 for 1.3), the protocol for ALPN,
/// and a stamp of the files, which says whether they are still the same.
final class ClientTLS {
  struct Client {
    let context: TLSContext
    let peer: TLSPeerName
    let flags: Int
  }

  private var settings: Object?
  private var context: TLSContext?

  deinit { release(settings) }

  /// The context and the peer of one connection; nil with a Python error, which is an OSError where a
  /// file or setting is wrong.
  func client(_ given: Object) -> Client? {
    guard necro_is_tuple(given), necro_tuple_size(given) == 3,
      let settings = necro_tuple_item(given, 0), necro_is_tuple(settings),
      necro_tuple_size(settings) == 10, let host = ClientTLS.octets(necro_tuple_item(given, 1))
    else {
      if PyErr_Occurred() == nil { raise(necro_type_error()!, "TLS is a tuple of three") }
      return nil
    }
    let flags = PyLong_AsLong(necro_tuple_item(given, 2))
    if PyErr_Occurred() != nil { return nil }
    guard let context = context(settings) else { return nil }
    let peer = TLSPeerName(host, isVerified: flags & 1 != 0, isIndicated: flags & 2 != 0)
    return Client(context: context, peer: peer, flags: flags)
  }

  private func context(_ given: Object) -> TLSContext? {
    if let settings, let context {
      let isSame = PyObject_RichCompareBool(settings, given, Py_EQ)
      if isSame < 0 { return nil }
      if isSame == 1 { return context }
    }
    guard let wanted = ClientTLS.settings(given) else { return nil }
    let made: TLSContext
    do throws(TLSError) {
      made = try TLSContext(.client, wanted)
    } catch {
      _ = raiseTLSError(error)
      return nil
    }
    release(settings)
    settings = retained(given)
    context = made
    return made
  }

  private static func settings(_ given: Object) -> TLSSettings? {
    var parts: [[UInt8]] = []
    for index in [1, 2, 3, 4, 5, 8] {
      guard let part = octets(necro_tuple_item(given, index)) else { return nil }
      parts.append(part)
    }
    var settings = TLSSettings()
    if let authorities = necro_tuple_item(given, 0), authorities != necro_none() {
      guard let path = octets(authorities) else { return nil }
      settings.authorities = path.isEmpty ? .system : .file(path)
      settings.verification = .required
    }
    settings.revocationsFile = parts[0]
    settings.revocationsFolder = parts[1]
    if !parts[2].isEmpty {
      settings.certificates = [
        TLSCertificate(certificateFile: parts[2], keyFile: parts[3], passphrase: parts[4])
      ]
    }
    let versions = [6, 7].map { PyLong_AsLong(necro_tuple_item(given, $0)) }
    if PyErr_Occurred() != nil { return nil }
    settings.versionMin = versions[0] == 0 ? .tls12 : .tls13
    settings.versionMax = versions[1] == 0 ? .tls12 : .tls13
    if !parts[5].isEmpty { settings.protocols = [parts[5]] }
    return settings
  }

  private static func octets(_ object: Object?) -> [UInt8]? {
    guard let object, necro_is_bytes(object) else {
      raise(necro_type_error()!, "bytes are expected")
      return nil
    }
    return withOctets(ofBytes: object) { copied($0) }
  }
}
