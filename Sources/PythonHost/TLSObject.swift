import CPython
import NecroOctets
import NecroReactor
import NecroServer
import NecroTLS

// TLS for the Python side, which names files and settings; see `_necro.pyi`.

/// What `load_tls` is given.
private struct TLSArguments {
  var settings = TLSSettings()
  var redirectPort: UInt16 = 443

  /// Nil with a Python error.
  init?(_ arguments: UnsafePointer<Object?>) {
    guard let listed = arguments[1], necro_is_list(listed) else {
      raise(necro_type_error()!, "load_tls() takes a list of certificates")
      return nil
    }
    for index in 0..<necro_size(listed) {
      let item = necro_list_item(listed, index)!
      guard necro_is_tuple(item), necro_tuple_size(item) == 4 else {
        raise(necro_type_error()!, "a certificate is four bytes objects")
        return nil
      }
      var parts: [[UInt8]] = []
      for place in 0..<4 {
        guard let part = TLSArguments.octets(necro_tuple_item(item, place)) else { return nil }
        parts.append(part)
      }
      settings.certificates.append(
        TLSCertificate(
          certificateFile: parts[0], keyFile: parts[1], passphrase: parts[2],
          statusResponseFile: parts[3]))
    }
    guard let authorities = TLSArguments.octets(arguments[2]),
      let ciphers = TLSArguments.octets(arguments[5]),
      let secret = TLSArguments.octets(arguments[6])
    else { return nil }
    let numbers = [3, 4, 7, 8].map { PyLong_AsLong(arguments[$0]) }
    if PyErr_Occurred() != nil { return nil }
    if !authorities.isEmpty { settings.authorities = .file(authorities) }
    settings.verification = TLSVerification(rawValue: UInt8(clamping: numbers[0])) ?? .required
    settings.versionMin = numbers[1] == 0 ? .tls12 : .tls13
    settings.ciphers = ciphers
    settings.ticketSecret = secret
    settings.ticketSecretUnixSeconds = Int64(numbers[2])
    settings.protocols = [TLSArguments.octets(of: "http/1.1")]
    redirectPort = UInt16(clamping: numbers[3])
  }

  static func octets(of text: StaticString) -> [UInt8] {
    Array(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  private static func octets(_ object: Object?) -> [UInt8]? {
    guard let object, necro_is_bytes(object) else {
      raise(necro_type_error()!, "bytes are expected")
      return nil
    }
    return withOctets(ofBytes: object) { octets in octets.withUnsafeBufferPointer { Array($0) } }
  }
}

/// Sets OSError; always nil.
func raiseTLSError(_ error: TLSError) -> Object? {
  var message = OctetBuffer()
  error.describe(into: &message)
  raise(necro_os_error()!, message)
  return nil
}

@c(necro_load_tls)
func loadTLS(
  _ module: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t
) -> Object? {
  guard count == 9, let given = TLSArguments(arguments!) else {
    if PyErr_Occurred() == nil { raise(necro_type_error()!, "load_tls() takes nine arguments") }
    return nil
  }
  var worker: WorkerPayload?
  if arguments![0] != necro_none() {
    worker = openWorker(arguments![0])
    if worker == nil { return nil }
  }
  do throws(TLSError) {
    let context = try TLSContext(.server, given.settings, replacing: worker?.worker.tls)
    worker?.worker.tls = context
    worker?.worker.redirectPort = given.redirectPort
  } catch {
    return raiseTLSError(error)
  }
  return none()
}

@c(necro_make_certificate)
func makeCertificate(
  _ module: Object?, _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t
) -> Object? {
  var names: [[UInt8]] = []
  for index in 0..<count {
    guard
      let name = withOctets(
        ofString: arguments![index]!,
        { octets in
          octets.withUnsafeBufferPointer { Array($0) }
        })
    else { return nil }
    names.append(name)
  }
  guard !names.isEmpty else {
    raise(necro_type_error()!, "make_certificate() takes one name at least")
    return nil
  }
  let made: TLSSelfSigned
  do throws(TLSError) {
    // As long as a client accepts one at most.
    made = try TLSSelfSigned(names: names, seconds: 397 * 86_400)
  } catch {
    return raiseTLSError(error)
  }
  guard let pair = PyTuple_New(2), let certificate = makeBytes(made.certificate.span),
    let key = makeBytes(made.key.span)
  else { return nil }
  necro_tuple_set(pair, 0, certificate)
  necro_tuple_set(pair, 1, key)
  return pair
}

@c(necro_request_tls_facts)
func requestTLSFacts(_ object: Object?, _ closure: UnsafeMutableRawPointer?) -> Object? {
  guard let request = request(object) else { return nil }
  guard let session = request.session else { return none() }
  guard let facts = PyTuple_New(6) else { return nil }
  let texts: [[UInt8]?] = [
    session.version, session.cipher, session.selectedProtocol, session.serverName,
    session.peerSubject,
  ]
  for (index, text) in texts.enumerated() {
    necro_tuple_set(facts, index, text.map { makeEscapedString($0.span) } ?? none())
  }
  necro_tuple_set(facts, 5, session.peerCertificate.map { makeBytes($0.span) } ?? none())
  if PyErr_Occurred() == nil { return facts }
  release(facts)
  return nil
}
