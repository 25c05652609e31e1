import NecroOctets

/// Why a route cannot be inserted.
public enum RouterError: Error, Equatable, Sendable {
  /// A template of the same shape (parameter names do not count) already has a route for some of
  /// these methods.
  case duplicate(existing: Int, added: Int, methods: MethodSet)
}

/// The routes of an application as a radix tree over the octets of their templates.
///
/// Where templates overlap, the more literal one is tried first, segment by segment: literal, then
/// parameter, then rest. A choice that leads nowhere is taken back, so `/a/{x}/c` is found although
/// `/a/b` exists too. As a node is reached by one way only and at one position, matching looks at no
/// node twice, whatever the path.
///
/// The raw path is split at `/` alone: an encoded `%2F` is an octet of its segment. Literals match
/// decoded octets, so `/a%62` is `/ab`; a malformed triplet matches no literal. A slash at the end is
/// significant.
public struct RouteTrie: ~Copyable {
  private(set) var nodes: [RouteNode]
  private(set) var labels: [UInt8] = []
  /// Blocks of child indices. A block that grew leaves its old place unused: routes are inserted
  /// once, at start.
  private(set) var children: [Int32] = []
  private(set) var endpoints: [RouteEndpoint] = []
  private(set) var routes: [Int] = []

  /// A trie without routes.
  public init() {
    nodes = [RouteNode(labelOffset: 0, labelCount: 0, labelHasPercent: false)]
  }

  /// Adds a route.
  ///
  /// - Parameters:
  ///   - template: the path it answers.
  ///   - methods: the methods it accepts.
  ///   - route: the number that a match returns.
  /// - Throws: `duplicate`, with no route added, when one of the methods is taken.
  public mutating func insert(
    _ template: borrowing PathTemplate, methods: MethodSet, route: Int
  ) throws(RouterError) {
    var node = 0
    var endsInRest = false
    for part in template.parts {
      switch part {
      case .literal(let slice): node = insertLiteral(template.octets, slice, below: node)
      case .parameter: node = insertParameter(below: node)
      case .rest: endsInRest = true
      }
    }
    let found = endsInRest ? nodes[node].restEndpoint : nodes[node].endpoint
    let endpoint = found == RouteNode.none ? addEndpoint() : Int(found)
    if endsInRest {
      nodes[node].restEndpoint = Int32(endpoint)
    } else {
      nodes[node].endpoint = Int32(endpoint)
    }
    try addRoute(route, methods, to: endpoint)
  }

  private mutating func addRoute(
    _ route: Int, _ methods: MethodSet, to endpoint: Int
  ) throws(RouterError) {
    let offset = endpoints[endpoint].routesOffset
    let taken = endpoints[endpoint].methods.intersection(methods)
    if !taken.isEmpty {
      let existing = routes[offset + taken.rawValue.trailingZeroBitCount]
      throw .duplicate(existing: existing, added: route, methods: taken)
    }
    endpoints[endpoint].methods.formUnion(methods)
    for index in 0..<16 where methods.contains(index: UInt8(index)) {
      routes[offset + index] = route
    }
  }

  private mutating func addEndpoint() -> Int {
    endpoints.append(RouteEndpoint(methods: [], routesOffset: routes.count))
    for _ in 0..<16 { routes.append(0) }
    return endpoints.count - 1
  }

  private mutating func insertParameter(below node: Int) -> Int {
    let existing = nodes[node].parameterChild
    if existing != RouteNode.none { return Int(existing) }
    nodes.append(RouteNode(labelOffset: 0, labelCount: 0, labelHasPercent: false))
    nodes[node].parameterChild = Int32(nodes.count - 1)
    return nodes.count - 1
  }

  /// The node at the end of a literal, made where it is missing.
  private mutating func insertLiteral(_ octets: [UInt8], _ slice: Slice, below start: Int) -> Int {
    var node = start
    var position = slice.offset
    while position < slice.end {
      guard let child = child(of: node, octets[position]) else {
        return addLeaf(octets, Slice(offset: position, count: slice.end - position), below: node)
      }
      let offset = Int(nodes[child].labelOffset)
      let count = Int(nodes[child].labelCount)
      var shared = 0
      while shared < count, position + shared < slice.end,
        labels[offset + shared] == octets[position + shared]
      {
        shared += 1
      }
      if shared < count { split(child, after: shared) }
      node = child
      position += shared
    }
    return node
  }

  private mutating func addLeaf(_ octets: [UInt8], _ slice: Slice, below node: Int) -> Int {
    let offset = labels.count
    for position in slice.offset..<slice.end { labels.append(octets[position]) }
    let leaf = nodes.count
    nodes.append(
      RouteNode(
        labelOffset: Int32(offset), labelCount: Int32(slice.count),
        labelHasPercent: labelHasPercent(Slice(offset: offset, count: slice.count))))
    setChild(of: node, octets[slice.offset], to: leaf)
    return leaf
  }

  /// Cuts a node's label in two: the node keeps the front, and a new child takes the back with all
  /// that follows.
  private mutating func split(_ node: Int, after count: Int) {
    var back = nodes[node]
    back.labelOffset += Int32(count)
    back.labelCount -= Int32(count)
    back.labelHasPercent = labelHasPercent(
      Slice(offset: Int(back.labelOffset), count: Int(back.labelCount)))
    let offset = nodes[node].labelOffset
    nodes.append(back)
    nodes[node] = RouteNode(
      labelOffset: offset, labelCount: Int32(count),
      labelHasPercent: labelHasPercent(Slice(offset: Int(offset), count: count)))
    setChild(of: node, labels[Int(back.labelOffset)], to: nodes.count - 1)
  }

  private func labelHasPercent(_ slice: Slice) -> Bool {
    for position in slice.offset..<slice.end where labels[position] == 0x25 { return true }
    return false
  }

  private func child(of node: Int, _ octet: UInt8) -> Int? {
    let low = Int(nodes[node].childrenLow)
    let index = Int(octet) - low
    guard index >= 0, index < Int(nodes[node].childrenCount) else { return nil }
    let child = children[Int(nodes[node].childrenOffset) + index]
    return child == RouteNode.none ? nil : Int(child)
  }

  /// Sets the child for a first octet, in a wider block when the octet lies outside the present one.
  private mutating func setChild(of node: Int, _ octet: UInt8, to child: Int) {
    let count = Int(nodes[node].childrenCount)
    let offset = Int(nodes[node].childrenOffset)
    let low = count == 0 ? Int(octet) : min(Int(nodes[node].childrenLow), Int(octet))
    let high = max(Int(nodes[node].childrenLow) + count - 1, Int(octet))
    let shift = Int(nodes[node].childrenLow) - low
    if count == 0 || low < Int(nodes[node].childrenLow) || high - low >= count {
      let wider = children.count
      for _ in low...high { children.append(RouteNode.none) }
      for index in 0..<count { children[wider + shift + index] = children[offset + index] }
      nodes[node].childrenOffset = Int32(wider)
      nodes[node].childrenCount = Int32(high - low + 1)
      nodes[node].childrenLow = UInt8(low)
    }
    children[Int(nodes[node].childrenOffset) + Int(octet) - low] = Int32(child)
  }
}
