/// A body with a fault in it: it fails for every input that begins with four given octets.
///
/// A harness that does not report it within a minute would not report anything else either.
public func fuzzCanary(_ octets: Span<UInt8>) {
  guard octets.count >= 4 else { return }
  if octets[0] == 0x62 {
    if octets[1] == 0x69 {
      if octets[2] == 0x72 {
        precondition(octets[3] != 0x64, "the canary sings")
      }
    }
  }
}
