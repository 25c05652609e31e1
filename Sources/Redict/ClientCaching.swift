import NecroOctets
import NecroRESP
import NecroReactor

/// What a client has kept of its reads.
public struct RedictCacheStatistics: Sendable {
  /// Reads that were answered without the server, and such that might have been.
  public var hits = 0
  public var misses = 0
  /// Replies that are kept, and the octets that they take.
  public var entries = 0
  public var octets = 0
}

/// Client-side caching: reads answered from what the server was asked before.
///
/// The server tracks what a shared connection reads, and pushes which of it has changed, on the same
/// connection. What that cannot tell of, for want of a connection, is dropped with the connection; that
/// one has gone without a word is noticed by pings. Writes of the client's own callers drop what they
/// change when they are sent, and again before their callers are told.
extension RedictClient {
  /// Of a router's node, those of all nodes together.
  public var cacheStatistics: RedictCacheStatistics {
    cache?.statistics ?? RedictCacheStatistics()
  }

  /// Completes a command whose reply is kept. False when it has to be sent.
  func answerFromCache(_ command: RedictCommand) -> Bool {
    guard let cache, command.commandCount == 1, command.traits.contains(.readOnly),
      let entry = cache.find(command.requestOctets)
    else { return false }
    cache.hits += 1
    waiting.remove(command)
    command.state = .sent
    let reply = entry.reply
    owner.replied(command, index: 0, reply.span, attributes: Span())
    if command.state == .sent { complete(command) }
    return true
  }
}

extension RedictRouter {
  public var cacheStatistics: RedictCacheStatistics {
    cache?.statistics ?? RedictCacheStatistics()
  }
}

extension ReplyCache {
  var statistics: RedictCacheStatistics {
    var statistics = RedictCacheStatistics()
    statistics.hits = hits
    statistics.misses = misses
    statistics.entries = count
    statistics.octets = octetCount
    return statistics
  }
}

extension RedictConnection {
  /// Has the server track what is read.
  func beginTracking() {
    guard client.cache != nil, role == .shared, version == .version3 else { return }
    begin(.tracking, argumentCount: 3)
    RESPSerializer.argument("CLIENT", into: &output)
    RESPSerializer.argument("TRACKING", into: &output)
    RESPSerializer.argument("ON", into: &output)
  }

  /// What a command that is being sent means for what is kept: announces a read, drops what is written.
  func announce(_ command: RedictCommand) -> CachedReply? {
    guard let cache = client.cache else { return nil }
    if !command.traits.contains(.readOnly) {
      cache.invalidateKeys(of: command.requestOctets)
      return nil
    }
    guard isTracking, command.commandCount == 1 else { return nil }
    let announced = cache.announce(command.requestOctets)
    if announced != nil { cache.misses += 1 }
    return announced
  }

  /// Takes a push; nothing happens unless it is an invalidation.
  func invalidate(_ octets: Span<UInt8>) {
    guard let cache = client.cache else { return }
    var reader = RESPReader(octets)
    guard case .push(2)? = reader.next(), case .bulkString(let name)? = reader.next(),
      octets.octets(name).equals("invalidate")
    else { return }
    guard case .array(let count?)? = reader.next() else {
      // No list: all that there was has gone.
      cache.removeAll()
      return
    }
    for _ in 0..<count {
      guard case .bulkString(let key)? = reader.next() else {
        cache.removeAll()
        return
      }
      cache.invalidate(octets.octets(key))
    }
  }
}
