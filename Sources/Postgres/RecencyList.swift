/// Which of a table's places are in use, in the order of their last use.
struct RecencyList {
  private var next: [Int32] = []
  private var previous: [Int32] = []
  private var first: Int32 = -1
  private var last: Int32 = -1
  private(set) var count = 0

  /// The links of a place that is not in the list.
  private static var absent: Int32 { -2 }

  func contains(_ index: Int) -> Bool {
    index >= 0 && index < next.count && next[index] != Self.absent
  }

  /// The place that was not used for the longest time.
  var oldest: Int? { last < 0 ? nil : Int(last) }

  /// Puts a place first.
  mutating func touch(_ index: Int) {
    if first == Int32(truncatingIfNeeded: index) { return }
    if contains(index) { remove(index) }
    while next.count <= index {
      next.append(Self.absent)
      previous.append(Self.absent)
    }
    let place = Int32(truncatingIfNeeded: index)
    next[index] = first
    previous[index] = -1
    if first >= 0 { previous[Int(first)] = place } else { last = place }
    first = place
    count += 1
  }

  mutating func remove(_ index: Int) {
    guard contains(index) else { return }
    let (before, after) = (previous[index], next[index])
    if before >= 0 { next[Int(before)] = after } else { first = after }
    if after >= 0 { previous[Int(after)] = before } else { last = before }
    next[index] = Self.absent
    previous[index] = Self.absent
    count -= 1
  }

  mutating func removeAll() {
    while let oldest { remove(oldest) }
  }
}
