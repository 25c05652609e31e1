import CHTTPParser
import NecroHTTP1
import NecroOctets

/// What libhttp_parser makes of the octets of a connection.
public struct HTTP1Peer {
  public private(set) var requests: [HTTP1Request] = []
  /// The name of its error, such as `HPE_INVALID_METHOD`.
  public private(set) var failure: String?
  /// Whether it takes what follows the last request for another protocol.
  public private(set) var isUpgraded = false
  /// Whether it is within the content or the trailers of a request.
  private(set) var isBehindHead = false
  private var isBehindValue = true

  public init(_ octets: Span<UInt8>) {
    var upgrades: CInt = 0
    let name = octets.withUnsafeBufferPointer { buffer in
      withUnsafeMutablePointer(to: &self) { context in
        necro_http_parser_run(
          buffer.baseAddress, buffer.count,
          { context, event, octets, count, head in
            context?.assumingMemoryBound(to: HTTP1Peer.self).pointee
              .take(event, Array(UnsafeBufferPointer(start: octets, count: count)), head?.pointee)
          }, context, &upgrades)
      }
    }
    failure = name.map { String(cString: $0) }
    isUpgraded = upgrades != 0
  }

  private mutating func take(
    _ event: necro_http_parser_event, _ octets: [UInt8], _ head: necro_http_parser_head?
  ) {
    let last = requests.count - 1
    switch event {
    case NECRO_HTTP_BEGIN:
      requests.append(HTTP1Request())
      isBehindHead = false
      isBehindValue = true
    case NECRO_HTTP_URL: requests[last].target += octets
    case NECRO_HTTP_FIELD:
      if isBehindValue {
        requests[last][keyPath: section].append(HTTP1Field(name: [], value: []))
      }
      requests[last][keyPath: section][requests[last][keyPath: section].count - 1].name += octets
      isBehindValue = false
    case NECRO_HTTP_VALUE:
      requests[last][keyPath: section][requests[last][keyPath: section].count - 1].value += octets
      isBehindValue = true
    case NECRO_HTTP_HEAD:
      guard let head else { preconditionFailure("the head comes with its event") }
      isBehindHead = true
      isBehindValue = true
      requests[last].method = Array(String(cString: head.method).utf8)
      requests[last].minorVersion = head.major == 1 && head.minor == 0 ? 0 : 1
      requests[last].isPersistent = head.keeps_alive != 0
      if head.is_chunked != 0 {
        requests[last].length = .chunked
      } else if head.content_length != .max {
        requests[last].length = .length(head.content_length)
      }
    case NECRO_HTTP_BODY: requests[last].content += octets
    case NECRO_HTTP_COMPLETE:
      requests[last].isComplete = true
      isBehindHead = false
    default: preconditionFailure("no other event")
    }
  }

  /// The section that fields belong to now.
  private var section: WritableKeyPath<HTTP1Request, [HTTP1Field]> {
    isBehindHead ? \.trailers : \.fields
  }
}
