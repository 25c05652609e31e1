import NecroOctets

/// The members of an object in the order of their names, which is that of their octets and so that of
/// their code points.
///
/// Of equal names the last one counts. Looking a name up takes as many comparisons as halvings, so that
/// no document can make it slow.
struct JSONMembers {
  /// The tape indices of the names.
  private(set) var names: [Int] = []
  /// The tape index of the first name, in the document's order, that was there before; nil if none was.
  private(set) var duplicate: Int?

  /// - Parameter object: the tape index of a `beginObject`.
  init(_ object: Int, _ parser: borrowing JSONParser, _ document: Span<UInt8>) {
    guard case .beginObject(let count, let end) = parser.tape[object] else {
      preconditionFailure("an object begins here")
    }
    names.reserveCapacity(count)
    var name = object + 1
    while name < end {
      names.append(name)
      name = parser.tape.index(after: name + 1)
    }
    sort(parser, document)
    // Equal names stand in the document's order.
    var kept = 0
    for index in names.indices {
      let isEqual =
        index + 1 < names.count
        && order(names[index], names[index + 1], parser, document) == 0
      if isEqual {
        duplicate = min(duplicate ?? .max, names[index + 1])
      } else {
        names[kept] = names[index]
        kept += 1
      }
    }
    names.removeLast(names.count - kept)
  }

  /// The tape index of the value of a name; nil if there is none.
  func value(_ name: Span<UInt8>, _ parser: borrowing JSONParser, _ document: Span<UInt8>) -> Int? {
    var low = 0
    var high = names.count
    while low < high {
      let middle = (low + high) / 2
      let found = parser.octets(at: names[middle], document)
      let order = JSONMembers.order(found, name)
      if order == 0 { return names[middle] + 1 }
      if order < 0 { low = middle + 1 } else { high = middle }
    }
    return nil
  }

  /// Whether the name at one tape index is less than, equal to or more than that at another.
  private func order(
    _ one: Int, _ other: Int, _ parser: borrowing JSONParser, _ document: Span<UInt8>
  ) -> Int {
    JSONMembers.order(parser.octets(at: one, document), parser.octets(at: other, document))
  }

  private static func order(_ one: Span<UInt8>, _ other: Span<UInt8>) -> Int {
    for index in 0..<min(one.count, other.count) where one[index] != other[index] {
      return one[index] < other[index] ? -1 : 1
    }
    return one.count == other.count ? 0 : one.count < other.count ? -1 : 1
  }

  /// A heap sort; of equal names the one that comes first in the document is less.
  private mutating func sort(_ parser: borrowing JSONParser, _ document: Span<UInt8>) {
    var root = names.count / 2
    while root > 0 {
      root -= 1
      sink(root, names.count, parser, document)
    }
    var count = names.count
    while count > 1 {
      count -= 1
      names.swapAt(0, count)
      sink(0, count, parser, document)
    }
  }

  private mutating func sink(
    _ start: Int, _ count: Int, _ parser: borrowing JSONParser, _ document: Span<UInt8>
  ) {
    var parent = start
    while true {
      var child = 2 * parent + 1
      if child >= count { return }
      if child + 1 < count, isLess(child, child + 1, parser, document) { child += 1 }
      if !isLess(parent, child, parser, document) { return }
      names.swapAt(parent, child)
      parent = child
    }
  }

  private func isLess(
    _ one: Int, _ other: Int, _ parser: borrowing JSONParser, _ document: Span<UInt8>
  ) -> Bool {
    let order = order(names[one], names[other], parser, document)
    return order == 0 ? names[one] < names[other] : order < 0
  }
}

extension JSONParser {
  /// The octets of the string at a tape index: those of the document, or without its escapes.
  ///
  /// - Parameter document: what was given to `parse`.
  @_lifetime(borrow self, copy document)
  public func octets(at index: Int, _ document: Span<UInt8>) -> Span<UInt8> {
    let entry = tape[entry: index]
    precondition(entry.kind == .string || entry.kind == .escapedString, "a string")
    return entry.kind == .string ? document.octets(entry.slice) : unescaped.octets(entry.slice)
  }
}
