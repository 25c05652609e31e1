import NecroHTTP1
import NecroOctets

/// The property that libhttp_parser and our decoder take octets for the same requests, or that their
/// disagreement is one of those listed in `HTTP1Disagreement`.
///
/// Traps on a violation.
public func fuzzHTTP1Differential(_ octets: Span<UInt8>) {
  if let surprise = HTTP1Comparison(octets).surprise { preconditionFailure(surprise) }
}

/// Where a parser and its peer first part, request by request.
public struct HTTP1Comparison {
  /// The listed disagreement, if there is one.
  public private(set) var disagreement: HTTP1Disagreement?
  /// A disagreement that is not listed.
  public private(set) var surprise: String?

  public init(_ octets: Span<UInt8>) {
    // Its limits are its caller's, so that ours are out of the way.
    let ours = HTTP1Transcript(octets, limits: HTTP1Fuzzing.wideLimits)
    let theirs = HTTP1Peer(octets)
    var index = 0
    while true {
      let our = ours.requests.indices.contains(index) ? ours.requests[index] : nil
      let their = theirs.requests.indices.contains(index) ? theirs.requests[index] : nil
      if var their, theirs.isUpgraded, index == theirs.requests.count - 1 {
        // What is behind the head it leaves to another protocol, a tunnel's for CONNECT, and so it
        // does not look at the framing either.
        guard let our else { return }
        their.content = our.content
        their.trailers = our.trailers
        if let part = HTTP1Disagreement.difference(our, their) {
          judge(.reading(part), our, theirs)
        }
        return
      }
      guard let our, let their, our.isComplete, their.isComplete else {
        compareEnds(our, their, ours.failure, theirs)
        return
      }
      if let field = HTTP1Disagreement.difference(our, their) {
        judge(.reading(field), our, theirs)
        return
      }
      // Neither reads on behind the last request.
      if !our.isPersistent { return }
      index += 1
    }
  }

  /// At least one of the parsers has not completed this request.
  private mutating func compareEnds(
    _ our: HTTP1Request?, _ their: HTTP1Request?, _ failure: HTTP1Error?, _ theirs: HTTP1Peer
  ) {
    let refusal = failure.flatMap { $0.code == .messageIncomplete ? nil : $0.code }
    if our?.isComplete == true || refusal == nil {
      if let name = theirs.failure {
        judge(theirs.isBehindHead ? .theyRefuseContent(name) : .theyRefuse(name), our, theirs)
      } else if our?.isComplete == true || their?.isComplete == true {
        judge(.reading(.end), our, theirs)
      }
    } else if let refusal,
      their?.isComplete == true || their != nil && theirs.failure == nil && theirs.isBehindHead
    {
      // Of a head whose end has not come it may still think as we do.
      judge(.weRefuse(refusal), our, theirs)
    }
  }

  private mutating func judge(
    _ kind: HTTP1Disagreement.Kind, _ our: HTTP1Request?, _ theirs: HTTP1Peer
  ) {
    disagreement = HTTP1Disagreement.all.first { $0.kind == kind && $0.covers(our) }
    if disagreement == nil { surprise = "\(kind): \(String(describing: our)), \(theirs)" }
  }
}
