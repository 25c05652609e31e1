import COpenSSL
import NecroOctets

/// What became of an attempt to read plaintext.
public enum TLSReadResult: Equatable, Sendable {
  /// This many octets were read; at least 1.
  case octets(Int)
  /// There is none until more octets of the peer are fed, or taken from `output`.
  case wantsOctets
  /// The peer has ended its side with close_notify.
  case closed
  /// The session is over: its last `output` may hold an alert that says why. A peer that closed
  /// without close_notify is `TLSError.Code.truncated`.
  case failed(TLSError)
}

/// One connection's TLS, without the connection: the peer's octets go in, plaintext comes out, and the
/// other way round.
///
/// Call order: `feed` octets that came (or `reserve` and `advance`), then `read` until it wants more,
/// and send what `withOutput` shows after each `read`, `write`, `handshake` and `close`. A server's
/// first octets come from its client; a client begins with `handshake`. Once `isEstablished`, `write`
/// takes plaintext. `finish` says that the peer has closed the connection. Errors are sticky.
///
/// What is fed is kept until it is read: who feeds only after `wantsOctets` has no more than one
/// portion kept. Renegotiation and early data are refused, and nothing is compressed.
public final class TLSSession {
  /// Plaintext of one record at most (RFC 8446 §5.1).
  public static var recordOctetsMax: Int { 16_384 }
  /// Octets of one record as it travels, with what RFC 8446 §5.2 lets it have beyond its content.
  public static var sealedRecordOctetsMax: Int { 16_384 + 256 + 5 }
  /// Octets for the peer beyond which nothing more is read or written until some are taken: a peer
  /// could have us answer and never listen.
  public static var outputOctetsMax: Int { 131_072 }

  public let context: TLSContext
  let ssl: OpaquePointer
  private let bio: OpaquePointer

  // Octets of the peer that were not read, and octets for it.
  private var input = OctetBuffer()
  private var output = OctetBuffer()
  private var inputEnded = false
  /// The last call of the library's wanted octets that were not there.
  private var isStarved = false
  /// The first octet that ever came, which tells TLS from clear text.
  private var firstOctet: UInt8 = 0
  private var failure: TLSError?
  /// The peer has sent close_notify.
  public private(set) var isClosedByPeer = false
  /// close_notify has been written.
  public private(set) var isClosed = false
  /// The handshake is complete.
  public private(set) var isEstablished = false
  private var recordSize = TLSRecordSize()

  // MARK: Making

  /// A server's session with one client.
  public init(server context: TLSContext) throws(TLSError) {
    precondition(context.side == .server, "a server's context")
    self.context = context
    (ssl, bio) = try TLSSession.make(context)
    necro_SSL_set_accept_state(ssl)
    adoptBuffers()
  }

