import NecroOctets
import NecroRouter

/// The trie finds what a plain list of templates finds.
///
/// The input is lines. `+N TEMPLATE` inserts a route for the method with index N, `N PATH` matches.
/// Other lines, and templates that cannot be inserted, are passed over.
public func fuzzRouterModel(_ octets: Span<UInt8>) {
  var trie = RouteTrie()
  var model = RouterModel()
  var captures = RouteCaptures()
  var start = 0
  while start < octets.count {
    var end = start
    while end < octets.count, octets[end] != 0x0A { end += 1 }
    var line: [UInt8] = []
    for position in start..<end { line.append(octets[position]) }
    start = end + 1
    let isTemplate = line.first == 0x2B
    if isTemplate { line.removeFirst() }
    guard line.count >= 2, line[0] &- 0x30 < 9, line[1] == 0x20 else { continue }
    let method = line[0] - 0x30
    line.removeFirst(2)
    if isTemplate {
      insert(line, method, &trie, &model)
    } else {
      match(line, method, trie, &captures, model)
    }
  }
}

private func insert(
  _ line: [UInt8], _ method: UInt8, _ trie: inout RouteTrie, _ model: inout RouterModel
) {
  let template: PathTemplate
  do throws(PathTemplateError) {
    template = try PathTemplate(line.span)
  } catch {
    precondition(error.offset >= 0 && error.offset <= line.count, "a fault in the template")
    return
  }
  let number = model.routes.count
  let duplicate = model.insert(line, method)
  do throws(RouterError) {
    try trie.insert(template, methods: MethodSet(index: method), route: number)
    precondition(duplicate == nil, "a duplicate is refused")
  } catch {
    guard case .duplicate(let existing, let added, let methods) = error else { return }
    precondition(existing == duplicate && added == number, "the routes that clash are named")
    precondition(methods == MethodSet(index: method), "the methods that clash are named")
  }
}

private func match(
  _ path: [UInt8], _ method: UInt8, _ trie: borrowing RouteTrie,
  _ captures: inout RouteCaptures, _ model: RouterModel
) {
  let expected = model.match(path, method)
  let found = trie.match(path.span, method: method, captures: &captures)
  precondition(found == expected.match, "the trie finds what the model finds")
  guard case .route = found else { return }
  precondition(captures.count == expected.captures.count, "as many captures")
  for index in 0..<captures.count {
    precondition(captures[index] == expected.captures[index], "the same captures")
  }
}

/// Templates in a list, each compared with the path segment by segment.
private struct RouterModel {
  enum Segment: Equatable {
    case literal([UInt8])
    case parameter
    case rest

    var rank: Int {
      switch self {
      case .literal: 0
      case .parameter: 1
      case .rest: 2
      }
    }
  }

  var routes: [(segments: [Segment], method: UInt8, isDuplicate: Bool)] = []

  /// Adds a template that is known to be right, and returns the route it is a duplicate of.
  mutating func insert(_ template: [UInt8], _ method: UInt8) -> Int? {
    let segments = split(template).map { piece -> Segment in
      let octets = Array(template[piece])
      if octets.first != 0x7B { return .literal(octets) }
      return octets.contains(0x3A) ? .rest : .parameter
    }
    let duplicate = routes.firstIndex {
      $0.segments == segments && $0.method == method && !$0.isDuplicate
    }
    routes.append((segments, method, duplicate != nil))
    return duplicate
  }

  func match(_ path: [UInt8], _ method: UInt8) -> (match: RouteMatch, captures: [Slice]) {
    var allowed: MethodSet = []
    var best: (route: Int, ranks: [Int], captures: [Slice])?
    for (number, route) in routes.enumerated() where !route.isDuplicate {
      guard let captures = capture(route.segments, path) else { continue }
      if route.method != method {
        allowed.insert(MethodSet(index: route.method))
        continue
      }
      let ranks = route.segments.map(\.rank)
      if let other = best, !ranks.lexicographicallyPrecedes(other.ranks) { continue }
      best = (number, ranks, captures)
    }
    if let best { return (.route(best.route), best.captures) }
    return (allowed.isEmpty ? .notFound : .methodNotAllowed(allowed), [])
  }

  private func capture(_ segments: [Segment], _ path: [UInt8]) -> [Slice]? {
    guard path.first == 0x2F else { return nil }
    let pieces = split(path)
    var captures: [Slice] = []
    for (index, segment) in segments.enumerated() {
      guard index < pieces.count else { return nil }
      let piece = pieces[index]
      switch segment {
      case .literal(let octets):
        if decoded(Array(path[piece])) != octets { return nil }
      case .parameter:
        if piece.isEmpty { return nil }
        captures.append(Slice(offset: piece.lowerBound, count: piece.count))
      case .rest:
        captures.append(Slice(offset: piece.lowerBound, count: path.count - piece.lowerBound))
        return captures
      }
    }
    return segments.count == pieces.count ? captures : nil
  }

  /// The pieces between slashes, the empty one before the first slash left out.
  private func split(_ path: [UInt8]) -> [Range<Int>] {
    var pieces: [Range<Int>] = []
    var start = 1
    for position in 1..<path.count + 1 where position == path.count || path[position] == 0x2F {
      pieces.append(start..<position)
      start = position + 1
    }
    return pieces
  }

  private func decoded(_ octets: [UInt8]) -> [UInt8]? {
    var output = OctetBuffer()
    do throws(PercentDecodingError) {
      try PercentDecoding.decode(octets.span, into: &output)
    } catch {
      return nil
    }
    var result: [UInt8] = []
    for index in output.octets.indices { result.append(output.octets[index]) }
    return result
  }
}
