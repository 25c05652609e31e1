import Foundation
import NecroOctets
import NecroPostgresWire
import TestSupport
import Testing

/// Octets as hexadecimal digits.
func hexadecimal(_ octets: Span<UInt8>) -> String {
  var digits = ""
  for index in octets.indices {
    let octet = String(octets[index], radix: 16)
    digits += octet.count == 1 ? "0" + octet : octet
  }
  return digits
}

/// The octets that hexadecimal digits stand for.
func octets(_ hexadecimal: String) -> [UInt8] {
  let digits = Array(hexadecimal.utf8)
  return stride(from: 0, to: digits.count, by: 2).map {
    UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)!
  }
}

@Suite("Digests")
struct DigestTests {
  private func sha256(_ message: [UInt8]) -> String {
    hexadecimal(SHA256.octets(SHA256.digest(message.span)).span)
  }

  @Test("SHA-256 of the messages of FIPS 180-4")
  func sha256Vectors() {
    #expect(
      sha256([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(
      sha256(Array("abc".utf8))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      sha256(Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8))
        == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
    #expect(
      sha256([UInt8](repeating: 0x61, count: 1_000_000))
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  private func hmac(_ key: [UInt8], _ message: [UInt8]) -> String {
    hexadecimal(SHA256.octets(HMACSHA256(key: key.span).code(message.span)).span)
  }

  @Test("HMAC-SHA-256 of RFC 4231's test cases")
  func hmacVectors() {
    #expect(
      hmac([UInt8](repeating: 0x0B, count: 20), Array("Hi There".utf8))
        == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
    #expect(
      hmac(Array("Jefe".utf8), Array("what do ya want for nothing?".utf8))
        == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    #expect(
      hmac([UInt8](repeating: 0xAA, count: 20), [UInt8](repeating: 0xDD, count: 50))
        == "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe")
    #expect(
      hmac(
        [UInt8](repeating: 0xAA, count: 131),
        Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8))
        == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
  }

  @Test("PBKDF2 with HMAC-SHA-256, the vectors that are in common use")
  func stretchedVectors() {
    func stretched(_ password: String, _ salt: String, _ iterations: Int) -> String {
      let key = HMACSHA256(key: Array(password.utf8).span)
      let words = key.stretched(salt: Array(salt.utf8).span, iterations: iterations)
      return hexadecimal(SHA256.octets(words).span)
    }
    #expect(
      stretched("password", "salt", 1)
        == "120fb6cffcf8b32c43e7225256c4f837a86548c92ccc35480805987cb70be17b")
    #expect(
      stretched("password", "salt", 2)
        == "ae4d0c95af6b46d32d0adff928f06dd02a303f8ef3c251dfd6e2d85a95474c43")
    #expect(
      stretched("password", "salt", 4096)
        == "c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a")
  }

  private func md5(_ message: [UInt8]) -> String {
    text { output in
      var hash = MD5()
      hash.update(message.span)
      hash.finish(hexadecimalInto: &output)
    }
  }

  @Test("MD5 of RFC 1321's test suite")
  func md5Vectors() {
    #expect(md5([]) == "d41d8cd98f00b204e9800998ecf8427e")
    #expect(md5(Array("abc".utf8)) == "900150983cd24fb0d6963f7d28e17f72")
    #expect(md5(Array("message digest".utf8)) == "f96b697d7cb7938d525a2f31aaf161d0")
    let digits = String(repeating: "1234567890", count: 8)
    #expect(md5(Array(digits.utf8)) == "57edf4a22be3c955ac49da2e2107b67a")
  }

  @Test("The answer to a request for an MD5 password")
  func md5Password() {
    let answer = text { output in
      MD5Password.append(
        user: Array("postgres".utf8).span, password: Array("pencil".utf8).span,
        salt: octets("01020304").span, into: &output)
    }
    // hashlib: md5(md5(b"pencilpostgres").hexdigest() + bytes([1, 2, 3, 4])).
    #expect(answer == "md5dba33b405438ce4ca5423846a9bffead")
  }

  /// Another implementation, over lengths at which the padding differs. It is Python's, where there is one.
  @Test("Digests of all lengths around a block agree with Python's hashlib")
  func hashlib() throws {
    let script = """
      import hashlib, hmac
      for n in range(0, 260):
          m = bytes((i * 7 + n) & 255 for i in range(n))
          print(hashlib.sha256(m).hexdigest(), hmac.new(m, m + b"x", "sha256").hexdigest(),
                hashlib.pbkdf2_hmac("sha256", m, m[::-1], n % 5 + 1).hex(), hashlib.md5(m).hexdigest())
      """
    guard let printed = try? python(script) else { return }
    let lines = printed.split(separator: "\n")
    #expect(lines.count == 260)
    for (length, line) in lines.enumerated() {
      let message = (0..<length).map { UInt8(truncatingIfNeeded: $0 * 7 + length) }
      let stretched = HMACSHA256(key: message.span)
        .stretched(salt: Array(message.reversed()).span, iterations: length % 5 + 1)
      let own = [
        sha256(message), hmac(message, message + [0x78]),
        hexadecimal(SHA256.octets(stretched).span), md5(message),
      ]
      #expect(own.joined(separator: " ") == line, "of \(length) octets")
    }
  }

  /// What a Python script prints; it fails where there is no Python.
  private func python(_ script: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", script]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let printed = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
    return String(decoding: printed, as: UTF8.self)
  }

  @Test(
    "Base64 of RFC 4648's test vectors, both ways",
    .clause(
      "RFC5802-7-7",
      "RFC5802-7-8",
      "RFC5802-7-9",
      "RFC5802-7-10",
      "RFC5802-7-11"))
  func base64() {
    let vectors = [
      "": "", "f": "Zg==", "fo": "Zm8=", "foo": "Zm9v", "foob": "Zm9vYg==", "fooba": "Zm9vYmE=",
      "foobar": "Zm9vYmFy",
    ]
    for (plain, coded) in vectors {
      #expect(text { Base64.append(Array(plain.utf8).span, into: &$0) } == coded)
      var output = OctetBuffer()
      #expect(Base64.decode(Array(coded.utf8).span, into: &output) == nil)
      #expect(text { $0.append(output.octets) } == plain)
    }
    for length in 0..<200 {
      let message = (0..<length).map { UInt8(truncatingIfNeeded: $0 * 151 + length) }
      #expect(
        text { Base64.append(message.span, into: &$0) } == Data(message).base64EncodedString())
    }
  }

  @Test(
    "What is no canonical base64 is refused where it is not",
    arguments: [
      ("Zg=", 3), ("Zh==", 2), ("Zm9=", 3), ("Z===", 1), ("Zg==Zg==", 2), ("Zm 9", 2), ("====", 0),
      ("Zm-v", 2),
    ])
  func base64Refused(coded: String, position: Int) {
    var output = OctetBuffer()
    #expect(Base64.decode(Array(coded.utf8).span, into: &output) == position)
  }
}
