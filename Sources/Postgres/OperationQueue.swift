/// Operations in order, linked through themselves: an operation is in one queue at most.
struct OperationQueue: ~Copyable {
  private(set) var first: Operation?
  private var last: Operation?
  private(set) var count = 0

  var isEmpty: Bool { first == nil }

  mutating func append(_ operation: Operation) {
    operation.previous = last
    if let last { last.next = operation } else { first = operation }
    last = operation
    count += 1
  }

  mutating func prepend(_ operation: Operation) {
    operation.next = first
    if let first { first.previous = operation } else { last = operation }
    first = operation
    count += 1
  }

  mutating func popFirst() -> Operation? {
    guard let operation = first else { return nil }
    remove(operation)
    return operation
  }

  mutating func remove(_ operation: Operation) {
    let next = operation.next
    if let previous = operation.previous { previous.next = next } else { first = next }
    if let next { next.previous = operation.previous } else { last = operation.previous }
    operation.next = nil
    operation.previous = nil
    count -= 1
  }
}
