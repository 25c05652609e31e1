import NecroHTTP1
import NecroOctets

/// The property that neither how a connection's octets are cut nor the kernel they are scanned with
/// changes anything: the same requests, the same error at the same offset, and that error thrown with
/// the octet it names and no later.
///
/// Also that whatever the decoder lets through keeps the promises made to its callers. Traps on a
/// violation.
public func fuzzHTTP1Split(_ octets: Span<UInt8>) {
  for limits in [Limits(), HTTP1Fuzzing.tightLimits] {
    let whole = HTTP1Transcript(octets, limits: limits)
    precondition(
      HTTP1Transcript(octets, limits: limits, kernel: .scalar) == whole,
      "the scalar kernel gives what blocks give")

    var single = HTTP1Run(limits, .blocks)
    for index in octets.indices {
      single.feed(octets.extracting(index..<index + 1))
      if let failure = single.transcript.failure {
        precondition(failure.offset == index, "an error is thrown with the octet it names")
        break
      }
    }
    single.finish()
    precondition(single.transcript == whole, "octet by octet gives what the whole gives")

    for kernel in OctetKernel.allCases {
      // The cuts follow from the input, so that a failure can be replayed.
      var cuts = HTTP1Fuzzing.Choices(octets)
      var pieces = HTTP1Run(limits, kernel)
      var start = 0
      while start < octets.count {
        let end = min(octets.count, start + 1 + cuts.next(below: 40))
        pieces.feed(octets.extracting(start..<end))
        start = end
      }
      pieces.finish()
      precondition(pieces.transcript == whole, "pieces give what the whole gives")
    }
  }
}
