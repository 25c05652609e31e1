import NecroOctets
import TestSupport
import Testing

@testable import NecroPostgresWire

@Suite("SCRAM-SHA-256-PLUS, the data of the channel")
struct ChannelBindingTests {
  private static let salt: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]

  /// The client's last message, with the binding's data and keys of an earlier authentication.
  private func last(_ binding: [UInt8], _ keys: SCRAMKeys?) throws -> String {
    let nonce = [UInt8](repeating: 0x61, count: 18)
    var client = SCRAMClient(
      userName: Span(), password: Array("pencil".utf8).span, nonce: nonce.span,
      mechanism: .plus(.tlsExporter), bindingData: binding.span, keys: keys)
    var output = OctetBuffer()
    _ = try client.begin(into: &output)
    let begun = text { $0.append(output.octets) }
    #expect(begun.hasPrefix("p=tls-exporter,,"))
    let ours = begun.split(separator: ",r=", maxSplits: 1)[1]
    let salt = text { Base64.append(Self.salt.span, into: &$0) }
    output.removeAll()
    _ = try client.receiveContinue(
      Array("r=\(ours)more,s=\(salt),i=16".utf8).span, into: &output)
    return text { $0.append(output.octets) }
  }

  @Test(
    "the data stands in the message, and no key comes from it", .clause("RFC9266-4-1"))
  func isNoKey() throws {
    let keys = SCRAMKeys(
      password: HMACSHA256(key: Array("pencil".utf8).span), salt: Self.salt.span, iterations: 16)
    var proofs: Set<Substring> = []
    for binding in [[UInt8](repeating: 7, count: 32), [UInt8](repeating: 8, count: 32)] {
      let message = try last(binding, nil)
      // The keys of an authentication on any other channel serve as well.
      #expect(try last(binding, keys) == message)
      let header = Array("p=tls-exporter,,".utf8) + binding
      let expected = text { Base64.append(header.span, into: &$0) }
      #expect(message.hasPrefix("c=\(expected),"))
      proofs.insert(message.split(separator: ",p=")[1])
    }
    // What is proved is another thing on another channel.
    #expect(proofs.count == 2)
  }
}
