import Foundation
import NecroOctets
import NecroTLS

/// A folder with certificates and keys for tests, which is removed with the last reference to it.
final class Authority {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("necro-tls-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// The path of a file in the folder.
  func path(_ name: String) -> [UInt8] { Array(folder.appendingPathComponent(name).path.utf8) }

  /// Makes a certificate that signs itself, and its key.
  func make(
    _ name: String, for names: [String] = ["localhost", "127.0.0.1"], seconds: Int = 86_400
  ) throws -> TLSCertificate {
    let made = try TLSSelfSigned(names: names.map { Array($0.utf8) }, seconds: seconds)
    try Data(made.certificate).write(to: folder.appendingPathComponent("\(name).crt"))
    try Data(made.key).write(to: folder.appendingPathComponent("\(name).key"))
    return TLSCertificate(certificateFile: path("\(name).crt"), keyFile: path("\(name).key"))
  }

  /// Runs the program `openssl` in the folder, and returns what it printed.
  @discardableResult
  func openssl(_ arguments: String...) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["openssl"] + arguments
    process.currentDirectoryURL = folder
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let printed = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failed(arguments: arguments) }
    return String(decoding: printed, as: UTF8.self)
  }

  struct Failed: Error {
    let arguments: [String]
  }

  func server(
    _ certificate: TLSCertificate, _ change: (inout TLSSettings) -> Void = { _ in }
  ) throws -> TLSContext {
    var settings = TLSSettings()
    settings.certificates = [certificate]
    change(&settings)
    return try TLSContext(.server, settings)
  }

  /// A client that trusts one certificate.
  func client(
    trusting certificate: TLSCertificate, _ change: (inout TLSSettings) -> Void = { _ in }
  ) throws -> TLSContext {
    var settings = TLSSettings()
    settings.authorities = .file(certificate.certificateFile)
    settings.verification = .required
    change(&settings)
    return try TLSContext(.client, settings)
  }
}

/// A client and a server with nothing but memory between them.
final class Conversation {
  let server: TLSSession
  let client: TLSSession
  private(set) var serverRead: [UInt8] = []
  private(set) var clientRead: [UInt8] = []
  private(set) var serverEnd: TLSReadResult?
  private(set) var clientEnd: TLSReadResult?

  init(
    _ serverContext: TLSContext, _ clientContext: TLSContext,
    peer: TLSPeerName = TLSPeerName(Array("localhost".utf8))
  ) throws {
    server = try TLSSession(server: serverContext)
    client = try TLSSession(client: clientContext, peer: peer)
    do throws(TLSError) { try client.handshake() } catch { clientEnd = .failed(error) }
  }

  /// Carries octets until nobody has any more to say.
  ///
  /// - Parameter pieceOctets: how many octets are fed at a time.
  @discardableResult
  func run(pieceOctets: Int = .max) -> Conversation {
    while client.pendingOutput + server.pendingOutput > 0 {
      feed(server, taken(client), pieceOctets) { result, octets in
        serverRead += octets
        if result != .wantsOctets { serverEnd = result }
      }
      feed(client, taken(server), pieceOctets) { result, octets in
        clientRead += octets
        if result != .wantsOctets { clientEnd = result }
      }
    }
    return self
  }

  private func feed(
    _ session: TLSSession, _ octets: [UInt8], _ pieceOctets: Int,
    _ note: (TLSReadResult, [UInt8]) -> Void
  ) {
    var position = 0
    repeat {
      let end = min(octets.count, position &+ min(pieceOctets, octets.count))
      session.feed(octets.span.extracting(position..<end))
      position = end
      let (result, read) = readAll(session)
      note(result, read)
    } while position < octets.count
  }
}

/// The octets for the peer, which count as sent.
func taken(_ session: TLSSession) -> [UInt8] {
  var octets: [UInt8] = []
  session.withOutput { span in for index in span.indices { octets.append(span[index]) } }
  session.consumeOutput(octets.count)
  return octets
}

/// Reads what there is, and why there is no more.
func readAll(_ session: TLSSession) -> (TLSReadResult, [UInt8]) {
  var read: [UInt8] = []
  var room = [UInt8](repeating: 0, count: 4_096)
  while true {
    let result = room.withUnsafeMutableBytes { session.read(into: $0) }
    guard case .octets(let count) = result else { return (result, read) }
    read += room[0..<count]
  }
}

/// The code of an error that a session ended with.
func code(_ result: TLSReadResult?) -> TLSError.Code? {
  guard case .failed(let error)? = result else { return nil }
  return error.code
}
