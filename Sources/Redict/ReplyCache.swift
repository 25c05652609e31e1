import NecroOctets

/// Replies to reads, kept until the server says that one of their keys has changed.
///
/// A read that was sent is announced with its keys. What invalidates one of them before the reply has
/// come drops the announcement, so that a reply that may be older than the change is never kept. The
/// number of replies and the octets that they take are bounded; the one not asked for longest goes first.
///
/// Valkey, "Client-side caching in Valkey", "Avoiding race conditions"
final class ReplyCache {
  private let octetsMax: Int
  private let entriesMax: Int
  private let seed: UInt64
  // Invariant: as many buckets of each as a power of two.
  private var entries = [CachedReply?](repeating: nil, count: 64)
  private var keys = [CachedKey?](repeating: nil, count: 64)
  private var keyCount = 0
  /// Of the replies that are kept, the one that was asked for last and the one that was not for longest.
  private var newest: CachedReply?
  private unowned(unsafe) var oldest: CachedReply?
  private var arguments = RequestArguments()

  private(set) var count = 0
  private(set) var octetCount = 0
  var hits = 0
  var misses = 0

  /// What an entry takes beside its octets, and each of its keys, by estimate.
  private static var entryOctets: Int { 200 }
  private static var keyOctets: Int { 160 }

  /// - Parameter seed: a random number, so that nobody can choose keys that share a bucket.
  init(octetsMax: Int, entriesMax: Int, seed: UInt64) {
    self.octetsMax = octetsMax
    self.entriesMax = entriesMax
    self.seed = seed
  }

  /// Takes everything apart: entries and links know each other.
  deinit { removeAll() }

  // MARK: Reads

  /// The reply to a request, if it is kept.
  func find(_ request: Span<UInt8>) -> CachedReply? {
    let hash = OctetHash.of(request, seed: seed)
    var candidate = entries[hash & (entries.count - 1)]
    while let entry = candidate {
      if entry.hash == hash, entry.isFor(request) {
        unlink(entry)
        link(entry)
        return entry
      }
      candidate = entry.next
    }
    return nil
  }

  /// Announces a read that is being sent; nil for one whose reply is not to be kept.
  func announce(_ request: Span<UInt8>) -> CachedReply? {
    guard request.count < octetsMax, arguments.read(request, at: 0) == request.count else {
      return nil
    }
    let found = CommandKeys(arguments, request)
    guard found.isCacheable, found.count > 0 else { return nil }
    let entry = CachedReply([UInt8](copying: request), OctetHash.of(request, seed: seed))
    for index in 0..<found.count {
      let link = KeyLink(key(request.octets(arguments[found[index]])), entry)
      entry.links.append(link)
    }
    return entry
  }

  /// Takes the reply to what was announced, unless it was invalidated meanwhile.
  func store(_ entry: CachedReply, _ reply: Span<UInt8>) {
    if entry.isDropped { return }
    let size =
      entry.request.count + reply.count + Self.entryOctets + entry.links.count * Self.keyOctets
    guard entriesMax > 0, size <= octetsMax else { return drop(entry) }
    let request = entry.request
    if let other = find(request.span) { drop(other) }
    entry.reply = [UInt8](copying: reply)
    entry.octetCount = size
    entry.isStored = true
    if count >= entries.count { growEntries() }
    entry.next = entries[entry.hash & (entries.count - 1)]
    entries[entry.hash & (entries.count - 1)] = entry
    link(entry)
    count += 1
    octetCount += size
    while count > entriesMax || octetCount > octetsMax, let last = oldest { drop(last) }
  }

  // MARK: Changes

  /// Drops what depends on a key, and announcements of it.
  func invalidate(_ name: Span<UInt8>) {
    guard let key = findKey(name, OctetHash.of(name, seed: seed)) else { return }
    while let link = key.first { drop(link.entry) }
  }

  /// Drops what depends on the keys of commands that write.
  func invalidateKeys(of request: Span<UInt8>) {
    var position = 0
    while position < request.count, let end = arguments.read(request, at: position) {
      position = end
      let found = CommandKeys(arguments, request)
      for index in 0..<found.count { invalidate(request.octets(arguments[found[index]])) }
    }
  }

  /// Drops everything, announcements too.
  func removeAll() {
    for bucket in keys.indices {
      while let key = keys[bucket] {
        while let link = key.first { drop(link.entry) }
      }
    }
  }

