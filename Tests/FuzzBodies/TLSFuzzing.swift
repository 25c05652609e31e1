import Foundation
import NecroOctets
import NecroTLS

/// Contexts for the fuzz bodies of TLS, made once for the process with a key made for the occasion.
enum TLSFuzzing {
  // The fuzzer and each test call the bodies on one thread at a time, under `lock`.
  nonisolated(unsafe) private static var made: (server: TLSContext, client: TLSContext)?
  private static let lock = NSLock()

  /// Calls `body` with a server's and a client's context that trust each other. Without OpenSSL it
  /// is not called.
  static func withContexts(_ body: (_ server: TLSContext, _ client: TLSContext) -> Void) {
    lock.lock()
    defer { lock.unlock() }
    if made == nil { made = try? make() }
    if let made { body(made.server, made.client) }
  }

  private static func make() throws -> (server: TLSContext, client: TLSContext) {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("necro-fuzz-\(getpid())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let pair = try TLSSelfSigned(names: [Array("localhost".utf8)], seconds: 86_400)
    let certificate = folder.appendingPathComponent("certificate.pem")
    let key = folder.appendingPathComponent("key.pem")
    try Data(pair.certificate).write(to: certificate)
    try Data(pair.key).write(to: key)
    var settings = TLSSettings()
    settings.certificates = [
      TLSCertificate(certificateFile: Array(certificate.path.utf8), keyFile: Array(key.path.utf8))
    ]
    settings.authorities = .file(Array(certificate.path.utf8))
    settings.verification = .optional
    settings.protocols = [Array("http/1.1".utf8)]
    settings.ticketSecret = [UInt8](repeating: 7, count: 32)
    let server = try TLSContext(.server, settings)
    settings.verification = .required
    settings.certificates = []
    return (server, try TLSContext(.client, settings))
  }
}

/// One end of a conversation in memory.
final class TLSFuzzEnd {
  let session: TLSSession
  private(set) var read: [UInt8] = []
  private(set) var failure: TLSError?
  private(set) var isOver = false

  init(_ session: TLSSession) { self.session = session }

  /// Feeds octets and reads what there is, with the properties that hold whatever was fed.
  func take(_ octets: Span<UInt8>) {
    session.feed(octets)
    var room = [UInt8](repeating: 0, count: 1_024)
    while true {
      let result = room.withUnsafeMutableBytes { session.read(into: $0) }
      precondition(
        session.pendingOutput < TLSSession.outputOctetsMax + 65_536, "what waits is bounded")
      switch result {
      case .octets(let count):
        precondition(count > 0 && failure == nil, "a session that failed reads nothing")
        read += room[0..<count]
      case .wantsOctets:
        precondition(failure == nil, "an error stays")
        return
      case .closed:
        isOver = true
        return
      case .failed(let error):
        precondition(failure == nil || failure == error, "an error stays as it is")
        failure = error
        isOver = true
        return
      }
    }
  }

  /// The octets for the peer, which count as sent.
  func takeOutput() -> [UInt8] {
    var octets: [UInt8] = []
    session.withOutput { span in for index in span.indices { octets.append(span[index]) } }
    session.consumeOutput(octets.count)
    return octets
  }
}
