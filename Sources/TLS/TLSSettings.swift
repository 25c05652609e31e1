import COpenSSL

/// A certificate with its key, as a server shows it for a name, or a client when it is asked.
public struct TLSCertificate: Equatable, Sendable {
  /// The path of a PEM file: the certificate, and behind it those that lead to the authority.
  public var certificateFile: [UInt8]
  /// The path of a PEM file with the private key.
  public var keyFile: [UInt8]
  /// What the key is encrypted with; empty when it is not.
  public var passphrase: [UInt8]
  /// The path of a DER file with the authority's OCSP response, which a server passes on to clients
  /// that ask for it; empty for none.
  public var statusResponseFile: [UInt8]

  public init(
    certificateFile: [UInt8], keyFile: [UInt8], passphrase: [UInt8] = [],
    statusResponseFile: [UInt8] = []
  ) {
    self.certificateFile = certificateFile
    self.keyFile = keyFile
    self.passphrase = passphrase
    self.statusResponseFile = statusResponseFile
  }
}

/// Whose word is taken for a peer's certificate.
public enum TLSAuthorities: Equatable, Sendable {
  case none
  /// Those that the system trusts.
  case system
  /// Those of a PEM file, by its path.
  case file([UInt8])
}

/// Whether the peer has to show a certificate that an authority signed.
public enum TLSVerification: UInt8, Sendable {
  /// It is not looked at; a server does not ask for one.
  case none
  /// Of a server: a client may show none, but no bad one. Of a client the same as `required`.
  case optional
  case required
}

public enum TLSVersion: UInt8, Sendable {
  case tls12
  case tls13

  var number: Int { self == .tls12 ? NECRO_TLS1_2_VERSION : NECRO_TLS1_3_VERSION }
}

/// What a context is made of.
public struct TLSSettings: Sendable {
  /// A server has one at least, and the first is for clients that ask for no known name; a client one
  /// at most.
  public var certificates: [TLSCertificate] = []
  public var authorities = TLSAuthorities.none
  /// The path of a PEM file with the lists of revoked certificates; empty for none.
  public var revocationsFile: [UInt8] = []
  /// The path of a folder with such lists, each named by its authority's hash (`openssl rehash`).
  public var revocationsFolder: [UInt8] = []
  public var verification = TLSVerification.none
  public var versionMin = TLSVersion.tls12
  public var versionMax = TLSVersion.tls13
  /// OpenSSL's names, with a colon between them; those that begin with `TLS_` are the ones of TLS 1.3.
  /// Empty for the library's choice, of each version apart.
  public var ciphers: [UInt8] = []
  /// OpenSSL's names of groups with a colon between them, the best first; empty for its choice.
  public var groups: [UInt8] = []
  /// The protocols above TLS, the best first (ALPN): `http/1.1`, `postgresql`. With none the extension
  /// is not used; with some, a server refuses a client that offers others alone (RFC 7301 §3.2).
  public var protocols: [[UInt8]] = []
  /// Of a server: the secret that the keys of tickets come from, 32 octets, the same for all workers;
  /// empty for no tickets.
  public var ticketSecret: [UInt8] = []
  /// The moment that `ticketSecret` was made, in seconds since 1970.
  public var ticketSecretUnixSeconds: Int64 = 0

  public init() {}
}

/// Who a client wants to speak to.
public struct TLSPeerName: Equatable, Sendable {
  /// A host's name or its address as text; empty for none.
  public var name: [UInt8]
  /// Whether the certificate has to be for that name (`verify-full` of PostgreSQL's sslmodes).
  public var isVerified: Bool
  /// Whether the server is told the name (SNI); an address never is.
  public var isIndicated: Bool

  public init(_ name: [UInt8], isVerified: Bool = true, isIndicated: Bool = true) {
    self.name = name
    self.isVerified = isVerified
    self.isIndicated = isIndicated
  }

  /// Whether the name is an address: digits and dots, or anything with a colon.
  var isAddress: Bool {
    var hasLetter = false
    for octet in name {
      if octet == UInt8(ascii: ":") { return true }
      if !(octet == UInt8(ascii: ".") || octet >= 0x30 && octet <= 0x39) { hasLetter = true }
    }
    return !hasLetter && !name.isEmpty
  }
}