  /// Takes an entry, or an announcement, away.
  func drop(_ entry: CachedReply) {
    if entry.isDropped { return }
    entry.isDropped = true
    for link in entry.links {
      link.key.remove(link)
      if link.key.first == nil { removeKey(link.key) }
    }
    entry.links.removeAll()
    guard entry.isStored else { return }
    unlink(entry)
    count -= 1
    octetCount -= entry.octetCount
    let bucket = entry.hash & (entries.count - 1)
    var previous: CachedReply?
    var candidate = entries[bucket]
    while let other = candidate {
      if other === entry {
        if let previous { previous.next = entry.next } else { entries[bucket] = entry.next }
        break
      }
      previous = other
      candidate = other.next
    }
    entry.next = nil
  }

  // MARK: Order of use

  private func link(_ entry: CachedReply) {
    entry.older = newest
    if let newest { newest.newer = entry } else { oldest = entry }
    newest = entry
  }

  private func unlink(_ entry: CachedReply) {
    let older = entry.older
    if let newer = entry.newer { newer.older = older } else { newest = older }
    if let older { older.newer = entry.newer } else { oldest = entry.newer }
    entry.older = nil
    entry.newer = nil
  }

  private func growEntries() {
    let old = entries
    entries = [CachedReply?](repeating: nil, count: old.count * 4)
    for first in old {
      var candidate = first
      while let entry = candidate {
        candidate = entry.next
        entry.next = entries[entry.hash & (entries.count - 1)]
        entries[entry.hash & (entries.count - 1)] = entry
      }
    }
  }

  // MARK: Keys

  private func findKey(_ name: Span<UInt8>, _ hash: Int) -> CachedKey? {
    var candidate = keys[hash & (keys.count - 1)]
    while let key = candidate {
      if key.hash == hash, key.isCalled(name) { return key }
      candidate = key.next
    }
    return nil
  }

  private func key(_ name: Span<UInt8>) -> CachedKey {
    let hash = OctetHash.of(name, seed: seed)
    if let known = findKey(name, hash) { return known }
    if keyCount >= keys.count { growKeys() }
    let key = CachedKey([UInt8](copying: name), hash)
    key.next = keys[hash & (keys.count - 1)]
    keys[hash & (keys.count - 1)] = key
    keyCount += 1
    return key
  }

  private func removeKey(_ key: CachedKey) {
    let bucket = key.hash & (keys.count - 1)
    var previous: CachedKey?
    var candidate = keys[bucket]
    while let other = candidate {
      if other === key {
        if let previous { previous.next = key.next } else { keys[bucket] = key.next }
        key.next = nil
        keyCount -= 1
        return
      }
      previous = other
      candidate = other.next
    }
  }

  private func growKeys() {
    let old = keys
    keys = [CachedKey?](repeating: nil, count: old.count * 4)
    for first in old {
      var candidate = first
      while let key = candidate {
        candidate = key.next
        key.next = keys[key.hash & (keys.count - 1)]
        keys[key.hash & (keys.count - 1)] = key
      }
    }
  }
}

/// A reply that is kept, or announced.
final class CachedReply {
  let request: [UInt8]
  let hash: Int
  fileprivate(set) var reply: [UInt8] = []
  fileprivate var links: [KeyLink] = []
  fileprivate var octetCount = 0
  fileprivate var isStored = false
  fileprivate(set) var isDropped = false
  /// Of the same bucket.
  fileprivate var next: CachedReply?
  fileprivate var older: CachedReply?
  fileprivate unowned(unsafe) var newer: CachedReply?

  fileprivate init(_ request: [UInt8], _ hash: Int) {
    self.request = request
    self.hash = hash
  }

  fileprivate func isFor(_ other: Span<UInt8>) -> Bool {
    let request = request
    return request.span.equals(other)
  }
}

/// A key that replies depend on.
private final class CachedKey {
  let name: [UInt8]
  let hash: Int
  var first: KeyLink?
  /// Of the same bucket.
  var next: CachedKey?

  init(_ name: [UInt8], _ hash: Int) {
    self.name = name
    self.hash = hash
  }

  func isCalled(_ other: Span<UInt8>) -> Bool {
    let name = name
    return name.span.equals(other)
  }

  func remove(_ link: KeyLink) {
    if let previous = link.previous { previous.next = link.next } else { first = link.next }
    if let next = link.next { next.previous = link.previous }
    link.next = nil
    link.previous = nil
  }
}

/// That a reply depends on a key.
private final class KeyLink {
  let key: CachedKey
  let entry: CachedReply
  var next: KeyLink?
  unowned(unsafe) var previous: KeyLink?

  init(_ key: CachedKey, _ entry: CachedReply) {
    self.key = key
    self.entry = entry
    next = key.first
    key.first?.previous = self
    key.first = self
  }
}