  /// A client's session with the server of that name.
  public init(client context: TLSContext, peer: TLSPeerName) throws(TLSError) {
    precondition(context.side == .client, "a client's context")
    self.context = context
    (ssl, bio) = try TLSSession.make(context)
    necro_SSL_set_connect_state(ssl)
    adoptBuffers()
    if peer.name.isEmpty { return }
    var name = peer.name.terminated
    if peer.isIndicated && !peer.isAddress {
      // A name goes without the dot at its end (RFC 6066 §3).
      if peer.name[peer.name.count - 1] == UInt8(ascii: ".") { name.remove(at: name.count - 2) }
      // TLSEXT_NAMETYPE_host_name is 0.
      guard necro_SSL_ctrl(ssl, Int32(NECRO_SSL_CTRL_SET_TLSEXT_HOSTNAME), 0, &name) == 1 else {
        throw .first(.settingInvalid, peer.name)
      }
    }
    if peer.isVerified {
      necro_SSL_set_hostflags(ssl, UInt32(NECRO_X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
      let result =
        peer.isAddress
        ? necro_X509_VERIFY_PARAM_set1_ip_asc(necro_SSL_get0_param(ssl), name)
        : necro_SSL_set1_host(ssl, name)
      guard result == 1 else { throw .first(.settingInvalid, peer.name) }
    }
  }

  deinit {
    // The BIO goes with it.
    necro_SSL_free(ssl)
  }

  private static func make(
    _ context: TLSContext
  ) throws(TLSError) -> (ssl: OpaquePointer, bio: OpaquePointer) {
    guard let ssl = necro_SSL_new(context.contexts[0]) else { throw .first(.libraryFailed) }
    guard let bio = necro_BIO_new(context.method) else {
      necro_SSL_free(ssl)
      throw .first(.libraryFailed)
    }
    return (ssl, bio)
  }

  /// Has the library read from `input` and write to `output`.
  private func adoptBuffers() {
    // The BIO lives no longer than the session, which frees it.
    necro_BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
    necro_BIO_set_init(bio, 1)
    necro_SSL_set_bio(ssl, bio, bio)
  }

  /// The library's functions for reading and writing, which come back here: a BIO_METHOD.
  static func makeMethod() -> OpaquePointer? {
    guard let method = necro_BIO_meth_new(Int32(NECRO_BIO_TYPE_SOURCE_SINK), "necro") else {
      return nil
    }
    necro_BIO_meth_set_read_ex(method) { bio, room, count, taken in
      Unmanaged<TLSSession>.fromOpaque(necro_BIO_get_data(bio)!)._withUnsafeGuaranteedRef {
        $0.supply(UnsafeMutableRawPointer(room!), count, taken!)
      }
    }
    necro_BIO_meth_set_write_ex(method) { bio, octets, count, taken in
      Unmanaged<TLSSession>.fromOpaque(necro_BIO_get_data(bio)!)._withUnsafeGuaranteedRef {
        $0.accept(UnsafeRawPointer(octets!), count)
      }
      taken!.pointee = count
      return 1
    }
    necro_BIO_meth_set_ctrl(method) { _, command, _, _ in command == NECRO_BIO_CTRL_FLUSH ? 1 : 0 }
    return method
  }

  private func supply(
    _ room: UnsafeMutableRawPointer, _ roomCount: Int, _ taken: UnsafeMutablePointer<Int>
  ) -> Int32 {
    let count = min(roomCount, input.count)
    taken.pointee = count
    if count == 0 {
      isStarved = true
      if inputEnded {
        necro_BIO_clear_flags(bio, Int32(NECRO_BIO_RETRY_ALL))
      } else {
        necro_BIO_set_flags(bio, Int32(NECRO_BIO_RETRY_READ))
      }
      return 0
    }
    TLSSession.copy(input, count, to: room)
    input.consume(count)
    if input.isEmpty { input.removeAll() }
    return 1
  }

  private static func copy(
    _ buffer: borrowing OctetBuffer, _ count: Int, to room: UnsafeMutableRawPointer
  ) {
    buffer.octets.withUnsafeBytes { room.copyMemory(from: $0.baseAddress!, byteCount: count) }
  }

  private func accept(_ octets: UnsafeRawPointer, _ count: Int) {
    let room = output.reserve(count)
    room.baseAddress!.copyMemory(from: octets, byteCount: count)
    output.advance(count)
  }

  // MARK: The peer's octets

  /// Takes a copy of octets that came from the peer.
  public func feed(_ octets: Span<UInt8>) {
    if octets.isEmpty { return }
    if firstOctet == 0 { firstOctet = octets[0] }
    input.append(octets)
  }

  /// Room to receive at least `octetCount` octets into.
  public func reserve(_ octetCount: Int) -> UnsafeMutableRawBufferPointer {
    input.reserve(octetCount)
  }

  /// Feeds the first octets of the room that `reserve` returned.
  public func advance(_ octetCount: Int) {
    let isFirst = input.isEmpty && firstOctet == 0 && octetCount > 0
    input.advance(octetCount)
    if isFirst { firstOctet = TLSSession.first(of: input) }
  }

  private static func first(of buffer: borrowing OctetBuffer) -> UInt8 { buffer.octets[0] }

  /// Says that no more octets come.
  public func finish() { inputEnded = true }

  /// How many octets were fed and not read.
  public var pendingInput: Int { input.count }

  /// How many octets wait to be sent to the peer.
  public var pendingOutput: Int { output.count }

  /// Calls `body` with the octets to be sent to the peer.
  public func withOutput<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
    TLSSession.call(body, output)
  }

  private static func call<Result>(
    _ body: (Span<UInt8>) -> Result, _ buffer: borrowing OctetBuffer
  ) -> Result {
    body(buffer.octets)
  }

  /// Forgets octets that were sent.
  public func consumeOutput(_ octetCount: Int) {
    output.consume(octetCount)
    if output.isEmpty { output.removeAll() }
  }

  /// Exchanges the storage of input and output for others': a server lends some to a session while
  /// octets are about, so that idle ones hold none. Does nothing while there are octets in any of them.
  public func exchangeStorage(_ input: inout OctetBuffer, _ output: inout OctetBuffer) {
    guard self.input.isEmpty && self.output.isEmpty && input.isEmpty && output.isEmpty else {
      return
    }
    swap(&self.input, &input)
    swap(&self.output, &output)
  }

  // MARK: Plaintext

  /// Goes on with the handshake, which `read` does as well. Returns whether it is complete.
  @discardableResult
  public func handshake() throws(TLSError) -> Bool {
    if let failure { throw failure }
    if isEstablished { return true }
    if output.count >= TLSSession.outputOctetsMax { return false }
    isStarved = false
    if necro_SSL_do_handshake(ssl) == 1 {
      isEstablished = true
      return true
    }
    if isStarved && !inputEnded { return false }
    throw fail()
  }

  /// Reads plaintext into `room`, which has at least one octet.
  public func read(into room: UnsafeMutableRawBufferPointer) -> TLSReadResult {
    if let failure { return .failed(failure) }
    if isClosedByPeer { return .closed }
    // A peer that asks for answers has to take them before it is heard again.
    if output.count >= TLSSession.outputOctetsMax { return .wantsOctets }
    if !isEstablished {
      do throws(TLSError) {
        if try !handshake() { return .wantsOctets }
      } catch {
        return .failed(error)
      }
    }
    isStarved = false
    let count = necro_SSL_read(ssl, room.baseAddress, Int32(clamping: room.count))
    if count > 0 { return .octets(Int(count)) }
    if necro_SSL_get_shutdown(ssl) & Int32(NECRO_SSL_RECEIVED_SHUTDOWN) != 0
      && necro_ERR_peek_last_error() == 0
    {
      isClosedByPeer = true
      return .closed
    }
    if isStarved && !inputEnded { return .wantsOctets }
    return .failed(fail())
  }

  /// Whether `read` may return octets without any being fed.
  public var mayHavePlaintext: Bool { !input.isEmpty || necro_SSL_pending(ssl) > 0 }

  /// Writes the first of `octets`, as records in `output`.
  ///
  /// - Parameter now: a server's clock in milliseconds: after a pause its records begin small, so that
  ///   the peer can read the first before the network has brought the last of a large one. With nil
  ///   each record is as large as can be.
  /// - Returns: how many were written: 0 before the handshake is complete, and while `output` is full.
  public func write(_ octets: Span<UInt8>, now: UInt64? = nil) throws(TLSError) -> Int {
    if let failure { throw failure }
    guard isEstablished, !isClosed else { return 0 }
    var written = 0
    while written < octets.count && output.count < TLSSession.outputOctetsMax {
      let left = octets.count - written
      let size =
        if let now { recordSize.next(left, now: now) } else {
          min(left, TLSSession.recordOctetsMax)
        }
      let count = octets.extracting(written..<written + size).withUnsafeBytes {
        necro_SSL_write(ssl, $0.baseAddress, Int32(size))
      }
      // `accept` takes all, so that a record is written whole or not at all.
      guard count == size else { throw fail() }
      written += size
    }
    return written
  }

  /// Ends our side with close_notify; what the peer sends can still be read.
  public func close() {
    guard isEstablished, !isClosed, failure == nil else { return }
    isClosed = true
    // It returns 0 while the peer has not closed its side, which is no failure.
    if necro_SSL_shutdown(ssl) < 0 { necro_ERR_clear_error() }
  }

  /// Notes why the session is over.
  private func fail() -> TLSError {
    let number = necro_ERR_peek_last_error()
    necro_ERR_clear_error()
    let library = Int(number >> 23) & 0xFF
    let reason = Int(number & 0x7F_FFFF)
    var error: TLSError
    if number == 0 && inputEnded {
      error = TLSError(.truncated)
    } else if library == NECRO_ERR_LIB_SSL && reason == NECRO_SSL_R_CERTIFICATE_VERIFY_FAILED {
      let result = necro_SSL_get_verify_result(ssl)
      error = TLSError(
        .peerUntrusted, reason: TLSError.octets(necro_X509_verify_cert_error_string(result)))
    } else {
      error = TLSError(.protocolFailed, reason: TLSError.reason(number))
    }
    // Each record's first octet is below 0x20; a request's is a letter.
    if context.side == .server && !isEstablished && firstOctet >= 0x41 && firstOctet <= 0x5A {
      error.code = .plainHTTP
      // The alert would be read as a part of the answer.
      output.removeAll()
    }
    failure = error
    return error
  }
}
