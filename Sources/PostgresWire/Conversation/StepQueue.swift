/// Steps in the order they were sent in, the one that is being answered at the front: a ring that grows
/// and is never walked.
struct StepQueue {
  /// A step and what is known of its rows.
  struct Entry {
    let step: Step
    /// Columns of the rows that are expected; -1 if it is not known.
    let columnCount: Int32
  }

  // Invariant: the storage's size is a power of two, or 0.
  private var storage: [Entry] = []
  private var start = 0
  private(set) var count = 0

  private func position(_ index: Int) -> Int { (start &+ index) & (storage.count &- 1) }

  var front: Entry? { count > 0 ? storage[start] : nil }

  /// The entry that is so many steps behind the front.
  func entry(at index: Int) -> Entry? { index < count ? storage[position(index)] : nil }

  @_optimize(speed)
  mutating func append(_ entry: Entry) {
    if count == storage.count {
      var grown = [Entry](repeating: entry, count: max(16, count * 2))
      for index in 0..<count { grown[index] = storage[position(index)] }
      storage = grown
      start = 0
    }
    storage[position(count)] = entry
    count += 1
  }

  @_optimize(speed)
  mutating func removeFront() {
    precondition(count > 0, "a step is removed that was sent")
    start = position(1)
    count -= 1
  }
}
