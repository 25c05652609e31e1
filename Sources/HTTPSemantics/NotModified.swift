import NecroOctets

/// Which fields of the response that would have been sent go into a 304 (Not Modified) in its place.
///
/// RFC 9110 §15.4.5
public enum NotModified {
  /// Whether a field is left out: what describes the content that is not sent. What caches need is
  /// kept, and Last-Modified where there is no entity tag to tell representations apart by.
  ///
  /// - Parameter hasEntityTag: whether the response has ETag.
  public static func omits(_ name: Span<UInt8>, hasEntityTag: Bool) -> Bool {
    if hasEntityTag && name.equalsIgnoringCase("last-modified") { return true }
    if name.equalsIgnoringCase("accept-ranges") { return true }
    let prefix = ("content-" as StaticString).octets
    guard name.count > prefix.count,
      name.extracting(0..<prefix.count).equalsIgnoringCase("content-")
    else { return false }
    // It says where the representation can be had, and a policy is none of its description.
    return !name.equalsIgnoringCase("content-location")
      && !name.equalsIgnoringCase("content-security-policy")
      && !name.equalsIgnoringCase("content-security-policy-report-only")
  }
}
